"""Solves objects: named members, kinds of other members that patterns distinguish, and members that must exist.

Names that appear in an atom are treated one by one; all others fall into *kinds*, one for each set of patterns that
can match. Each member that must exist becomes a slot: a name or a kind, what holds of its value, and of its name.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, combinations

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.assertions import pattern_formula
from arrakis_schema.compat.logic.connectives import size_limits
from arrakis_schema.compat.logic.evaluation import Interpretation, belongs_to
from arrakis_schema.compat.logic.formulas import Atom, Formula, State
from arrakis_schema.compat.logic.results import CLOSED, Closed, Model, Open, Result, UndecidedError, first_model
from arrakis_schema.compat.logic.values import Json, canonical
from arrakis_schema.compat.solve.distinct import Solve, solve_distinct
from arrakis_schema.regex.tree import UnsupportedPatternError

_MOST_PATTERNS = 8
_MOST_MEMBERS = 400
Need = f.SomeMember | f.SomeName


@dataclass(frozen=True, slots=True)
class _Kind:
    """The names that are not treated one by one and match exactly these patterns."""

    matched: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One member: its name or kind, the formulas that hold of its value, and of its name if that is not chosen yet."""

    key: str | _Kind
    value: State
    name: State = field(default_factory=State)


@dataclass(slots=True)
class _Goal:
    """The atoms of an object, sorted by what they say."""

    minimum: int
    maximum: int | None
    present: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    every: list[f.EveryMember] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    names: list[Formula] = field(default_factory=list)

    def add(self, atom: Atom) -> None:
        """Sort one atom."""
        match atom:
            case f.Present(name, holds):
                (self.present if holds else self.absent).add(name)
            case f.EveryMember():
                self.every.append(atom)
            case f.SomeMember() | f.SomeName():
                self.needs.append(atom)
            case f.EveryName(formula):
                self.names.append(formula)

    def names_and_patterns(self) -> tuple[list[str], list[str]]:
        """Return the names that are treated one by one, and the patterns that distinguish other names."""
        known_names, patterns = self.present | self.absent, set[str]()
        needed = [need.names for need in self.needs if isinstance(need, f.SomeMember)]
        for names in (*(atom.names for atom in self.every), *needed):
            match names:
                case f.Named(name):
                    known_names.add(name)
                case f.Matching(pattern):
                    patterns.add(pattern)
                case f.Others(listed, described):
                    known_names.update(listed)
                    patterns.update(described)
        return sorted(known_names), sorted(patterns)


def object_(atoms: Collection[Atom], interpretation: Interpretation, solve: Solve) -> Result:
    """Return an object of which all atoms hold."""
    goal = _Goal(*size_limits(atoms))
    for atom in atoms:
        goal.add(atom)
    if goal.present & goal.absent:
        return CLOSED
    if goal.maximum is not None and max(goal.minimum, len(goal.present)) > goal.maximum:
        return CLOSED
    names, patterns = goal.names_and_patterns()
    if len(patterns) > _MOST_PATTERNS:
        return Open(f"an object with more than {_MOST_PATTERNS} patterns")
    if goal.minimum > _MOST_MEMBERS:
        return Open(f"an object of {goal.minimum} members")
    try:
        return _Layout(goal, names, patterns, interpretation, solve).result()
    except (UnsupportedPatternError, UndecidedError) as error:
        return Open(str(error))


