"""The meaning of each keyword: the formula for "it holds" and the formula for "it fails", of an instance of one type.

https://json-schema.org/draft-07/draft-handrews-json-schema-validation-01 and
https://json-schema.org/draft/2020-12/json-schema-validation. What is in no table here is an annotation or unknown, and
has no effect on validity; the tests hold the tables to the meta-schemas.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.disjoint import overlapping
from arrakis_schema.compat.logic.formulas import FALSE, TRUE, Formula, conjunction, disjunction
from arrakis_schema.compat.logic.nodes import Node
from arrakis_schema.compat.logic.values import canonical, fraction, type_of
from arrakis_schema.compat.regex import UnsupportedPatternError
from arrakis_schema.dialect.keywords import DRAFT_07, DRAFT_2020_12

Pair = tuple[Formula, Formula]
Meaning = Callable[[Node, Any, str], Pair]
ALWAYS: Pair = TRUE, FALSE
NEVER: Pair = FALSE, TRUE


def meanings(node: Node, instance_type: str) -> Iterator[Pair]:
    """Yield the meaning of each keyword of a schema for instances of a type."""
    if isinstance(node.schema, bool):
        yield ALWAYS if node.schema else NEVER
        return
    if node.refers:
        yield ref(node, node.schema["$ref"], instance_type)
        return
    general, special = GENERAL[node.dialect], SPECIAL[node.dialect][instance_type]
    for keyword, value in node.schema.items():
        meaning = general.get(keyword) or special.get(keyword)
        if meaning is not None:
            yield meaning(node, value, instance_type)


def ref(node: Node, _reference: str, _type: str) -> Pair:
    node.nodes.refuse_loops(node)
    target = node.target()
    return node.nodes.literal(target, holds=True), node.nodes.literal(target, holds=False)


def type_(_node: Node, names: str | list[str], instance_type: str) -> Pair:
    allowed = [names] if isinstance(names, str) else names
    if instance_type in allowed:
        return ALWAYS
    if instance_type == "number" and "integer" in allowed:
        return multiple_of(_node, 1, instance_type)
    return NEVER


def enum(_node: Node, values: list[Any], instance_type: str) -> Pair:
    texts = tuple(dict.fromkeys(canonical(value) for value in values if type_of(value) == instance_type))
    return (f.OneOf(texts), f.NoneOf(texts)) if texts else NEVER


def const(node: Node, value: Any, instance_type: str) -> Pair:
    return enum(node, [value], instance_type)


def all_of(node: Node, schemas: list[Any], _type: str) -> Pair:
    holds = conjunction(node.same(schema, holds=True) for schema in schemas)
    return holds, disjunction(node.same(schema, holds=False) for schema in schemas)


def any_of(node: Node, schemas: list[Any], _type: str) -> Pair:
    holds = disjunction(node.same(schema, holds=True) for schema in schemas)
    return holds, conjunction(node.same(schema, holds=False) for schema in schemas)


def one_of(node: Node, schemas: list[Any], _type: str) -> Pair:
    known = node.nodes.overlaps
    overlaps = known.get(node) or known.setdefault(node, overlapping(list(map(node.beside, schemas))))
    yes = [node.same(schema, holds=True) for schema in schemas]
    no = [node.same(schema, holds=False) for schema in schemas]
    just_one = [conjunction([yes[i], *(no[j] for j in overlaps[i])]) for i in range(len(schemas))]
    two = [conjunction([yes[i], yes[j]]) for i in range(len(schemas)) for j in overlaps[i] if j < i]
    return disjunction(just_one), disjunction([conjunction(no), *two])


def not_(node: Node, schema: Any, _type: str) -> Pair:
    return node.same(schema, holds=False), node.same(schema, holds=True)


def if_(node: Node, condition: Any, _type: str) -> Pair:
    if_so, if_not = node.same(condition, holds=True), node.same(condition, holds=False)
    then, otherwise = (node.schema.get(keyword, True) for keyword in ("then", "else"))

    def formula(*, holds: bool) -> Formula:
        parts = ((if_so, node.same(then, holds=holds)), (if_not, node.same(otherwise, holds=holds)))
        return disjunction(map(conjunction, parts))

    return formula(holds=True), formula(holds=False)


def format_(node: Node, name: str, instance_type: str) -> Pair:
    if not node.nodes.assert_formats or instance_type != "string":
        return ALWAYS
    return f.Opaque("format", name, holds=True), f.Opaque("format", name, holds=False)


def undecided(keyword: str) -> Meaning:
    """Return the meaning of a keyword that is not decided."""

    def meaning(_node: Node, value: Any, _type: str) -> Pair:
        text = json.dumps(value, sort_keys=True)
        return f.Opaque(keyword, text, holds=True), f.Opaque(keyword, text, holds=False)

    return meaning


def minimum(_node: Node, bound: float, _type: str, *, exclusive: bool = False) -> Pair:
    exact = fraction(bound)
    return f.AtLeast(exact, exclusive), f.AtMost(exact, not exclusive)


def maximum(_node: Node, bound: float, _type: str, *, exclusive: bool = False) -> Pair:
    exact = fraction(bound)
    return f.AtMost(exact, exclusive), f.AtLeast(exact, not exclusive)


def multiple_of(_node: Node, factor: float, _type: str) -> Pair:
    exact = fraction(factor)
    return f.MultipleOf(exact, holds=True), f.MultipleOf(exact, holds=False)


def min_size(_node: Node, size: float, _type: str) -> Pair:
    return (f.MinSize(int(size)), f.MaxSize(int(size) - 1)) if size > 0 else ALWAYS


def max_size(_node: Node, size: float, _type: str) -> Pair:
    return f.MaxSize(int(size)), f.MinSize(int(size) + 1)


def pattern(_node: Node, text: str, _type: str) -> Pair:
    try:
        return f.pattern_formula(text, holds=True), f.pattern_formula(text, holds=False)
    except UnsupportedPatternError as error:
        return f.Opaque("pattern", str(error), holds=True), f.Opaque("pattern", str(error), holds=False)


def _every_item(node: Node, start: int, stop: int | None, schema: Any) -> Pair:
    """Return the meaning of a schema for the items from `start` up to `stop`."""
    holds, fails = node.member(schema, None, holds=True), node.member(schema, None, holds=False)
    return ALWAYS if holds == TRUE else (f.EveryItem(start, stop, holds), f.SomeItem(start, stop, fails))


def _joined(pairs: list[Pair]) -> Pair:
    """Return the meaning of several things that hold together."""
    return conjunction(holds for holds, _ in pairs), disjunction(fails for _, fails in pairs)


def items(node: Node, schema: Any, _type: str) -> Pair:
    if isinstance(schema, list):
        return prefix_items(node, schema, _type)
    return _every_item(node, len(node.schema.get("prefixItems", ())) if node.dialect != DRAFT_07 else 0, None, schema)


def prefix_items(node: Node, schemas: list[Any], _type: str) -> Pair:
    return _joined([_every_item(node, index, index + 1, schema) for index, schema in enumerate(schemas)])


def additional_items(node: Node, schema: Any, _type: str) -> Pair:
    before = node.schema.get("items")
    return _every_item(node, len(before), None, schema) if isinstance(before, list) else ALWAYS


def contains(node: Node, schema: Any, _type: str) -> Pair:
    holds, fails = node.member(schema, None, holds=True), node.member(schema, None, holds=False)
    counted = node.dialect != DRAFT_07
    least = int(node.schema.get("minContains", 1)) if counted else 1
    most = node.schema.get("maxContains") if counted else None
    pairs: list[Pair] = []
    if least > 0:
        pairs.append((f.SomeItem(0, None, holds, least), _at_most(least - 1, holds, fails)))
    if most is not None:
        pairs.append((_at_most(int(most), holds, fails), f.SomeItem(0, None, holds, int(most) + 1)))
    return _joined(pairs)


def _at_most(count: int, holds: Formula, fails: Formula) -> Formula:
    """Return the formula that at most so many items satisfy another."""
    return f.FewItems(count, holds, fails) if count > 0 else f.EveryItem(0, None, fails)


def unique_items(_node: Node, value: bool, _type: str) -> Pair:  # noqa: FBT001 - the value of the keyword
    return (f.Unique(holds=True), f.Unique(holds=False)) if value else ALWAYS


def required(_node: Node, names: list[str], _type: str) -> Pair:
    return _joined([(f.Present(name, holds=True), f.Present(name, holds=False)) for name in names])


def _every_member(node: Node, names: f.Names, schema: Any) -> Pair:
    """Return the meaning of a schema for the members of these names."""
    name = names.name if isinstance(names, f.Named) else None
    holds, fails = node.member(schema, name, holds=True), node.member(schema, name, holds=False)
    return ALWAYS if holds == TRUE else (f.EveryMember(names, holds), f.SomeMember(names, fails))


def properties(node: Node, schemas: dict[str, Any], _type: str) -> Pair:
    return _joined([_every_member(node, f.Named(name), schema) for name, schema in schemas.items()])


def pattern_properties(node: Node, schemas: dict[str, Any], _type: str) -> Pair:
    return _joined([_every_member(node, f.Matching(pattern), schema) for pattern, schema in schemas.items()])


def additional_properties(node: Node, schema: Any, _type: str) -> Pair:
    names = tuple(sorted(node.schema.get("properties", ())))
    return _every_member(node, f.Others(names, tuple(sorted(node.schema.get("patternProperties", ())))), schema)


def unevaluated_properties(node: Node, schema: Any, instance_type: str) -> Pair:
    if schema is True or schema == {}:
        return ALWAYS
    if not node.in_place() and "additionalProperties" not in node.schema and "$dynamicRef" not in node.schema:
        return additional_properties(node, schema, instance_type)
    return undecided("unevaluatedProperties")(node, schema, instance_type)


def unevaluated_items(node: Node, schema: Any, instance_type: str) -> Pair:
    if schema is True or schema == {}:
        return ALWAYS
    if not node.in_place() and not {"items", "contains", "$dynamicRef"} & node.schema.keys():
        return items(node, schema, instance_type)
    return undecided("unevaluatedItems")(node, schema, instance_type)


def property_names(node: Node, schema: Any, _type: str) -> Pair:
    holds, fails = node.member(schema, None, holds=True), node.member(schema, None, holds=False)
    return ALWAYS if holds == TRUE else (f.EveryName(holds), f.SomeName(fails))


def dependent_required(_node: Node, needs: dict[str, list[str]], _type: str) -> Pair:
    return _joined([_dependency(name, required(_node, needed, _type)) for name, needed in needs.items()])


def dependent_schemas(node: Node, schemas: dict[str, Any], _type: str) -> Pair:
    pairs = {name: (node.same(schema, holds=True), node.same(schema, holds=False)) for name, schema in schemas.items()}
    return _joined([_dependency(name, pair) for name, pair in pairs.items()])


def dependencies(node: Node, needs: dict[str, Any], instance_type: str) -> Pair:
    names = {name: needed for name, needed in needs.items() if isinstance(needed, list)}
    schemas = {name: needed for name, needed in needs.items() if name not in names}
    return _joined([dependent_required(node, names, instance_type), dependent_schemas(node, schemas, instance_type)])


def _dependency(name: str, pair: Pair) -> Pair:
    """Return the meaning of what must hold where a member of this name is present."""
    holds, fails = pair
    return disjunction([f.Present(name, holds=False), holds]), conjunction([f.Present(name, holds=True), fails])


_GENERAL: dict[str, Meaning] = {
    "type": type_,
    "enum": enum,
    "const": const,
    "allOf": all_of,
    "anyOf": any_of,
    "oneOf": one_of,
    "not": not_,
    "if": if_,
    "format": format_,
}
GENERAL: dict[str, dict[str, Meaning]] = {
    DRAFT_07: _GENERAL,
    DRAFT_2020_12: {
        **_GENERAL,
        "$ref": ref,
        **{keyword: undecided(keyword) for keyword in ("$dynamicRef", "$recursiveRef")},
    },
}
_NUMBER: dict[str, Meaning] = {
    "minimum": minimum,
    "maximum": maximum,
    "exclusiveMinimum": partial(minimum, exclusive=True),
    "exclusiveMaximum": partial(maximum, exclusive=True),
    "multipleOf": multiple_of,
}
_STRING: dict[str, Meaning] = {"minLength": min_size, "maxLength": max_size, "pattern": pattern}
_ARRAY: dict[str, Meaning] = {
    "minItems": min_size,
    "maxItems": max_size,
    "items": items,
    "contains": contains,
    "uniqueItems": unique_items,
}
_OBJECT: dict[str, Meaning] = {
    "minProperties": min_size,
    "maxProperties": max_size,
    "required": required,
    "properties": properties,
    "patternProperties": pattern_properties,
    "additionalProperties": additional_properties,
    "propertyNames": property_names,
}
_NO_KEYWORDS: dict[str, Meaning] = {}
_SHARED = {"number": _NUMBER, "string": _STRING, "boolean": _NO_KEYWORDS, "null": _NO_KEYWORDS}
SPECIAL: dict[str, dict[str, dict[str, Meaning]]] = {
    DRAFT_07: {
        **_SHARED,
        "array": {**_ARRAY, "additionalItems": additional_items},
        "object": {**_OBJECT, "dependencies": dependencies},
    },
    DRAFT_2020_12: {
        **_SHARED,
        "array": {**_ARRAY, "prefixItems": prefix_items, "unevaluatedItems": unevaluated_items},
        "object": {
            **_OBJECT,
            "dependentRequired": dependent_required,
            "dependentSchemas": dependent_schemas,
            "dependencies": undecided("dependencies"),
            "unevaluatedProperties": unevaluated_properties,
        },
    },
}
READ_BY_ANOTHER = frozenset({"then", "else", "minContains", "maxContains", "definitions", "$defs"})
READ_BY_ANOTHER |= {"$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$ref"}
