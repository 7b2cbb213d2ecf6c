"""Readable names of locations in a schema: the path of the members they are about, such as `stations[].height`."""

from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from arrakis_schema.json_schema.positions import escape_token, unescape_token, value_at

_DEFINITIONS = ("definitions", "$defs")
_MEMBERS, _PATTERNS = "properties", "patternProperties"
_ITEMS = {"items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"}
_OTHERS = {"additionalProperties", "unevaluatedProperties"}
_LISTS, _NAMED = {"allOf", "anyOf", "oneOf", "prefixItems", "items"}, {"dependencies", "dependentSchemas"}
_LONGEST = 80


class MemberPaths:
    """The member paths of one document; a definition is named by its first use."""

    def __init__(self, document: Any) -> None:
        """Follow the references of a document."""
        self._uses = dict(_uses(document))

    def path_of(self, pointer: str) -> str:
        """Return the path of the members that a JSON Pointer into the document is about, empty for the root."""
        start, path = pointer, ""
        while start not in self._uses and start:
            start = start.rpartition("/")[0]
        if start:
            path, count = self._uses[start]
            return _cut(f"{_extend(path, pointer[len(start) :])}{f' (and in {count - 1} more)' if count > 1 else ''}")
        return _cut(_extend("", pointer))


def _cut(name: str) -> str:
    """Return a name of a readable length."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}…{name[-_LONGEST // 2 :]}"


def _uses(document: Any) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield each definition that is used, by its pointer, with the name of its first use and the number of uses."""
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    todo: deque[tuple[str, str]] = deque([("", "")])
    while todo:
        pointer, name = todo.popleft()
        for location, reference in _references(value_at(document, pointer, None), ""):
            if not reference.startswith("#/"):
                continue
            target = unquote(reference.removeprefix("#"))
            counts[target] = counts.get(target, 0) + 1
            if target not in first:
                first[target] = _extend(name, location)
                todo.append((target, first[target]))
    yield from ((target, (name, counts[target])) for target, name in first.items())


def _references(schema: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield each `$ref` inside a schema with its location; definitions are skipped."""
    todo = [(schema, pointer)]
    while todo:
        value, location = todo.pop()
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield location, value["$ref"]
            inner = [
                (child, f"{location}/{escape_token(name)}") for name, child in value.items() if name not in _DEFINITIONS
            ]
            todo += reversed(inner)
        elif isinstance(value, list):
            todo += [(child, f"{location}/{index}") for index, child in reversed(list(enumerate(value)))]


def _extend(name: str, pointer: str) -> str:
    """Return a name with the members that a pointer goes through."""
    parts = [unescape_token(part) for part in pointer.split("/")[1:]]
    while parts:
        keyword, *parts = parts
        if keyword in _DEFINITIONS and parts:
            name = parts.pop(0)
        elif keyword == _MEMBERS and parts:
            name = f"{name}.{parts.pop(0)}" if name else parts.pop(0)
        elif keyword == _PATTERNS and parts:
            name = f"{name}.<{parts.pop(0)}>" if name else f"<{parts.pop(0)}>"
        elif keyword in _ITEMS:
            name = f"{name}[]"
        elif keyword in _OTHERS:
            name = f"{name}.*" if name else "*"
        if (keyword in _LISTS and parts and parts[0].isdecimal()) or (keyword in _NAMED and parts):
            parts.pop(0)
    return name
