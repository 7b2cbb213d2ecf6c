"""The part of a message that a document declares: what those send who know this document."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from arrakis_schema.json_schema.positions import value_at

_COMBINED = ("allOf", "anyOf", "oneOf")


def declared_part(document: Any, message: Any) -> Any:
    """Return a message without the members that no schema of the document declares where they are.

    An object of which nothing is declared is kept as it is: there, the document leaves the members open.
    """
    return _declared(document, [document], message)


def _declared(document: Any, schemas: list[Any], value: Any) -> Any:
    """Return the declared part of a value to which some schemas apply."""
    applying = [schema for one in schemas for schema in _in_place(document, one, frozenset())]
    if isinstance(value, list):
        items = [schema["items"] for schema in applying if isinstance(schema.get("items"), dict)]
        return [_declared(document, items, item) for item in value]
    if not isinstance(value, dict):
        return value
    declared: dict[str, list[Any]] = {}
    for schema in applying:
        for name, inner in _object(schema.get("properties")).items():
            declared.setdefault(name, []).append(inner)
    if not declared or any(_object(schema.get("patternProperties")) for schema in applying):
        return value
    return {name: _declared(document, declared[name], member) for name, member in value.items() if name in declared}


def _in_place(document: Any, schema: Any, seen: frozenset[int]) -> Iterator[dict[str, Any]]:
    """Yield a schema and those that it applies to the same value; a reference that leads out or around is left out."""
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    yield schema
    seen |= {id(schema)}
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        yield from _in_place(document, value_at(document, unquote(reference[1:])), seen)
    for keyword in _COMBINED:
        for inner in schema.get(keyword) or ():
            yield from _in_place(document, inner, seen)


def _object(value: Any) -> dict[str, Any]:
    """Return a value that is an object, or an empty one."""
    return value if isinstance(value, dict) else {}
