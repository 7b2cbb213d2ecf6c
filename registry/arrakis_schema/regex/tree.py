"""The parts that a pattern is read into, what all dialects read alike, what is measured of the parts, and errors."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.regex.characters import Ranges

_MOST_PATHS = 1e30
MOST_NESTED = 100


class UnsupportedPatternError(ArrakisSchemaError, ValueError):
    """A pattern has a construct that is not supported; the text names it."""


class PatternSyntaxError(UnsupportedPatternError):
    """A text is not a pattern in this dialect; the error says what is wrong, where, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Edge:
    """The start or the end of the string: `^` or `$`."""

    at_start: bool


@dataclass(frozen=True, slots=True)
class Boundary:
    r"""A place between a word and no word, `\b`, or any other place, `\B`."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A text that must follow (`ahead`) or precede a place, or must not, as `must_match` says."""

    part: "Tree"
    ahead: bool
    must_match: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group whose text a backreference may repeat; groups are counted from 1."""

    part: "Tree"
    number: int


@dataclass(frozen=True, slots=True)
class BackReference:
    """The text of a group again."""

    number: int


@dataclass(frozen=True, slots=True)
class Concatenation:
    """A sequence of parts."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several alternatives."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repetition, `low` to `high` times; unbounded if `high` is None, the fewest times first if it is `lazy`."""

    part: "Tree"
    low: int
    high: int | None
    lazy: bool = False


Tree = Chars | Edge | Boundary | Look | Group | BackReference | Concatenation | Choice | Repeat


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a pattern: a string matches if each part matches it, or does not, as `must_match` says.

    There is one part, unless the pattern begins with look-aheads: `^(?!a)b` is `^b` and not `^a`.
    """

    tree: Tree
    must_match: bool


class PatternReader(ABC):
    """A pattern and how far it has been read; a dialect says what a term is."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.position, self.depth = pattern, 0, 0

    @abstractmethod
    def term(self) -> Tree:
        """Read one assertion, or an atom and its quantifier."""

    @abstractmethod
    def error(self, problem: str, remedy: str = "") -> Exception:
        """Return the error that names a problem, where it is, and perhaps what to write instead."""

    def accept(self, token: str) -> bool:
        """Read the token if it comes next."""
        present = self.pattern.startswith(token, self.position)
        self.position += len(token) if present else 0
        return present

    def next(self) -> str:
        """Read one character; raises an error at the end of the pattern."""
        if self.position >= len(self.pattern):
            raise self.error("an unexpected end")
        self.position += 1
        return self.pattern[self.position - 1]

    def disjunction(self) -> Tree:
        """Read alternatives, up to a closing bracket."""
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise self.error(f"more than {MOST_NESTED} groups inside each other")
        parts = [self.alternative()]
        while self.accept("|"):
            parts.append(self.alternative())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def alternative(self) -> Tree:
        """Read terms, up to a bar or a closing bracket."""
        parts: list[Tree] = []
        while self.position < len(self.pattern) and self.pattern[self.position] not in "|)":
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else Concatenation(tuple(parts))


def subtrees(tree: Tree) -> tuple[Tree, ...]:
    """Return the direct parts of a tree."""
    match tree:
        case Concatenation(parts) | Choice(parts):
            return parts
        case Repeat(part) | Group(part) | Look(part):
            return (part,)
        case _:
            return ()


def longest_match(tree: Tree) -> float:
    """Return the maximal number of characters that a tree consumes; infinity if there is no limit."""
    match tree:
        case Chars():
            return 1
        case Edge() | Boundary() | Look():
            return 0
        case BackReference():
            return float("inf")
        case Group(part):
            return longest_match(part)
        case Concatenation(parts):
            return sum(map(longest_match, parts))
        case Choice(parts):
            return max(map(longest_match, parts))
        case Repeat(part, _, high):
            inner = longest_match(part)
            return inner * high if high is not None else float("inf") if inner else 0


def count_paths(tree: Tree) -> float:
    """Return the maximal number of paths through a tree; infinity if it has an unbounded repetition."""
    match tree:
        case Concatenation(parts):
            return _product([count_paths(part) for part in parts])
        case Choice(parts):
            return min(sum(map(count_paths, parts)), _MOST_PATHS)
        case Group(part) | Look(part):
            return count_paths(part)
        case Repeat(part, low, high):
            inner = count_paths(part)
            if high is None or inner == float("inf"):
                return float("inf")
            return _product([_power(inner, high), high - low + 1])
        case _:
            return 1


def _product(factors: list[float]) -> float:
    """Return a product, capped."""
    product = 1.0
    for factor in factors:
        product = min(product * factor, _MOST_PATHS)
    return product


def _power(base: float, exponent: int) -> float:
    """Return a power, capped."""
    try:
        return min(base**exponent, _MOST_PATHS)
    except OverflowError:
        return _MOST_PATHS
