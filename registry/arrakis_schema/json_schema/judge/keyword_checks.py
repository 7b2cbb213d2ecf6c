"""The keywords that the complete validator checks differently from `jsonschema`.

`patterns` searches patterns, numbers are exact, equality is that of JSON, and `unevaluated…` follows the specification.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema.exceptions import ValidationError

from arrakis_schema.json_schema.dialects import DIALECTS
from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.judge.resolution import resolve_reference
from arrakis_schema.json_schema.judge.steps import current_steps, enum_keys, refuse_return, take_step
from arrakis_schema.json_schema.judge.values import comparable, equality_key, is_multiple
from arrakis_schema.regex.characters import Reading

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Any], "Errors | None"]


def _ref(validator: Any, value: str, instance: Any, _: Any) -> Errors:
    steps = current_steps()
    results = None if steps is None else steps.results
    resolved = validator._resolver.lookup(value)  # noqa: SLF001 - as the keyword of jsonschema does
    key_here = id(resolved.contents), id(instance)
    if results is not None and key_here in results:
        before = results[key_here]
        yield from () if before is None else [ValidationError.create_from(before)]
        return
    first: Any = None
    for error in validator.descend(instance, resolved.contents, resolver=resolved.resolver):
        if first is None and results is not None:
            first = results[key_here] = ValidationError.create_from(error)
        yield error
    if first is None and results is not None:
        results[key_here] = None


def _dynamic_ref(keyword: str) -> Keyword:
    """Return the check of a dynamic reference, whose target depends on the path to it, so that nothing is cached."""

    def check(validator: Any, value: str, instance: Any, _: Any) -> Errors:
        steps = current_steps()
        if steps is not None:
            steps.results = None
        resolved = resolve_reference(validator._resolver, keyword, value)  # noqa: SLF001 - as jsonschema does
        with refuse_return(resolved.contents, instance):
            yield from validator.descend(instance, resolved.contents, resolver=resolved.resolver)

    return check


def _pattern(validator: Any, value: str, instance: Any, _: Any) -> Errors:
    if isinstance(instance, str) and not search(value, instance, validator.reading):
        yield ValidationError("no match")


def _pattern_properties(validator: Any, value: Mapping[str, Any], instance: Any, _: Any) -> Errors:
    for expression, schema in value.items() if isinstance(instance, dict) else ():
        for name, member in instance.items():
            if search(expression, name, validator.reading):
                yield from validator.descend(member, schema, path=name, schema_path=expression)


def _additional_properties(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    extras = additional_names(instance, schema, validator.reading) if isinstance(instance, dict) else []
    if value is False and extras:
        yield ValidationError("members that the schema does not describe")
    elif value is not False:
        for name in extras:
            yield from validator.descend(instance[name], value, path=name)


def additional_names(instance: Mapping[str, Any], schema: Mapping[str, Any], reading: Reading) -> list[str]:
    """Return the names of the members that neither `properties` nor `patternProperties` describes."""
    expressions = schema.get("patternProperties", {})
    return [
        name
        for name in instance
        if name not in schema.get("properties", {})
        and not any(search(expression, name, reading) for expression in expressions)
    ]


def _additional_items(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    tuples = schema.get("items")
    if not isinstance(tuples, list) or not isinstance(instance, list | tuple):
        return
    if value is False and len(instance) > len(tuples):
        yield ValidationError("more items than the schema describes")
    elif value is not False:
        for index in range(len(tuples), len(instance)):
            yield from validator.descend(instance[index], value, path=index)


def _unevaluated_items(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not isinstance(instance, list | tuple):
        return
    beside = {keyword: inner for keyword, inner in schema.items() if keyword != "unevaluatedItems"}
    indices = evaluated_items(validator, instance, beside)
    unevaluated = [index for index in range(len(instance)) if index not in indices]
    if value is False and unevaluated:
        yield ValidationError("items that no schema here describes")
    elif value is not False:
        for index in unevaluated:
            yield from validator.descend(instance[index], value, path=index)


def evaluated_items(validator: Any, instance: Sequence[Any], schema: Any) -> set[int]:
    """Return the indices of the items that a schema evaluates, itself or by in-place subschemas that apply."""
    if isinstance(schema, bool):
        return set()
    schema = _effective_keywords(validator, schema)
    dialect, every = DIALECTS[validator.dialect], set(range(len(instance)))
    first = schema.get(dialect.first_items)
    if "unevaluatedItems" in schema or dialect.keyword_for_others(first) in schema:
        return every
    indices = set(range(len(first))) if isinstance(first, list) else set()
    if "contains" in schema and dialect.contains_evaluates:
        matching = validator.evolve(schema=schema["contains"])
        indices |= {index for index, item in enumerate(instance) if matching.is_valid(item)}
    for inner in _in_place_validators(validator, instance, schema):
        indices |= evaluated_items(inner, instance, inner.schema)
    return indices


def _effective_keywords(validator: Any, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the keywords of a schema that have an effect in its dialect, which may be older than `unevaluated…`."""
    dialect = DIALECTS[validator.dialect]
    if dialect.dynamic_reference:
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    return {keyword: value for keyword, value in schema.items() if keyword in dialect.keywords}


