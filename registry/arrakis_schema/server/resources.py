"""All URLs of the site, each with its responses prepared: the fast path only chooses one by the fields of a request.

A path is looked up in a dict and never resolved, so none can lead outside. A resource has two variants, one a content
coding; each has its own entity tag, and both revalidate. `RFC 9110 <https://www.rfc-editor.org/rfc/rfc9110>`_ is the
rule of the fields.
"""

import gzip
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from arrakis_schema.site.representations import Representation

Fields = tuple[tuple[bytes, bytes], ...]

PAGE = "index.html"
NOT_FOUND = "/404.html"

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

ENTITY_TAG = re.compile(rb'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
WEIGHT = re.compile(rb"0(\.\d{0,3})?|1(\.0{0,3})?")
IMPLICIT_WEIGHT = 0.0001
"""The weight of `identity` where the client does not name it: acceptable, but below everything it names."""


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


class Weights(NamedTuple):
    """The client's weights of the codings that this server has; 0 is a refusal."""

    gzip: float
    identity: float


@dataclass(frozen=True, slots=True)
class Tree:
    """The site: `resources` by URL path, `folders` (with their slash) to the names in them, folders with a slash.

    `missing` is the HTML of the site's page for missing paths.
    """

    resources: Mapping[str, PreparedResource]
    folders: Mapping[str, tuple[str, ...]]
    files: int
    missing: str = ""


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


def prepare_tree(
    representations: Iterable[Representation], prepare: Callable[[Representation], PreparedResource] = prepare_resource
) -> Tree:
    """Prepare the whole site; raises `ValueError` where two representations have the same path."""
    resources: dict[str, PreparedResource] = {}
    files = 0
    for files, representation in enumerate(representations, start=1):  # noqa: B007
        path = f"/{representation.path}"
        if path in resources:
            raise ValueError(f"two files of the site have the path {representation.path}")
        resources[path] = prepare(representation)
        if path.endswith(f"/{PAGE}"):
            resources[path.removesuffix(PAGE)] = resources[path]
    return Tree(resources, _list_folders(resources), files, _missing_page(resources))


def _missing_page(resources: Mapping[str, PreparedResource]) -> str:
    """Return the site's own page for missing paths; empty where it has none."""
    page = resources.get(NOT_FOUND)
    return "" if page is None else page.identity.ok.body.decode("utf-8", "replace")


def _list_folders(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = {"/": set()}
    for path in paths:
        folder = "/"
        *parents, name = path.split("/")[1:]
        for parent in parents:
            names[folder].add(f"{parent}/")
            folder += f"{parent}/"
            names.setdefault(folder, set())
        names[folder].add(name)
    return {folder: tuple(sorted(entries - {"", PAGE})) for folder, entries in names.items()}


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


@lru_cache(maxsize=64)
def parse_weights(accept_encoding: bytes) -> Weights:
    """Return the weights in an `Accept-Encoding` (§12.5.3); a malformed member is ignored."""
    named = dict(_members(accept_encoding.lower()))
    wildcard = named.get(b"*")
    gzip = named.get(b"gzip", named.get(b"x-gzip", wildcard or 0.0))
    return Weights(gzip, named.get(b"identity", IMPLICIT_WEIGHT if wildcard is None else wildcard))


def _members(accept_encoding: bytes) -> Iterator[tuple[bytes, float]]:
    for member in accept_encoding.split(b","):
        coding, _, parameter = member.partition(b";")
        name, _, value = parameter.partition(b"=")
        if not parameter.strip():
            yield coding.strip(), 1.0
        elif name.strip() == b"q" and WEIGHT.fullmatch(value.strip()):
            yield coding.strip(), float(value)


def lists(field: bytes, etag: bytes) -> bool:
    """Return whether an `If-None-Match` lists this entity tag, compared weakly (§13.1.2)."""
    return any(tag == etag for _, tag in ENTITY_TAG.findall(field))


def lists_strongly(field: bytes, etags: Container[bytes]) -> bool:
    """Return whether an `If-Match` holds: it is `*` or lists one of these entity tags, and not as weak (§13.1.1)."""
    return field.strip() == b"*" or any(not weak and tag in etags for weak, tag in ENTITY_TAG.findall(field))


def prefers_page(accept: bytes) -> bool:
    """Return whether an `Accept` (§12.5.1) prefers HTML to JSON, as that of a browser does."""
    ranges = dict(_members(accept.lower()))

    def weight(*names: bytes) -> float:
        return next((ranges[name] for name in names if name in ranges), 0.0)

    html = weight(b"text/html", b"text/*", b"*/*")
    return html > weight(b"application/problem+json", b"application/json", b"application/*", b"*/*")
