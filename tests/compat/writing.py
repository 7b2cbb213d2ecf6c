"""The schemas of `random_schemas` written in each dialect: what a dialect cannot say is left out, or said otherwise."""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.compat.random_schemas import NAMES, Schemas, subschemas

OLD, NEW = ("draft-04", "draft-06", "draft-07"), ("2019-09", "2020-12")
URIS = {
    **{name: f"http://json-schema.org/{name}/schema#" for name in OLD},
    **{name: f"https://json-schema.org/draft/{name}/schema" for name in NEW},
}
_NAMED = ("properties", "patternProperties", "definitions", "$defs", "dependencies")
_MANY = ("allOf", "anyOf", "oneOf")
_ONE = ("additionalProperties", "additionalItems", "not", "contains", "propertyNames", "if", "then", "else", "items")
_BEYOND = {
    "draft-04": {"const", "contains", "propertyNames", "if", "then", "else"},
    "draft-06": {"if", "then", "else"},
}


def pair_of_dialects(random: Random) -> tuple[Any, Any, tuple[str, str]]:
    """Return two documents and their dialects, most often different ones; one document is made from the other."""
    schemas = Schemas(random, modern=False)
    writer = schemas.document()
    reader = schemas.changed(writer) if random.random() < 0.8 else schemas.document()
    names = random.choice(list(URIS)), random.choice(list(URIS))
    names = (names[0], names[0]) if random.random() < 0.4 else names
    written = [write_as(document, name, random) for document, name in zip((reader, writer), names, strict=True)]
    return written[0], written[1], names


def write_as(document: Any, name: str, random: Random) -> dict[str, Any]:
    """Return a document of draft-07 in the dialect of a name."""
    written: dict[str, Any] = {"$schema": URIS[name], **_WRITERS[name](_inner(document, lambda one: one), random)}
    if name == "2019-09":
        written |= {"$recursiveAnchor": random.random() < 0.5} if random.random() < 0.5 else {}
        if any("contains" in schema for schema in subschemas(written)):  # both referees evaluate it as in 2020-12
            for schema in subschemas(written):
                schema.pop("unevaluatedItems", None)
    return written


def _inner(schema: Any, write: Callable[[Any], Any]) -> Any:
    """Return a schema with each direct subschema written anew."""
    if not isinstance(schema, dict):
        return schema
    inner = dict(schema)
    for keyword, value in schema.items():
        if keyword in _NAMED:
            inner[keyword] = {name: one if isinstance(one, list) else write(one) for name, one in value.items()}
        elif keyword in _MANY or (keyword == "items" and isinstance(value, list)):
            inner[keyword] = [write(one) for one in value]
        elif keyword in _ONE:
            inner[keyword] = write(value)
    return inner


def _without(schema: Any, name: str) -> Any:
    beyond = _BEYOND[name]
    return {keyword: value for keyword, value in schema.items() if keyword not in beyond}


def _draft_04(schema: Any, random: Random) -> Any:
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    written = _inner(schema, lambda one: _draft_04(one, random))
    if "const" in written:
        written["enum"] = [written["const"]]
    written = _without(written, "draft-04")
    for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
        if keyword in written:
            written[keyword.replace("exclusiveM", "m")] = written[keyword]
            written[keyword] = random.random() < 0.8
    if "enum" in written:
        written["enum"] = [value for index, value in enumerate(written["enum"]) if value not in written["enum"][:index]]
    return written


def _draft_06(schema: Any, random: Random) -> Any:
    if isinstance(schema, bool):
        return schema
    return _without(_inner(schema, lambda one: _draft_06(one, random)), "draft-06")


def _split_dependencies(written: dict[str, Any]) -> dict[str, Any]:
    needs = written.pop("dependencies", {})
    for keyword, is_list in (("dependentRequired", True), ("dependentSchemas", False)):
        split = {name: need for name, need in needs.items() if isinstance(need, list) is is_list}
        written |= {keyword: split} if split else {}
    return written


def _2019_09(schema: Any, random: Random) -> Any:
    if isinstance(schema, bool) or "$ref" in schema:
        return schema
    written = _split_dependencies(_inner(schema, lambda one: _2019_09(one, random)))
    extras: list[dict[str, Any]] = [
        {"unevaluatedProperties": random.choice([False, {"type": "integer"}])},
        {"unevaluatedItems": random.choice([False, {"type": "integer"}])},
        {"properties": {random.choice(NAMES): {"$recursiveRef": "#"}}},
        {"items": [{"$recursiveRef": "#"}], "additionalItems": {"type": "string"}},
        {"items": {"$recursiveRef": "#"}},
        {"contains": {"type": "integer"}, "minContains": random.randint(0, 2), "maxContains": random.randint(1, 3)},
    ]
    return {**written, **random.choice(extras)} if random.random() < 0.2 else written


def _2020_12(schema: Any, random: Random) -> Any:
    if isinstance(schema, bool) or "$ref" in schema:
        return schema
    written = _split_dependencies(_inner(schema, lambda one: _2020_12(one, random)))
    rest = written.pop("additionalItems", None)
    if isinstance(written.get("items"), list):
        written["prefixItems"] = written.pop("items")
        written |= {} if rest is None else {"items": rest}
    return written


_WRITERS: dict[str, Callable[[Any, Random], Any]] = {
    "draft-04": _draft_04,
    "draft-06": _draft_06,
    "draft-07": lambda schema, _: schema,
    "2019-09": _2019_09,
    "2020-12": _2020_12,
}


def whole(value: Any) -> Any:
    """Return a value with 1.0 written 1: in draft-04 alone the one is not an integer, and containment tells no difference."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(part) for part in value]
    return {name: whole(part) for name, part in value.items()} if isinstance(value, dict) else value
