"""The site over HTTP: an ASGI application that answers from memory, and the program that runs it."""

from importlib.util import find_spec

from arrakis_schema.errors import MissingExtraError

for _needed in ("granian", "starlette"):
    if find_spec(_needed) is None:
        raise MissingExtraError(_needed, "serve")

from arrakis_schema.server.application import application  # noqa: E402 - it needs the extra, which is checked above
from arrakis_schema.server.listening import ServeError  # noqa: E402 - the same
from arrakis_schema.server.supervisor import Sources, serve  # noqa: E402 - the same

__all__ = ["ServeError", "Sources", "application", "serve"]
