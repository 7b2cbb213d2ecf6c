"""Whether an instance holds only members that are declared: the policy `additive`, asked of one instance at a time.

Written apart from the package, over instances instead of schemas, so that the two can be held against each other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema
import jsonschema_rs
from jsonschema_specifications import REGISTRY
from referencing import jsonschema as referencing

MODERN = "https://json-schema.org/draft/2020-12/schema"
_OPENING = ("additionalProperties", "unevaluatedProperties")


@dataclass(frozen=True)
class Dialect:
    """A dialect: its validators in Python and in Rust, and its keywords for references and for the first items."""

    uri: str
    python: Any
    rust: Any
    specification: Any
    references: tuple[str, ...] = ("$ref",)
    first_items: str = "items"
    identifier: str = "$id"

    @property
    def refers_beside(self) -> bool:
        """Whether keywords act beside `$ref`."""
        return len(self.references) > 1


DIALECTS = {
    dialect.uri: dialect
    for dialect in (
        Dialect(
            "http://json-schema.org/draft-04/schema",
            jsonschema.Draft4Validator,
            jsonschema_rs.Draft4Validator,
            referencing.DRAFT4,
            identifier="id",
        ),
        Dialect(
            "http://json-schema.org/draft-06/schema",
            jsonschema.Draft6Validator,
            jsonschema_rs.Draft6Validator,
            referencing.DRAFT6,
        ),
        Dialect(
            "http://json-schema.org/draft-07/schema",
            jsonschema.Draft7Validator,
            jsonschema_rs.Draft7Validator,
            referencing.DRAFT7,
        ),
        Dialect(
            "https://json-schema.org/draft/2019-09/schema",
            jsonschema.Draft201909Validator,
            jsonschema_rs.Draft201909Validator,
            referencing.DRAFT201909,
            ("$ref", "$recursiveRef"),
        ),
        Dialect(
            MODERN,
            jsonschema.Draft202012Validator,
            jsonschema_rs.Draft202012Validator,
            referencing.DRAFT202012,
            ("$ref", "$dynamicRef"),
            "prefixItems",
        ),
    )
}


def dialect_of(document: Any) -> Dialect:
    """Return the dialect of a document; all others are of draft-07."""
    named = document.get("$schema", "") if isinstance(document, dict) else ""
    return DIALECTS.get(str(named).rstrip("#"), DIALECTS["http://json-schema.org/draft-07/schema"])


@dataclass(frozen=True)
class Subschema:
    """A subschema, what its references are resolved by, and whether it always applies to its place."""

    schema: Any
    resolver: Any
    certain: bool = True

    def inside(self, schema: Any, dialect: Dialect, *, certain: bool) -> "Subschema":
        """Return a subschema of this one, which may have an `$id` of its own."""
        certain = certain and self.certain
        if not isinstance(schema, dict) or not isinstance(schema.get(dialect.identifier), str):
            return Subschema(schema, self.resolver, certain)
        return Subschema(schema, self.resolver.in_subresource(dialect.specification.create_resource(schema)), certain)


class Declared:
    """What a document declares; its references stay inside it."""

    def __init__(self, document: Any, validator: Any) -> None:
        self.dialect = dialect_of(document)
        if self.dialect.refers_beside:  # `referencing` leaves a root without an `$id` out of the dynamic scope
            document = {"$id": "http://example.org/root", **document}
        resolver = REGISTRY.resolver_with_root(self.dialect.specification.create_resource(document))
        self.root, self.validator = Subschema(document, resolver), validator

    def holds(self, instance: Any) -> bool:
        """Tell whether every object in an instance has declared members only."""
        return self._holds(instance, [self.root])

    def _holds(self, instance: Any, schemas: list[Subschema]) -> bool:
        """Tell it of one place: for each `oneOf` that always applies, by its alternatives that hold."""
        applied = self._applied(instance, schemas, None)
        choosers = [place.schema for place in applied if place.certain and place.schema.get("oneOf")] or [None]
        return all(self._holds_of(instance, list(self._applied(instance, schemas, one))) for one in choosers)

    def _holds_of(self, instance: Any, here: list[Subschema]) -> bool:
        """Tell it of one place, given all that applies there."""
        said = [subschema.schema for subschema in here]
        if isinstance(instance, dict):
            listed = any({"properties", "patternProperties"} & schema.keys() for schema in said)
            open_ = any(_is_open(schema) for schema in said)
            for name, value in instance.items():
                inner = [
                    place.inside(child, self.dialect, certain=certain)
                    for place in here
                    for child, certain in _of_member(place.schema, name)
                ]
                if listed and not open_ and not inner and not any(name in _needed(schema) for schema in said):
                    return False
                if not self._holds(value, inner):
                    return False
        if isinstance(instance, list):
            return all(
                self._holds(item, [inner for place in here for inner in self._of_item(place, index)])
                for index, item in enumerate(instance)
            )
        return True

    def _of_item(self, place: Subschema, index: int) -> Iterator[Subschema]:
        for child, certain in _of_item(place.schema, index, self.dialect):
            yield place.inside(child, self.dialect, certain=certain)

    def _applied(self, instance: Any, schemas: list[Subschema], chooser: Any) -> Iterator[Subschema]:
        """Yield the subschemas that apply or may apply to an instance: of the `oneOf` of the chooser, those that hold."""
        for place in schemas:
            if not isinstance(place.schema, dict):
                continue
            for keyword in self.dialect.references:
                if keyword in place.schema:
                    recursive, reference = keyword == "$recursiveRef", place.schema[keyword]
                    resolver = place.resolver
                    target = referencing.lookup_recursive_ref(resolver) if recursive else resolver.lookup(reference)
                    yield from self._applied(
                        instance, [Subschema(target.contents, target.resolver, place.certain)], chooser
                    )
            if self.dialect.refers_beside or "$ref" not in place.schema:
                yield place
                inner = [
                    place.inside(child, self.dialect, certain=certain)
                    for child, certain in self._in_place(place, instance, chooser)
                ]
                yield from self._applied(instance, inner, chooser)

    def _in_place(self, place: Subschema, instance: Any, chooser: Any) -> Iterator[tuple[Any, bool]]:
        """Yield the subschemas of one that apply or may apply to the same instance, and whether they always do."""
        schema = place.schema
        yield from ((one, True) for one in schema.get("allOf", ()))
        yield from ((one, False) for one in schema.get("anyOf", ()))
        for one in schema.get("oneOf", ()):
            chosen = schema is chooser
            if not chosen or self._valid(place.inside(one, self.dialect, certain=True), instance):
                yield one, chosen
        yield from ((schema[word], False) for word in ("if", "then", "else") if word in schema and "if" in schema)
        for word in ("dependentSchemas", "dependencies"):
            yield from ((one, False) for one in schema.get(word, {}).values() if not isinstance(one, list))

    def _valid(self, place: Subschema, instance: Any) -> bool:
        return bool(self.validator.evolve(schema=place.schema, _resolver=place.resolver).is_valid(instance))


def _is_open(schema: dict[str, Any]) -> bool:
    values = [*schema.get("enum", ()), schema.get("const")]
    described = any(schema.get(word, False) is not False for word in _OPENING)
    return described or any(isinstance(value, dict) for value in values)


def _needed(schema: dict[str, Any]) -> set[str]:
    names = set(schema.get("required", ()))
    for word in ("dependencies", "dependentRequired", "dependentSchemas"):
        for name, needs in schema.get(word, {}).items():
            names |= {name, *(needs if isinstance(needs, list) else ())}
    return names


def _of_member(schema: dict[str, Any], name: str) -> Iterator[tuple[Any, bool]]:
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    matched = [pattern for pattern in patterns if re.search(pattern, name)]
    if name in named:
        yield named[name], True
    yield from ((patterns[pattern], True) for pattern in matched)
    for word in _OPENING if name not in named and not matched else ():  # what is evaluated is neither of them
        if schema.get(word, False) is not False:
            yield schema[word], word == "additionalProperties"


def _of_item(schema: dict[str, Any], index: int, dialect: Dialect) -> Iterator[tuple[Any, bool]]:
    items = schema.get("items")
    first = schema.get(dialect.first_items, [])
    first = first if isinstance(first, list) else []
    rest = schema.get("additionalItems") if isinstance(items, list) else items
    yield from [(first[index], True)] if index < len(first) else [] if rest is None else [(rest, True)]
    words = ("contains", "unevaluatedItems") if dialect.refers_beside else ("contains",)
    yield from ((schema[word], False) for word in words if word in schema)


def validator_of(document: Any) -> Any:
    """Return jsonschema's validator for a document."""
    return jsonschema.validators.validator_for(document, jsonschema.Draft7Validator)(document)