def _in_place_validators(validator: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the validators of the targets of references, and of the in-place subschemas that apply.

    A subschema that must hold and does not is reported by its own keyword; here it counts as applied.
    """
    take_step()
    for keyword in DIALECTS[validator.dialect].references:
        if keyword in schema:
            resolved = resolve_reference(validator._resolver, keyword, schema[keyword])  # noqa: SLF001 - as jsonschema does
            with refuse_return(resolved.contents, instance, "evaluates"):
                yield validator.evolve(schema=resolved.contents, _resolver=resolved.resolver)
    for inner in in_place(validator, instance, schema):
        yield validator.evolve(schema=inner)


def _unevaluated_properties(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not isinstance(instance, dict):
        return
    beside = {keyword: inner for keyword, inner in schema.items() if keyword != "unevaluatedProperties"}
    names = evaluated_names(validator, instance, beside)
    unevaluated = [name for name in instance if name not in names]
    if value is False and unevaluated:
        yield ValidationError("members that no schema here describes")
    elif value is not False:
        for name in unevaluated:
            yield from validator.descend(instance[name], value, path=name)


def evaluated_names(validator: Any, instance: Mapping[str, Any], schema: Any) -> set[str]:
    """Return the names of the members that a schema evaluates, itself or by in-place subschemas that apply."""
    if isinstance(schema, bool):
        return set()
    schema = _effective_keywords(validator, schema)
    if "unevaluatedProperties" in schema:
        return set(instance)
    names = set(instance) & set(schema.get("properties", ()))
    names |= {
        name
        for name in instance
        for expression in schema.get("patternProperties", ())
        if search(expression, name, validator.reading)
    }
    if "additionalProperties" in schema:
        names |= set(additional_names(instance, schema, validator.reading))
    for inner in _in_place_validators(validator, instance, schema):
        names |= evaluated_names(inner, instance, inner.schema)
    return names


def in_place(validator: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the in-place subschemas that must hold, and those of the others that accept the instance."""

    def holds(inner: Any) -> bool:
        return bool(validator.evolve(schema=inner).is_valid(instance))

    named = schema.get("dependentSchemas", {}) if isinstance(instance, dict) else {}
    yield from (inner for name, inner in named.items() if name in instance)
    yield from schema.get("allOf", ())
    yield from filter(holds, [*schema.get("anyOf", ()), *schema.get("oneOf", ())])
    if "if" in schema:
        condition = holds(schema["if"])
        if condition:
            yield schema["if"]
        if (branch := "then" if condition else "else") in schema:
            yield schema[branch]


def _contains(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not isinstance(instance, list | tuple):
        return
    item_validator = validator.evolve(schema=value)
    is_counted = "minContains" in DIALECTS[validator.dialect].keywords
    least, most = (schema.get(name) if is_counted else None for name in ("minContains", "maxContains"))
    count = sum(1 for item in instance if item_validator.is_valid(item))
    error: Any = ValidationError
    if least is None and not count:
        yield error("no item fits")
    elif least is not None and count < least:
        yield error("too few items fit", validator="minContains", validator_value=least)
    elif most is not None and count > most:
        yield error("too many items fit", validator="maxContains", validator_value=most)


def _bound(violates: Callable[[Any, Any], bool]) -> Keyword:
    """Return the check of a bound."""

    def check(validator: Any, value: Any, instance: Any, _: Any) -> Errors:
        if validator.is_type(instance, "number") and violates(comparable(instance), comparable(value)):
            yield ValidationError("out of bounds")

    return check


def _bound_of_draft_04(keyword: str, modifier: str, violates: Callable[[Any, Any], bool]) -> Keyword:
    """Return the check of a bound that another keyword makes an exclusive one, which the error names then."""

    def check(_: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
        if isinstance(instance, bool) or not isinstance(instance, int | float):
            return
        exclusive, number, bound = schema.get(modifier, False), comparable(instance), comparable(value)
        if violates(number, bound) or (exclusive and number == bound):
            error: Any = ValidationError
            yield error("out of bounds", validator=modifier if exclusive else keyword, validator_value=value)

    return check


BOUNDS_OF_DRAFT_04: dict[str, Keyword] = {
    "minimum": _bound_of_draft_04("minimum", "exclusiveMinimum", operator.lt),
    "maximum": _bound_of_draft_04("maximum", "exclusiveMaximum", operator.gt),
}


def _multiple_of(_: Any, value: Any, instance: Any, __: Any) -> Errors:
    if isinstance(instance, int | float) and not isinstance(instance, bool) and not is_multiple(instance, value):
        yield ValidationError("not a multiple")


def _enum(_: Any, value: list[Any], instance: Any, __: Any) -> Errors:
    if equality_key(instance) not in enum_keys(value):
        yield ValidationError("not a member")


def _const(_: Any, value: Any, instance: Any, __: Any) -> Errors:
    if equality_key(instance) != equality_key(value):
        yield ValidationError("another value")


def _unique_items(_: Any, value: bool, instance: Any, __: Any) -> Errors:  # noqa: FBT001 - a keyword's value
    if value and isinstance(instance, list | tuple) and len(set(map(equality_key, instance))) < len(instance):
        yield ValidationError("equal items")


CORRECTIONS: dict[str, Keyword] = {
    "$ref": _ref,
    "$dynamicRef": _dynamic_ref("$dynamicRef"),
    "$recursiveRef": _dynamic_ref("$recursiveRef"),
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "additionalItems": _additional_items,
    "contains": _contains,
    "unevaluatedItems": _unevaluated_items,
    "unevaluatedProperties": _unevaluated_properties,
    "minimum": _bound(operator.lt),
    "maximum": _bound(operator.gt),
    "exclusiveMinimum": _bound(operator.le),
    "exclusiveMaximum": _bound(operator.ge),
    "multipleOf": _multiple_of,
    "enum": _enum,
    "const": _const,
    "uniqueItems": _unique_items,
}
