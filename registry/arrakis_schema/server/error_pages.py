"""Responses for problems: a page for a browser, problem details (RFC 9457) for a program.

The page of a 404 is the site's own, `404.html`, with the explanation below its heading, and a link to the
served site.
"""

import re
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from arrakis_schema.server.negotiation import prefers_page
from arrakis_schema.server.problems import COMMON_FIELDS, NO_STORE, ProblemDetails
from arrakis_schema.server.tree import Tree

LONGEST_DETAIL = 500
"""Characters of a detail that a page shows."""

POLICY = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
PLAIN = """\
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


def explain(problem: ProblemDetails, site: Tree, scope: Any) -> Response:
    """Return the response for a problem."""
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    fields = {**COMMON_FIELDS, **NO_STORE, "vary": "Accept", **problem.fields}
    if not prefers_page(accept):
        return Response(problem.body, problem.status, fields, "application/problem+json")
    home = f"{scope.get('root_path', '')}/"
    if problem.status is not HTTPStatus.NOT_FOUND or not site.missing:
        return Response(_plain(problem, home), problem.status, {**fields, **POLICY}, "text/html")
    moved = _HOME.sub(lambda link: f"{link[1]}{escape(home)}", site.missing, count=1)
    page = _HEADING.sub(lambda end: f"{end[0]}\n{_explanation(problem)}", moved, count=1)
    return Response(page, problem.status, fields, "text/html")


def _plain(problem: ProblemDetails, home: str) -> str:
    """Return a self-contained page."""
    title = escape(problem.status.phrase)
    return PLAIN.format(status=problem.status.value, title=title, explanation=_explanation(problem), home=escape(home))


def _explanation(problem: ProblemDetails) -> str:
    """Return the explanation of a problem, with a link to the suggested path."""
    detail = problem.detail
    cut = detail if len(detail) <= LONGEST_DETAIL else f"{detail[:LONGEST_DETAIL]}…"
    suggestion = problem.suggestion
    link = (
        f'\n<p>Did you mean <a href="{escape(quote(suggestion))}">{escape(suggestion)}</a>?</p>' if suggestion else ""
    )
    return f"<p>{escape(cut)}</p>{link}"
