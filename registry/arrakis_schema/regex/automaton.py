"""A syntax tree as an automaton: a state is the set of positions that a prefix of the string can have reached.

Thompson's construction, determinised lazily; `^` and `$` are steps that need the start or the end.
"""

from dataclasses import dataclass
from functools import lru_cache

from arrakis_schema.regex.characters import LAST, Ranges, Reading, in_ranges
from arrakis_schema.regex.tree import (
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
class AutomatonState:
    """The positions reached, and whether the string may end here."""

    positions: frozenset[int]
    accepting: bool


class Automaton:
    """Searches a string for a pattern, one character at a time."""

    def __init__(self, tree: Tree, reading: Reading) -> None:
        """Build the positions and the steps between them; raises `UnsupportedPatternError` if there are too many."""
        self._reading = reading
        self._free: list[list[int]] = []
        self._at_start: list[list[int]] = []
        self._at_end: list[list[int]] = []
        self._steps: list[list[tuple[Ranges, int]]] = []
        self._transitions: dict[tuple[AutomatonState, int], AutomatonState] = {}
        start = self._add_position()
        if not is_anchored(tree):
            self._steps[start].append((_ANY, start))
        self.final = self._build(tree, start, tail=True)
        self._steps[self.final].append((_ANY, self.final))
        self.start = self._state({start}, at_start=True)

    def step(self, state: AutomatonState, character: int) -> AutomatonState:
        """Return the state after one more character."""
        following = self._transitions.get((state, character))
        if following is None:
            reached = {
                target
                for position in state.positions
                for ranges, target in self._steps[position]
                if in_ranges(ranges, character)
            }
            following = self._transitions[state, character] = self._state(reached, at_start=False)
        return following

    @property
    def classes(self) -> set[Ranges]:
        """The sets of characters that the automaton distinguishes."""
        return {ranges for steps in self._steps for ranges, _ in steps}

    def numbered_steps(self) -> list[tuple[int, Ranges, int]]:
        """Return every step that consumes a character: the position before, the characters, the position after."""
        return [(position, ranges, target) for position, steps in enumerate(self._steps) for ranges, target in steps]

    def closure_of(self, position: int) -> tuple[frozenset[int], bool]:
        """Return the positions reached from one without a character, and whether the string may end there."""
        state = self._state({position}, at_start=False)
        return state.positions, state.accepting

    def search(self, text: str) -> bool:
        """Return whether the pattern matches anywhere in a string."""
        state = self.start
        for character in text:
            state = self.step(state, ord(character))
        return state.accepting

    def _state(self, positions: set[int], *, at_start: bool) -> AutomatonState:
        """Return the state of these positions and of all that are reached from them without a character."""
        closure = self._closure(positions, at_start=at_start, at_end=False)
        return AutomatonState(closure, self.final in self._closure(positions, at_start=at_start, at_end=True))

    def _closure(self, positions: set[int], *, at_start: bool, at_end: bool) -> frozenset[int]:
        """Return the positions reached without a character."""
        reached, todo = set(positions), list(positions)
        while todo:
            position = todo.pop()
            targets = [*self._free[position]]
            targets += self._at_start[position] if at_start else []
            targets += self._at_end[position] if at_end else []
            for target in targets:
                if target not in reached:
                    reached.add(target)
                    todo.append(target)
        return frozenset(reached)

    def _add_position(self) -> int:
        """Add a position."""
        if len(self._free) >= _MOST_PLACES:
            raise UnsupportedPatternError("a pattern that is too large")
        for table in (self._free, self._at_start, self._at_end):
            table.append([])
        self._steps.append([])
        return len(self._free) - 1

    def _build(self, tree: Tree, start: int, *, tail: bool) -> int:
        """Add a tree after a position and return the position after it; `tail` if nothing follows."""
        match tree:
            case Chars(ranges):
                end = self._add_position()
                self._steps[start].append((ranges, end))
                return end
            case Edge():
                return self._edge(tree, start, tail=tail)
            case Concatenation(parts):
                for number, part in enumerate(parts, 1):
                    start = self._build(part, start, tail=tail and number == len(parts))
                return start
            case Choice(parts):
                end = self._add_position()
                for part in parts:
                    branch = self._add_position()
                    self._free[start].append(branch)
                    self._free[self._build(part, branch, tail=tail)].append(end)
                return end
            case Repeat():
                return self._repeat(tree, start)
            case _:
                raise UnsupportedPatternError("a pattern with look-around or backreferences")

    def _edge(self, edge: Edge, start: int, *, tail: bool) -> int:
        """Add an assertion; Python's `$` also holds before a newline that ends the string."""
        end = self._add_position()
        (self._at_start if edge.at_start else self._at_end)[start].append(end)
        if not edge.at_start and self._reading is Reading.PYTHON:
            if not tail:
                raise UnsupportedPatternError("a $ with something behind it")
            newline = self._add_position()
            self._steps[start].append((_NEWLINE, newline))
            self._at_end[newline].append(end)
        return end

    def _repeat(self, repeat: Repeat, start: int) -> int:
        """Add a repetition; an unbounded one is a loop through its last copy."""
        copies = repeat.low if repeat.high is not None else max(0, repeat.low - 1)
        for _ in range(copies):
            start = self._build(repeat.part, start, tail=False)
        end = self._add_position()
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


def is_anchored(tree: Tree) -> bool:
    """Return whether every match begins at the start of the string."""
    match tree:
        case Edge(at_start):
            return at_start
        case Concatenation(parts):
            return bool(parts) and is_anchored(parts[0])
        case Choice(parts):
            return all(map(is_anchored, parts))
        case _:
            return False
