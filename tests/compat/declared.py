"""Whether an instance holds only members that are declared: the policy `additive`, asked of one instance at a time.

Written apart from the package, over instances instead of schemas, so that the two can be held against each other.
"""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

_OPENING = ("additionalProperties", "unevaluatedProperties")


class Declared:
    """What a document declares; its references are local pointers."""

    def __init__(self, document: Any, validator: Any) -> None:
        self.document, self.validator = document, validator

    def holds(self, instance: Any) -> bool:
        """Tell whether every object in an instance has declared members only."""
        return self._holds(instance, [self.document])

    def _holds(self, instance: Any, schemas: list[Any]) -> bool:
        here = list(self._applied(instance, schemas))
        if isinstance(instance, dict):
            listed = any({"properties", "patternProperties"} & schema.keys() for schema in here)
            open_ = any(_is_open(schema) for schema in here)
            for name, value in instance.items():
                inner = [child for schema in here for child in _of_member(schema, name)]
                if listed and not open_ and not inner and not any(name in _needed(schema) for schema in here):
                    return False
                if not self._holds(value, inner):
                    return False
        if isinstance(instance, list):
            return all(
                self._holds(item, [child for schema in here for child in _of_item(schema, index)])
                for index, item in enumerate(instance)
            )
        return True

    def _applied(self, instance: Any, schemas: list[Any]) -> Iterator[dict[str, Any]]:
        """Yield the subschemas that apply to an instance: of a `oneOf`, those that hold."""
        for schema in schemas:
            if not isinstance(schema, dict):
                continue
            if "$ref" in schema:
                yield from self._applied(instance, [self._target(schema["$ref"])])
                if "$schema" not in self.document:
                    continue
            yield schema
            inner = [*schema.get("allOf", ()), *schema.get("anyOf", ())]
            inner += [one for one in schema.get("oneOf", ()) if self._valid(one, instance)]
            inner += [schema[word] for word in ("if", "then", "else") if word in schema]
            named = (*schema.get("dependencies", {}).values(), *schema.get("dependentSchemas", {}).values())
            yield from self._applied(instance, [*inner, *(one for one in named if not isinstance(one, list))])

    def _target(self, reference: str) -> Any:
        target = self.document
        for part in reference.split("/")[1:]:
            target = target[part]
        return target

    def _valid(self, schema: Any, instance: Any) -> bool:
        return bool(self.validator.evolve(schema=schema).is_valid(instance))


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


def _of_member(schema: dict[str, Any], name: str) -> Iterator[Any]:
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    matched = [pattern for pattern in patterns if re.search(pattern, name)]
    if name in named:
        yield named[name]
    yield from (patterns[pattern] for pattern in matched)
    if name not in named and not matched and schema.get("additionalProperties", False) is not False:
        yield schema["additionalProperties"]
    if schema.get("unevaluatedProperties", False) is not False:
        yield schema["unevaluatedProperties"]


def _of_item(schema: dict[str, Any], index: int) -> Iterator[Any]:
    items = schema.get("items")
    first = items if isinstance(items, list) else schema.get("prefixItems", [])
    rest = schema.get("additionalItems") if isinstance(items, list) else items
    yield from [first[index]] if index < len(first) else [] if rest is None else [rest]
    yield from (schema[word] for word in ("contains", "unevaluatedItems") if word in schema)


def validator_of(document: Any) -> Any:
    """Return jsonschema's validator for a document."""
    return jsonschema.validators.validator_for(document, jsonschema.Draft7Validator)(document)
