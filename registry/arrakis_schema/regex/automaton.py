"""A tree as an automaton: a state is the set of places in the pattern that a prefix of the string can have reached.

Thompson's construction, made deterministic while it is walked; `^` and `$` are steps that need the start or the end.
"""

from dataclasses import dataclass
from functools import lru_cache

from arrakis_schema.regex.characters import LAST, Ranges, Reading, contains
from arrakis_schema.regex.syntax import (
    Chars,
    Choice,
    Concatenation,
    Edge,
    Repeat,
    Tree,
    UnsupportedPatternError,
)

_MOST_PLACES = 6000
_ANY: Ranges = ((0, LAST),)
_NEWLINE: Ranges = ((10, 10),)


@dataclass(frozen=True, slots=True)
class State:
    """The places reached, and whether the string may end here."""

    places: frozenset[int]
    accepting: bool


class Automaton:
    """Whether a tree is found in a string, one character at a time."""

    def __init__(self, tree: Tree, reading: Reading) -> None:
        """Build the places and the steps between them; raises `UnsupportedPatternError` where they are too many."""
        self._reading = reading
        self._free: list[list[int]] = []
        self._at_start: list[list[int]] = []
        self._at_end: list[list[int]] = []
        self._steps: list[list[tuple[Ranges, int]]] = []
        self._known: dict[tuple[State, int], State] = {}
        start = self._place()
        if not anchored(tree):
            self._steps[start].append((_ANY, start))
        self.final = self._build(tree, start, tail=True)
        self._steps[self.final].append((_ANY, self.final))
        self.start = self._state({start}, at_start=True)

    def step(self, state: State, character: int) -> State:
        """Return the state after one more character."""
        known = self._known.get((state, character))
        if known is None:
            reached = {
                target for place in state.places for ranges, target in self._steps[place] if contains(ranges, character)
            }
            known = self._known[state, character] = self._state(reached, at_start=False)
        return known

    @property
    def classes(self) -> set[Ranges]:
        """The sets of characters that the automaton tells apart."""
        return {ranges for steps in self._steps for ranges, _ in steps}

    def numbered_steps(self) -> list[tuple[int, Ranges, int]]:
        """Return every step that takes a character: from a place, with one of these, to a place."""
        return [(place, ranges, target) for place, steps in enumerate(self._steps) for ranges, target in steps]

    def behind(self, place: int) -> tuple[frozenset[int], bool]:
        """Return the places reached from one without a character, and whether the string may end there."""
        state = self._state({place}, at_start=False)
        return state.places, state.accepting

    def found_in(self, text: str) -> bool:
        """Tell whether the tree is found in a string."""
        state = self.start
        for character in text:
            state = self.step(state, ord(character))
        return state.accepting

    def _state(self, places: set[int], *, at_start: bool) -> State:
        """Return the state of these places and of all that are reached from them without a character."""
        inside = self._closure(places, at_start=at_start, at_end=False)
        return State(inside, self.final in self._closure(places, at_start=at_start, at_end=True))

    def _closure(self, places: set[int], *, at_start: bool, at_end: bool) -> frozenset[int]:
        """Return the places reached without a character."""
        reached, todo = set(places), list(places)
        while todo:
            place = todo.pop()
            targets = [*self._free[place]]
            targets += self._at_start[place] if at_start else []
            targets += self._at_end[place] if at_end else []
            for target in targets:
                if target not in reached:
                    reached.add(target)
                    todo.append(target)
        return frozenset(reached)

    def _place(self) -> int:
        """Add a place."""
        if len(self._free) >= _MOST_PLACES:
            raise UnsupportedPatternError("a pattern that is too large")
        for table in (self._free, self._at_start, self._at_end):
            table.append([])
        self._steps.append([])
        return len(self._free) - 1

    def _build(self, tree: Tree, start: int, *, tail: bool) -> int:
        """Add a tree behind a place and return the place behind it; `tail` where nothing follows."""
        match tree:
            case Chars(ranges):
                end = self._place()
                self._steps[start].append((ranges, end))
                return end
            case Edge():
                return self._edge(tree, start, tail=tail)
            case Concatenation(parts):
                for number, part in enumerate(parts, 1):
                    start = self._build(part, start, tail=tail and number == len(parts))
                return start
            case Choice(parts):
                end = self._place()
                for part in parts:
                    branch = self._place()
                    self._free[start].append(branch)
                    self._free[self._build(part, branch, tail=tail)].append(end)
                return end
            case Repeat():
                return self._repeat(tree, start)

    def _edge(self, edge: Edge, start: int, *, tail: bool) -> int:
        """Add an assertion; Python's `$` also holds before a newline that ends the string."""
        end = self._place()
        (self._at_start if edge.at_start else self._at_end)[start].append(end)
        if not edge.at_start and self._reading is Reading.PYTHON:
            if not tail:
                raise UnsupportedPatternError("a $ with something behind it")
            newline = self._place()
            self._steps[start].append((_NEWLINE, newline))
            self._at_end[newline].append(end)
        return end

    def _repeat(self, repeat: Repeat, start: int) -> int:
        """Add a repetition; one without end is a loop through its last copy."""
        copies = repeat.low if repeat.high is not None else max(0, repeat.low - 1)
        for _ in range(copies):
            start = self._build(repeat.part, start, tail=False)
        end = self._place()
        self._free[start].append(end)
        if repeat.high is None:
            last = self._build(repeat.part, end, tail=False)
            self._free[last].append(end)
            return last if repeat.low else end
        for _ in range(repeat.high - repeat.low):
            start = self._build(repeat.part, start, tail=False)
            self._free[start].append(end)
        return end


@lru_cache(maxsize=4096)
def automaton(tree: Tree, reading: Reading) -> Automaton:
    """Return the automaton of a tree, built once."""
    return Automaton(tree, reading)


def anchored(tree: Tree) -> bool:
    """Tell whether every match begins at the start of the string."""
    match tree:
        case Edge(at_start):
            return at_start
        case Concatenation(parts):
            return bool(parts) and anchored(parts[0])
        case Choice(parts):
            return all(map(anchored, parts))
        case _:
            return False
