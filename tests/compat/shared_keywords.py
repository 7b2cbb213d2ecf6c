"""Pairs of schemas that share a keyword which is hard to decide, each with other neighbours beside it.

What such a keyword means depends on its neighbours, so equal text on both sides says little.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.compat.random_schemas import NAMES, PATTERNS, Schemas

ANCHOR, GENERAL, SPECIAL = "node", "http://example.org/general", "http://example.org/special"


def shared_pair(random: Random, schemas: Schemas) -> tuple[Any, Any]:
    """Return two documents that share a hard keyword at the same place."""
    shared = random.choice(_hard_keywords(random, schemas))()
    definitions = {name: schemas.schema(2, refer=False) for name in "xy"}
    place = random.choice(_PLACES)
    return tuple(_document(random, schemas, shared, definitions, place) for _ in range(2))  # type: ignore[return-value]


def _document(
    random: Random, schemas: Schemas, shared: dict[str, Any], definitions: dict[str, Any], place: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return a document with the shared keyword and neighbours of its own."""
    neighbours = random.choice(_neighbours(random, schemas))()
    document: dict[str, Any] = place({**schemas.keywords(1), **neighbours, **shared})
    document[schemas.definitions] = definitions
    if not schemas.modern:
        return document
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    definitions = {**definitions, **_resources(random, schemas)}
    if random.random() < 0.3:  # the anchor is the document, or a definition that differs, or in the resources alone
        return {**document, "$defs": definitions, "$dynamicAnchor": ANCHOR}
    own = {"z": {"$dynamicAnchor": ANCHOR, **schemas.keywords(1)}} if random.random() < 0.7 else {}
    return {**document, "$defs": {**definitions, **own}}


def _resources(random: Random, schemas: Schemas) -> dict[str, Any]:
    """Return two embedded resources: one has items and members that the other one may say more of."""
    anchored = {"$dynamicAnchor": ANCHOR, **schemas.keywords(1)}
    general = {"$id": GENERAL, random.choice(["items", "additionalProperties"]): {"$dynamicRef": f"#{ANCHOR}"}}
    special = {"$id": SPECIAL, "$ref": GENERAL, "$defs": {"of": anchored}}
    return {"general": {**general, "$defs": {"of": {"$dynamicAnchor": ANCHOR}}}, "special": special}


_PLACES: list[Callable[[Any], Any]] = [
    lambda schema: schema,
    lambda schema: {"properties": {"a": schema}},
    lambda schema: {"items": schema},
    lambda schema: {"allOf": [schema]},
]


def _hard_keywords(random: Random, schemas: Schemas) -> list[Callable[[], dict[str, Any]]]:
    def inner(depth: int = 1) -> Any:
        return schemas.schema(depth, refer=False)

    keywords: list[Callable[[], dict[str, Any]]] = [
        lambda: {"not": inner(2)},
        lambda: {"if": inner()},
        lambda: {"if": inner(), "then": inner(), "else": inner()},
        lambda: {"contains": inner()},
        lambda: {"pattern": random.choice(PATTERNS)},
        lambda: {"uniqueItems": True},
        lambda: {"multipleOf": random.choice([2, 3, 0.5])},
    ]
    if not schemas.modern:
        return [*keywords, lambda: {"dependencies": {random.choice(NAMES): inner()}}]
    return [
        *keywords,
        lambda: {"unevaluatedProperties": False},
        lambda: {"unevaluatedProperties": inner()},
        lambda: {"unevaluatedItems": False},
        lambda: {"unevaluatedItems": inner()},
        lambda: {"properties": {"b": {"$dynamicRef": f"#{ANCHOR}"}}},
        lambda: {"items": {"$dynamicRef": f"#{ANCHOR}"}},
        lambda: {"$ref": random.choice([SPECIAL, GENERAL])},
        lambda: {"anyOf": [{"$ref": SPECIAL}, {"$ref": GENERAL}]},
        lambda: {"dependentSchemas": {random.choice(NAMES): inner(2)}},
        lambda: {"contains": inner(), "unevaluatedItems": False},
    ]


def _neighbours(random: Random, schemas: Schemas) -> list[Callable[[], dict[str, Any]]]:
    """Return makers of what stands beside a shared keyword: what it evaluates by, mostly."""

    def inner() -> Any:
        return schemas.schema(1, refer=False)

    def members() -> dict[str, Any]:
        return {"properties": {name: inner() for name in random.sample(NAMES, random.randint(1, 2))}}

    def items() -> dict[str, Any]:
        first = [inner() for _ in range(random.randint(1, 2))]
        return {"prefixItems" if schemas.modern else "items": first}

    def refers() -> dict[str, Any]:
        return {"allOf": [{"$ref": f"#/{schemas.definitions}/{random.choice('xy')}"}]}

    makers: list[Callable[[], dict[str, Any]]] = [
        dict,
        members,
        items,
        refers,
        lambda: {random.choice(["allOf", "anyOf", "oneOf"]): [members(), items(), inner()][: random.randint(1, 3)]},
        lambda: {"anyOf": [members(), members()], "required": random.sample(NAMES, 1)},
        lambda: {"if": members(), "then": members(), "else": inner()},
        lambda: {"patternProperties": {random.choice(PATTERNS): inner()}},
        lambda: {"contains": inner()},
        lambda: {"type": random.choice(["integer", "number", "string", "array", "object"])},
        lambda: {"minimum": random.randint(0, 3), "maximum": random.randint(2, 6)},
        lambda: {"minItems": random.randint(0, 2), "maxItems": random.randint(1, 3)},
        lambda: {"minLength": random.randint(0, 2), "maxLength": random.randint(1, 3)},
    ]
    if schemas.modern:
        makers += [
            lambda: {"dependentSchemas": {random.choice(NAMES): members()}},
            lambda: {"allOf": [{"unevaluatedProperties": inner()}]},
            lambda: {"allOf": [{"contains": inner()}, items()]},
        ]
    return makers
