"""Objects: named members, kinds of other members that patterns tell apart, and what must exist among them.

Names that appear in an atom are looked at one by one; all others fall into *kinds*, one for each set of patterns that
can match. Each member that must exist becomes a slot: a name or a kind, what holds of its value, and of its name.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, combinations

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.evaluation import Interpretation, within
from arrakis_schema.compat.logic.formulas import Atom, Formula, State
from arrakis_schema.compat.logic.nodes import UndecidedError
from arrakis_schema.compat.logic.results import CLOSED, Closed, Model, Open, Result, first_model
from arrakis_schema.compat.logic.values import Json, canonical
from arrakis_schema.compat.solve.distinct import Solve, distinct
from arrakis_schema.compat.solve.sizes import sizes
from arrakis_schema.regex import UnsupportedPatternError

_MOST_PATTERNS = 8
_MOST_MEMBERS = 400
Need = f.SomeMember | f.SomeName


@dataclass(frozen=True, slots=True)
class _Kind:
    """The names that are not looked at one by one and match just these patterns."""

    matched: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One member: where its name comes from, what holds of its value, and of its name where that is still open."""

    place: str | _Kind
    value: State
    name: State = field(default_factory=State)


@dataclass(slots=True)
class _Wanted:
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

    @property
    def mentioned(self) -> Iterator[f.Names]:
        """The sets of names in the atoms."""
        yield from (atom.names for atom in self.every)
        yield from (need.names for need in self.needs if isinstance(need, f.SomeMember))

    @property
    def known(self) -> list[str]:
        """The names that are looked at one by one."""
        named = (names.name for names in self.mentioned if isinstance(names, f.Named))
        others = (name for names in self.mentioned if isinstance(names, f.Others) for name in names.names)
        return sorted({*self.present, *self.absent, *named, *others})

    @property
    def patterns(self) -> list[str]:
        """The patterns that tell other names apart."""
        matching = (names.pattern for names in self.mentioned if isinstance(names, f.Matching))
        others = (pattern for names in self.mentioned if isinstance(names, f.Others) for pattern in names.patterns)
        return sorted({*matching, *others})


def object_(atoms: Collection[Atom], interpretation: Interpretation, solve: Solve) -> Result:
    """Return an object of which all atoms hold."""
    wanted = _Wanted(*sizes(atoms))
    for atom in atoms:
        wanted.add(atom)
    if wanted.present & wanted.absent:
        return CLOSED
    if wanted.maximum is not None and max(wanted.minimum, len(wanted.present)) > wanted.maximum:
        return CLOSED
    if len(wanted.patterns) > _MOST_PATTERNS:
        return Open(f"an object with more than {_MOST_PATTERNS} patterns")
    if wanted.minimum > _MOST_MEMBERS:
        return Open(f"an object of {wanted.minimum} members")
    try:
        return _Layout(wanted, interpretation, solve).result()
    except (UnsupportedPatternError, UndecidedError) as error:
        return Open(str(error))


