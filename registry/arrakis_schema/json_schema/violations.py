"""Violations of a schema in words: `words.json` says what each keyword expects, in Python and in the pages.

Paths are written as on the reference pages: `args.stations[0]`.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from arrakis_schema.text.printable import CLAUSE, cut
from arrakis_schema.text.short_repr import short_repr

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_LONGEST_PATH = 2 * CLAUSE
_LONGEST_TEXT = 50
_SMALLEST_POWER = -6

_WORDS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
EXPECTATIONS = _WORDS["expected"]
"""What each keyword expects; `expectation` fills in what stands in braces."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation of a schema: the instance path, the keyword, what it expects, and what was found.

    `path` has the names and indices from the root, such as `("args", "stations", 0)`; `keyword` is a JSON Schema
    keyword, `"false"` if nothing is allowed, or `"unknown"` for an undeclared member that the reader rejects.
    `expected` and `found` are clauses for people, cut at 80 characters. The violation prints as `args.days: expected
    more than 0, found 0`.
    """

    path: tuple[str | int, ...]
    keyword: str
    expected: str
    found: str

    __repr__ = short_repr

    def __str__(self) -> str:
        """Return the violation as one clause: `args.days: expected more than 0, found 0`."""
        location = cut(format_path(self.path), _LONGEST_PATH) or "top level"
        return f"{location}: expected {self.expected}, found {self.found}"


def place_order(violation: Violation) -> tuple[list[tuple[int, str]], str]:
    """Return a key that sorts violations by their places: names by their text, items of an array by their number."""
    return [(part, "") if isinstance(part, int) else (-1, part) for part in violation.path], violation.keyword


def format_path(path: Iterable[str | int]) -> str:
    """Return an instance path in dotted notation; a name that is not plain is written in brackets."""
    parts = (f".{part}" if isinstance(part, str) and _PLAIN.fullmatch(part) else f"[{_quote(part)}]" for part in path)
    return "".join(parts).removeprefix(".")


def violation(path: tuple[str | int, ...], keyword: str, value: Any, instance: Any) -> Violation:
    """Return the violation of a keyword with this value by the instance at this path."""
    found = _DESCRIPTIONS[_WORDS["found"].get(keyword, "value")](instance)
    if keyword == "type" and isinstance(instance, float) and _is_among("integer", value):
        found = repr(instance)  # in draft-04 alone, 1.0 is not an integer
    return Violation(path, keyword, cut(expectation(keyword, value, instance), CLAUSE), cut(found, CLAUSE))


def expectation(keyword: str, value: Any, instance: Any = None) -> str:
    """Return what a keyword with this value expects of an instance."""
    if keyword not in EXPECTATIONS:
        return f"what {keyword} {short_json(value)} allows"
    return _PLACEHOLDER.sub(lambda match: _PARTS[match[1]](value, instance), EXPECTATIONS[keyword])


def short_json(value: Any, longest: int = CLAUSE) -> str:
    """Return a value as JSON, cut if it is long; its numbers are written by value, as JavaScript writes them."""
    text = ""
    try:
        for part in _json_parts(value):
            text += part
            if len(text) > longest:
                break
    except (ValueError, TypeError, RecursionError):  # an integer of 4,301 digits, a name of no type
        return "a value that has no JSON text"
    return cut(text, longest)


def _json_parts(value: Any) -> Iterator[str]:
    """Yield the JSON text of a value in parts."""
    if isinstance(value, dict):
        for index, (name, member) in enumerate(value.items()):
            yield f"{', ' if index else '{'}{json.dumps({name: 0}, ensure_ascii=False)[1:-2]}"
            yield from _json_parts(member)
        yield "}" if value else "{}"
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield ", " if index else "["
            yield from _json_parts(item)
        yield "]" if value else "[]"
    elif isinstance(value, float) and math.isfinite(value):
        yield _number(value)
    else:
        yield json.dumps(value, ensure_ascii=False, default=repr)


def _number(value: float) -> str:
    """Return a number as the pages write it: 1 for 1.0, 0.00001 for 1e-05, 1e-7 for 1e-07; large ones in full."""
    if value.is_integer():
        return str(int(Decimal(repr(value))))
    digits, _, exponent = repr(value).partition("e")
    if not exponent or int(exponent) >= _SMALLEST_POWER:
        return f"{Decimal(repr(value)):f}"
    return f"{digits}e{int(exponent)}"


def _join(parts: Iterable[str]) -> str:
    """Return parts separated by commas, as many as a clause can show: there may be 200,000."""
    text = ""
    for part in parts:
        text += f", {part}" if text else part
        if len(text) > CLAUSE:
            break
    return text


def _is_among(name: str, types: Any) -> bool:
    """Return whether a type is the value of `type`, or in it."""
    return types == name or (isinstance(types, list) and name in types)


def _describe_value(instance: Any) -> str:
    """Return the instance as JSON, or only its type and size if it is large."""
    text = short_json(instance)
    if text.endswith("…") and isinstance(instance, list | dict):
        return f"{'an array' if isinstance(instance, list) else 'an object'} of {_count(len(instance), 'member')}"
    return text


def _quote(name: Any) -> str:
    """Return a name as JSON."""
    return json.dumps(name, ensure_ascii=False)


def _members(instance: Any) -> str:
    """Return the names of the members of an object."""
    return "only " + _join(map(_quote, instance)) if instance else "an empty object"


def _length(instance: Any) -> str:
    """Return a string with its length, or the length of an array."""
    if isinstance(instance, str):
        return f"{short_json(instance, _LONGEST_TEXT)} with {len(instance)}"
    return f"{len(instance)}"


def _count(number: float, noun: str) -> str:
    """Return a number with its noun, in the plural if need be."""
    return f"{short_json(number)} {noun}{'' if number == 1 else 's'}"


def _types(value: Any, _: Any) -> str:
    """Return the names of types with their articles."""
    names = [value] if isinstance(value, str) else value
    return " or ".join(_WORDS["types"].get(name, f"a {name}") for name in names)


def _missing_members(value: Any, instance: Any) -> str:
    """Return the names of the members that an object lacks."""
    missing = [_quote(name) for name in value if name not in instance]
    return f"the member{'s' if len(missing) > 1 else ''} {_join(missing)}"


_PARTS: dict[str, Callable[[Any, Any], str]] = {
    "type": _types,
    "value": lambda value, _: short_json(value),
    "values": lambda value, _: _join(map(short_json, value)),
    "characters": lambda value, _: _count(value, "character"),
    "items": lambda value, _: _count(value, "item"),
    "members": lambda value, _: _count(value, "member"),
    "missing": _missing_members,
}
_DESCRIPTIONS: dict[str, Callable[[Any], str]] = {"value": _describe_value, "members": _members, "length": _length}
