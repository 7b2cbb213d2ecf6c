"""The site as an ASGI application: files straight from memory, everything else through Starlette.

Nearly all requests are for files; each costs one dict lookup and one choice among prepared responses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from arrakis_schema.server.problems import (
    ALLOW,
    COMMON_FIELDS,
    NO_STORE,
    ProblemDetails,
    bad_request,
    explain_problem,
    fields_too_large,
    find_miss,
    method_not_allowed,
    not_acceptable,
    not_found,
    path_fault,
    path_too_long,
    precondition_failed,
)
from arrakis_schema.server.resources import PreparedResponse, Tree, prepare_tree, respond
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.records import now

LONGEST_REASON = 2_000
"""Characters of a reason that are reported."""
READ_METHODS = frozenset({"GET", "HEAD"})
PREFLIGHT = {
    **COMMON_FIELDS,
    **ALLOW,
    "access-control-allow-methods": ALLOW["allow"],
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
}
LONGEST_PATH = 8_000
"""Octets of a path with its query: the minimum that RFC 9110 recommends to support."""

LONGEST_FIELDS = 32_000
"""Octets of all fields of a request together."""

CHUNK_SIZE = 128 * 1024
"""Octets of a response that are sent at once, so that a slow client does not hold a second copy of it in memory."""


@dataclass(frozen=True, slots=True)
class Health:
    """The served site, with the number of its build, and since when and why newer builds fail."""

    files: int
    built: str
    build: int = 1
    failing_since: str = ""
    reason: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        if not self.reason:
            return {"status": "ok", "files": self.files, "built": self.built}
        failure = {"since": self.failing_since, "reason": self.reason[:LONGEST_REASON]}
        return {"status": "degraded", "files": self.files, "built": self.built, "failure": failure}


ROUTES: dict[str, Callable[[Health], dict[str, Any]]] = {"/healthz": lambda health: health.body}
"""The addresses that are answered at request time, each with the function that makes its JSON."""


@dataclass(slots=True)
class Current:
    """The current site and its health; each request sees those that are current when it arrives."""

    site: Tree
    health: Health


def application(representations: Iterable[Representation]) -> ASGIApp:
    """Return an ASGI application that serves these representations, under any `root_path`."""
    site = prepare_tree(representations)
    return make_application(Current(site, Health(site.files, now())))


def make_application(current: Current) -> ASGIApp:
    """Return the application that serves the current site."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _close(scope, receive, send)
            return
        site = current.site
        answer = _find_prepared(site, scope)
        if answer is None:
            await _fallback_response(site, current.health, scope)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.fields)})
        body = answer.body if scope["method"] == "GET" else b""
        for start in range(CHUNK_SIZE, len(body), CHUNK_SIZE):
            await send({"type": "http.response.body", "body": body[start - CHUNK_SIZE : start], "more_body": True})
        last_start = max(0, len(body) - 1) // CHUNK_SIZE * CHUNK_SIZE
        await send({"type": "http.response.body", "body": body[last_start:] if last_start else body})

    return app


def _find_prepared(site: Tree, scope: Scope) -> PreparedResponse | None:
    """Return the prepared response, if the request is for a file and acceptable."""
    resource = site.resources.get(path_in_site(scope))
    if resource is None or scope["method"] not in READ_METHODS or find_head_problem(scope) is not None:
        return None
    answer = respond(resource, scope["headers"])
    return answer if isinstance(answer, PreparedResponse) else None


def path_in_site(scope: Scope) -> str:
    """Return the path below `root_path`; a proxy that forwards under a sub-path may have removed it already."""
    path: str = scope["path"]
    root_path: str = scope.get("root_path", "")
    if root_path and (path == root_path or path.startswith(f"{root_path}/")):
        return path[len(root_path) :]
    return path


def find_head_problem(scope: Scope) -> ProblemDetails | None:
    """Return the problem with a request whose head is too large, or None."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope.get("query_string", b"")) > LONGEST_PATH:
        return path_too_long(LONGEST_PATH)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_FIELDS:
        return fields_too_large(LONGEST_FIELDS)
    return None


async def _close(scope: Scope, receive: Receive, send: Send) -> None:
    """Handle what is not HTTP: refuse a WebSocket, and acknowledge the lifespan events."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def _fallback_response(site: Tree, health: Health, scope: Scope) -> Response:
    """Return the response to a request that has no prepared one."""
    if scope["method"] == "OPTIONS":  # on any path: a page that may not ask would never see the 404 either
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
    problem = _request_problem(scope)
    path = path_in_site(scope)
    if problem is None and path in ROUTES:
        return JSONResponse(ROUTES[path](health), headers={**COMMON_FIELDS, **NO_STORE})
    if problem is None and f"{path}/" in site.resources and path not in site.resources:
        return _redirect_to_folder(Request(scope))
    return explain_problem(problem or _file_problem(site, scope, path), site, scope)


def _request_problem(scope: Scope) -> ProblemDetails | None:
    """Return the problem with a request whose method, size or path cannot be served, or None."""
    if scope["method"] not in READ_METHODS:
        return method_not_allowed(scope["method"])
    large = find_head_problem(scope)
    if large is not None:
        return large
    fault = path_fault(scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass"))
    return bad_request(fault) if fault else None


def _file_problem(site: Tree, scope: Scope, path: str) -> ProblemDetails:
    """Return the problem with a request for a file: it does not exist, or the client rules it out."""
    resource = site.resources.get(path)
    if resource is None:
        return not_found(find_miss(site, path), scope.get("root_path", ""), scope["path"])
    status = respond(resource, scope["headers"])
    return not_acceptable() if status is HTTPStatus.NOT_ACCEPTABLE else precondition_failed(resource.etags)


def _redirect_to_folder(request: Request) -> Response:
    """Redirect to the folder's own URL, so that the relative links of its page work.

    The reference is relative, so that it works behind any proxy.
    """
    name = quote(request.scope["path"].rpartition("/")[2])
    query = request.scope.get("query_string", b"")
    location = f"./{name}/" + (f"?{quote(query, safe='%&=+/?:@!$;,')}" if query else "")
    return RedirectResponse(
        location,
        status_code=HTTPStatus.PERMANENT_REDIRECT,
        headers={**COMMON_FIELDS, "cache-control": "public, max-age=300"},
    )
