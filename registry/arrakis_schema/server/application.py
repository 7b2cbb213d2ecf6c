"""The site as an ASGI application: files straight from memory, all else through Starlette.

A request for a file, nearly all there are, costs one look into a dict and one choice among prepared answers.
"""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from arrakis_schema.representations import Representation
from arrakis_schema.server.problems import (
    ALLOW,
    COMMON_FIELDS,
    NO_STORE,
    bad_request,
    malformed,
    method_not_allowed,
    not_acceptable,
    not_found,
    precondition_failed,
)
from arrakis_schema.server.resources import Answer, respond
from arrakis_schema.server.tree import Tree, miss, tree

READ = frozenset({"GET", "HEAD"})
PREFLIGHT = {
    **COMMON_FIELDS,
    **ALLOW,
    "access-control-allow-methods": ALLOW["allow"],
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
}


def application(representations: Iterable[Representation]) -> ASGIApp:
    """Return an ASGI application that answers with these representations, under any `root_path`."""
    return assembled(tree(representations))


def assembled(site: Tree) -> ASGIApp:
    """Return the application over a prepared site."""
    otherwise = _otherwise(site)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = _prepared(site, scope) if scope["type"] == "http" else None
        if answer is None:
            await otherwise(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.fields)})
        body = answer.body if scope["method"] == "GET" else b""
        await send({"type": "http.response.body", "body": body})

    return app


def _prepared(site: Tree, scope: Scope) -> Answer | None:
    """Return the prepared answer, if it is one: a file, read in a way that it can be read."""
    found = site.resources.get(path_in_site(scope))
    if found is None or scope["method"] not in READ:
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


def _otherwise(site: Tree) -> ASGIApp:
    """Return the application for all that is not a file of the site, read as it may be read."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "files": site.files}, headers={**COMMON_FIELDS, **NO_STORE})

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        answer = WebSocketClose() if scope["type"] == "websocket" else _explained(site, Request(scope))
        await answer(scope, receive, send)

    router = Router([Route("/healthz", health)], redirect_slashes=False, default=elsewhere)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        refused = _refused(scope) if scope["type"] == "http" else None
        await (refused or router)(scope, receive, send)

    return app


def _refused(scope: Scope) -> Response | None:
    """Return the answer to a request that reads no path, or none that can exist."""
    if scope["method"] == "OPTIONS":  # on any path: a page that may not ask would never see the 404 either
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
    if scope["method"] not in READ:
        return method_not_allowed(scope["method"])
    wrong = malformed(scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass"))
    return bad_request(wrong) if wrong else None


def _explained(site: Tree, request: Request) -> Response:
    """Return the answer where no file can be given: why, or where else it is."""
    path = path_in_site(request.scope)
    found = site.resources.get(path)
    if found is not None:
        status = respond(found, request.scope["headers"])
        return not_acceptable() if status is HTTPStatus.NOT_ACCEPTABLE else precondition_failed(found.etags)
    if f"{path}/" in site.resources:
        return _to_folder(request)
    return not_found(miss(site, path), request.scope.get("root_path", ""), request.scope["path"])


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
