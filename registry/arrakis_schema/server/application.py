"""The site as an ASGI application: files straight from memory, all else through Starlette.

A request for a file, nearly all there are, costs one look into a dict and one choice among prepared answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from arrakis_schema.server.health import Health, now
from arrakis_schema.server.pages import explain
from arrakis_schema.server.problems import (
    ALLOW,
    COMMON_FIELDS,
    NO_STORE,
    Problem,
    bad_request,
    fields_too_large,
    malformed,
    method_not_allowed,
    not_acceptable,
    not_found,
    path_too_long,
    precondition_failed,
)
from arrakis_schema.server.resources import Answer, respond
from arrakis_schema.server.tree import Tree, miss, tree
from arrakis_schema.site.representations import Representation

READ = frozenset({"GET", "HEAD"})
HEALTH = "/healthz"
PREFLIGHT = {
    **COMMON_FIELDS,
    **ALLOW,
    "access-control-allow-methods": ALLOW["allow"],
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
}

LONGEST_PATH = 8_000
"""Octets of a path with its query: RFC 9110 asks that so many are supported."""

LONGEST_FIELDS = 32_000
"""Octets of all fields of a request together."""

PIECE = 128 * 1024
"""Octets of an answer that are handed over at once: what a slow client has not taken yet is not in memory twice."""


@dataclass(slots=True)
class Current:
    """The site that is answered with, and its health: each request sees the one that is here when it comes."""

    site: Tree
    health: Health


def application(representations: Iterable[Representation]) -> ASGIApp:
    """Return an ASGI application that answers with these representations, under any `root_path`."""
    site = tree(representations)
    return answering(Current(site, Health(site.files, now())))


def answering(current: Current) -> ASGIApp:
    """Return the application that answers with what is current."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _close(scope, receive, send)
            return
        site = current.site
        answer = _prepared(site, scope)
        if answer is None:
            await _otherwise(site, current.health, scope)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.fields)})
        body = answer.body if scope["method"] == "GET" else b""
        for start in range(PIECE, len(body), PIECE):
            await send({"type": "http.response.body", "body": body[start - PIECE : start], "more_body": True})
        rest = max(0, len(body) - 1) // PIECE * PIECE
        await send({"type": "http.response.body", "body": body[rest:] if rest else body})

    return app


def _prepared(site: Tree, scope: Scope) -> Answer | None:
    """Return the prepared answer, if it is one: a file, read in a way that it can be read."""
    found = site.resources.get(path_in_site(scope))
    if found is None or scope["method"] not in READ or too_large(scope) is not None:
        return None
    answer = respond(found, scope["headers"])
    return answer if isinstance(answer, Answer) else None


def path_in_site(scope: Scope) -> str:
    """Return the path below `root_path`; a proxy that forwards under a sub-path may have taken that away already."""
    path: str = scope["path"]
    root_path: str = scope.get("root_path", "")
    if root_path and (path == root_path or path.startswith(f"{root_path}/")):
        return path[len(root_path) :]
    return path


def too_large(scope: Scope) -> Problem | None:
    """Return what is too large in the head of a request."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope.get("query_string", b"")) > LONGEST_PATH:
        return path_too_long(LONGEST_PATH)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_FIELDS:
        return fields_too_large(LONGEST_FIELDS)
    return None


async def _close(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer to what is not HTTP: a WebSocket is refused, and the lifespan is nothing to prepare for."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def _otherwise(site: Tree, health: Health, scope: Scope) -> Response:
    """Return the answer to all that is not a file of the site, read as it may be read."""
    if scope["method"] == "OPTIONS":  # on any path: a page that may not ask would never see the 404 either
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
    problem = _refused(scope)
    path = path_in_site(scope)
    if problem is None and path == HEALTH:
        return JSONResponse(health.body, headers={**COMMON_FIELDS, **NO_STORE})
    if problem is None and f"{path}/" in site.resources and path not in site.resources:
        return _to_folder(Request(scope))
    return explain(problem or _unanswered(site, scope, path), site, scope)


def _refused(scope: Scope) -> Problem | None:
    """Return what is wrong with a request that reads no path, or none that can exist."""
    if scope["method"] not in READ:
        return method_not_allowed(scope["method"])
    large = too_large(scope)
    if large is not None:
        return large
    wrong = malformed(scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass"))
    return bad_request(wrong) if wrong else None


def _unanswered(site: Tree, scope: Scope, path: str) -> Problem:
    """Return why no file can be given."""
    found = site.resources.get(path)
    if found is None:
        return not_found(miss(site, path), scope.get("root_path", ""), scope["path"])
    status = respond(found, scope["headers"])
    return not_acceptable() if status is HTTPStatus.NOT_ACCEPTABLE else precondition_failed(found.etags)


def _to_folder(request: Request) -> Response:
    """Redirect to the folder's own URL, so that the links of its page hold.

    The reference is relative, so that it holds behind any proxy.
    """
    name = quote(request.scope["path"].rpartition("/")[2])
    query = request.scope.get("query_string", b"")
    location = f"./{name}/" + (f"?{quote(query, safe='%&=+/?:@!$;,')}" if query else "")
    return RedirectResponse(
        location,
        status_code=HTTPStatus.PERMANENT_REDIRECT,
        headers={**COMMON_FIELDS, "cache-control": "public, max-age=300"},
    )
