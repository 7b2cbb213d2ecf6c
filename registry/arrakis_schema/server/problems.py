"""The problems with requests: a page for a browser, problem details (RFC 9457) for a program.

Each says what exists instead: a sentence for people in `detail`, and the facts for programs beside it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from starlette.responses import Response

from arrakis_schema.server.resources import COMMON, Tree, prefers_page

METHODS = ("GET", "HEAD", "OPTIONS")
ALLOW = {"allow": ", ".join(METHODS)}
NO_STORE = {"cache-control": "no-store"}
COMMON_FIELDS = {name.decode(): value.decode() for name, value in COMMON}
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
MOST_NAMES = 50
"""How many names of a folder a 404 lists."""
SIMILARITY_LIMIT = 4_000
"""The limit of the search for a similar name (characters in the folder times those of the name): a 404 stays cheap."""

LONGEST_DETAIL = 500
"""Characters of a detail that a page shows."""

POLICY = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
PAGE_TEMPLATE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{status} {title}</title>
<style>body{{font:1rem/1.5 sans-serif;max-width:40rem;margin:3rem auto;overflow-wrap:anywhere}}</style>
<h1>{title}</h1>
{explanation}
<p><a href="{home}">Home</a></p>
</html>
"""
_HEADING = re.compile(r"</h1>")
_HOME = re.compile(r'(<a id="top" href=")[^"]*')


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """Why a request gets no file: a sentence for people, and `facts` for programs.

    `fields` are header fields of the response; `suggestion` is the path that was probably meant.
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
        question = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return json.dumps({**members, "detail": f"{self.detail}{question}", **self.facts}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Miss:
    """How far a path leads: `folder` is the last that exists, `name` what it lacks, `suggestion` a path that exists."""

    folder: str
    name: str
    names: tuple[str, ...]
    suggestion: str | None


def not_found(miss: Miss, root_path: str, path: str) -> ProblemDetails:
    """Return the problem with a missing path: the folder, what it holds, and a suggestion."""
    contents, available = _listing(miss.names)
    facts = {"instance": quote(path), "folder": root_path + quote(miss.folder), "available": available}
    suggestion = f"{root_path}{miss.suggestion}" if miss.suggestion else ""
    if suggestion:
        facts["did_you_mean"] = quote(suggestion)
    detail = f"{root_path}{miss.folder} has no {miss.name or 'page'}; {contents}"
    return ProblemDetails(HTTPStatus.NOT_FOUND, detail, facts, suggestion=suggestion)


def find_miss(site: Tree, path: str) -> Miss:
    """Return how far a path that the site lacks exists."""
    folder, remainder = "/", path.removeprefix("/")
    name, slash, after = remainder.partition("/")
    while slash and f"{folder}{name}/" in site.folders:
        folder += f"{name}/"
        name, slash, after = after.partition("/")
    names = site.folders[folder]
    close = _close_match(name, names)
    return Miss(folder, name, names, _complete_path(site, f"{folder}{close}", after) if close else None)


def _close_match(name: str, names: tuple[str, ...]) -> str | None:
    if len(name) * sum(map(len, names)) > SIMILARITY_LIMIT:
        return None
    by_name = {entry.rstrip("/"): entry for entry in names}
    close = get_close_matches(name, by_name, n=1)
    return by_name[close[0]] if close else None


def _complete_path(site: Tree, start: str, after: str) -> str | None:
    """Return the existing path that begins with `start` and is most similar to `after`; None where there is none."""
    path = f"{start}{after}"
    if path in site.resources:
        return path
    further = find_miss(site, path).suggestion if after and start in site.folders else None
    return further or (start if start in site.resources else None)


@lru_cache(maxsize=256)
def _listing(names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the names in a folder as a text for people, and percent-encoded."""
    listed = names[:MOST_NAMES]
    contents = f"there are {', '.join(listed)}" if names else "it is empty"
    remainder = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return contents + remainder, tuple(map(quote, listed))


def method_not_allowed(method: str) -> ProblemDetails:
    """Return the problem with a method, with the allowed ones."""
    return ProblemDetails(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"{method} is not possible: schemas are read-only here; they change by commits and releases",
        {"allowed": METHODS},
        ALLOW,
    )


def bad_request(reason: str) -> ProblemDetails:
    """Return the problem with a malformed path."""
    return ProblemDetails(HTTPStatus.BAD_REQUEST, f"{reason}; a path is UTF-8, percent-encoded as RFC 3986 requires")


def path_too_long(most: int) -> ProblemDetails:
    """Return the problem with a long path, with the limit."""
    return ProblemDetails(HTTPStatus.REQUEST_URI_TOO_LONG, f"the path and its query are longer than {most} octets")


def fields_too_large(most: int) -> ProblemDetails:
    """Return the problem with large header fields, with the limit."""
    return ProblemDetails(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the fields of the request are larger than {most} octets"
    )


def not_acceptable() -> ProblemDetails:
    """Return the problem with an `Accept-Encoding`, with the available codings."""
    detail = "Accept-Encoding excludes both available encodings: gzip and identity"
    return ProblemDetails(
        HTTPStatus.NOT_ACCEPTABLE, detail, {"available": ["gzip", "identity"]}, {"accept-encoding": "gzip, identity"}
    )


def precondition_failed(etags: tuple[bytes, ...]) -> ProblemDetails:
    """Return the problem with an `If-Match`, with the current entity tags."""
    current = [etag.decode() for etag in etags]
    detail = f"If-Match lists none of the current entity tags: {', '.join(current)}"
    return ProblemDetails(HTTPStatus.PRECONDITION_FAILED, detail, {"available": current})


def path_fault(raw_path: bytes) -> str | None:
    """Return what is malformed in a raw path, or None."""
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


def explain_problem(problem: ProblemDetails, site: Tree, scope: Any) -> Response:
    """Return the response for a problem."""
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    fields = {**COMMON_FIELDS, **NO_STORE, "vary": "Accept", **problem.fields}
    if not prefers_page(accept):
        return Response(problem.body, problem.status, fields, "application/problem+json")
    home = f"{scope.get('root_path', '')}/"
    if problem.status is not HTTPStatus.NOT_FOUND or not site.missing:
        return Response(_plain_page(problem, home), problem.status, {**fields, **POLICY}, "text/html")
    with_home = _HOME.sub(lambda link: f"{link[1]}{escape(home)}", site.missing, count=1)
    page = _HEADING.sub(lambda end: f"{end[0]}\n{_explanation(problem)}", with_home, count=1)
    return Response(page, problem.status, fields, "text/html")


def _plain_page(problem: ProblemDetails, home: str) -> str:
    """Return a self-contained page."""
    title = escape(problem.status.phrase)
    return PAGE_TEMPLATE.format(
        status=problem.status.value, title=title, explanation=_explanation(problem), home=escape(home)
    )


def _explanation(problem: ProblemDetails) -> str:
    """Return the explanation of a problem, with a link to the suggested path."""
    detail = problem.detail
    shortened = detail if len(detail) <= LONGEST_DETAIL else f"{detail[:LONGEST_DETAIL]}…"
    suggestion = problem.suggestion
    link = (
        f'\n<p>Did you mean <a href="{escape(quote(suggestion))}">{escape(suggestion)}</a>?</p>' if suggestion else ""
    )
    return f"<p>{escape(shortened)}</p>{link}"
