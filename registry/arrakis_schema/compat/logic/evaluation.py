"""Evaluates formulas for an instance, with the same meaning that the solver uses."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeGuard

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.assertions import pattern_formula
from arrakis_schema.compat.logic.connectives import conjunction, disjunction
from arrakis_schema.compat.logic.formulas import Formula, Literal, Names
from arrakis_schema.compat.logic.keywords import keyword_meanings
from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.compat.logic.values import Json, canonical, type_of
from arrakis_schema.json_schema.judge.values import exact_fraction
from arrakis_schema.regex.automaton import automaton
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.syntax import parse


class Interpretation:
    """The meaning of formulas; `tick` is called often and may raise.

    Names are matched in one reading of patterns. A text has to match in all given readings: a result is then a model in
    each of them, but with several readings, finding none proves nothing.
    """

    def __init__(self, reading: Reading, tick: Callable[[], None], *others: Reading) -> None:
        """Begin with nothing expanded."""
        self.reading, self.readings, self.tick = reading, (reading, *others), tick
        self._expansions: dict[tuple[Literal, str], Formula] = {}

    def expand(self, literal: Literal, instance_type: str) -> Formula:
        """Return the formula that a literal means for instances of a type."""
        key = literal, instance_type
        formula = self._expansions.get(key)
        if formula is None:
            self.tick()
            pairs = keyword_meanings(literal.node, instance_type)
            if literal.holds:
                formula = conjunction([holds for holds, _ in pairs])
            else:
                formula = disjunction([fails for _, fails in pairs])
            self._expansions[key] = formula
        return formula

    def admits(self, formula: Formula, value: Json) -> bool:
        """Return whether a formula holds of a value; raises `UndecidedError` if that is unknown."""
        return _EVALUATE[formula.__class__](self, formula, value)

    def decide(self, formula: Formula, value: Json) -> bool | None:
        """Return whether a formula holds of a value; None if that is unknown."""
        try:
            return self.admits(formula, value)
        except UndecidedError:
            return None

    def all_hold(self, formulas: Iterable[Formula], value: Json) -> bool:
        """Return whether all formulas are known to hold of a value."""
        return all(self.decide(formula, value) is True for formula in formulas)

    def any_fails(self, formulas: Iterable[Formula], value: Json) -> bool:
        """Return whether some formula is known not to hold of a value."""
        return any(self.decide(formula, value) is False for formula in formulas)


def belongs_to(names: Names, name: str, reading: Reading) -> bool:
    """Return whether a name of a member is one of these."""
    match names:
        case f.Named(only):
            return name == only
        case f.Matching(pattern):
            return matches(pattern, name, reading)
        case f.Others(known, patterns):
            return name not in known and not any(matches(pattern, name, reading) for pattern in patterns)


def matches(pattern: str, text: str, reading: Reading) -> bool:
    """Return whether a pattern matches anywhere in a text."""
    parts = pattern_formula(pattern, holds=True)
    atoms = parts.parts if isinstance(parts, f.All) else (parts,)
    return all(_holds_of(atom, text, reading) for atom in atoms if isinstance(atom, f.Matches))


def _holds_of(atom: f.Matches, text: str, reading: Reading) -> bool:
    """Return whether one part of a pattern matches a text, or does not, as the atom says."""
    return automaton(parse(atom.pattern, reading)[atom.part].tree, reading).search(text) == atom.holds


def _constant(_self: Interpretation, formula: f.Constant, _value: Json) -> bool:
    return formula.holds


def _literal(self: Interpretation, formula: Literal, value: Json) -> bool:
    self.tick()
    return self.admits(self.expand(formula, type_of(value)), value)


def _all(self: Interpretation, formula: f.All, value: Json) -> bool:
    for part in formula.parts:  # noqa: SIM110 - twice as fast as `all`, in the innermost loop
        if not self.admits(part, value):
            return False
    return True


def _some(self: Interpretation, formula: f.Some, value: Json) -> bool:
    for part in formula.parts:  # noqa: SIM110 - as in `_all`
        if self.admits(part, value):
            return True
    return False


def _one_of(_self: Interpretation, formula: f.OneOf, value: Json) -> bool:
    return canonical(value) in formula


def _none_of(_self: Interpretation, formula: f.NoneOf, value: Json) -> bool:
    return canonical(value) not in formula


def _typed(_self: Interpretation, formula: f.Typed, value: Json) -> bool:
    return type_of(value) == formula.name


def _opaque(_self: Interpretation, formula: f.Opaque, _value: Json) -> bool:
    raise UndecidedError(f"{formula.keyword} is not decided")


def _at_least(_self: Interpretation, formula: f.AtLeast, value: Json) -> bool:
    if not _is_number(value):
        return False
    exact = exact_fraction(value)
    return exact > formula.bound or (exact == formula.bound and not formula.exclusive)


def _at_most(_self: Interpretation, formula: f.AtMost, value: Json) -> bool:
    if not _is_number(value):
        return False
    exact = exact_fraction(value)
    return exact < formula.bound or (exact == formula.bound and not formula.exclusive)


def _multiple_of(_self: Interpretation, formula: f.MultipleOf, value: Json) -> bool:
    if not _is_number(value):
        return False
    return ((exact_fraction(value) / formula.factor).denominator == 1) == formula.holds


def _is_number(value: Json) -> TypeGuard[int | float]:
    """Return whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _min_size(_self: Interpretation, formula: f.MinSize, value: Json) -> bool:
    return isinstance(value, str | list | dict) and len(value) >= formula.size


