"""The fields that a JSON Schema describes, as a flat list."""

from collections.abc import Iterator
from typing import Any, TypeVar

from arrakis_schema.json_schema.violations import expectation
from arrakis_schema.store.documents import Document
from arrakis_schema.store.fields import Field
from arrakis_schema.store.loading import parse_json_schema

_BOUNDS = (
    *("const", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
Kind = TypeVar("Kind", list[Any], dict[str, Any])
_WORDS = ("description", "x-unit", "x-null", "x-omitted")


def schema_fields(document: Document) -> Iterator[Field]:
    """Yield the members that a document describes, each before its own members; raises `DamagedStoreError`."""
    return _properties(parse_json_schema(document.content, document.path), "")


def _properties(schema: Any, prefix: str) -> Iterator[Field]:
    """Yield the properties of an object and their own properties."""
    if not isinstance(schema, dict):
        return
    required = _value(schema, "required", list)
    for name, inner in _value(schema, "properties", dict).items():
        yield from _property(inner, f"{prefix}{name}", required=name in required)


def _property(schema: Any, path: str, *, required: bool) -> Iterator[Field]:
    """Yield one property, then its items or properties."""
    if not isinstance(schema, dict):
        schema = {}
    types = [schema["type"]] if isinstance(schema.get("type"), str) else _value(schema, "type", list)
    words = " or ".join(str(name) for name in types if name != "null") or "any"
    bounds = tuple(expectation(keyword, schema[keyword]) for keyword in _BOUNDS if keyword in schema)
    values = tuple(str(value) for value in _value(schema, "enum", list) if value is not None)
    description, unit, null, omitted = (str(schema.get(key, "")) for key in _WORDS)
    nullable = not types or "null" in types
    yield Field(path, "", words, nullable, required, description, unit, null, omitted, values, bounds)
    yield from _properties(schema, f"{path}.")
    if isinstance(schema.get("items"), dict) and schema["items"]:
        yield from _property(schema["items"], f"{path}[]", required=True)


def _value(schema: dict[str, Any], keyword: str, kind: type[Kind]) -> Kind:
    """Return the value of a keyword, or an empty one if it is missing or of an invalid kind."""
    value = schema.get(keyword)
    return value if isinstance(value, kind) else kind()
