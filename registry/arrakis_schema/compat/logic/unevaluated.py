"""`unevaluatedProperties` and `unevaluatedItems`: members and items that no other keyword has evaluated.

Which members and items those are depends on which subschemas hold, so there is a case for each combination.
https://json-schema.org/draft/2020-12/json-schema-core#section-11
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.connectives import ALWAYS, Pair, conjunction, disjunction
from arrakis_schema.json_schema.dialects import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arrakis_schema.compat.logic.nodes import SchemaNode

_MOST_CASES = 64


@dataclass(frozen=True, slots=True)
class Case:
    """What is evaluated under some conditions: members by name or pattern, the first items, matching items."""

    conditions: tuple[Pair, ...] = ()
    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    first: int = 0
    contained: tuple[SchemaNode, ...] = ()
    everything: bool = False

    @property
    def evaluates(self) -> bool:
        """Whether anything has been evaluated."""
        return bool(self.names or self.patterns or self.first or self.contained or self.everything)

    def __or__(self, case: Case) -> Case:
        """Return the case in which both apply."""
        return Case(
            tuple(dict.fromkeys([*self.conditions, *case.conditions])),
            self.names | case.names,
            self.patterns | case.patterns,
            max(self.first, case.first),
            tuple(dict.fromkeys([*self.contained, *case.contained])),
            self.everything or case.everything,
        )

    def when(self, condition: Pair) -> Case:
        """Return this case under one more condition, which is irrelevant if nothing is evaluated."""
        return replace(self, conditions=(condition, *self.conditions)) if self.evaluates else self


class _TooManyCasesError(Exception):
    """There are more combinations of subschemas than are examined."""


def unevaluated_properties(node: SchemaNode, schema: Any, instance_type: str) -> Pair:
    def left(case: Case) -> Pair:
        holds, fails = node.pair_of(schema)
        others = f.Others(tuple(sorted(case.names)), tuple(sorted(case.patterns)))
        return f.EveryMember(others, holds), f.SomeMember(others, fails)

    try:
        return _in_every_case(cases(node, "unevaluatedProperties"), schema, left)
    except _TooManyCasesError:
        return undecided_meaning("unevaluatedProperties")(node, schema, instance_type)


def unevaluated_items(node: SchemaNode, schema: Any, instance_type: str) -> Pair:
    def left(case: Case) -> Pair:
        pairs = [node.pair_of(schema), *(item_node.pair for item_node in case.contained)]
        either, neither = disjunction(holds for holds, _ in pairs), conjunction(fails for _, fails in pairs)
        return f.EveryItem(case.first, None, either), f.SomeItem(case.first, None, neither)

    try:
        return _in_every_case(cases(node, "unevaluatedItems"), schema, left)
    except _TooManyCasesError:
        return undecided_meaning("unevaluatedItems")(node, schema, instance_type)


def _in_every_case(all_cases: Iterable[Case], schema: Any, left: Callable[[Case], Pair]) -> Pair:
    """Return the meaning of a schema for what is left unevaluated in each case."""
    if schema is True or schema == {}:
        return ALWAYS
    pairs = [(case.conditions, ALWAYS if case.everything else left(case)) for case in all_cases]
    holds = (conjunction([*(yes for yes, _ in conditions), kept]) for conditions, (kept, _) in pairs)
    fails = (disjunction([*(no for _, no in conditions), broken]) for conditions, (_, broken) in pairs)
    return disjunction(holds), conjunction(fails)


def cases(node: SchemaNode, keyword: str, *, outermost: bool = True) -> list[Case]:
    """Return what the in-place subschemas evaluate for an `unevaluated…` keyword, one case for each combination."""
    if isinstance(node.schema, bool):
        return [Case()]
    node.nodes.refuse_loops(node)
    so_far = [_EVALUATED[keyword](node)]
    if not outermost and keyword in node.schema:
        so_far = [replace(case, everything=True) for case in so_far]
    for alternatives in _applicators(node, keyword):
        joined = dict.fromkeys(case | alternative for case in so_far for alternative in dict.fromkeys(alternatives))
        if len(joined) > _MOST_CASES:
            raise _TooManyCasesError
        so_far = list(joined)
    return so_far


def _applicators(node: SchemaNode, keyword: str) -> Iterable[list[Case]]:
    """Yield the cases of each keyword that applies subschemas to the same instance."""
    schema = node.schema
    for child in (*node.references(), *map(node.subschema, schema.get("allOf", ()))):
        yield cases(child, keyword, outermost=False)
    for child in map(node.subschema, schema.get("anyOf", ())):
        yield [Case(), *_cases_if_valid(child, keyword)]
    if "oneOf" in schema:
        yield [case for child in map(node.subschema, schema["oneOf"]) for case in _cases_if_valid(child, keyword)] or [
            Case()
        ]
    if "if" in schema:
        yield _conditional(node, keyword)
    of_objects = schema.get("dependentSchemas", {}) if keyword == "unevaluatedProperties" else {}
    for name, child in of_objects.items():
        present = f.Present(name, holds=True), f.Present(name, holds=False)
        yield [Case(), *(case.when(present) for case in cases(node.subschema(child), keyword, outermost=False))]


def _cases_if_valid(node: SchemaNode, keyword: str) -> list[Case]:
    """Return the cases of a subschema under the condition that it holds."""
    return [case.when(node.pair) for case in cases(node, keyword, outermost=False)]


def _conditional(node: SchemaNode, keyword: str) -> list[Case]:
    """Return the cases of `if`, `then` and `else`."""
    condition, then, otherwise = (node.subschema(node.schema.get(word, True)) for word in ("if", "then", "else"))
    holds, fails = condition.pair
    condition_cases = cases(condition, keyword, outermost=False)
    met = [
        (case | then_case).when((holds, fails))
        for case in condition_cases
        for then_case in cases(then, keyword, outermost=False)
    ]
    return [*met, *(case.when((fails, holds)) for case in cases(otherwise, keyword, outermost=False))]


def _members_of(node: SchemaNode) -> Case:
    """Return the members that the keywords of a schema evaluate themselves."""
    names, patterns = (frozenset(node.schema.get(word, ())) for word in ("properties", "patternProperties"))
    return Case(names=names, patterns=patterns, everything="additionalProperties" in node.schema)


def _items_of(node: SchemaNode) -> Case:
    """Return the items that the keywords of a schema evaluate themselves."""
    dialect, first = DIALECTS[node.dialect], node.schema.get(DIALECTS[node.dialect].first_items)
    evaluates = "contains" in node.schema and dialect.contains_evaluates
    contained = (node.subschema(node.schema["contains"]),) if evaluates else ()
    everything = dialect.keyword_for_others(first) in node.schema
    return Case(first=len(first) if isinstance(first, list) else 0, contained=contained, everything=everything)


_EVALUATED = {"unevaluatedProperties": _members_of, "unevaluatedItems": _items_of}


def undecided_meaning(keyword: str) -> Callable[[SchemaNode, Any, str], Pair]:
    """Return the meaning of a keyword that is undecided: it depends on all keywords of its subschema."""

    def meaning(node: SchemaNode, value: Any, _type: str) -> Pair:
        text = json.dumps(value, sort_keys=True)
        return f.Opaque(keyword, text, holds=True, node=node), f.Opaque(keyword, text, holds=False, node=node)

    return meaning
