"""Keywords that apply subschemas to the items of an array, or compare the items."""

from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import TRUE, Formula
from arrakis_schema.compat.logic.nodes import SchemaNode
from arrakis_schema.compat.logic.pairs import ALWAYS, Pair, join_pairs
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
