"""Patterns with look-around and word boundaries, matched in linear time.

Without backreferences, whether a look-around holds depends only on the offset in the text. So it is computed for every
offset first, the innermost look-around first, and is then one more condition of a step. A look-behind runs forwards to
the offset, and a look-ahead runs backwards.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

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
_START, _END, _BOUNDARY, _NO_BOUNDARY = 1, 2, 4, 8
_FIRST_LOOK = 16


class LookaroundMatcher:
    """Searches a text for a pattern without backreferences."""

    def __init__(self, tree: Tree) -> None:
        """Build the automata; raises `UnsupportedPatternError` if they are too large."""
        self._looks: list[tuple[_Machine, Look, int]] = []
        self._main = _Machine(tree, self, backwards=False)

    def search(self, text: str) -> bool:
        """Return whether the pattern matches anywhere in a text."""
        conditions = _base_conditions(text)
        for machine, look, bit in self._looks:
            for offset, holds in machine.run(text, conditions):
                if holds is look.must_match:
                    conditions[offset] |= bit
        return any(holds for _, holds in self._main.run(text, conditions))

    def condition(self, look: Look) -> int:
        """Return the bit of a look-around, whose automaton runs before those that ask for it."""
        machine = _Machine(look.part, self, backwards=look.ahead)
        bit = _FIRST_LOOK << len(self._looks)
        self._looks.append((machine, look, bit))
        return bit


def _base_conditions(text: str) -> list[int]:
    """Return the conditions that hold at each offset of a text: its start, its end, a word boundary or none."""
    is_word = [False, *(in_ranges(_WORD, ord(character)) for character in text), False]
    conditions = [_BOUNDARY if before != after else _NO_BOUNDARY for before, after in pairwise(is_word)]
    conditions[0] |= _START
    conditions[-1] |= _END
    return conditions


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
        """Yield each offset, and whether a match ends there (or begins, if it runs backwards)."""
        offsets: Iterable[int] = range(len(text), -1, -1) if self._backwards else range(len(text) + 1)
        kernel = frozenset((self._start,))
        for offset in offsets:
            reached, holds = self._closure(kernel, conditions[offset] & self._needed)
            yield offset, holds
            index = offset - 1 if self._backwards else offset
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
            self._limit_cache()
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
            self._limit_cache()
            self._moves[key] = frozenset((self._start, *targets))
        return self._moves[key]

    def _limit_cache(self) -> None:
        """Drop all cached states if there are too many."""
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
                return self._link(start, _BOUNDARY if holds else _NO_BOUNDARY)
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
