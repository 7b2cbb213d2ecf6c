"""The fields of a document as a flat list: each with its path, and what people want to know of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.dialect.positions import unescaped
from arrakis_schema.documents import Document, Format
from arrakis_schema.loading import parse_schema
from arrakis_schema.validation.violations import EXPECTATIONS

_BOUNDS = (
    *("const", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
_PROMISES = {"rows": "{} in all rows", "length": "{} items"}
_TOLD = ("description", "x-unit", "x-null", "x-omitted")


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a request, or one column of a payload; `path` is what validators print, as `args.max_rate`."""

    path: str
    type: str
    nullable: bool
    required: bool
    description: str = ""
    unit: str = ""
    null: str = ""
    omitted: str = ""
    values: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()


def fields_of(document: Document) -> list[Field]:
    """Return the fields of a document."""
    if document.format is Format.ARROW:
        parsed = parse_document(document.text)
        if not isinstance(parsed, Template):
            return [_column(column, str(column.type)) for column in parsed]
        texts = [column.lines[0].partition(": ")[2].removesuffix(" not null") for column in parsed.columns]
        return [_column(*pair) for pair in zip(parsed.preview(), texts, strict=True)]
    return list(_properties(parse_schema(document.content, document.path), ""))


def path_of(location: str) -> str:
    """Return the path of the field that a JSON Pointer into a schema, or the name of a column, is about."""
    if not location.startswith("/"):
        return location
    parts, names = [unescaped(part) for part in location.split("/")[1:]], []
    while parts:
        keyword = parts.pop(0)
        if keyword == "properties" and parts:
            names.append(parts.pop(0))
        elif keyword == "items" and names:
            names[-1] += "[]"
    return ".".join(names)


def _properties(schema: Any, prefix: str) -> Iterator[Field]:
    """Yield the properties of an object and what is inside them."""
    if not isinstance(schema, dict):
        return
    for name, inner in schema.get("properties", {}).items():
        yield from _property(inner, f"{prefix}{name}", required=name in schema.get("required", ()))


def _property(schema: Any, path: str, *, required: bool) -> Iterator[Field]:
    """Yield one property, then its items or properties."""
    if not isinstance(schema, dict):
        schema = {}
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    words = " or ".join(name for name in types if name != "null") or "any"
    bounds = tuple(str(EXPECTATIONS[keyword](schema[keyword], None)) for keyword in _BOUNDS if keyword in schema)
    values = tuple(str(value) for value in schema.get("enum", ()) if value is not None)
    description, unit, null, omitted = (str(schema.get(key, "")) for key in _TOLD)
    yield Field(path, words, not types or "null" in types, required, description, unit, null, omitted, values, bounds)
    yield from _properties(schema, f"{path}.")
    if isinstance(schema.get("items"), dict) and schema["items"]:
        yield from _property(schema["items"], f"{path}[]", required=True)


def _column(column: pa.Field, kind: str) -> Field:
    """Return a column as a field."""
    metadata = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
    description, unit, null = (metadata.get(key, "") for key in ("description", "unit", "null"))
    values = tuple(metadata.get("values", "").split())
    bounds = tuple(words.format(metadata[key]) for key, words in _PROMISES.items() if key in metadata)
    told = {"description": description, "unit": unit, "null": null, "values": values, "bounds": bounds}
    return Field(column.name, kind, column.nullable, True, **told)  # noqa: FBT003
