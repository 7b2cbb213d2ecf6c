"""Random schemas, small changes of them, and instances that they may accept: drawn from one seed, without Hypothesis."""

import copy
from random import Random
from typing import Any
from urllib.parse import unquote

from arrakis_schema.json_schema.positions import value_at

NAMES = ["a", "b", "ab", "c"]
PATTERNS = ["^a", "b$", "^[ab]+$", "c", "^.{1,2}$", "a|c"]
SCALARS: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    2,
    3,
    -1,
    0.5,
    1.0,
    2.5,
    6,
    10,
    "",
    "a",
    "b",
    "ab",
    "abc",
    "c",
    "bb",
    1e3,
]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]


class Schemas:
    """Schemas of one dialect from one source of chance."""

    def __init__(self, random: Random, *, modern: bool) -> None:
        self.random, self.modern = random, modern
        self.definitions = "$defs" if modern else "definitions"

    def document(self) -> dict[str, Any]:
        """Return a schema with two definitions, which may refer to each other from inside the instance."""
        schema = self.schema(3)
        if not isinstance(schema, dict):
            schema = {"allOf": [schema]}
        if self.modern:
            schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        if not self.modern and "$ref" in schema:
            schema = {"allOf": [schema]}
        schema[self.definitions] = {name: self.schema(2, refer=False) for name in "xy"}
        return schema

    def changed(self, document: Any) -> Any:
        """Return the document with one or two subschemas replaced, dropped or added to."""
        document = copy.deepcopy(document)
        for _ in range(self.random.randint(1, 2)):
            holders = [holder for holder in subschemas(document) if holder]
            holder = self.random.choice(holders)
            keys = [key for key in holder if key not in {"$schema", self.definitions}]
            if not keys or self.random.random() < 0.3:
                if "$schema" in holder or any(key in holder for key in ("type", "properties", "items", "minimum")):
                    holder |= self.keywords(1)
                continue
            key = self.random.choice(keys)
            self._change(holder, key)
        return document

    def _change(self, holder: dict[str, Any], key: str) -> None:
        value = holder[key]
        if isinstance(value, bool) or key == "$ref" or (isinstance(value, list) and key in NAMES):
            return
        if isinstance(value, int | float) and key not in {"const", "default"}:
            holder[key] = max(value + self.random.choice([-1, 1, 2]), 1 if key == "multipleOf" else 0)
        elif key in NAMES or key in PATTERNS or key in {"items", "additionalProperties", "not", "contains", "x", "y"}:
            holder[key] = self.schema(1, refer=False)
        elif isinstance(value, list) and len(value) > 1 and key != "type":
            value.pop(self.random.randrange(len(value)))
        elif key not in {"then", "else", "if", "allOf", "anyOf", "oneOf"}:
            del holder[key]

    def schema(self, depth: int, *, refer: bool = True) -> Any:
        """Return a schema that nests so deep at most; `refer` unless a reference could lead back to itself in place."""
        chance = self.random.random()
        if depth == 0 or chance < 0.08:
            return self.random.choice([True, False, {}, {"type": self.random.choice(TYPES)}, {"const": self.value()}])
        if chance < 0.16 and refer:
            return {"$ref": f"#/{self.definitions}/{self.random.choice('xy')}"}
        return self.keywords(depth, refer=refer)

    def keywords(self, depth: int, *, refer: bool = False) -> dict[str, Any]:
        """Return an object of a few keywords."""
        makers = self._makers(depth - 1, refer=refer)
        chosen: dict[str, Any] = {}
        for _ in range(self.random.randint(1, 4)):
            chosen |= self.random.choice(makers)()
        return chosen

    def value(self, depth: int = 2) -> Any:
        """Return a value."""
        chance = self.random.random()
        if depth == 0 or chance < 0.7:
            return self.random.choice(SCALARS)
        if chance < 0.85:
            return [self.value(depth - 1) for _ in range(self.random.randint(0, 3))]
        return {name: self.value(depth - 1) for name in self.random.sample(NAMES, self.random.randint(0, 3))}

    def _makers(self, depth: int, *, refer: bool) -> list[Any]:
        random, schema = self.random, self.schema

        def some(make: Any, low: int = 1, high: int = 3) -> list[Any]:
            return [make() for _ in range(random.randint(low, high))]

        def deeper() -> Any:
            return schema(depth)

        def beside() -> Any:
            return schema(depth, refer=refer)

        def names() -> list[str]:
            return random.sample(NAMES, random.randint(1, 2))

        small = [0, 1, 2, 3]
        makers = [
            lambda: {"type": random.choice(TYPES)},
            lambda: {"type": random.choice(TYPES)},
            lambda: {"type": random.sample(TYPES, 2)},
            lambda: {"enum": some(self.value)},
            lambda: {"const": self.value()},
            lambda: {
                random.choice(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]): random.choice(small)
            },
            lambda: {"multipleOf": random.choice([1, 2, 3, 0.5])},
            lambda: {random.choice(["minLength", "maxLength", "minItems", "maxItems"]): random.choice(small)},
            lambda: {random.choice(["minProperties", "maxProperties"]): random.choice(small)},
            lambda: {"pattern": random.choice(PATTERNS)},
            lambda: {"properties": {name: deeper() for name in names()}},
            lambda: {"properties": {name: deeper() for name in names()}, "required": names()},
            lambda: {"properties": {name: deeper() for name in names()}, "additionalProperties": deeper()},
            lambda: {"patternProperties": {random.choice(PATTERNS): deeper()}},
            lambda: {"additionalProperties": deeper()},
            lambda: {"propertyNames": deeper()},
            lambda: {"items": deeper()},
            lambda: {"contains": deeper()},
            lambda: {"uniqueItems": True},
            lambda: {random.choice(["allOf", "anyOf", "oneOf"]): some(beside, 2, 3)},
            lambda: {"not": beside()},
            lambda: {"if": beside(), "then": beside(), "else": beside()},
        ]
        if self.modern:
            return [
                *makers,
                lambda: {"prefixItems": some(deeper), "items": deeper()},
                lambda: {
                    "contains": deeper(),
                    "minContains": random.choice(small),
                    "maxContains": random.choice(small),
                },
                lambda: {"dependentRequired": {random.choice(NAMES): names()}},
                lambda: {"dependentSchemas": {random.choice(NAMES): beside()}},
                lambda: {
                    random.choice(["unevaluatedProperties", "unevaluatedItems"]): random.choice([False, deeper()])
                },
                lambda: {"unevaluatedProperties": False, "allOf": some(beside)},
            ]
        return [
            *makers,
            lambda: {"items": some(deeper), "additionalItems": deeper()},
            lambda: {"dependencies": {random.choice(NAMES): random.choice([names(), beside()])}},
        ]