class _Layout:
    """The names and kinds of an object, and the formulas that hold of their values."""

    def __init__(
        self, goal: _Goal, names: list[str], patterns: list[str], interpretation: Interpretation, solve: Solve
    ) -> None:
        self.goal, self.solve, self.interpretation = goal, solve, interpretation
        self.goal.needs = list(dict.fromkeys(goal.needs))
        self.general = [atom for atom in goal.every if not isinstance(atom.names, f.Named)]
        self.of_name: dict[str, list[Formula]] = {}
        for atom in goal.every:
            if isinstance(atom.names, f.Named):
                self.of_name.setdefault(atom.names.name, []).append(atom.formula)
        self.known_names, self.patterns = names, patterns
        self.free = [name for name in self.known_names if name not in goal.absent and self._name_allowed(name)]
        subsets = chain.from_iterable(combinations(patterns, size) for size in range(len(patterns) + 1))
        self.kinds = [_Kind(frozenset(subset)) for subset in subsets]

    def result(self) -> Result:
        """Return an object."""
        if not self.goal.present <= set(self.free):
            return CLOSED
        slots = tuple(self.slot(name) for name in sorted(self.goal.present))
        if any(isinstance(self.solve(slot.value), Closed) for slot in slots):
            return CLOSED
        return self.place(0, slots)

    def slot(self, key: str | _Kind) -> _Slot:
        """Return the slot of a name or a kind, with the formulas that every such member satisfies."""
        self.interpretation.tick()
        named = self.of_name.get(key, []) if isinstance(key, str) else []
        value = State([*named, *(atom.formula for atom in self.general if self.belongs(atom.names, key))])
        return _Slot(key, value, State() if isinstance(key, str) else self._kind_state(key))

    def belongs(self, names: f.Names, key: str | _Kind) -> bool:
        """Return whether a name or kind belongs to a set of names."""
        if isinstance(key, str):
            return belongs_to(names, key, self.interpretation.reading)
        match names:
            case f.Named():
                return False
            case f.Matching(pattern):
                return pattern in key.matched
            case f.Others(_, patterns):
                return not key.matched & set(patterns)

    def _name_allowed(self, name: str) -> bool:
        """Return whether a member of this name may be present."""
        return all(self.interpretation.admits(formula, name) for formula in self.goal.names)

    def _kind_state(self, kind: _Kind) -> State:
        """Return the formulas that hold of the names of a kind."""
        atoms = [pattern_formula(text, holds=text in kind.matched) for text in self.patterns]
        excluded = [f.NoneOf(tuple(canonical(name) for name in self.known_names))] if self.known_names else []
        return State([_STRING, *atoms, *self.goal.names, *excluded])

    def possible(self, slot: _Slot) -> bool:
        """Return whether a slot may be fillable; False only if it certainly is not."""
        if isinstance(self.solve(slot.value), Closed):
            return False
        return isinstance(slot.key, str) or not isinstance(self.solve(slot.name), Closed)

    def place(self, number: int, slots: tuple[_Slot, ...]) -> Result:
        """Find a slot for each member that must exist, from this number on."""
        self.interpretation.tick()
        if self.goal.maximum is not None and len(slots) > self.goal.maximum:
            return CLOSED
        if number == len(self.goal.needs):
            return self.pad(slots)
        choices = self.choices(self.goal.needs[number], slots)
        return first_model(self.place(number + 1, choice) for choice in choices)

    def choices(self, need: Need, slots: tuple[_Slot, ...]) -> Iterator[tuple[_Slot, ...]]:
        """Yield the slots with one of them, or one more, meeting a need."""
        for index, slot in enumerate(slots):
            met = self.meet(slot, need)
            if met is not None and self.possible(met):
                yield (*slots[:index], met, *slots[index + 1 :])
        taken = {slot.key for slot in slots}
        for key in self.keys(need):
            met = self.meet(self.slot(key), need) if key not in taken or isinstance(key, _Kind) else None
            if met is not None and self.possible(met):
                yield (*slots, met)

    def keys(self, need: Need) -> Iterator[str | _Kind]:
        """Yield the names and kinds of members that may meet a need: where it has a name, that one alone."""
        named = need.names.name if isinstance(need, f.SomeMember) and isinstance(need.names, f.Named) else None
        yield from (name for name in self.free if named in {None, name})
        yield from self.kinds if named is None else ()

    def meet(self, slot: _Slot, need: Need) -> _Slot | None:
        """Return a slot changed to meet a need, or None if it cannot."""
        if isinstance(need, f.SomeMember):
            return (
                replace(slot, value=slot.value.having([need.formula])) if self.belongs(need.names, slot.key) else None
            )
        if isinstance(slot.key, str):
            return slot if self.interpretation.admits(need.formula, slot.key) else None
        return replace(slot, name=slot.name.having([need.formula]))

    def pad(self, slots: tuple[_Slot, ...]) -> Result:
        """Add members until there are enough, and fill all slots.

        Greedy, because slots that can be named together can be completed to a largest set (a transversal matroid).
        """
        taken = {slot.key for slot in slots}
        optional = iter([self.slot(name) for name in self.free if name not in taken])
        while len(slots) < self.goal.minimum and (extra := next(filter(self.possible, optional), None)):
            slots = (*slots, extra)
        padded = self._pad_with_one_kind(slots) or slots
        while not isinstance(padded, Open) and len(padded) < self.goal.minimum:
            another = self._another(padded)
            if another is None or isinstance(another, Open):
                return another or CLOSED
            padded = (*padded, another)
        return padded if isinstance(padded, Open) else self.fill(padded)

    def _pad_with_one_kind(self, slots: tuple[_Slot, ...]) -> tuple[_Slot, ...] | Open | None:
        """Return all slots that are missing as those of one kind; None if no kind has so many names."""
        missing = self.goal.minimum - len(slots)
        opened: Open | None = None
        for slot in filter(self.possible, map(self.slot, self.kinds if missing > 0 else ())):
            padded = (*slots, *[slot] * missing)
            names = self._names(padded)
            if not isinstance(names, Closed | Open):
                return padded
            opened = opened or (names if isinstance(names, Open) else None)
        return opened

    def _another(self, slots: tuple[_Slot, ...]) -> _Slot | Open | None:
        """Return one more slot of a kind that has a name left."""
        open_: Open | None = None
        for kind in self.kinds:
            slot = self.slot(kind)
            if self.possible(slot):
                names = self._names((*slots, slot))
                if not isinstance(names, Closed | Open):
                    return slot
                open_ = open_ or (names if isinstance(names, Open) else None)
        return open_

    def fill(self, slots: tuple[_Slot, ...]) -> Result:
        """Return the object with a name and a value in every slot."""
        results = [self.solve(slot.value) for slot in slots]
        names = self._names(slots)
        if isinstance(names, Closed) or any(isinstance(result, Closed) for result in results):
            return CLOSED
        opened = next((result for result in results if isinstance(result, Open)), None)
        if isinstance(names, Open) or opened is not None:
            return names if isinstance(names, Open) else opened or CLOSED
        values = [result.value for result in results if isinstance(result, Model)]
        return Model(dict(zip(names, values, strict=True)))

    def _names(self, slots: tuple[_Slot, ...]) -> list[str] | Closed | Open:
        """Return a name for each slot, no two equal; only names of one kind can be."""
        names: dict[int, str] = {index: slot.key for index, slot in enumerate(slots) if isinstance(slot.key, str)}
        for kind in dict.fromkeys(slot.key for slot in slots if isinstance(slot.key, _Kind)):
            members = [index for index, slot in enumerate(slots) if slot.key == kind]
            texts = solve_distinct([slots[index].name for index in members], self.solve)
            if isinstance(texts, Closed | Open):
                return texts
            names |= dict(zip(members, map(_text, texts), strict=True))
        return [names[index] for index in range(len(slots))]


def _text(value: Json) -> str:
    """Return a value that is known to be a string."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


_STRING = f.Typed("string")
