"""The number of ways in which a backtracking matcher goes from character to character of a pattern.

Glushkov's construction with multiplicities: a position is a place in the pattern that consumes a character, and a
matcher that goes from one to the next in two ways does everything that follows twice. Assertions are ignored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from arrakis_schema.regex.characters import Ranges
from arrakis_schema.regex.tree import (
    Chars,
    Choice,
    Concatenation,
    Edge,
    Group,
    Repeat,
    Tree,
    UnsupportedPatternError,
    count_paths,
    longest_match,
)

_MOST_POSITIONS = 1500
_MOST_WAYS = 100_000
_MANY = 8
_TWO = 2
Counts = dict[int, int]


@dataclass(slots=True)
class PositionGraph:
    """The characters of each position, the first positions, and those that may follow each; a count of 2 means many."""

    characters: list[Ranges] = field(default_factory=list)
    first: Counts = field(default_factory=dict)
    follow: list[Counts] = field(default_factory=list)

    def is_deterministic(self) -> bool:
        """Return whether no character can be consumed in two ways, so that a matcher never backtracks in vain."""
        return all(map(self._distinct, (self.first, *self.follow)))

    def _distinct(self, counts: Counts) -> bool:
        """Return whether each character leads to at most one of these positions."""
        if any(count > 1 for count in counts.values()):
            return False
        ranges = sorted(pair for position in counts for pair in self.characters[position])
        return all(ranges[number][1] < ranges[number + 1][0] for number in range(len(ranges) - 1))


@dataclass(frozen=True, slots=True)
class _Fragment:
    """A part of a tree: in how many ways it matches the empty text, where it begins and where it ends."""

    empty: int
    first: Counts
    last: Counts


def build_graph(tree: Tree) -> PositionGraph:
    """Return the position graph of a tree; raises `UnsupportedPatternError` if it is too large."""
    builder = _Builder()
    builder.graph.first = builder.fragment(tree).first
    return builder.graph


class _Builder:
    """Builds the position graph of a tree."""

    def __init__(self) -> None:
        self.graph = PositionGraph()
        self._count = 0

    def fragment(self, tree: Tree) -> _Fragment:
        """Add a tree."""
        match tree:
            case Chars(ranges):
                return self._position(ranges)
            case Edge():
                return _Fragment(1, {}, {})
            case Group(part):
                return self.fragment(part)
            case Concatenation(parts):
                return self._sequence(map(self.fragment, parts))
            case Choice(parts):
                return self._choice(map(self.fragment, parts))
            case Repeat():
                return self._sequence(self._copies(tree))
            case _:
                raise UnsupportedPatternError("a pattern with look-around or backreferences")

    def _position(self, ranges: Ranges) -> _Fragment:
        """Add a position."""
        number = len(self.graph.characters)
        if number >= _MOST_POSITIONS:
            raise UnsupportedPatternError("a pattern that is too large")
        self.graph.characters.append(ranges)
        self.graph.follow.append({})
        return _Fragment(0, {number: 1}, {number: 1})

    def _sequence(self, parts: Iterator[_Fragment]) -> _Fragment:
        """Add one part after the other."""
        result = _Fragment(1, {}, {})
        for part in parts:
            self._link(result.last, part.first)
            first = _sum(result.first, _times(part.first, result.empty)) if result.empty else result.first
            last = _sum(part.last, _times(result.last, part.empty)) if part.empty else part.last
            result = _Fragment(min(_TWO, result.empty * part.empty), first, last)
        return result

    @staticmethod
    def _choice(parts: Iterator[_Fragment]) -> _Fragment:
        """Add alternatives."""
        result = _Fragment(0, {}, {})
        for part in parts:
            first, last = _sum(result.first, part.first), _sum(result.last, part.last)
            result = _Fragment(min(_TWO, result.empty + part.empty), first, last)
        return result

    def _copies(self, repeat: Repeat) -> Iterator[_Fragment]:
        """Yield the parts of a repetition; one that may end at many places counts as unbounded."""
        part, low, high = repeat.part, repeat.low, repeat.high
        varies = count_paths(part) > 1 or longest_match(part) == 0
        if high is not None and (high - low >= _MANY or (varies and high >= _MANY)):
            low, high = (1, None) if varies and low else (low, None)
        copies = low if high is not None else max(0, low - 1)
        for _ in range(copies):
            yield self.fragment(part)
        if high is None:
            yield self._loop(part, optional=not low, counted=repeat.high is not None)
        elif high > low:
            yield self._optional(part, high - low)

    def _loop(self, part: Tree, *, optional: bool, counted: bool) -> _Fragment:
        """Add an unbounded repetition; if it is counted, an iteration that matches the empty text counts too."""
        once = self.fragment(part)
        self._link(once.last, _times(once.first, 1 + once.empty) if counted else once.first)
        again = replace(once, empty=min(_TWO, 2 * once.empty))
        return replace(again, empty=min(_TWO, again.empty + 1)) if optional else again

    def _optional(self, part: Tree, times: int) -> _Fragment:
        """Add a part that may come up to this many times: `(x(x)?)?`."""
        pieces = [self.fragment(part) for _ in range(times)]
        result = _Fragment(1, {}, {})
        for piece in reversed(pieces):
            both = self._sequence(iter((piece, result)))
            result = replace(both, empty=min(_TWO, both.empty + 1))
        return result

    def _link(self, last: Counts, first: Counts) -> None:
        """Let each position of `first` follow each of `last`."""
        self._count += len(last) * len(first)
        if self._count > _MOST_WAYS:
            raise UnsupportedPatternError("a pattern that is too large")
        for position, count in last.items():
            follow = self.graph.follow[position]
            for target, times in first.items():
                follow[target] = min(_TWO, follow.get(target, 0) + count * times)


def _sum(left: Counts, right: Counts) -> Counts:
    """Return the sum of two counts."""
    return {position: min(_TWO, left.get(position, 0) + right.get(position, 0)) for position in {**left, **right}}


def _times(counts: Counts, times: int) -> Counts:
    """Return a count multiplied by a number."""
    return {position: min(_TWO, count * times) for position, count in counts.items()}
