"""The pattern of a schema to a tree: the part of ECMA-262 that denotes a regular language, and nothing else.

https://262.ecma-international.org/#sec-patterns. What is written differently in Python's `re`, or means no regular
language (backreferences, look-behind, word boundaries), is unsupported, and said so by name.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.regex.characters import LAST, Ranges, Reading, complement, dot, escaped_class, union

_QUANTIFIER = re.compile(r"\{(\d+)(?:(,)(\d*))?\}", re.ASCII)
_SIMPLE = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_CONTROL = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_MOST_REPEATS = 2000
_MOST_NESTED = 100
_LOOKS = {"(?=": True, "(?!": False}


class UnsupportedPatternError(ArrakisSchemaError, ValueError):
    """A pattern is beyond what is modelled; says what in it."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of these."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Edge:
    """The start or the end of the string: `^` or `$`."""

    at_start: bool


@dataclass(frozen=True, slots=True)
class Concatenation:
    """One after the other."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`low` to `high` times; without end where `high` is None."""

    part: "Tree"
    low: int
    high: int | None


Tree = Chars | Edge | Concatenation | Choice | Repeat


@dataclass(frozen=True, slots=True)
class Part:
    """A string matches a pattern when each part is found in it, or is not, as `wanted` says.

    There is one part, unless the pattern begins with look-aheads: `^(?!a)b` is `^b` and not `^a`.
    """

    tree: Tree
    wanted: bool


@lru_cache(maxsize=4096)
def parse(pattern: str, reading: Reading = Reading.ECMA) -> tuple[Part, ...]:
    """Return the parts of a pattern; raises `UnsupportedPatternError`."""
    reader = _Reader(pattern, reading)
    looks = []
    start = reader.accept("^")
    while start and (look := next((opening for opening in _LOOKS if reader.accept(opening)), None)):
        looks.append(Part(Concatenation((Edge(at_start=True), reader.disjunction())), _LOOKS[look]))
        reader.expect(")")
    if not looks:
        reader.position = 0
    tree = reader.alternative() if looks else reader.disjunction()
    if looks and reader.accept("|"):
        raise UnsupportedPatternError(f"a look-ahead in one of the alternatives of {pattern}")
    if reader.position < len(pattern):
        raise UnsupportedPatternError(f"a closing bracket without an opening one in the pattern {pattern}")
    return (Part(Concatenation((Edge(at_start=True), tree)), wanted=True), *looks) if looks else (Part(tree, True),)  # noqa: FBT003


