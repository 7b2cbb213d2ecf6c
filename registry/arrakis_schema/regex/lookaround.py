"""Patterns with look-around and word boundaries, matched in linear time.

What must precede or follow a place is a question about the place alone, unless the pattern has backreferences: so it is
answered for every place of the text first, the innermost look-around first, and is then one more condition of a step.
A look-behind runs forwards to the place, and a look-ahead backwards.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from arrakis_schema.regex.characters import Ranges, Reading, class_escape, in_ranges
from arrakis_schema.regex.tree import (
    BackReference,
    Boundary,
    Chars,
    Choice,
    Concatenation,
    Edge,
    Group,
    Look,
    Repeat,
    Tree,
    UnsupportedPatternError,
)

_MOST_POSITIONS = 3000
_MOST_CACHED = 4000
_WORD = class_escape("w", Reading.ECMA)
_START, _END, _INSIDE, _OUTSIDE = 1, 2, 4, 8
_FIRST_LOOK = 16


class LookaroundMatcher:
    """Searches a text for a pattern without backreferences."""

    def __init__(self, tree: Tree) -> None:
        """Build the automata; raises `UnsupportedPatternError` if they are too large."""
        self._looks: list[tuple[_Machine, Look, int]] = []
        self._main = _Machine(tree, self, backwards=False)

    def found_in(self, text: str) -> bool:
        """Return whether the pattern matches anywhere in a text."""
        conditions = _places(text)
        for machine, look, bit in self._looks:
            for place, holds in machine.run(text, conditions):
                if holds is look.must_match:
                    conditions[place] |= bit
        return any(holds for _, holds in self._main.run(text, conditions))

    def condition(self, look: Look) -> int:
        """Return the bit of a look-around, whose automaton runs before those that ask for it."""
        machine = _Machine(look.part, self, backwards=look.ahead)
        bit = _FIRST_LOOK << len(self._looks)
        self._looks.append((machine, look, bit))
        return bit


def _places(text: str) -> list[int]:
    """Return the conditions that hold at each place of a text: its start, its end, a boundary of a word or none."""
    inside = [False, *(in_ranges(_WORD, ord(character)) for character in text), False]
    places = [_INSIDE if inside[place] != inside[place + 1] else _OUTSIDE for place in range(len(text) + 1)]
    places[0] |= _START
    places[-1] |= _END
    return places


class _Machine:
    """An automaton some of whose steps need conditions; its states are cached while there are few."""

    def __init__(self, tree: Tree, matcher: LookaroundMatcher, *, backwards: bool) -> None:
        self._matcher, self._backwards = matcher, backwards
        self._free: list[list[tuple[int, int]]] = []
        self._steps: list[tuple[Ranges, int] | None] = []
        self._needed = 0
        self._start = self._add()
        self._final = self._build(tree, self._start)
        self._kernels: dict[tuple[frozenset[int], int], tuple[frozenset[int], bool]] = {}
        self._moves: dict[tuple[frozenset[int], int], frozenset[int]] = {}
        self._edges = self._class_edges()

    def run(self, text: str, conditions: list[int]) -> Iterator[tuple[int, bool]]:
        """Yield each place, and whether a match ends there (or begins, if it runs backwards)."""
        places: Iterable[int] = range(len(text), -1, -1) if self._backwards else range(len(text) + 1)
        kernel = frozenset((self._start,))
        for place in places:
            reached, holds = self._closure(kernel, conditions[place] & self._needed)
            yield place, holds
            index = place - 1 if self._backwards else place
            if 0 <= index < len(text):
                kernel = self._move(reached, text[index])

    def _closure(self, kernel: frozenset[int], conditions: int) -> tuple[frozenset[int], bool]:
        """Return the positions reached where conditions hold, and whether the final one is among them."""
        key = kernel, conditions
        if key not in self._kernels:
            reached, todo = set(kernel), list(kernel)
            while todo:
                for condition, target in self._free[todo.pop()]:
                    if condition & conditions == condition and target not in reached:
                        reached.add(target)
                        todo.append(target)
            self._forget_many()
            stepping = frozenset(position for position in reached if self._steps[position] is not None)
            self._kernels[key] = stepping, self._final in reached
        return self._kernels[key]

    def _move(self, reached: frozenset[int], character: str) -> frozenset[int]:
        """Return the positions after a character; a match may also begin there."""
        code = ord(character)
        key = reached, bisect_right(self._edges, code)
        if key not in self._moves:
            steps = (step for position in reached if (step := self._steps[position]) is not None)
            targets = (target for ranges, target in steps if in_ranges(ranges, code))
            self._forget_many()
            self._moves[key] = frozenset((self._start, *targets))
        return self._moves[key]

    def _forget_many(self) -> None:
        """Forget all states if there are too many."""
        if len(self._kernels) + len(self._moves) > _MOST_CACHED:
            self._kernels.clear()
            self._moves.clear()

    def _class_edges(self) -> list[int]:
        """Return where the classes of characters begin that no step distinguishes."""
        distinct = {step[0] for step in self._steps if step is not None}
        return sorted({edge for ranges in distinct for first, last in ranges for edge in (first, last + 1)})

    def _add(self) -> int:
        """Add a position."""
        if len(self._free) >= _MOST_POSITIONS:
            raise UnsupportedPatternError("a pattern that is too large")
        self._free.append([])
        self._steps.append(None)
        return len(self._free) - 1

    def _link(self, start: int, condition: int = 0) -> int:
        """Add a position that is reached from another where a condition holds."""
        end = self._add()
        self._free[start].append((condition, end))
        self._needed |= condition
        return end

    def _build(self, tree: Tree, start: int) -> int:
        """Add a tree after a position and return the position after it."""
        match tree:
            case Chars(ranges):
                before, end = self._link(start), self._add()
                self._steps[before] = ranges, end
                return end
            case Edge(at_start):
                return self._link(start, _START if at_start else _END)
            case Boundary(holds):
                return self._link(start, _INSIDE if holds else _OUTSIDE)
            case Look():
                return self._link(start, self._matcher.condition(tree))
            case Group(part):
                return self._build(part, start)
            case Concatenation(parts):
                for part in reversed(parts) if self._backwards else parts:
                    start = self._build(part, start)
                return start
            case Choice(parts):
                end = self._add()
                for part in parts:
                    self._free[self._build(part, self._link(start))].append((0, end))
                return end
            case Repeat(part, low, high):
                return self._repeat(part, low, high, start)
            case BackReference():
                raise UnsupportedPatternError("a backreference in a pattern")

    def _repeat(self, part: Tree, low: int, high: int | None, start: int) -> int:
        """Add a repetition; an unbounded one ends in a loop."""
        for _ in range(low):
            start = self._build(part, start)
        end = self._link(start)
        if high is None:
            self._free[self._build(part, end)].append((0, end))
            return self._link(end)
        for _ in range(high - low):
            start = self._build(part, start)
            self._free[start].append((0, end))
        return end


@lru_cache(maxsize=128)
def lookaround_matcher(tree: Tree) -> LookaroundMatcher:
    """Return the matcher of a tree, built once."""
    return LookaroundMatcher(tree)
