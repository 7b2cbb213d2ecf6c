r"""The characters of Unicode properties, `\p{Letter}`, by the names that ECMA-262 has for them.

`unicode.json` holds their ranges from the Unicode Character Database, as V8 has them: each number is the distance
to the one before, in base 36. https://262.ecma-international.org/11.0/#sec-runtime-semantics-unicodematchproperty-p
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from arrakis_schema.regex.characters import Ranges

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
    """Return the properties and their other names."""
    return json.loads(Path(__file__).with_name("unicode.json").read_text(encoding="utf-8"))


def _unpack(packed: str) -> Ranges:
    """Return the ranges of a text."""
    numbers = [int(number, 36) for number in packed.split()]
    ranges, place = [], 0
    for distance, length in zip(numbers[::2], numbers[1::2], strict=True):
        first = place + distance
        place = first + length
        ranges.append((first, place))
    return tuple(ranges)
