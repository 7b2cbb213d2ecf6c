"""Keywords that apply subschemas to the same place of the instance."""

from collections.abc import Callable
from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.disjoint import overlapping
from arrakis_schema.compat.logic.formulas import Formula, conjunction, disjunction
from arrakis_schema.compat.logic.nodes import Node, UnresolvedReferenceError
from arrakis_schema.compat.logic.pairs import Pair


def ref(node: Node, _reference: str, _type: str) -> Pair:
    return _reference_to(node, "$ref", node.target)


def dynamic_ref(node: Node, _reference: str, _type: str) -> Pair:
    return _reference_to(node, "$dynamicRef", node.dynamic_target)


def _reference_to(node: Node, keyword: str, target: Callable[[], Node]) -> Pair:
    """Return the meaning of a reference; one that leads out of the document means the same wherever it stands."""
    try:
        found = target()
    except UnresolvedReferenceError as error:
        return f.Opaque(keyword, error.uri, holds=True), f.Opaque(keyword, error.uri, holds=False)
    node.nodes.refuse_loops(node)
    return node.nodes.literal(found, holds=True), node.nodes.literal(found, holds=False)


def all_of(node: Node, schemas: list[Any], _type: str) -> Pair:
    holds = conjunction(node.literal(schema, holds=True) for schema in schemas)
    return holds, disjunction(node.literal(schema, holds=False) for schema in schemas)


def any_of(node: Node, schemas: list[Any], _type: str) -> Pair:
    holds = disjunction(node.literal(schema, holds=True) for schema in schemas)
    return holds, conjunction(node.literal(schema, holds=False) for schema in schemas)


def one_of(node: Node, schemas: list[Any], _type: str) -> Pair:
    known = node.nodes.overlaps
    overlaps = known.get(node) or known.setdefault(node, overlapping(list(map(node.subschema, schemas))))
    yes = [node.literal(schema, holds=True) for schema in schemas]
    no = [node.literal(schema, holds=False) for schema in schemas]
    just_one = [conjunction([yes[i], *(no[j] for j in overlaps[i])]) for i in range(len(schemas))]
    two = [conjunction([yes[i], yes[j]]) for i in range(len(schemas)) for j in overlaps[i] if j < i]
    return disjunction(just_one), disjunction([conjunction(no), *two])


def not_(node: Node, schema: Any, _type: str) -> Pair:
    return node.literal(schema, holds=False), node.literal(schema, holds=True)


def if_(node: Node, condition: Any, _type: str) -> Pair:
    if_so, if_not = node.literal(condition, holds=True), node.literal(condition, holds=False)
    then, otherwise = (node.schema.get(keyword, True) for keyword in ("then", "else"))

    def formula(*, holds: bool) -> Formula:
        parts = ((if_so, node.literal(then, holds=holds)), (if_not, node.literal(otherwise, holds=holds)))
        return disjunction(map(conjunction, parts))

    return formula(holds=True), formula(holds=False)
