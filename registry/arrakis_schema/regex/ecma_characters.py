"""Reads what stands for characters in a pattern of ECMA-262: escapes, and classes with their ranges.

https://262.ecma-international.org/11.0/#sec-characterclass
"""

import re

from arrakis_schema.regex.characters import LAST, Ranges, Reading, class_escape, complement, property_ranges, union
from arrakis_schema.regex.tree import PatternReader, PatternSyntaxError

_PROPERTY = re.compile(r"\{([A-Za-z0-9_]+(?:=[A-Za-z0-9_]+)?)\}")
_LETTER, _DIGIT = re.compile(r"[A-Za-z]"), re.compile(r"[0-9]")
_IN_BRACES = re.compile(r"\{([0-9A-Fa-f]{1,16})\}")
_SECOND_HALF = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_CONTROL = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_HIGH, _LOW = 0xD800, 0xDC00
_ANCHORS = {"A": "^", "Z": "$", "z": "$"}
_CODES = {"a": r"\x07", "e": r"\x1b"}


class CharacterReader(PatternReader):
    """A pattern, and how far it has been read."""

    def error(self, problem: str, remedy: str = "") -> PatternSyntaxError:
        """Return the error that names a problem, where it is, and what to write instead."""
        return PatternSyntaxError(f"{problem} at character {self.position}{f': {remedy}' if remedy else ''}")

    def escape(self, *, in_class: bool) -> Ranges:
        """Read what follows a backslash, if it stands for characters."""
        letter = self.next()
        if letter in "dDwWsS":
            return class_escape(letter, Reading.ECMA)
        if letter in "pP":
            return self.property(letter)
        code = 8 if letter == "b" and in_class else self.code(letter, in_class=in_class)
        return ((code, code),)

    def property(self, letter: str) -> Ranges:
        r"""Read the property of `\p{…}`."""
        match = _PROPERTY.match(self.pattern, self.position)
        ranges = property_ranges(match[1]) if match else None
        if match is None or ranges is None:
            raise self.error(f"an unknown property \\{letter}", r"write \p{Letter} or \p{Script=Greek}")
        self.position = match.end()
        return ranges if letter == "p" else complement(ranges)

    def code(self, letter: str, *, in_class: bool) -> int:
        """Return the code point that an escape stands for."""
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter == "x":
            return self.hexadecimal(2)
        if letter == "u":
            return self.unicode_escape()
        if letter == "c" and _LETTER.match(self.pattern, self.position):
            return ord(self.next()) % 32
        if letter == "0" and not _DIGIT.match(self.pattern, self.position):
            return 0
        if letter in _SYNTAX or (letter == "-" and in_class):
            return ord(letter)
        raise self.unknown_escape(letter)

    def unknown_escape(self, letter: str) -> PatternSyntaxError:
        """Return the error of an escape that ECMA-262 does not know."""
        self.position -= 1
        if letter in _ANCHORS:
            remedy = f"write {_ANCHORS[letter]}"
        elif letter in _CODES:
            remedy = f"write {_CODES[letter]}"
        elif letter.isdigit():
            remedy = r"write \xHH for a character"
        elif letter == "U":
            remedy = r"write \u{HHHHH} for a character"
        elif letter.isalpha():
            remedy = "write the character, or what it stands for, without the backslash"
        else:
            remedy = f"write {letter} without the backslash" if letter.strip() else "write it without the backslash"
        return self.error(f"the escape \\{letter} is not part of ECMA-262,", remedy)

    def hexadecimal(self, digits: int) -> int:
        """Read this many hexadecimal digits."""
        text = self.pattern[self.position : self.position + digits]
        if not re.fullmatch(rf"[0-9A-Fa-f]{{{digits}}}", text):
            raise self.error(f"an escape without its {digits} hexadecimal digits")
        self.position += digits
        return int(text, 16)

    def unicode_escape(self) -> int:
        r"""Read what follows `\u`: four digits, perhaps twice for one character, or digits in braces."""
        braces = _IN_BRACES.match(self.pattern, self.position)
        if braces:
            self.position = braces.end()
            code = int(braces[1], 16)
            if code > LAST:
                raise self.error("an escape beyond the last character, 10FFFF")
            return code
        code = self.hexadecimal(4)
        second = _SECOND_HALF.match(self.pattern, self.position)
        if _HIGH <= code < _LOW and second:
            self.position = second.end()
            return 0x10000 + (code - _HIGH) * 0x400 + int(second[1], 16) - _LOW
        return code

    def character_class(self) -> Ranges:
        """Read a class up to its closing bracket."""
        negated = self.accept("^")
        ranges: list[tuple[int, int]] = []
        while not self.accept("]"):
            ranges += self.class_item()
        return complement(ranges) if negated else union(ranges)

    def class_item(self) -> Ranges:
        """Read one character, escape or range of a class."""
        first, is_single = self.class_character()
        if not self.pattern.startswith("-", self.position) or self.pattern.startswith("-]", self.position):
            return first
        self.position += 1
        last, last_is_single = self.class_character()
        if not (is_single and last_is_single):
            raise self.error("a range that begins or ends with a character class", r"write \- for the hyphen")
        if first[0][0] > last[0][0]:
            raise self.error("a range out of order")
        return ((first[0][0], last[0][0]),)

    def class_character(self) -> tuple[Ranges, bool]:
        """Read one character or escape of a class, and tell whether it is one character."""
        if self.position >= len(self.pattern):
            raise self.error("a class without its closing bracket", r"write \[ for the character")
        character = self.next()
        if character != "\\":
            return ((ord(character),) * 2,), True
        several = self.pattern[self.position : self.position + 1] in set("dDwWsSpP")
        return self.escape(in_class=True), not several