class _Layout:
    """The names and kinds of an object, and what holds of their values."""

    def __init__(self, wanted: _Wanted, interpretation: Interpretation, solve: Solve) -> None:
        self.wanted, self.solve, self.interpretation = wanted, solve, interpretation
        self.wanted.needs = list(dict.fromkeys(wanted.needs))
        self.general = [atom for atom in wanted.every if not isinstance(atom.names, f.Named)]
        self.of_name: dict[str, list[Formula]] = {}
        for atom in wanted.every:
            if isinstance(atom.names, f.Named):
                self.of_name.setdefault(atom.names.name, []).append(atom.formula)
        self.known = wanted.known
        self.free = [name for name in self.known if name not in wanted.absent and self._name_allowed(name)]
        patterns = wanted.patterns
        subsets = chain.from_iterable(combinations(patterns, size) for size in range(len(patterns) + 1))
        self.kinds = [_Kind(frozenset(subset)) for subset in subsets]

    def result(self) -> Result:
        """Return an object."""
        if not self.wanted.present <= set(self.free):
            return CLOSED
        slots = tuple(self.slot(name) for name in sorted(self.wanted.present))
        if any(isinstance(self.solve(slot.value), Closed) for slot in slots):
            return CLOSED
        return self.place(0, slots)

    def slot(self, place: str | _Kind) -> _Slot:
        """Return the slot of a name or a kind, with what every such member satisfies."""
        self.interpretation.tick()
        named = self.of_name.get(place, []) if isinstance(place, str) else []
        value = State([*named, *(atom.formula for atom in self.general if self.inside(atom.names, place))])
        return _Slot(place, value, State() if isinstance(place, str) else self._kind_state(place))

    def inside(self, names: f.Names, place: str | _Kind) -> bool:
        """Tell whether a name or kind belongs to a set of names."""
        if isinstance(place, str):
            return within(names, place, self.interpretation.reading)
        match names:
            case f.Named():
                return False
            case f.Matching(pattern):
                return pattern in place.matched
            case f.Others(_, patterns):
                return not place.matched & set(patterns)

    def _name_allowed(self, name: str) -> bool:
        """Tell whether a member of this name may be present."""
        return all(self.interpretation.admits(formula, name) for formula in self.wanted.names)

    def _kind_state(self, kind: _Kind) -> State:
        """Return what holds of the names of a kind."""
        atoms = [f.pattern_formula(text, holds=text in kind.matched) for text in self.wanted.patterns]
        known = [f.NoneOf(tuple(canonical(name) for name in self.known))] if self.known else []
        return State([_STRING, *atoms, *self.wanted.names, *known])

    def possible(self, slot: _Slot) -> bool:
        """Tell whether a slot can be filled, as far as that is known."""
        if isinstance(self.solve(slot.value), Closed):
            return False
        return isinstance(slot.place, str) or not isinstance(self.solve(slot.name), Closed)

    def place(self, number: int, slots: tuple[_Slot, ...]) -> Result:
        """Find a slot for each member that must exist, from this number on."""
        self.interpretation.tick()
        if self.wanted.maximum is not None and len(slots) > self.wanted.maximum:
            return CLOSED
        if number == len(self.wanted.needs):
            return self.padded(slots)
        choices = self.choices(self.wanted.needs[number], slots)
        return first_model(self.place(number + 1, choice) for choice in choices)

    def choices(self, need: Need, slots: tuple[_Slot, ...]) -> Iterator[tuple[_Slot, ...]]:
        """Yield the slots with one of them, or one more, meeting a need."""
        for index, slot in enumerate(slots):
            told = self.told(slot, need)
            if told is not None and self.possible(told):
                yield (*slots[:index], told, *slots[index + 1 :])
        taken = {slot.place for slot in slots}
        free: list[str | _Kind] = [name for name in self.free if name not in taken]
        for place in (*free, *self.kinds):
            told = self.told(self.slot(place), need)
            if told is not None and self.possible(told):
                yield (*slots, told)

    def told(self, slot: _Slot, need: Need) -> _Slot | None:
        """Return a slot that meets a need, or None where it cannot."""
        if isinstance(need, f.SomeMember):
            return (
                replace(slot, value=slot.value.having([need.formula])) if self.inside(need.names, slot.place) else None
            )
        if isinstance(slot.place, str):
            return slot if self.interpretation.admits(need.formula, slot.place) else None
        return replace(slot, name=slot.name.having([need.formula]))

    def padded(self, slots: tuple[_Slot, ...]) -> Result:
        """Add members until there are enough, and fill all slots.

        Greedy, because slots that can be named together can be completed to a largest set (a transversal matroid).
        """
        taken = {slot.place for slot in slots}
        optional = iter([self.slot(name) for name in self.free if name not in taken])
        while len(slots) < self.wanted.minimum:
            more = next((slot for slot in optional if self.possible(slot)), None) or self._another(slots)
            if more is None or isinstance(more, Open):
                return more or CLOSED
            slots = (*slots, more)
        return self.filled(slots)

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

    def filled(self, slots: tuple[_Slot, ...]) -> Result:
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
        names: dict[int, str] = {index: slot.place for index, slot in enumerate(slots) if isinstance(slot.place, str)}
        for kind in dict.fromkeys(slot.place for slot in slots if isinstance(slot.place, _Kind)):
            members = [index for index, slot in enumerate(slots) if slot.place == kind]
            found = distinct([slots[index].name for index in members], self.solve)
            if isinstance(found, Closed | Open):
                return found
            names |= dict(zip(members, map(_text, found), strict=True))
        return [names[index] for index in range(len(slots))]


def _text(value: Json) -> str:
    """Return the text that a name is."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


_STRING = f.Typed("string")