class _Reader:
    """A pattern and how far it has been read."""

    def __init__(self, pattern: str, reading: Reading) -> None:
        self.pattern, self.reading, self.position, self.depth = pattern, reading, 0, 0

    def accept(self, token: str) -> bool:
        """Read the token if it comes next."""
        found = self.pattern.startswith(token, self.position)
        self.position += len(token) if found else 0
        return found

    def expect(self, token: str) -> None:
        """Read the token, which must come next."""
        if not self.accept(token):
            raise self.unsupported(f"{token!r} missing")

    def unsupported(self, what: str) -> UnsupportedPatternError:
        """Return the error that names the construct."""
        return UnsupportedPatternError(f"{what} at character {self.position} of the pattern {self.pattern}")

    def next(self) -> str:
        """Read one character; it must be there."""
        if self.position >= len(self.pattern):
            raise self.unsupported("an end that comes too early")
        self.position += 1
        return self.pattern[self.position - 1]

    def disjunction(self) -> Tree:
        """Read alternatives, up to a closing bracket."""
        self.depth += 1
        if self.depth > _MOST_NESTED:
            raise self.unsupported("a group that nests too deep")
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

    def term(self) -> Tree:
        """Read one assertion, or an atom and its quantifier."""
        if self.accept("^"):
            return self.unquantified(Edge(at_start=True))
        if self.accept("$"):
            return self.unquantified(Edge(at_start=False))
        return self.quantified(self.atom())

    def unquantified(self, edge: Edge) -> Edge:
        """Return the edge; nothing may repeat it."""
        if self.quantifier() is not None:
            raise self.unsupported("a repeated assertion")
        return edge

    def quantified(self, atom: Tree) -> Tree:
        """Read what repeats an atom."""
        limits = self.quantifier()
        if limits is None:
            return atom
        low, high = limits
        if max(low, high or 0) > _MOST_REPEATS or (high is not None and high < low):
            raise self.unsupported("a repetition out of order or of more than 2,000 times")
        self.accept("?")  # laziness changes what is found, not whether
        if self.quantifier() is not None:
            raise self.unsupported("a repeated repetition")
        return Repeat(atom, low, high)

    def quantifier(self) -> tuple[int, int | None] | None:
        """Read a quantifier if one comes next."""
        for mark, limits in _SIMPLE.items():
            if self.accept(mark):
                return limits
        found = _QUANTIFIER.match(self.pattern, self.position)
        if found is None:
            if self.pattern.startswith("{,", self.position):
                raise self.unsupported("{,n}, which dialects read differently,")
            return None
        self.position = found.end()
        low, comma, high = found.groups()
        if len(low) > 9 or len(high or "") > 9:  # noqa: PLR2004 - before int() is asked to read it
            raise self.unsupported("a huge repetition")
        return int(low), (int(high) if high else None) if comma else int(low)

    def atom(self) -> Tree:
        """Read a group, a class, an escape or a character."""
        if self.quantifier() is not None:
            raise self.unsupported("a repetition of nothing")
        character = self.next()
        if character == "(":
            return self.group()
        if character == "[":
            return Chars(self.character_class())
        if character == ".":
            return Chars(dot(self.reading))
        return Chars(self.escape(in_class=False) if character == "\\" else ((ord(character),) * 2,))

    def group(self) -> Tree:
        """Read a group up to its end."""
        if self.accept("?") and not self.accept(":"):
            raise self.unsupported("a group with (?")
        tree = self.disjunction()
        self.expect(")")
        return tree

    def escape(self, *, in_class: bool) -> Ranges:
        """Read what follows a backslash."""
        letter = self.next()
        if letter in "dDwWsS":
            return escaped_class(letter, self.reading)
        code = 8 if letter == "b" and in_class else self.code(letter)
        return ((code, code),)

    def code(self, letter: str) -> int:
        """Return the code point that an escape stands for."""
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter in "xu":
            return self.hexadecimal(2 if letter == "x" else 4)
        if letter == "0" and not self.pattern[self.position : self.position + 1].isdigit():
            return 0
        if letter.isalnum():
            raise self.unsupported(f"the escape \\{letter}")
        return ord(letter)

    def hexadecimal(self, digits: int) -> int:
        """Read so many hexadecimal digits."""
        text = self.pattern[self.position : self.position + digits]
        if (
            not re.fullmatch(r"[0-9A-Fa-f]+", text)
            or len(text) < digits
            or text[:2].lower() in {"d8", "d9", "da", "db"}
        ):
            raise self.unsupported("an escape that is no character")
        self.position += digits
        return int(text, 16)

    def character_class(self) -> Ranges:
        """Read a class up to its closing bracket."""
        negated = self.accept("^")
        if self.accept("]"):
            raise self.unsupported("an empty class, which dialects read differently,")
        ranges: list[tuple[int, int]] = []
        while not self.accept("]"):
            ranges += self.class_item()
        return complement(ranges) if negated else union(ranges)

    def class_item(self) -> Ranges:
        """Read one character, escape or range of a class."""
        first = self.class_character()
        if not self.pattern.startswith("-", self.position) or self.pattern.startswith("-]", self.position):
            return first
        self.position += 1
        last = self.class_character()
        low, high = first[0][0], last[0][1]
        if any(len(one) > 1 or one[0][0] != one[0][1] for one in (first, last)) or low > high or high > LAST:
            raise self.unsupported("a range that is none")
        return ((low, high),)

    def class_character(self) -> Ranges:
        """Read one character or escape of a class."""
        character = self.next()
        return self.escape(in_class=True) if character == "\\" else ((ord(character),) * 2,)
