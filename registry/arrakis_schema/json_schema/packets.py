"""Parses and writes the command of a Flight descriptor: a `Request` as one JSON object in UTF-8."""

import json
import os
from collections.abc import Mapping
from typing import Any, Required, TypedDict, cast, overload

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.store.parsing import (
    MAX_DEPTH,
    json_children,
    parse_json,
    refuse_depth,
    refuse_lone_surrogates,
    too_deep,
)

_TYPES = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


class Request(TypedDict, total=False):
    """The envelope of a request, a dict: the endpoint, its arguments, and the version of the schemas.

    `request` is the name of the endpoint as it is sent; `args` are its arguments; `version`, which may be left out, is
    the release that the client knows. Another API names the last two in `[flight]` of its `registry.toml`.
    """

    request: Required[str]
    args: Required[dict[str, Any]]
    version: str


def parse_request(command: bytes | bytearray | memoryview) -> Request:
    """Return the request in the command of a descriptor, without validating it against a schema.

    Raises `MalformedRequestError` for a command that is not UTF-8, not JSON or not an object, for NaN and infinities,
    repeated names, half of a surrogate pair, and nesting of more than 32 levels.
    """
    parsed = parse_json(bytes(command))
    if not isinstance(parsed, dict):
        raise MalformedRequestError(f"it is {_TYPES.get(type(parsed), 'a number')}, not an object")
    return cast("Request", parsed)


@overload
def dump_request(request: Request) -> bytes: ...
@overload
def dump_request(request: Mapping[str, Any], *, root: str | os.PathLike[str] | None) -> bytes: ...
def dump_request(request: Request | Mapping[str, Any], *, root: str | os.PathLike[str] | None = None) -> bytes:
    """Return the command of a descriptor for a request; its name, arguments and version come first, as in clients.

    These are the members `request`, `args` and `version`; with a `root`, arguments and version are the members
    that `[flight]` of its `registry.toml` names. The order of all other members stays.

    Raises `MalformedRequestError` for values that JSON cannot represent, and for requests that `parse_request` rejects.
    """
    if root is None:
        return write_request(request, tuple(Request.__annotations__))
    from arrakis_schema.store.settings import read_settings  # noqa: PLC0415 - a client that starts needs no settings

    return write_request(request, read_settings(os.fspath(root)).flight.leading)


def write_request(request: Mapping[str, Any], leading: tuple[str, ...] = ()) -> bytes:
    """Return the command for a request with these members first; raises `MalformedRequestError`."""
    if not isinstance(request, dict):
        raise MalformedRequestError(f"expected a dict, found {type(request).__name__}")
    order = [name for name in leading if name in request]
    members: dict[str, Any] = {**dict.fromkeys(order), **request}
    try:
        command = json.dumps(members, allow_nan=False).encode("ascii")
    except RecursionError as error:
        raise too_deep(MAX_DEPTH) from error
    except (TypeError, ValueError) as error:
        raise MalformedRequestError(f"it has no JSON form: {error}") from error
    _refuse_other_names(members)
    refuse_depth(command, members, MAX_DEPTH)
    refuse_lone_surrogates(command, members)
    return command


def _refuse_other_names(value: Any) -> None:
    """Raise an error for names that are not text: Python would silently turn 1 and None into "1" and "null"."""
    todo = [value]
    while todo:
        item = todo.pop()
        names = [name for name in item if not isinstance(name, str)] if isinstance(item, dict) else []
        if names:
            raise MalformedRequestError(f"the name {names[0]!r} is not text")
        todo.extend(json_children(item))
