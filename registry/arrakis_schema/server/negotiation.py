"""The meaning of a request's header fields: content codings and preconditions.

Field values in, answers out; `RFC 9110 <https://www.rfc-editor.org/rfc/rfc9110>`_ is the rule.
"""

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import NamedTuple

ENTITY_TAG = re.compile(rb'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
WEIGHT = re.compile(rb"0(\.\d{0,3})?|1(\.0{0,3})?")
IMPLICIT_WEIGHT = 0.0001
"""The weight of `identity` where the client does not name it: acceptable, but below everything it names."""


class Weights(NamedTuple):
    """The client's weights of the codings that this server has; 0 is a refusal."""

    gzip: float
    identity: float


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