def _max_size(_self: Interpretation, formula: f.MaxSize, value: Json) -> bool:
    return isinstance(value, str | list | dict) and len(value) <= formula.size


def _matches(self: Interpretation, formula: f.Matches, value: Json) -> bool:
    return isinstance(value, str) and all(_holds_of(formula, value, reading) for reading in self.readings)


def _every_item(self: Interpretation, formula: f.EveryItem, value: Json) -> bool:
    if not isinstance(value, list):
        return False
    return all(self.admits(formula.formula, item) for item in value[formula.start : formula.stop])


def _some_item(self: Interpretation, formula: f.SomeItem, value: Json) -> bool:
    if not isinstance(value, list):
        return False
    matching = (item for item in value[formula.start : formula.stop] if self.admits(formula.formula, item))
    return len(list(islice(matching, formula.count))) >= formula.count


def _few_items(self: Interpretation, formula: f.FewItems, value: Json) -> bool:
    if not isinstance(value, list):
        return False
    matching = (item for item in value if self.admits(formula.formula, item))
    return len(list(islice(matching, formula.count + 1))) <= formula.count


def _unique(_self: Interpretation, formula: f.Unique, value: Json) -> bool:
    return isinstance(value, list) and (len(set(map(canonical, value))) == len(value)) == formula.holds


def _present(_self: Interpretation, formula: f.Present, value: Json) -> bool:
    return isinstance(value, dict) and (formula.name in value) == formula.holds


def _every_member(self: Interpretation, formula: f.EveryMember, value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    return all(self.admits(formula.formula, value[name]) for name in _names_in(formula.names, value, self.reading))


def _some_member(self: Interpretation, formula: f.SomeMember, value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    return any(self.admits(formula.formula, value[name]) for name in _names_in(formula.names, value, self.reading))


def _names_in(names: Names, value: dict[str, Json], reading: Reading) -> Iterable[str]:
    """Return the names of the members of an object that are among these."""
    if isinstance(names, f.Named):
        return (names.name,) if names.name in value else ()
    return (name for name in value if belongs_to(names, name, reading))


def _every_name(self: Interpretation, formula: f.EveryName, value: Json) -> bool:
    return isinstance(value, dict) and all(self.admits(formula.formula, name) for name in value)


def _some_name(self: Interpretation, formula: f.SomeName, value: Json) -> bool:
    return isinstance(value, dict) and any(self.admits(formula.formula, name) for name in value)


_EVALUATE: dict[type, Callable[[Interpretation, Any, Json], bool]] = {
    f.Constant: _constant,
    f.Literal: _literal,
    f.All: _all,
    f.Some: _some,
    f.OneOf: _one_of,
    f.NoneOf: _none_of,
    f.Typed: _typed,
    f.AtLeast: _at_least,
    f.AtMost: _at_most,
    f.MultipleOf: _multiple_of,
    f.MinSize: _min_size,
    f.MaxSize: _max_size,
    f.Matches: _matches,
    f.EveryItem: _every_item,
    f.SomeItem: _some_item,
    f.FewItems: _few_items,
    f.Unique: _unique,
    f.Present: _present,
    f.EveryMember: _every_member,
    f.SomeMember: _some_member,
    f.EveryName: _every_name,
    f.SomeName: _some_name,
    f.Opaque: _opaque,
}
