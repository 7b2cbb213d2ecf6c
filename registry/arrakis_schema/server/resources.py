"""Every response for a representation, prepared: the fast path only chooses among them.

A resource has two variants, one a content coding; each has its own entity tag, and both revalidate.
"""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from arrakis_schema.server.negotiation import Weights, lists, lists_strongly, parse_weights
from arrakis_schema.site.representations import Representation

Fields = tuple[tuple[bytes, bytes], ...]

IMMUTABLE = b"public, max-age=31536000, immutable"
SHORT_LIVED = b"public, max-age=300, must-revalidate"
"""An alias moves and a page changes with a release: a delay of five minutes is acceptable, then a 304 is cheap.

A cache that cannot revalidate must not keep serving an old release as `latest`; a release requested by its number is
kept forever, without revalidation.
"""

CORS: Fields = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag"),
)
COMMON: Fields = (*CORS, (b"x-content-type-options", b"nosniff"))

GZIP_LEVEL = 6
"""The level of gzip: 9 takes twice as long for a site that is 0.3 % smaller."""

RELEVANT_FIELDS = frozenset({b"accept-encoding", b"if-match", b"if-none-match"})


@dataclass(frozen=True, slots=True)
class PreparedResponse:
    """A complete response."""

    status: int
    fields: Fields
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class CodedRepresentation:
    """One content coding of a resource."""

    etag: bytes
    ok: PreparedResponse
    not_modified: PreparedResponse


@dataclass(frozen=True, slots=True)
class PreparedResource:
    """The responses of one URL: its content in either coding, or that it is not modified."""

    identity: CodedRepresentation
    gzip: CodedRepresentation

    @property
    def etags(self) -> tuple[bytes, bytes]:
        """The entity tags of both variants."""
        return self.identity.etag, self.gzip.etag


def prepare_resource(representation: Representation) -> PreparedResource:
    """Prepare all responses of a representation."""
    compressed = gzip.compress(representation.content, GZIP_LEVEL, mtime=0)
    digest = representation.sha256.encode()
    return PreparedResource(
        identity=_encode(representation, representation.content, b'"%s"' % digest, ()),
        gzip=_encode(representation, compressed, b'"%s-gzip"' % digest, ((b"content-encoding", b"gzip"),)),
    )


def _encode(representation: Representation, body: bytes, etag: bytes, coding: Fields) -> CodedRepresentation:
    cache_fields: Fields = (
        (b"etag", etag),
        (b"cache-control", IMMUTABLE if representation.immutable else SHORT_LIVED),
        (b"vary", b"Accept-Encoding"),
    )
    content_fields = (
        (b"content-type", representation.media_type.encode()),
        (b"content-length", b"%d" % len(body)),
        *coding,
    )
    return CodedRepresentation(
        etag=etag,
        ok=PreparedResponse(HTTPStatus.OK.value, (*content_fields, *cache_fields, *COMMON), body),
        not_modified=PreparedResponse(HTTPStatus.NOT_MODIFIED.value, (*cache_fields, *CORS)),
    )


def respond(resource: PreparedResource, fields: Iterable[tuple[bytes, bytes]]) -> PreparedResponse | HTTPStatus:
    """Return the response to a GET with these header fields; or the status 406 or 412 where the client rules it out."""
    request_fields = relevant_fields(fields)
    if not request_fields:
        return resource.identity.ok
    variant = select_variant(resource, request_fields.get(b"accept-encoding"))
    if variant is None:
        return HTTPStatus.NOT_ACCEPTABLE
    if b"if-match" in request_fields and not lists_strongly(request_fields[b"if-match"], resource.etags):
        return HTTPStatus.PRECONDITION_FAILED
    cached = request_fields.get(b"if-none-match")
    if cached is not None and (cached_variant := _find_cached_variant(resource, variant, cached)):
        return cached_variant.not_modified
    return variant.ok


def relevant_fields(fields: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """Return the header fields that affect the response; repeated fields are joined to one list."""
    merged: dict[bytes, bytes] = {}
    for name, value in fields:
        if name in RELEVANT_FIELDS:
            merged[name] = merged[name] + b"," + value if name in merged else value
    return merged


def select_variant(resource: PreparedResource, accept_encoding: bytes | None) -> CodedRepresentation | None:
    """Return the variant that the client prefers, the smaller of equals; None where it refuses both."""
    if accept_encoding is None:
        return resource.identity
    preferences = parse_weights(accept_encoding)
    if not any(preferences):
        return None
    return resource.gzip if _prefers_gzip(resource, preferences) else resource.identity


def _prefers_gzip(resource: PreparedResource, preferences: Weights) -> bool:
    smaller = len(resource.gzip.ok.body) < len(resource.identity.ok.body)
    return not preferences.identity or (smaller and preferences.gzip >= preferences.identity)


def _find_cached_variant(
    resource: PreparedResource, selected: CodedRepresentation, cached: bytes
) -> CodedRepresentation | None:
    """Return the variant that the client has cached, preferably the selected one: a 304 names the one it confirms."""
    if cached.strip() == b"*":
        return selected
    variants = (selected, resource.identity, resource.gzip)
    return next((variant for variant in variants if lists(cached, variant.etag)), None)
