"""The fields of a document as a flat list: each with its path, and what people want to know of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pyarrow as pa

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.json_schema.positions import unescaped
from arrakis_schema.json_schema.violations import EXPECTATIONS
from arrakis_schema.reference.places import anchor
from arrakis_schema.store.documents import Document, Format
from arrakis_schema.store.loading import parse_schema

_BOUNDS = (
    *("const", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
Kind = TypeVar("Kind", list[Any], dict[str, Any])
_PROMISES = {"rows": "{} in all rows", "length": "{} items"}
_TOLD = ("description", "x-unit", "x-null", "x-omitted")


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a request, or one column of a payload.

    `path` is what validators print, as in `args.days`; `anchor` is the id of the field's place on its page.
    """

    path: str
    anchor: str
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
    """Return the fields of a document, each with an anchor of its own."""
    prefix, taken, fields = "column-" if document.format is Format.ARROW else "", set[str](), []
    for field in _read(document):
        fields.append(replace(field, anchor=anchor(field.path, taken, prefix=prefix)))
        taken.add(fields[-1].anchor)
    return fields


def _read(document: Document) -> list[Field]:
    """Return the fields of a document without their anchors."""
    if document.format is Format.ARROW:
        parsed = parse_document(document.text)
        if not isinstance(parsed, Template):
            return [_column(column, str(column.type)) for column in parsed]
        texts = [column.lines[0].partition(": ")[2].removesuffix(" not null") for column in parsed.columns]
        allowed = [tuple(value for values in column.allowed.values() for value in values) for column in parsed.columns]
        return [_column(*parts) for parts in zip(parsed.preview(), texts, allowed, strict=True)]
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
    required = _value(schema, "required", list)
    for name, inner in _value(schema, "properties", dict).items():
        yield from _property(inner, f"{prefix}{name}", required=name in required)


def _property(schema: Any, path: str, *, required: bool) -> Iterator[Field]:
    """Yield one property, then its items or properties."""
    if not isinstance(schema, dict):
        schema = {}
    types = [schema["type"]] if isinstance(schema.get("type"), str) else _value(schema, "type", list)
    words = " or ".join(str(name) for name in types if name != "null") or "any"
    bounds = tuple(str(EXPECTATIONS[keyword](schema[keyword], None)) for keyword in _BOUNDS if keyword in schema)
    values = tuple(str(value) for value in _value(schema, "enum", list) if value is not None)
    description, unit, null, omitted = (str(schema.get(key, "")) for key in _TOLD)
    nullable = not types or "null" in types
    yield Field(path, "", words, nullable, required, description, unit, null, omitted, values, bounds)
    yield from _properties(schema, f"{path}.")
    if isinstance(schema.get("items"), dict) and schema["items"]:
        yield from _property(schema["items"], f"{path}[]", required=True)


def _value(schema: dict[str, Any], keyword: str, kind: type[Kind]) -> Kind:
    """Return the value of a keyword; an empty one where it is missing or of a kind that no validator takes."""
    value = schema.get(keyword)
    return value if isinstance(value, kind) else kind()


def _column(column: pa.Field, kind: str, allowed: tuple[str, ...] = ()) -> Field:
    """Return a column as a field."""
    pairs = (column.metadata or {}).items()
    metadata = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in pairs}
    told = {name: metadata.get(name, "") for name in ("description", "unit", "null")}
    values = tuple(metadata.get("values", "").split()) or allowed
    bounds = tuple(words.format(metadata[key]) for key, words in _PROMISES.items() if key in metadata)
    return Field(column.name, "", kind, column.nullable, required=True, values=values, bounds=bounds, **told)
