"""The position of each value in a JSON text: JSON Pointer (RFC 6901) to line and column, both counted from 1."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.store.files import YAML
from arrakis_schema.text.json_pointer import escape_token, names_in

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
Positions = dict[str, tuple[int, int]]


@dataclass(slots=True)
class _Container:
    """An object or an array that is being read: its pointer, and the name or index of the member read last."""

    pointer: str
    is_object: bool
    index: int = -1
    member: str = ""
    name_next: bool = True


def positions(text: str) -> Positions:
    """Return the position of each member's name and each array item of a valid JSON text; "" is the whole text."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    places: Positions = {}
    stack: list[_Container] = []
    for match in _TOKEN.finditer(text):
        pointer = _read_piece(stack, match.group())
        if pointer is not None and pointer not in places:
            line = bisect_right(starts, match.start())
            places[pointer] = line, match.start() - starts[line - 1] + 1
    return places


def positions_in(text: str, path: str) -> Positions:
    """Return the positions in a valid text in the notation of a file of this name: JSON, or YAML."""
    if not path.endswith(YAML):
        return positions(text)
    from arrakis_schema.store.yaml_text import yaml_positions  # noqa: PLC0415 - most schemas are JSON

    try:
        return yaml_positions(text)
    except MalformedRequestError:
        return {}


def nearest(places: Positions, pointer: str) -> tuple[int, int]:
    """Return the position of a JSON Pointer, or of the nearest value around it if it points to a missing value."""
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return places.get(pointer, (1, 1))


def _read_piece(stack: list[_Container], piece: str) -> str | None:
    """Read one piece; return the pointer of the name or item that it begins, or None."""
    top = stack[-1] if stack else None
    if piece in "}]":
        stack.pop()
        return None
    if piece == ",":
        top.name_next = True  # type: ignore[union-attr] # a comma stands in a container
        return None
    if piece == ":":
        return None
    if top is not None and top.is_object and top.name_next:
        top.name_next, top.member = False, f"{top.pointer}/{escape_token(json.loads(piece))}"
        return top.member
    pointer = _value(top)
    if piece in "{[":
        stack.append(_Container(pointer, piece == "{"))
    return pointer


def _value(container: _Container | None) -> str:
    """Return the pointer of the value that comes next."""
    if container is None:
        return ""
    if container.is_object:
        return container.member
    container.index += 1
    return f"{container.pointer}/{container.index}"


def value_at(document: Any, pointer: str, default: Any = None) -> Any:
    """Return the value at a JSON Pointer in a document, or the default if there is none."""
    for name in names_in(pointer):
        document = member(document, name, default)
    return document


def member(value: Any, name: str, default: Any = None) -> Any:
    """Return the member of an object, the item of an array at an index, or the default."""
    if isinstance(value, list):
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else default
    return value.get(name, default) if isinstance(value, dict) else default


def object_pointers(document: Any) -> Iterator[tuple[int, str]]:
    """Yield the identity of each object in a document with the JSON Pointer to it."""
    todo = [(document, "")]
    while todo:
        value, pointer = todo.pop()
        if isinstance(value, dict):
            yield id(value), pointer
            todo += [(child, f"{pointer}/{escape_token(name)}") for name, child in value.items()]
        elif isinstance(value, list):
            todo += [(child, f"{pointer}/{index}") for index, child in enumerate(value)]
