"""Formulas combined and negated, and what several of them allow together."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from arrakis_schema.compat.logic.formulas import (
    FALSE,
    TRUE,
    All,
    AtLeast,
    AtMost,
    Atom,
    Constant,
    EveryItem,
    EveryMember,
    Formula,
    Literal,
    Matches,
    MaxSize,
    MinSize,
    MultipleOf,
    Opaque,
    Present,
    Some,
    SomeItem,
    SomeMember,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def conjunction(formulas: Iterable[Formula]) -> Formula:
    """Return one formula for all of these."""
    return _combine(formulas, All, TRUE, FALSE)


def disjunction(formulas: Iterable[Formula]) -> Formula:
    """Return one formula for any of these."""
    return _combine(formulas, Some, FALSE, TRUE)


def _combine(
    formulas: Iterable[Formula], connective: type[All | Some], neutral: Constant, absorbing: Constant
) -> Formula:
    """Return one flat formula, without the neutral constant; or the absorbing constant, where it is among them."""
    parts: list[Formula] = []
    for formula in formulas:
        if isinstance(formula, connective):
            parts += formula.parts
        elif isinstance(formula, Constant):
            if formula.holds is absorbing.holds:
                return absorbing
        else:
            parts.append(formula)
    unique = tuple(dict.fromkeys(parts)) if len(parts) > 1 else tuple(parts)
    return neutral if not unique else unique[0] if len(unique) == 1 else connective(unique)


def opposite(formula: Formula) -> Formula | None:
    """Return a formula that contradicts this one, if there is a simple one."""
    match formula:
        case Constant(holds):
            return Constant(not holds)
        case Literal():
            return formula.opposite
        case MultipleOf(factor, holds):
            return MultipleOf(factor, not holds)
        case Matches(pattern, part, holds):
            return Matches(pattern, part, not holds)
        case Present(name, holds):
            return Present(name, not holds)
        case Opaque(keyword, value, holds, node):
            return Opaque(keyword, value, not holds, node)
        case AtLeast(bound, exclusive):
            return AtMost(bound, not exclusive)
        case AtMost(bound, exclusive):
            return AtLeast(bound, not exclusive)
        case SomeMember(names, inner) if (inner_opposite := opposite(inner)) is not None:
            return EveryMember(names, inner_opposite)
        case SomeItem(start, stop, inner, 1) if (inner_opposite := opposite(inner)) is not None:
            return EveryItem(start, stop, inner_opposite)
        case _:
            return None


Pair: TypeAlias = tuple[Formula, Formula]
"""The meaning of a keyword or schema: "it holds" and "it fails"."""
ALWAYS: Pair = TRUE, FALSE
NEVER: Pair = FALSE, TRUE


def join_pairs(pairs: list[Pair]) -> Pair:
    """Return the meaning of several keywords together."""
    return conjunction([holds for holds, _ in pairs]), disjunction([fails for _, fails in pairs])


def size_limits(atoms: Iterable[Atom]) -> tuple[int, int | None]:
    """Return the minimal and the maximal size that atoms allow; None if there is no maximum."""
    least, most = [0], []
    for atom in atoms:
        match atom:
            case MinSize(size):
                least.append(size)
            case MaxSize(size):
                most.append(size)
    return max(least), min(most, default=None)
