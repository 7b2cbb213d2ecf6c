"""A parser for the patterns of Python's `re` that are written as in ECMA-262 and denote regular languages.

https://docs.python.org/3/library/re.html. Everything else is unsupported, and the error names it.
"""

import re

from arrakis_schema.regex.characters import LAST, Ranges, Reading, class_escape, complement, dot, union
from arrakis_schema.regex.tree import (
    Chars,
    Concatenation,
    Edge,
    Part,
    PatternReader,
    Repeat,
    Tree,
    UnsupportedPatternError,
)

_QUANTIFIER = re.compile(r"\{(\d+)(?:(,)(\d*))?\}", re.ASCII)
_SIMPLE = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_CONTROL = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_MOST_REPEATS = 2000
_LOOKS = {"(?=": True, "(?!": False}


def read_python(pattern: str, reading: Reading) -> tuple[Part, ...]:
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
    return (Part(Concatenation((Edge(at_start=True), tree)), must_match=True), *looks) if looks else (Part(tree, True),)  # noqa: FBT003


class _Reader(PatternReader):
    """A pattern and how far it has been read."""

    def __init__(self, pattern: str, reading: Reading) -> None:
        super().__init__(pattern)
        self.reading = reading

    def expect(self, token: str) -> None:
        """Read the token, which must come next."""
        if not self.accept(token):
            raise self.error(f"{token!r} missing")

    def error(self, problem: str, _remedy: str = "") -> UnsupportedPatternError:
        """Return the error that names an unsupported construct."""
        return UnsupportedPatternError(f"{problem} at character {self.position} of the pattern {self.pattern}")

    def term(self) -> Tree:
        """Read one assertion, or an atom and its quantifier."""
        if self.accept("^"):
            return self.forbid_quantifier(Edge(at_start=True))
        if self.accept("$"):
            return self.forbid_quantifier(Edge(at_start=False))
        return self.read_quantifier(self.atom())

    def forbid_quantifier(self, edge: Edge) -> Edge:
        """Return the edge; raises `UnsupportedPatternError` if it is repeated."""
        if self.quantifier() is not None:
            raise self.error("a quantifier after an assertion")
        return edge

    def read_quantifier(self, atom: Tree) -> Tree:
        """Read the quantifier of an atom, if there is one."""
        limits = self.quantifier()
        if limits is None:
            return atom
        low, high = limits
        if max(low, high or 0) > _MOST_REPEATS or (high is not None and high < low):
            raise self.error("a repetition out of order or of more than 2,000 times")
        self.accept("?")  # laziness changes the length of a match, not whether there is one
        if self.quantifier() is not None:
            raise self.error("a quantifier after a quantifier")
        return Repeat(atom, low, high)

    def quantifier(self) -> tuple[int, int | None] | None:
        """Read a quantifier if one comes next."""
        for mark, limits in _SIMPLE.items():
            if self.accept(mark):
                return limits
        match = _QUANTIFIER.match(self.pattern, self.position)
        if match is None:
            if self.pattern.startswith("{,", self.position):
                raise self.error("{,n}, which dialects read differently,")
            return None
        self.position = match.end()
        low, comma, high = match.groups()
        if len(low) > 9 or len(high or "") > 9:  # noqa: PLR2004 - checked before int() parses it
            raise self.error("a huge repetition")
        return int(low), (int(high) if high else None) if comma else int(low)

    def atom(self) -> Tree:
        """Read a group, a class, an escape or a character."""
        if self.quantifier() is not None:
            raise self.error("a quantifier with nothing to repeat")
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
            raise self.error("a group with (?")
        tree = self.disjunction()
        self.expect(")")
        return tree

    def escape(self, *, in_class: bool) -> Ranges:
        """Read what follows a backslash."""
        letter = self.next()
        if letter in "dDwWsS":
            return class_escape(letter, self.reading)
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
            raise self.error(f"the escape \\{letter}")
        return ord(letter)

    def hexadecimal(self, digits: int) -> int:
        """Read this many hexadecimal digits."""
        text = self.pattern[self.position : self.position + digits]
        if (
            not re.fullmatch(r"[0-9A-Fa-f]+", text)
            or len(text) < digits
            or text[:2].lower() in {"d8", "d9", "da", "db"}
        ):
            raise self.error("an escape that is not a character")
        self.position += digits
        return int(text, 16)

    def character_class(self) -> Ranges:
        """Read a class up to its closing bracket."""
        negated = self.accept("^")
        if self.accept("]"):
            raise self.error("an empty class, which dialects read differently,")
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
        if (
            any(len(ranges) > 1 or ranges[0][0] != ranges[0][1] for ranges in (first, last))
            or low > high
            or high > LAST
        ):
            raise self.error("an invalid range")
        return ((low, high),)

    def class_character(self) -> Ranges:
        """Read one character or escape of a class."""
        character = self.next()
        return self.escape(in_class=True) if character == "\\" else ((ord(character),) * 2,)
