"""`unevaluatedProperties` and `unevaluatedItems`: what no other keyword of the same place has evaluated.

Which members and items those are depends on which subschemas hold, so there is a case for each way in which they may.
https://json-schema.org/draft/2020-12/json-schema-core#section-11
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import conjunction, disjunction
from arrakis_schema.compat.logic.pairs import ALWAYS, Pair, undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arrakis_schema.compat.logic.nodes import Node

_MOST_CASES = 64


@dataclass(frozen=True, slots=True)
class Case:
    """What is evaluated where some conditions hold: members by name or pattern, the first items, items that fit."""

    conditions: tuple[Pair, ...] = ()
    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    first: int = 0
    contained: tuple[Node, ...] = ()
    everything: bool = False

    @property
    def evaluates(self) -> bool:
        """Whether anything has been evaluated."""
        return bool(self.names or self.patterns or self.first or self.contained or self.everything)

    def __or__(self, other: Case) -> Case:
        """Return the case that both apply."""
        return Case(
            tuple(dict.fromkeys([*self.conditions, *other.conditions])),
            self.names | other.names,
            self.patterns | other.patterns,
            max(self.first, other.first),
            tuple(dict.fromkeys([*self.contained, *other.contained])),
            self.everything or other.everything,
        )

    def given(self, condition: Pair) -> Case:
        """Return this case under one more condition, which does not matter where nothing is evaluated."""
        return replace(self, conditions=(condition, *self.conditions)) if self.evaluates else self


class _TooManyCasesError(Exception):
    """There are more ways in which subschemas may hold than are looked at."""


def unevaluated_properties(node: Node, schema: Any, instance_type: str) -> Pair:
    def left(case: Case) -> Pair:
        others = f.Others(tuple(sorted(case.names)), tuple(sorted(case.patterns)))
        return f.EveryMember(others, node.literal(schema, holds=True)), f.SomeMember(
            others, node.literal(schema, holds=False)
        )

    try:
        return _in_every_case(cases(node, "unevaluatedProperties"), schema, left)
    except _TooManyCasesError:
        return undecided("unevaluatedProperties")(node, schema, instance_type)


def unevaluated_items(node: Node, schema: Any, instance_type: str) -> Pair:
    def left(case: Case) -> Pair:
        literals = node.nodes.literal
        holds = [node.literal(schema, holds=True), *(literals(one, holds=True) for one in case.contained)]
        fails = [node.literal(schema, holds=False), *(literals(one, holds=False) for one in case.contained)]
        return f.EveryItem(case.first, None, disjunction(holds)), f.SomeItem(case.first, None, conjunction(fails))

    try:
        return _in_every_case(cases(node, "unevaluatedItems"), schema, left)
    except _TooManyCasesError:
        return undecided("unevaluatedItems")(node, schema, instance_type)


def _in_every_case(found: Iterable[Case], schema: Any, left: Callable[[Case], Pair]) -> Pair:
    """Return the meaning of a schema for what is left over, which is least in the case that evaluates most."""
    if schema is True or schema == {}:
        return ALWAYS
    pairs = [(case.conditions, ALWAYS if case.everything else left(case)) for case in found]
    holds = (conjunction([*(yes for yes, _ in conditions), kept]) for conditions, (kept, _) in pairs)
    fails = (disjunction([*(no for _, no in conditions), broken]) for conditions, (_, broken) in pairs)
    return disjunction(holds), conjunction(fails)


def cases(node: Node, keyword: str, *, outermost: bool = True) -> list[Case]:
    """Return what the subschemas of a place evaluate for an `unevaluated…` keyword; all hold that must hold."""
    if isinstance(node.schema, bool):
        return [Case()]
    node.nodes.refuse_loops(node)
    found = [_EVALUATED[keyword](node)]
    if not outermost and keyword in node.schema:
        found = [replace(case, everything=True) for case in found]
    for alternatives in _applicators(node, keyword):
        joined = dict.fromkeys(one | other for one in found for other in dict.fromkeys(alternatives))
        if len(joined) > _MOST_CASES:
            raise _TooManyCasesError
        found = list(joined)
    return found


def _applicators(node: Node, keyword: str) -> Iterable[list[Case]]:
    """Yield the cases of each keyword that applies subschemas to the same place."""
    schema = node.schema
    for child in (*node.references(), *map(node.subschema, schema.get("allOf", ()))):
        yield cases(child, keyword, outermost=False)
    for child in map(node.subschema, schema.get("anyOf", ())):
        yield [Case(), *_given(child, keyword)]
    if "oneOf" in schema:
        yield [case for child in map(node.subschema, schema["oneOf"]) for case in _given(child, keyword)] or [Case()]
    if "if" in schema:
        yield _conditional(node, keyword)
    of_objects = schema.get("dependentSchemas", {}) if keyword == "unevaluatedProperties" else {}
    for name, child in of_objects.items():
        present = f.Present(name, holds=True), f.Present(name, holds=False)
        yield [Case(), *(case.given(present) for case in cases(node.subschema(child), keyword, outermost=False))]


def _given(node: Node, keyword: str) -> list[Case]:
    """Return the cases of a subschema where it holds."""
    return [case.given(_pair(node)) for case in cases(node, keyword, outermost=False)]


def _conditional(node: Node, keyword: str) -> list[Case]:
    """Return the cases of `if`, `then` and `else`."""
    condition, then, otherwise = (node.subschema(node.schema.get(word, True)) for word in ("if", "then", "else"))
    holds, fails = _pair(condition)
    asked = cases(condition, keyword, outermost=False)
    met = [(one | other).given((holds, fails)) for one in asked for other in cases(then, keyword, outermost=False)]
    return [*met, *(case.given((fails, holds)) for case in cases(otherwise, keyword, outermost=False))]


def _pair(node: Node) -> Pair:
    """Return the formulas that a subschema holds, and that it fails."""
    return node.nodes.literal(node, holds=True), node.nodes.literal(node, holds=False)


def _members_of(node: Node) -> Case:
    """Return the members that the keywords of a schema evaluate themselves."""
    names, patterns = (frozenset(node.schema.get(word, ())) for word in ("properties", "patternProperties"))
    return Case(names=names, patterns=patterns, everything="additionalProperties" in node.schema)


def _items_of(node: Node) -> Case:
    """Return the items that the keywords of a schema evaluate themselves."""
    contained = (node.subschema(node.schema["contains"]),) if "contains" in node.schema else ()
    return Case(first=len(node.schema.get("prefixItems", ())), contained=contained, everything="items" in node.schema)


_EVALUATED = {"unevaluatedProperties": _members_of, "unevaluatedItems": _items_of}
