"""Whether an instance holds only members that are declared: the policy `additive`, asked of one instance at a time.

Written apart from the package, over instances instead of schemas, so that the two can be held against each other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

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
    """A subschema, what its references are resolved by, whether it always applies, and whether it may close objects."""

    schema: Any
    resolver: Any
    certain: bool = True
    closes: bool = True

    def inside(self, part: "Part", dialect: Dialect) -> "Subschema":
        """Return a subschema of this one, which may have an `$id` of its own."""
        certain, closes = part.certain and self.certain, part.closes and self.closes
        resolver = self.resolver
        if isinstance(part.schema, dict) and isinstance(part.schema.get(dialect.identifier), str):
            resolver = resolver.in_subresource(dialect.specification.create_resource(part.schema))
        return Subschema(part.schema, resolver, certain, closes)


class Part(NamedTuple):
    """A schema inside another: whether it always applies, and whether it may close objects."""

    schema: Any
    certain: bool
    closes: bool = True


class Declared:
    """What a document declares; its references stay inside it.

    The package closes all names of a pattern alike, so what other subschemas declare for some of these names is
    declared for all: that is `wide`. Without it, each name has only what is declared for that name.
    """

    def __init__(self, document: Any, validator: Any, *, wide: bool = False) -> None:
        self.wide = wide
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
            closing = (place.schema for place in here if place.closes)
            listed = any({"properties", "patternProperties"} & schema.keys() for schema in closing)
            open_ = any(_is_open(schema) for schema in said)
            for name, value in instance.items():
                patterns = _patterns_of(said, name) if self.wide else []
                inner = [
                    place.inside(part, self.dialect)
                    for place in here
                    for part in _of_member(place.schema, name, patterns)
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
        return (place.inside(part, self.dialect) for part in _of_item(place.schema, index, self.dialect))

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
                        instance, [replace(place, schema=target.contents, resolver=target.resolver)], chooser
                    )
            if self.dialect.refers_beside or "$ref" not in place.schema:
                yield place
                inner = [place.inside(part, self.dialect) for part in self._in_place(place, instance, chooser)]
                yield from self._applied(instance, inner, chooser)

    def _in_place(self, place: Subschema, instance: Any, chooser: Any) -> Iterator[Part]:
        """Yield the subschemas of one that apply or may apply to the same instance."""
        schema = place.schema
        yield from (Part(one, certain=True) for one in schema.get("allOf", ()))
        yield from (Part(one, certain=False) for one in schema.get("anyOf", ()))
        for one in schema.get("oneOf", ()):
            part = Part(one, certain=schema is chooser)
            if not part.certain or self._valid(place.inside(part, self.dialect), instance):
                yield part
        conditional = [schema[word] for word in ("if", "then", "else") if word in schema and "if" in schema]
        for word in ("dependentSchemas", "dependencies"):
            conditional += [one for one in schema.get(word, {}).values() if not isinstance(one, list)]
        yield from (Part(one, certain=False) for one in conditional)

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


def _patterns_of(schemas: list[dict[str, Any]], name: str) -> list[str]:
    """Return the patterns that match a name which no schema of the place names itself."""
    if any(name in schema.get("properties", {}) or name in _needed(schema) for schema in schemas):
        return []
    return [text for schema in schemas for text in schema.get("patternProperties", {}) if re.search(text, name)]


def _of_member(schema: dict[str, Any], name: str, patterns: list[str]) -> Iterator[Part]:
    """Yield the schemas of a member; those of other names that match its patterns too, if any are given."""
    named, matching = schema.get("properties", {}), schema.get("patternProperties", {})
    matched = [text for text in matching if re.search(text, name)]
    if name in named:
        yield Part(named[name], certain=True)
    alone = len(patterns) <= 1
    yield from (Part(matching[text], certain=alone) for text in matched)
    others = [child for other, child in named.items() if any(re.search(text, other) for text in patterns)]
    others += [child for text, child in matching.items() if patterns and text not in matched]
    yield from (Part(child, certain=False, closes=False) for child in others)
    for word in _OPENING if name not in named and not matched else ():  # what is evaluated is neither of them
        if schema.get(word, False) is not False:
            yield Part(schema[word], certain=word == "additionalProperties" and not patterns, closes=not others)


def _of_item(schema: dict[str, Any], index: int, dialect: Dialect) -> Iterator[Part]:
    items = schema.get("items")
    first = schema.get(dialect.first_items, [])
    first = first if isinstance(first, list) else []
    rest = schema.get("additionalItems") if isinstance(items, list) else items
    always = [first[index]] if index < len(first) else [] if rest is None else [rest]
    yield from (Part(one, certain=True) for one in always)
    words = ("contains", "unevaluatedItems") if dialect.refers_beside else ("contains",)
    yield from (Part(schema[word], certain=False) for word in words if word in schema)


def validator_of(document: Any) -> Any:
    """Return jsonschema's validator for a document."""
    return jsonschema.validators.validator_for(document, jsonschema.Draft7Validator)(document)
