"""Keywords about the instance itself: its type, its value, bounds, sizes, patterns, equal items, required members."""

from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.connectives import ALWAYS, NEVER, Pair, conjunction, disjunction, join_pairs
from arrakis_schema.compat.logic.formulas import Formula
from arrakis_schema.compat.logic.nodes import SchemaNode
from arrakis_schema.compat.logic.values import canonical, type_of
from arrakis_schema.json_schema.judge.values import exact_fraction
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.syntax import parse
from arrakis_schema.regex.tree import Part, PatternSyntaxError, UnsupportedPatternError


def type_(_node: SchemaNode, names: str | list[str], instance_type: str) -> Pair:
    allowed = [names] if isinstance(names, str) else names
    if instance_type in allowed:
        return ALWAYS
    if instance_type == "number" and "integer" in allowed:
        return multiple_of(_node, 1, instance_type)
    return NEVER


def enum(_node: SchemaNode, values: list[Any], instance_type: str) -> Pair:
    texts = tuple(dict.fromkeys(canonical(value) for value in values if type_of(value) == instance_type))
    return (f.OneOf(texts), f.NoneOf(texts)) if texts else NEVER


def const(node: SchemaNode, value: Any, instance_type: str) -> Pair:
    return enum(node, [value], instance_type)


def format_(node: SchemaNode, name: str, instance_type: str) -> Pair:
    if not node.nodes.assert_formats or instance_type != "string":
        return ALWAYS
    return f.Opaque("format", name, holds=True), f.Opaque("format", name, holds=False)


def minimum(_node: SchemaNode, bound: float, _type: str, *, exclusive: bool = False) -> Pair:
    exact = exact_fraction(bound)
    return f.AtLeast(exact, exclusive), f.AtMost(exact, not exclusive)


def maximum(_node: SchemaNode, bound: float, _type: str, *, exclusive: bool = False) -> Pair:
    exact = exact_fraction(bound)
    return f.AtMost(exact, exclusive), f.AtLeast(exact, not exclusive)


def minimum_of_draft_04(node: SchemaNode, bound: float, instance_type: str) -> Pair:
    return minimum(node, bound, instance_type, exclusive=node.schema.get("exclusiveMinimum") is True)


def maximum_of_draft_04(node: SchemaNode, bound: float, instance_type: str) -> Pair:
    return maximum(node, bound, instance_type, exclusive=node.schema.get("exclusiveMaximum") is True)


def multiple_of(_node: SchemaNode, factor: float, _type: str) -> Pair:
    exact = exact_fraction(factor)
    return f.MultipleOf(exact, holds=True), f.MultipleOf(exact, holds=False)


def min_size(_node: SchemaNode, size: float, _type: str) -> Pair:
    return (f.MinSize(int(size)), f.MaxSize(int(size) - 1)) if size > 0 else ALWAYS


def max_size(_node: SchemaNode, size: float, _type: str) -> Pair:
    return f.MaxSize(int(size)), f.MinSize(int(size) + 1)


def unique_items(_node: SchemaNode, value: bool, _type: str) -> Pair:  # noqa: FBT001 - the value of the keyword
    return (f.Unique(holds=True), f.Unique(holds=False)) if value else ALWAYS


def required(_node: SchemaNode, names: list[str], _type: str) -> Pair:
    return join_pairs([(f.Present(name, holds=True), f.Present(name, holds=False)) for name in names])


def pattern(_node: SchemaNode, text: str, _type: str) -> Pair:
    try:
        return pattern_formula(text, holds=True), pattern_formula(text, holds=False)
    except UnsupportedPatternError as error:
        unknown = f"{error}, in the pattern {text}"  # two patterns are not alike because the same is wrong with them
        return f.Opaque("pattern", unknown, holds=True), f.Opaque("pattern", unknown, holds=False)


def pattern_formula(pattern: str, *, holds: bool) -> Formula:
    """Return the formula for a pattern that matches a string, or does not; raises `UnsupportedPatternError`."""
    atoms = [f.Matches(pattern, number, part.must_match == holds) for number, part in enumerate(_parts(pattern))]
    return conjunction(atoms) if holds else disjunction(atoms)


def _parts(pattern: str) -> tuple[Part, ...]:
    """Return the parts of a pattern of ECMA-262, or of one that only Python knows."""
    try:
        return parse(pattern)
    except PatternSyntaxError:
        return parse(pattern, Reading.PYTHON_STRICT_END)
