"""Keywords that apply subschemas to the items of an array or the members of an object, or count or compare these."""

from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.connectives import ALWAYS, Pair, conjunction, disjunction, join_pairs
from arrakis_schema.compat.logic.formulas import TRUE, Formula
from arrakis_schema.compat.logic.nodes import SchemaNode
from arrakis_schema.json_schema.dialects import DIALECTS, KEYWORDS


def _every_item(node: SchemaNode, start: int, stop: int | None, schema: Any) -> Pair:
    """Return the meaning of a schema for the items from `start` up to `stop`."""
    holds, fails = node.pair_of(schema)
    return ALWAYS if holds == TRUE else (f.EveryItem(start, stop, holds), f.SomeItem(start, stop, fails))


def items(node: SchemaNode, schema: Any, _type: str) -> Pair:
    if isinstance(schema, list):
        return prefix_items(node, schema, _type)
    first = node.schema.get("prefixItems", ()) if DIALECTS[node.dialect].first_items == "prefixItems" else ()
    return _every_item(node, len(first), None, schema)


def prefix_items(node: SchemaNode, schemas: list[Any], _type: str) -> Pair:
    return join_pairs([_every_item(node, index, index + 1, schema) for index, schema in enumerate(schemas)])


def additional_items(node: SchemaNode, schema: Any, _type: str) -> Pair:
    before = node.schema.get("items")
    return _every_item(node, len(before), None, schema) if isinstance(before, list) else ALWAYS


def contains(node: SchemaNode, schema: Any, _type: str) -> Pair:
    holds, fails = node.pair_of(schema)
    counted = "minContains" in KEYWORDS[node.dialect]
    least = int(node.schema.get("minContains", 1)) if counted else 1
    most = node.schema.get("maxContains") if counted else None
    pairs: list[Pair] = []
    if least > 0:
        pairs.append((f.SomeItem(0, None, holds, least), _at_most(least - 1, holds, fails)))
    if most is not None:
        pairs.append((_at_most(int(most), holds, fails), f.SomeItem(0, None, holds, int(most) + 1)))
    return join_pairs(pairs)


def _at_most(count: int, holds: Formula, fails: Formula) -> Formula:
    """Return the formula that at most `count` items satisfy another."""
    return f.FewItems(count, holds, fails) if count > 0 else f.EveryItem(0, None, fails)


def unique_items(_node: SchemaNode, value: bool, _type: str) -> Pair:  # noqa: FBT001 - the value of the keyword
    return (f.Unique(holds=True), f.Unique(holds=False)) if value else ALWAYS


def required(_node: SchemaNode, names: list[str], _type: str) -> Pair:
    return join_pairs([(f.Present(name, holds=True), f.Present(name, holds=False)) for name in names])


def _every_member(node: SchemaNode, names: f.Names, schema: Any) -> Pair:
    """Return the meaning of a schema for the members of these names."""
    holds, fails = node.pair_of(schema)
    return ALWAYS if holds == TRUE else (f.EveryMember(names, holds), f.SomeMember(names, fails))


def properties(node: SchemaNode, schemas: dict[str, Any], _type: str) -> Pair:
    return join_pairs([_every_member(node, f.Named(name), schema) for name, schema in schemas.items()])


def pattern_properties(node: SchemaNode, schemas: dict[str, Any], _type: str) -> Pair:
    return join_pairs([_every_member(node, f.Matching(pattern), schema) for pattern, schema in schemas.items()])


def additional_properties(node: SchemaNode, schema: Any, _type: str) -> Pair:
    names = tuple(sorted(node.schema.get("properties", ())))
    return _every_member(node, f.Others(names, tuple(sorted(node.schema.get("patternProperties", ())))), schema)


def property_names(node: SchemaNode, schema: Any, _type: str) -> Pair:
    holds, fails = node.pair_of(schema)
    return ALWAYS if holds == TRUE else (f.EveryName(holds), f.SomeName(fails))


def dependent_required(_node: SchemaNode, needs: dict[str, list[str]], _type: str) -> Pair:
    return join_pairs([_dependency(name, required(_node, needed, _type)) for name, needed in needs.items()])


def dependent_schemas(node: SchemaNode, schemas: dict[str, Any], _type: str) -> Pair:
    pairs = {name: node.pair_of(schema) for name, schema in schemas.items()}
    return join_pairs([_dependency(name, pair) for name, pair in pairs.items()])


def dependencies(node: SchemaNode, needs: dict[str, Any], instance_type: str) -> Pair:
    names = {name: needed for name, needed in needs.items() if isinstance(needed, list)}
    schemas = {name: needed for name, needed in needs.items() if name not in names}
    return join_pairs([dependent_required(node, names, instance_type), dependent_schemas(node, schemas, instance_type)])


def _dependency(name: str, pair: Pair) -> Pair:
    """Return the meaning of a condition that applies if a member of this name is present."""
    holds, fails = pair
    return disjunction([f.Present(name, holds=False), holds]), conjunction([f.Present(name, holds=True), fails])