class Instances:
    """Instances that a schema may accept: guided by it, and careless."""

    def __init__(self, random: Random, documents: list[Any]) -> None:
        self.random = random
        self.pool = [*SCALARS, *(value for document in documents for value in _constants(document))]

    def instance(self, document: Any) -> Any:
        """Return a value that looks like what the document asks for."""
        return self._like(document, document, 4)

    def _like(self, schema: Any, document: Any, depth: int) -> Any:
        random = self.random
        if not isinstance(schema, dict) or depth == 0 or random.random() < 0.1:
            return self._any(depth)
        if schema.get("$ref", "").startswith("#/"):
            target = value_at(document, unquote(schema["$ref"][1:]), default=True)
            return self._like(target, document, depth - 1)
        choices = [schema] + [one for key in ("allOf", "anyOf", "oneOf") for one in schema.get(key, [])]
        choices += [schema[key] for key in ("then", "else", "if") if key in schema]
        chosen = random.choice(choices)
        if chosen is not schema:
            return self._like(chosen, document, depth - 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return random.choice(schema["enum"])
        names = schema.get("type", random.choice(TYPES))
        if "type" not in schema:
            names = "object" if {"properties", "required", "additionalProperties"} & schema.keys() else names
            names = "array" if {"items", "contains", "minItems", "prefixItems"} & schema.keys() else names
        return self._typed(random.choice(names) if isinstance(names, list) else names, schema, document, depth)

    def _typed(self, name: str, schema: dict[str, Any], document: Any, depth: int) -> Any:
        random = self.random
        if name == "array":
            items, size = schema.get("items", True), random.randint(0, 4)
            before = schema.get("prefixItems", items if isinstance(items, list) else [])
            rest = schema.get("additionalItems", True) if isinstance(items, list) else items
            inner = [before[i] if i < len(before) else rest for i in range(size)]
            inner = [schema["contains"] if "contains" in schema and random.random() < 0.4 else one for one in inner]
            return [self._like(one, document, depth - 1) for one in inner]
        if name == "object":
            known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
            chosen = {*schema.get("required", []), *random.sample(NAMES, random.randint(0, 3))}
            return {key: self._like(known.get(key, other), document, depth - 1) for key in sorted(chosen)}
        if name in {"integer", "number"}:
            bounds = [
                schema[key] for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") if key in schema
            ]
            near = random.choice([*bounds, random.randint(-2, 12)])
            return near + random.choice([0, 0, 1, -1, 0.5, 0.25])
        if name == "string":
            return "".join(random.choice("abc") for _ in range(random.randint(0, 4)))
        return random.choice([True, False]) if name == "boolean" else None

    def _any(self, depth: int) -> Any:
        chance = self.random.random()
        if depth == 0 or chance < 0.7:
            return self.random.choice(self.pool)
        if chance < 0.85:
            return [self._any(depth - 1) for _ in range(self.random.randint(0, 3))]
        return {name: self._any(depth - 1) for name in self.random.sample(NAMES, self.random.randint(0, 3))}


def subschemas(value: Any) -> list[dict[str, Any]]:
    """Return every object inside a document: each subschema, and more."""
    if isinstance(value, dict):
        return [value, *(found for inner in value.values() for found in subschemas(inner))]
    return [found for inner in value for found in subschemas(inner)] if isinstance(value, list) else []


def _constants(document: Any) -> list[Any]:
    """Return the values that a document lists."""
    found = []
    for holder in subschemas(document):
        found += [holder["const"]] if "const" in holder else []
        found += holder["enum"] if isinstance(holder.get("enum"), list) else []
    return found
