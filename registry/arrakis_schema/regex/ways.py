"""The ways in which a backtracking matcher goes through a tree: from character to character, each counted.

Glushkov's construction with multiplicities: a position is one place in the pattern that takes a character, and a
matcher that goes from one to the next in two ways does all that follows twice. Assertions count as nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from arrakis_schema.regex.characters import Ranges
from arrakis_schema.regex.syntax import Chars, Choice, Concatenation, Edge, Repeat, Tree, UnsupportedPatternError

_MOST_POSITIONS = 1500
_MOST_WAYS = 100_000
_MANY = 8
_TWO = 2
Counts = dict[int, int]


@dataclass(slots=True)
class Ways:
    """The characters of each position, the positions to begin with, and those that may follow each; 2 means many."""

    characters: list[Ranges] = field(default_factory=list)
    first: Counts = field(default_factory=dict)
    follow: list[Counts] = field(default_factory=list)

    def deterministic(self) -> bool:
        """Tell whether no character can ever be taken in two ways, so that a matcher never tries again in vain."""
        return all(map(self._distinct, (self.first, *self.follow)))

    def _distinct(self, counts: Counts) -> bool:
        """Tell whether each character leads to one of these positions at most."""
        if any(count > 1 for count in counts.values()):
            return False
        ranges = sorted(pair for position in counts for pair in self.characters[position])
        return all(ranges[number][1] < ranges[number + 1][0] for number in range(len(ranges) - 1))


@dataclass(frozen=True, slots=True)
class _Fragment:
    """A part of a tree: in how many ways it matches nothing, where it begins and where it ends."""

    empty: int
    first: Counts
    last: Counts


def ways_through(tree: Tree) -> Ways:
    """Return the ways through a tree; raises `UnsupportedPatternError` where they are too many."""
    builder = _Builder()
    builder.ways.first = builder.fragment(tree).first
    return builder.ways


def longest_match(tree: Tree) -> float:
    """Return how many characters a tree takes at most; infinity where there is no limit."""
    match tree:
        case Chars():
            return 1
        case Edge():
            return 0
        case Concatenation(parts):
            return sum(map(longest_match, parts))
        case Choice(parts):
            return max(map(longest_match, parts))
        case Repeat(part, _, high):
            inner = longest_match(part)
            return inner * high if high is not None else float("inf") if inner else 0


def runs(tree: Tree) -> float:
    """Return how many ways through a tree there are at most; infinity where it repeats without limit."""
    match tree:
        case Chars() | Edge():
            return 1
        case Concatenation(parts):
            return _product(map(runs, parts))
        case Choice(parts):
            return sum(map(runs, parts))
        case Repeat(part, low, high):
            inner = runs(part)
            if high is None or inner == float("inf"):
                return float("inf")
            return _product([inner] * low) * (high - low + 1) * _product([inner] * (high - low))


def _product(factors: Iterator[float] | list[float]) -> float:
    """Return a product; infinity where it is huge."""
    product = 1.0
    for factor in factors:
        product = min(product * factor, 1e30)
    return product


class _Builder:
    """The ways while a tree is walked."""

    def __init__(self) -> None:
        self.ways = Ways()
        self._count = 0

    def fragment(self, tree: Tree) -> _Fragment:
        """Add a tree."""
        match tree:
            case Chars(ranges):
                return self._position(ranges)
            case Edge():
                return _Fragment(1, {}, {})
            case Concatenation(parts):
                return self._sequence(map(self.fragment, parts))
            case Choice(parts):
                return self._choice(map(self.fragment, parts))
            case Repeat():
                return self._sequence(self._copies(tree))

    def _position(self, ranges: Ranges) -> _Fragment:
        """Add a position."""
        number = len(self.ways.characters)
        if number >= _MOST_POSITIONS:
            raise UnsupportedPatternError("a pattern that is too large")
        self.ways.characters.append(ranges)
        self.ways.follow.append({})
        return _Fragment(0, {number: 1}, {number: 1})

    def _sequence(self, parts: Iterator[_Fragment]) -> _Fragment:
        """Add one part after the other."""
        whole = _Fragment(1, {}, {})
        for part in parts:
            self._link(whole.last, part.first)
            first = _sum(whole.first, _times(part.first, whole.empty)) if whole.empty else whole.first
            last = _sum(part.last, _times(whole.last, part.empty)) if part.empty else part.last
            whole = _Fragment(min(_TWO, whole.empty * part.empty), first, last)
        return whole

    @staticmethod
    def _choice(parts: Iterator[_Fragment]) -> _Fragment:
        """Add alternatives."""
        whole = _Fragment(0, {}, {})
        for part in parts:
            first, last = _sum(whole.first, part.first), _sum(whole.last, part.last)
            whole = _Fragment(min(_TWO, whole.empty + part.empty), first, last)
        return whole

    def _copies(self, repeat: Repeat) -> Iterator[_Fragment]:
        """Yield the parts of a repetition; one that may end at many places counts as one without end."""
        part, low, high = repeat.part, repeat.low, repeat.high
        varies = runs(part) > 1 or longest_match(part) == 0
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
        """Add a part that may come again without end; where it is counted, a turn that matches nothing is one too."""
        once = self.fragment(part)
        self._link(once.last, _times(once.first, 1 + once.empty) if counted else once.first)
        again = replace(once, empty=min(_TWO, 2 * once.empty))
        return replace(again, empty=min(_TWO, again.empty + 1)) if optional else again

    def _optional(self, part: Tree, times: int) -> _Fragment:
        """Add a part that may come so many times: `(x(x)?)?`."""
        pieces = [self.fragment(part) for _ in range(times)]
        whole = _Fragment(1, {}, {})
        for piece in reversed(pieces):
            both = self._sequence(iter((piece, whole)))
            whole = replace(both, empty=min(_TWO, both.empty + 1))
        return whole

    def _link(self, last: Counts, first: Counts) -> None:
        """Let each position of `first` follow each of `last`."""
        self._count += len(last) * len(first)
        if self._count > _MOST_WAYS:
            raise UnsupportedPatternError("a pattern that is too large")
        for position, count in last.items():
            follow = self.ways.follow[position]
            for target, times in first.items():
                follow[target] = min(_TWO, follow.get(target, 0) + count * times)


def _sum(one: Counts, two: Counts) -> Counts:
    """Return the ways of two fragments together."""
    return {position: min(_TWO, one.get(position, 0) + two.get(position, 0)) for position in {**one, **two}}


def _times(counts: Counts, times: int) -> Counts:
    """Return the ways of a fragment, so many times."""
    return {position: min(_TWO, count * times) for position, count in counts.items()}
