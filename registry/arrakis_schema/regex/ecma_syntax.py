"""A parser for patterns of ECMA-262 with the flag u, which JSON Schema specifies: all of it, and nothing else.

https://262.ecma-international.org/11.0/#sec-patterns. What another language writes differently is an error that names
what to write instead.
"""

import re
from functools import lru_cache

from arrakis_schema.regex.characters import Reading, dot
from arrakis_schema.regex.ecma_characters import CharacterReader
from arrakis_schema.regex.tree import (
    BackReference,
    Boundary,
    Chars,
    Choice,
    Concatenation,
    Edge,
    Group,
    Look,
    PatternSyntaxError,
    Repeat,
    Tree,
    longest_match,
)

_QUANTIFIER = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")
_SIMPLE: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_LOOKS = {"(?=": (True, True), "(?!": (True, False), "(?<=": (False, True), "(?<!": (False, False)}
_MOST_DIGITS = 9
_POSIX_CLASS = re.compile(r"\[\[:(\^?[a-z]+):\]\]\Z")
_POSIX = {"digit": "[0-9]", "alpha": "[A-Za-z]", "alnum": "[0-9A-Za-z]", "space": r"\s", "xdigit": "[0-9A-Fa-f]"}
_PYTHON_GROUPS = {"(?P<": "(?<", "(?P=": r"\k<"}


@lru_cache(maxsize=1024)
def read_ecma(pattern: str) -> Tree:
    """Return the tree of a pattern; raises `PatternSyntaxError` for what ECMA-262 does not know."""
    return _Reader(pattern).read_pattern()


