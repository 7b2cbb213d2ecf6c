"""Keywords that apply subschemas to the members of an object, or to their names."""

from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import TRUE, conjunction, disjunction
from arrakis_schema.compat.logic.nodes import SchemaNode
from arrakis_schema.compat.logic.pairs import ALWAYS, Pair, join_pairs


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
