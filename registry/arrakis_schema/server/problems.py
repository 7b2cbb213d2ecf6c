"""The answers that are not a file, as problem details (RFC 9457): each says what exists instead.

Behind every one stands a sentence for people in `detail` and its facts for programs beside it.
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from starlette.responses import Response

from arrakis_schema.server.resources import COMMON
from arrakis_schema.server.tree import Miss

METHODS = ("GET", "HEAD", "OPTIONS")
ALLOW = {"allow": ", ".join(METHODS)}
NO_STORE = {"cache-control": "no-store"}
COMMON_FIELDS = {name.decode(): value.decode() for name, value in COMMON}
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
LISTED = 50
"""How many names of a folder a 404 lists."""


def problem(status: HTTPStatus, detail: str, more: Mapping[str, str] | None = None, **facts: Any) -> Response:
    """Return a problem details response; `more` are further fields, `facts` extension members."""
    members = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, **facts}
    return Response(
        json.dumps(members, indent=2).encode() + b"\n",
        status_code=status,
        headers={**COMMON_FIELDS, **NO_STORE, **(more or {})},
        media_type="application/problem+json",
    )


def not_found(found: Miss, root_path: str, path: str) -> Response:
    """Say which folder lacks what was asked for, what it holds, and what was perhaps meant."""
    names = found.names[:LISTED]
    there = f"there are {', '.join(names)}" if names else "it is empty"
    more = f" and {len(found.names) - LISTED} more" if len(found.names) > LISTED else ""
    meant = f"; did you mean {root_path}{found.suggestion}?" if found.suggestion else ""
    facts: dict[str, Any] = {"folder": root_path + quote(found.folder), "available": [quote(name) for name in names]}
    if found.suggestion:
        facts["did_you_mean"] = root_path + quote(found.suggestion)
    return problem(
        HTTPStatus.NOT_FOUND,
        f"{root_path}{found.folder} has no {found.name or 'page'}; {there}{more}{meant}",
        instance=quote(path),
        **facts,
    )


def method_not_allowed(method: str) -> Response:
    """Say what may be done here instead."""
    return problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"{method} is not possible: a schema is changed by a commit and a release, and only read here",
        ALLOW,
        allowed=METHODS,
    )


def bad_request(reason: str) -> Response:
    """Say what is wrong with the path."""
    return problem(HTTPStatus.BAD_REQUEST, f"{reason}; a path is UTF-8, percent-encoded where RFC 3986 asks for it")


def not_acceptable() -> Response:
    """Say which content codings there are."""
    detail = "Accept-Encoding refuses all that there is: gzip and identity"
    return problem(
        HTTPStatus.NOT_ACCEPTABLE, detail, {"accept-encoding": "gzip, identity"}, available=["gzip", "identity"]
    )


def precondition_failed(etags: tuple[bytes, ...]) -> Response:
    """Say which entity tags would have matched."""
    current = [etag.decode() for etag in etags]
    detail = f"If-Match lists none of the current entity tags: {', '.join(current)}"
    return problem(HTTPStatus.PRECONDITION_FAILED, detail, available=current)


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
