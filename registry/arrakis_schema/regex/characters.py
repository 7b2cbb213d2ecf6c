r"""Sets of characters, as sorted ranges of code points, in the readings of different validators.

JSON Schema uses the dialect of ECMA-262 (https://262.ecma-international.org/#sec-patterns), but a validator in Python
searches with `re` (https://docs.python.org/3/library/re.html): `.`, `\d`, `\w`, `\s` and `$` differ.

`unicode.json` holds the properties of Unicode, `\p{Letter}`, by the names that ECMA-262 has for them; each
number is the distance to the one before, in base 36.
https://262.ecma-international.org/11.0/#sec-runtime-semantics-unicodematchproperty-p
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

Ranges = tuple[tuple[int, int], ...]
LAST = 0x10FFFF
_LAST_ASSIGNED = 0x3FFFF  # no letters, digits or spaces in the planes above


class Reading(Enum):
    """The dialect in which a pattern is read."""

    ECMA = "ECMA-262"
    PYTHON = "Python"
    PYTHON_STRICT_END = "Python, with $ only at the end of the text"


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return the ranges sorted and merged."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return tuple(merged)


def complement(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return all other characters."""
    gaps, start = [], 0
    for first, last in union(ranges):
        if first > start:
            gaps.append((start, first - 1))
        start = last + 1
    return tuple([*gaps, (start, LAST)] if start <= LAST else gaps)


def in_ranges(ranges: Ranges, character: int) -> bool:
    """Return whether a character is in sorted ranges."""
    index = bisect_right(ranges, (character, LAST)) - 1
    return index >= 0 and character <= ranges[index][1]


def dot(reading: Reading) -> Ranges:
    """Return what `.` matches: everything but line terminators."""
    line_ends = [(10, 10)] if reading is not Reading.ECMA else [(10, 10), (13, 13), (0x2028, 0x2029)]
    return complement(line_ends)


def class_escape(letter: str, reading: Reading) -> Ranges:
    r"""Return what `\d`, `\w` or `\s` matches; the capital letter is the complement."""
    ranges = _ECMA[letter.lower()] if reading is Reading.ECMA else _python_class(letter.lower())
    return ranges if letter.islower() else complement(ranges)


@cache
def _python_class(letter: str) -> Ranges:
    """Return what `re` matches: the Unicode classes, determined with `re` itself."""
    every = "".join(map(chr, range(_LAST_ASSIGNED + 1)))
    return tuple((match.start(), match.end() - 1) for match in re.finditer(rf"\{letter}+", every))


_SPACES = [(9, 13), (32, 32), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029)]
_ECMA: dict[str, Ranges] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": union([*_SPACES, (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)]),
}


_KEYS = {
    **dict.fromkeys(("General_Category", "gc"), "gc"),
    **dict.fromkeys(("Script", "sc"), "sc"),
    **dict.fromkeys(("Script_Extensions", "scx"), "scx"),
}


@cache
def property_ranges(expression: str) -> Ranges | None:
    r"""Return the characters of what stands in the braces of `\p{…}`; None for an unknown property."""
    key, separator, value = expression.partition("=")
    if separator:
        return _ranges(_KEYS[key], value) if key in _KEYS else None
    return _ranges("gc", expression) or _ranges("binary", expression)


def _ranges(key: str, name: str) -> Ranges | None:
    """Return the characters with this value of a property, or with a binary property."""
    database = _database()
    aliases = database["aliases"]["sc" if key == "scx" else key]
    name = aliases.get(name, name)
    values = database["binary"] if key == "binary" else database["values"][key]
    packed = values.get(name, database["values"]["sc"].get(name) if key == "scx" else None)
    return None if packed is None else _unpack(packed)


@cache
def _database() -> Any:
    """Return the contents of `unicode.json`: the properties and the aliases of their names."""
    return json.loads(Path(__file__).with_name("unicode.json").read_text(encoding="utf-8"))


def _unpack(packed: str) -> Ranges:
    """Return the ranges that a text of `unicode.json` encodes."""
    numbers = [int(number, 36) for number in packed.split()]
    ranges, last = [], 0
    for distance, length in zip(numbers[::2], numbers[1::2], strict=True):
        first = last + distance
        last = first + length
        ranges.append((first, last))
    return tuple(ranges)
