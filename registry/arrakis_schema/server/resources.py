"""Every answer that a representation can give, prepared: the fast path only chooses among them.

A resource has two variants, one a content coding; each has its own entity tag, and both revalidate.
"""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from arrakis_schema.server.negotiation import Weights, lists, lists_strongly, weights
from arrakis_schema.site.representations import Representation

Fields = tuple[tuple[bytes, bytes], ...]

FOR_EVER = b"public, max-age=31536000, immutable"
FOR_A_WHILE = b"public, max-age=300, must-revalidate"
"""An alias moves and a page changes with a release: five minutes late is early enough, and costs a 304 afterwards.

A cache that cannot ask must not go on calling an old release `latest`; a release asked for by its number is kept for
ever, and needs no asking.
"""

CORS: Fields = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag"),
)
COMMON: Fields = (*CORS, (b"x-content-type-options", b"nosniff"))

LEVEL = 6
"""How hard gzip tries: 9 takes twice as long for a site that is 0.3 % smaller."""

RELEVANT = frozenset({b"accept-encoding", b"if-match", b"if-none-match"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response, as it travels."""

    status: int
    fields: Fields
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Variant:
    """One content coding of a resource."""

    etag: bytes
    ok: Answer
    not_modified: Answer


@dataclass(frozen=True, slots=True)
class Resource:
    """What one URL can answer: its content in either coding, or that it is not modified."""

    identity: Variant
    gzip: Variant

    @property
    def etags(self) -> tuple[bytes, bytes]:
        """The entity tags of both variants."""
        return self.identity.etag, self.gzip.etag


def resource(representation: Representation) -> Resource:
    """Prepare all answers of a representation."""
    compressed = gzip.compress(representation.content, LEVEL, mtime=0)
    return Resource(
        identity=_variant(representation, representation.content, b'"%s"', ()),
        gzip=_variant(representation, compressed, b'"%s-gzip"', ((b"content-encoding", b"gzip"),)),
    )


def _variant(representation: Representation, body: bytes, etag_form: bytes, coding: Fields) -> Variant:
    etag = etag_form % representation.sha256.encode()
    kept: Fields = (
        (b"etag", etag),
        (b"cache-control", FOR_EVER if representation.immutable else FOR_A_WHILE),
        (b"vary", b"Accept-Encoding"),
    )
    described = (
        (b"content-type", representation.media_type.encode()),
        (b"content-length", b"%d" % len(body)),
        *coding,
    )
    return Variant(
        etag=etag,
        ok=Answer(HTTPStatus.OK.value, (*described, *kept, *COMMON), body),
        not_modified=Answer(HTTPStatus.NOT_MODIFIED.value, (*kept, *CORS)),
    )


def respond(found: Resource, fields: Iterable[tuple[bytes, bytes]]) -> Answer | HTTPStatus:
    """Return the answer to a GET with these fields; or the status alone, 406 or 412, where the client rules it out."""
    asked = relevant(fields)
    if not asked:
        return found.identity.ok
    variant = select(found, asked.get(b"accept-encoding"))
    if variant is None:
        return HTTPStatus.NOT_ACCEPTABLE
    if b"if-match" in asked and not lists_strongly(asked[b"if-match"], found.etags):
        return HTTPStatus.PRECONDITION_FAILED
    known = asked.get(b"if-none-match")
    if known is not None and (stored := _stored(found, variant, known)):
        return stored.not_modified
    return variant.ok


def relevant(fields: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """Return the fields that change an answer; a field on several lines is one list."""
    asked: dict[bytes, bytes] = {}
    for name, value in fields:
        if name in RELEVANT:
            asked[name] = asked[name] + b"," + value if name in asked else value
    return asked


def select(found: Resource, accept_encoding: bytes | None) -> Variant | None:
    """Return the variant that the client wants most, of equals the smaller; None where it refuses both."""
    if accept_encoding is None:
        return found.identity
    wanted = weights(accept_encoding)
    if not any(wanted):
        return None
    return found.gzip if _compress(found, wanted) else found.identity


def _compress(found: Resource, wanted: Weights) -> bool:
    smaller = len(found.gzip.ok.body) < len(found.identity.ok.body)
    return not wanted.identity or (smaller and wanted.gzip >= wanted.identity)


def _stored(found: Resource, selected: Variant, known: bytes) -> Variant | None:
    """Return the variant that the client holds already, first the selected one: a 304 names the one it confirms."""
    if known.strip() == b"*":
        return selected
    variants = (selected, found.identity, found.gzip)
    return next((variant for variant in variants if lists(known, variant.etag)), None)
