"""Why a request gets no file, as problem details (RFC 9457): each says what exists instead.

Behind every one stands a sentence for people in `detail` and its facts for programs beside it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from arrakis_schema.server.resources import COMMON
from arrakis_schema.server.tree import Miss

METHODS = ("GET", "HEAD", "OPTIONS")
ALLOW = {"allow": ", ".join(METHODS)}
NO_STORE = {"cache-control": "no-store"}
COMMON_FIELDS = {name.decode(): value.decode() for name, value in COMMON}
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
LISTED = 50
"""How many names of a folder a 404 lists."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no file: a sentence for people, and for programs `facts` beside it.

    `fields` are those of the answer; `suggestion` is the path that was perhaps meant.
    """

    status: HTTPStatus
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    suggestion: str = ""

    @property
    def body(self) -> bytes:
        """The problem details, as JSON."""
        members = {"type": "about:blank", "title": self.status.phrase, "status": self.status.value}
        meant = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return json.dumps({**members, "detail": f"{self.detail}{meant}", **self.facts}).encode() + b"\n"


def not_found(found: Miss, root_path: str, path: str) -> Problem:
    """Say which folder lacks what was asked for, what it holds, and what was perhaps meant."""
    there, available = _listing(found.names)
    facts = {"instance": quote(path), "folder": root_path + quote(found.folder), "available": available}
    suggestion = f"{root_path}{found.suggestion}" if found.suggestion else ""
    if suggestion:
        facts["did_you_mean"] = quote(suggestion)
    detail = f"{root_path}{found.folder} has no {found.name or 'page'}; {there}"
    return Problem(HTTPStatus.NOT_FOUND, detail, facts, suggestion=suggestion)


@lru_cache(maxsize=256)
def _listing(names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the names of a folder for people, and percent-encoded."""
    listed = names[:LISTED]
    there = f"there are {', '.join(listed)}" if names else "it is empty"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return there + more, tuple(map(quote, listed))


def method_not_allowed(method: str) -> Problem:
    """Say what may be done here instead."""
    return Problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"{method} is not possible: a schema is changed by a commit and a release, and only read here",
        {"allowed": METHODS},
        ALLOW,
    )


def bad_request(reason: str) -> Problem:
    """Say what is wrong with the path."""
    return Problem(HTTPStatus.BAD_REQUEST, f"{reason}; a path is UTF-8, percent-encoded where RFC 3986 asks for it")


def path_too_long(most: int) -> Problem:
    """Say how long a path may be."""
    return Problem(HTTPStatus.REQUEST_URI_TOO_LONG, f"the path and its query are longer than {most} octets")


def fields_too_large(most: int) -> Problem:
    """Say how large the fields may be."""
    return Problem(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the fields of the request are larger than {most} octets"
    )


def not_acceptable() -> Problem:
    """Say which content codings there are."""
    detail = "Accept-Encoding refuses all that there is: gzip and identity"
    return Problem(
        HTTPStatus.NOT_ACCEPTABLE, detail, {"available": ["gzip", "identity"]}, {"accept-encoding": "gzip, identity"}
    )


def precondition_failed(etags: tuple[bytes, ...]) -> Problem:
    """Say which entity tags would have matched."""
    current = [etag.decode() for etag in etags]
    detail = f"If-Match lists none of the current entity tags: {', '.join(current)}"
    return Problem(HTTPStatus.PRECONDITION_FAILED, detail, {"available": current})


def malformed(raw_path: bytes) -> str | None:
    """Return what makes this path, as it travelled, none that could name a file."""
    if BROKEN_ESCAPE.search(raw_path):
        return "the path has a % without two hexadecimal digits"
    octets = unquote_to_bytes(raw_path)
    if b"\0" in octets:
        return "the path has a NUL"
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return "the path is not UTF-8"
    return None
