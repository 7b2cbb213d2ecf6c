"""Solves arrays: what holds at each position, what must hold somewhere, the length, and whether items differ.

For each length from the shortest, a position is chosen for every item that must exist. After the last position that an
atom distinguishes, all positions are alike, which limits both the lengths and the choices.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import combinations, islice

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.connectives import size_limits
from arrakis_schema.compat.logic.formulas import Atom, Formula, State
from arrakis_schema.compat.logic.results import CLOSED, Closed, Model, Open, Result, first_model
from arrakis_schema.compat.logic.values import Json
from arrakis_schema.compat.solve.distinct import Solve, solve_distinct

_LONGEST = 3000
_MOST_LENGTHS = 40
_MOST_CHOICES = 2000


@dataclass(slots=True)
class _Goal:
    """The atoms of an array, sorted by what they say."""

    minimum: int
    maximum: int | None
    every: list[f.EveryItem] = field(default_factory=list)
    some: list[f.SomeItem] = field(default_factory=list)
    few: list[f.FewItems] = field(default_factory=list)
    unique: set[bool] = field(default_factory=set)

    def add(self, atom: Atom) -> None:
        """Sort one atom."""
        match atom:
            case f.EveryItem():
                self.every.append(atom)
            case f.SomeItem():
                self.some.append(atom)
            case f.FewItems():
                self.few.append(atom)
            case f.Unique(holds):
                self.unique.add(holds)

    @property
    def alike_from(self) -> int:
        """The position from which on all positions are alike."""
        stops = [atom.stop if atom.stop is not None else atom.start for atom in self.every]
        return max([0, *stops, *(atom.stop or atom.start for atom in self.some)])

    def lengths(self) -> range:
        """Return the lengths to try: a longer array has items that are not needed."""
        needed = sum(atom.count for atom in self.some) + (2 if False in self.unique else 0)
        longest = max(self.minimum, self.alike_from + needed)
        return range(self.minimum, (longest if self.maximum is None else min(longest, self.maximum)) + 1)

    def base(self, position: int) -> State:
        """Return the formulas that hold of the item at a position."""
        atoms = (atom for atom in self.every if atom.start <= position and (atom.stop is None or position < atom.stop))
        return State(atom.formula for atom in atoms)


def array(atoms: Collection[Atom], solve: Solve, tick: Callable[[], None]) -> Result:
    """Return an array of which all atoms hold."""
    goal = _Goal(*size_limits(atoms))
    for atom in atoms:
        goal.add(atom)
    goal.some = list(dict.fromkeys(goal.some))
    if len(goal.unique) > 1:
        return CLOSED
    lengths = goal.lengths()
    if goal.minimum > _LONGEST and lengths:
        return Open(f"an array of {goal.minimum} items")
    result = first_model(_of_length(goal, length, solve, tick) for length in lengths[:_MOST_LENGTHS])
    too_many = len(lengths) > _MOST_LENGTHS and not isinstance(result, Model)
    return Open("an array of too many lengths") if too_many else result


def _of_length(goal: _Goal, length: int, solve: Solve, tick: Callable[[], None]) -> Result:
    """Return an array of this length: first choose equal items, then the items that satisfy the formulas of `few`."""
    layouts = _cells(goal, length)
    result = first_model(_Arrangement(goal, cells, solve, tick).result() for cells in islice(layouts, _MOST_CHOICES))
    too_many = not isinstance(result, Model) and next(layouts, None) is not None
    return Open("an array with too many choices") if too_many else result


@dataclass(frozen=True, slots=True)
class _Cell:
    """Positions with the same value, and the formulas that hold of it."""

    positions: tuple[int, ...]
    state: State

    def holds(self, formula: Formula) -> "_Cell":
        """Return the cell with one more formula."""
        return _Cell(self.positions, self.state.having([formula]))


def _cells(goal: _Goal, length: int) -> Iterator[list[_Cell]]:
    """Yield every way to lay out the cells of an array."""
    singles = [_Cell((position,), goal.base(position)) for position in range(length)]
    layouts = [singles] if False not in goal.unique else _with_equals(goal, singles)
    for layout in layouts:
        yield from _with_few(goal.few, layout)


def _with_equals(goal: _Goal, singles: list[_Cell]) -> Iterator[list[_Cell]]:
    """Yield the layouts in which two positions are one cell; of positions that are alike, one choice is enough."""
    tried: set[tuple[int, ...]] = set()
    for first, second in combinations(range(len(singles)), 2):
        ranks = tuple(position if position < goal.alike_from else -1 for position in (first, second))
        if ranks in tried:
            continue
        tried.add(ranks)
        both = _Cell((first, second), singles[first].state.having(singles[second].state))
        yield [both, *(cell for cell in singles if cell.positions[0] not in {first, second})]


def _with_few(few: list[f.FewItems], layout: list[_Cell]) -> Iterator[list[_Cell]]:
    """Yield the layouts in which a formula of `few` fails for all cells but the allowed number."""
    if not few:
        yield layout
        return
    atom, others = few[0], few[1:]
    for size in range(min(atom.count, len(layout)), -1, -1):
        for free in combinations(range(len(layout)), size):
            if sum(len(layout[index].positions) for index in free) > atom.count:
                continue
            cells = [cell if index in free else cell.holds(atom.otherwise) for index, cell in enumerate(layout)]
            yield from _with_few(others, cells)


class _Arrangement:
    """One layout of cells, into which the items that must exist are placed."""

    def __init__(self, goal: _Goal, cells: list[_Cell], solve: Solve, tick: Callable[[], None]) -> None:
        self.goal, self.cells, self.solve, self.tick = goal, cells, solve, tick
        self.needs = [atom for atom in goal.some for _ in range(atom.count)]

    def result(self) -> Result:
        """Return an array of this layout."""
        if any(isinstance(self.solve(cell.state), Closed) for cell in dict.fromkeys(self.cells)):
            return CLOSED
        return self.place(0, self.cells, frozenset())

    def place(self, number: int, cells: list[_Cell], taken: frozenset[int]) -> Result:
        """Place the needed items from this number on; `taken` are the cells that already meet the same need."""
        self.tick()
        if number == len(self.needs):
            return self.fill(cells)
        return first_model(self.place(*choice) for choice in self.choices(number, cells, taken))

    def choices(
        self, number: int, cells: list[_Cell], taken: frozenset[int]
    ) -> Iterator[tuple[int, list[_Cell], frozenset[int]]]:
        """Yield the cells with one of them meeting a need, the number of the next need, and the cells taken for it."""
        atom = self.needs[number]
        tried: set[State] = set()
        used = taken if number and self.needs[number - 1] is atom else frozenset()
        for index, cell in enumerate(cells):
            weight = [position for position in cell.positions if _within(atom, position)]
            alike = cell.positions[0] >= self.goal.alike_from and len(cell.positions) == 1
            if index in used or not weight or (alike and cell.state in tried):
                continue
            tried |= {cell.state} if alike else set()
            chosen = cell.holds(atom.formula)
            if isinstance(self.solve(chosen.state), Closed):
                continue
            placed = [*cells[:index], chosen, *cells[index + 1 :]]
            covered = min(len(weight), self._left(number))
            yield number + covered, placed, used | {index}

    def _left(self, number: int) -> int:
        """Return how many more items the need of this number still requires."""
        atom = self.needs[number]
        return sum(need is atom for need in self.needs[number:])

    def fill(self, cells: list[_Cell]) -> Result:
        """Return the array with a value in every cell."""
        if True in self.goal.unique:
            values = solve_distinct([cell.state for cell in cells], self.solve)
        else:
            values = self._values(cells)
        if isinstance(values, Closed | Open):
            return values
        items = {position: value for cell, value in zip(cells, values, strict=True) for position in cell.positions}
        return Model([items[position] for position in sorted(items)])

    def _values(self, cells: list[_Cell]) -> list[Json] | Closed | Open:
        """Return a value for every cell."""
        results = [self.solve(cell.state) for cell in cells]
        if any(isinstance(result, Closed) for result in results):
            return CLOSED
        opened = next((result for result in results if isinstance(result, Open)), None)
        return opened or [result.value for result in results if isinstance(result, Model)]


def _within(atom: f.SomeItem, position: int) -> bool:
    """Return whether a position is in the range of an atom."""
    return atom.start <= position and (atom.stop is None or position < atom.stop)