class _Reader(CharacterReader):
    """A pattern, how far it has been read, and its groups and references so far."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.groups = 0
        self.names: dict[str, int] = {}
        self.references: list[tuple[int | str, int]] = []

    def read_pattern(self) -> Tree:
        """Read the pattern up to its end."""
        tree = self.disjunction()
        if self.position < len(self.pattern):
            raise self.error("a closing bracket without an opening one", r"write \) for the character")
        for reference, position in self.references:
            self.position = position
            if isinstance(reference, str) and reference not in self.names:
                raise self.error(f"a reference to the group {reference}, which does not exist")
            if isinstance(reference, int) and reference > self.groups:
                raise self.error(f"a reference to group {reference} of {self.groups}", r"write \xHH for a character")
        return self.number_references(tree) if self.references else tree

    def number_references(self, tree: Tree) -> Tree:
        """Return a tree with the numbers of named groups; negative ones stand for names that came later."""
        match tree:
            case BackReference(number) if number < 0:
                return BackReference(self.names[str(self.references[-number - 1][0])])
            case Concatenation(parts):
                return Concatenation(tuple(map(self.number_references, parts)))
            case Choice(parts):
                return Choice(tuple(map(self.number_references, parts)))
            case Repeat(part, low, high, lazy):
                return Repeat(self.number_references(part), low, high, lazy)
            case Group(part, number):
                return Group(self.number_references(part), number)
            case Look(part, ahead, must_match):
                return Look(self.number_references(part), ahead, must_match)
            case _:
                return tree

    def term(self) -> Tree:
        """Read one assertion, or an atom and its quantifier."""
        assertion = self.assertion()
        if assertion is None:
            return self.read_quantifier(self.atom())
        if self.quantifier() is not None:
            raise self.error("a quantifier after an assertion", "put the assertion into a group: (?:…)")
        return assertion

    def assertion(self) -> Tree | None:
        """Read an assertion if one comes next."""
        if self.accept("^"):
            return Edge(at_start=True)
        if self.accept("$"):
            return Edge(at_start=False)
        if self.accept("\\b"):
            return Boundary(holds=True)
        if self.accept("\\B"):
            return Boundary(holds=False)
        for opening, (ahead, must_match) in _LOOKS.items():
            if self.accept(opening):
                return Look(self.group_end(self.disjunction()), ahead, must_match)
        return None

    def group_end(self, tree: Tree) -> Tree:
        """Read the closing bracket of a group."""
        if not self.accept(")"):
            raise self.error("an opening bracket without a closing one", r"write \( for the character")
        return tree

    def read_quantifier(self, atom: Tree) -> Tree:
        """Read the quantifier of an atom, if there is one."""
        limits = self.quantifier()
        if limits is None:
            return atom
        lazy = self.accept("?")
        if self.quantifier() is not None:
            raise self.error("a quantifier after a quantifier", "ECMA-262 has no possessive quantifiers such as a++")
        low, high = limits
        if high is not None and high < low:
            raise self.error("a quantifier whose limits are out of order")
        if longest_match(atom) == 0:  # an empty text again is the same place
            low, high = min(low, 1), 1 if high is None else min(high, 1)
        return Repeat(atom, low, high, lazy)

    def quantifier(self) -> tuple[int, int | None] | None:
        """Read a quantifier if one comes next."""
        for mark, limits in _SIMPLE.items():
            if self.accept(mark):
                return limits
        match = _QUANTIFIER.match(self.pattern, self.position)
        if match is None:
            return None
        self.position = match.end()
        low, comma, high = match.groups()
        if len(low) > _MOST_DIGITS or len(high or "") > _MOST_DIGITS:
            raise self.error("a repetition of a billion times or more")
        return int(low), (int(high) if high else None) if comma else int(low)

    def atom(self) -> Tree:
        """Read a group, a class, an escape or a character."""
        if self.quantifier() is not None:
            raise self.error("a quantifier with nothing to repeat", r"write \*, \+, \? or \{ for the character")
        character = self.next()
        match character:
            case "(":
                return self.group()
            case "[":
                return Chars(self.character_class())
            case ".":
                return Chars(dot(Reading.ECMA))
            case "\\":
                return self.atom_escape()
            case "]" if (posix := _POSIX_CLASS.search(self.pattern, 0, self.position)) is not None:
                remedy = f"write {_POSIX[posix[1]]}" if posix[1] in _POSIX else "list the characters"
                raise self.error(f"{posix[0]} is POSIX's, not ECMA-262's,", remedy)
            case "{" | "}" | "]":
                raise self.error(f"an unescaped {character}", f"write \\{character} for the character")
            case _:
                return Chars(((ord(character),) * 2,))

    def group(self) -> Tree:
        """Read a group up to its end."""
        start = self.position - 1
        if self.accept("?:"):
            return self.group_end(self.disjunction())
        if self.accept("?<"):
            self.position = start + 2
            return self.capture(self.name())
        if self.accept("?"):
            raise self.unknown_group(start)
        return self.capture(None)

    def capture(self, name: str | None) -> Tree:
        """Read a group that can be referred to."""
        self.groups += 1
        number = self.groups
        if name in self.names:
            raise self.error(f"a second group {name}", "give it another name")
        if name is not None:
            self.names[name] = number
        return Group(self.group_end(self.disjunction()), number)

    def name(self) -> str:
        """Read the name of a group in angle brackets."""
        end = max(self.pattern.find(">", self.position), 0)
        name = self.pattern[self.position : end] if self.accept("<") else ""
        if not re.sub(r"[$\u200c\u200d]", "_", name).isidentifier() or name[0] in "\u200c\u200d":
            raise self.error("a group without a valid name", "write (?<name>…)")
        self.position = end + 1
        return name

    def unknown_group(self, start: int) -> PatternSyntaxError:
        """Return the error of a group that other languages have."""
        self.position = start
        for python, ecma in _PYTHON_GROUPS.items():
            if self.pattern.startswith(python, start):
                return self.error(f"{python} is Python's, not ECMA-262's,", f"write {ecma}name>")
        flags = re.compile(r"\(\?[a-zA-Z^-]+[:)]").match(self.pattern, start)
        if flags:
            remedy = "a pattern has no flags: write [aA] where both cases match" if "i" in flags[0] else ""
            return self.error(f"{flags[0]} is not part of ECMA-262,", remedy or "a pattern has no flags: leave it out")
        remedies = {"(?>": "write (?:…)", "(?#": "leave the comment out", "(?(": "write both alternatives out"}
        opening = self.pattern[start : start + 3]
        return self.error(f"{opening} is not part of ECMA-262,", remedies.get(opening, r"write \( for the character"))

    def atom_escape(self) -> Tree:
        """Read what follows a backslash outside a class."""
        digits = re.compile(r"[1-9][0-9]*").match(self.pattern, self.position)
        if digits:
            self.position = digits.end()
            return self.reference(int(digits[0]) if len(digits[0]) <= _MOST_DIGITS else 10**_MOST_DIGITS)
        if self.accept("k"):
            return self.reference(self.name())
        return Chars(self.escape(in_class=False))

    def reference(self, group: int | str) -> Tree:
        """Return the reference to a group."""
        self.references.append((group, self.position))
        return BackReference(group if isinstance(group, int) else -len(self.references))
