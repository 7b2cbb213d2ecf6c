"""Evaluates formulas for an instance, with the same meaning that the solver uses."""

from collections.abc import Callable, Iterable
from itertools import islice

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
        match formula:
            case f.Constant(holds):
                return holds
            case Literal():
                self.tick()
                return self.admits(self.expand(formula, type_of(value)), value)
            case f.All(parts):
                return all(self.admits(part, value) for part in parts)
            case f.Some(parts):
                return any(self.admits(part, value) for part in parts)
            case f.OneOf():
                return canonical(value) in formula
            case f.NoneOf():
                return canonical(value) not in formula
            case f.Typed(name):
                return type_of(value) == name
            case f.Opaque(keyword):
                raise UndecidedError(f"{keyword} is not decided")
            case _:
                return type_of(value) in _TYPED and _TYPED[type_of(value)](self, formula, value)

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


def _number(_self: Interpretation, formula: Formula, value: int | float) -> bool:  # noqa: PYI041 - bool is not a number here
    exact = exact_fraction(value)
    match formula:
        case f.AtLeast(bound, exclusive):
            return exact > bound or (exact == bound and not exclusive)
        case f.AtMost(bound, exclusive):
            return exact < bound or (exact == bound and not exclusive)
        case f.MultipleOf(factor, holds):
            return ((exact / factor).denominator == 1) == holds
        case _:
            return False


def _string(self: Interpretation, formula: Formula, value: str) -> bool:
    match formula:
        case f.MinSize(size):
            return len(value) >= size
        case f.MaxSize(size):
            return len(value) <= size
        case f.Matches():
            return all(_holds_of(formula, value, reading) for reading in self.readings)
        case _:
            return False


def _array(self: Interpretation, formula: Formula, value: list[Json]) -> bool:
    match formula:
        case f.MinSize(size):
            return len(value) >= size
        case f.MaxSize(size):
            return len(value) <= size
        case f.EveryItem(start, stop, inner):
            return all(self.admits(inner, item) for item in value[start:stop])
        case f.SomeItem(start, stop, inner, count):
            matching = (item for item in value[start:stop] if self.admits(inner, item))
            return len(list(islice(matching, count))) >= count
        case f.FewItems(count, inner, _):
            return len(list(islice((item for item in value if self.admits(inner, item)), count + 1))) <= count
        case f.Unique(holds):
            return (len(set(map(canonical, value))) == len(value)) == holds
        case _:
            return False


def _object(self: Interpretation, formula: Formula, value: dict[str, Json]) -> bool:
    match formula:
        case f.MinSize(size):
            return len(value) >= size
        case f.MaxSize(size):
            return len(value) <= size
        case f.Present(name, holds):
            return (name in value) == holds
        case f.EveryMember(names, inner):
            return all(self.admits(inner, value[name]) for name in value if belongs_to(names, name, self.reading))
        case f.SomeMember(names, inner):
            return any(self.admits(inner, value[name]) for name in value if belongs_to(names, name, self.reading))
        case f.EveryName(inner):
            return all(self.admits(inner, name) for name in value)
        case f.SomeName(inner):
            return any(self.admits(inner, name) for name in value)
        case _:
            return False


_TYPED: dict[str, Callable[..., bool]] = {"number": _number, "string": _string, "array": _array, "object": _object}
