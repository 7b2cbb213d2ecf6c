"""Violations of a schema in words: one table from each keyword to what it expects.

Paths are written as on the reference pages: `args.stations[0]`.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from arrakis_schema.text.printable import CLAUSE, cut
from arrakis_schema.text.short_repr import short_repr

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_LONGEST_PATH = 2 * CLAUSE
_LONGEST_TEXT = 50

_ARTICLES = {"integer": "an integer", "array": "an array", "object": "an object", "null": "null"}


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation of a schema: the instance path, the keyword, what it expects, and what was found.

    `path` holds the names and indices from the top, as in `("args", "stations", 0)`; `keyword` is that of JSON Schema,
    or `"false"` if nothing is allowed. `expected` and `found` are clauses for people, cut at 80 characters. As text
    it reads `args.days: expected more than 0, found 0`.
    """

    path: tuple[str | int, ...]
    keyword: str
    expected: str
    found: str

    __repr__ = short_repr

    def __str__(self) -> str:
        """Return the violation as one clause: `args.days: expected more than 0, found 0`."""
        location = cut(format_path(self.path), _LONGEST_PATH) or "the whole"
        return f"{location}: expected {self.expected}, found {self.found}"


def format_path(path: Iterable[str | int]) -> str:
    """Return an instance path in dotted notation; a name that is not plain is written in brackets."""
    parts = (
        f".{part}" if isinstance(part, str) and _PLAIN.fullmatch(part) else f"[{json.dumps(part)}]" for part in path
    )
    return "".join(parts).removeprefix(".")


def violation(path: tuple[str | int, ...], keyword: str, value: Any, instance: Any) -> Violation:
    """Return the violation of a keyword with this value by the instance at this path."""
    expectation = EXPECTATIONS.get(keyword)
    expected = expectation(value, instance) if expectation else f"what {keyword} {short_json(value)} allows"
    return Violation(path, keyword, cut(expected, CLAUSE), cut(FOUND.get(keyword, _found)(instance), CLAUSE))


def short_json(value: Any, longest: int = CLAUSE) -> str:
    """Return a value as JSON, cut if it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, TypeError, RecursionError):  # an integer of 4,301 digits, a list in itself, a name of no type
        return "a value that has no JSON text"
    return cut(text, longest)


def _join(parts: Iterable[str]) -> str:
    """Return parts separated by commas, as many as a clause can show: there may be 200,000."""
    text = ""
    for part in parts:
        text += f", {part}" if text else part
        if len(text) > CLAUSE:
            break
    return text


def _found(instance: Any) -> str:
    """Return the instance as JSON, or only its type and size if it is large."""
    text = short_json(instance)
    if text.endswith("…") and isinstance(instance, list | dict):
        return f"{'an array' if isinstance(instance, list) else 'an object'} of {_count(len(instance), 'member')}"
    return text


def _members(instance: Any) -> str:
    """Return the names of the members of an object."""
    return "only " + _join(map(json.dumps, instance)) if instance else "an empty object"


def _length(instance: Any) -> str:
    """Return a string with its length, or the length of an array."""
    if isinstance(instance, str):
        return f"{short_json(instance, _LONGEST_TEXT)} with {len(instance)}"
    return f"{len(instance)}"


def _count(number: int, thing: str) -> str:
    """Return a number with its noun, in the plural if need be."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _type(value: Any, _: Any) -> str:
    names = [value] if isinstance(value, str) else value
    return " or ".join(_ARTICLES.get(name, f"a {name}") for name in names)


def _enum(value: Any, _: Any) -> str:
    return "one of " + _join(map(short_json, value))


def _missing_members(value: Any, instance: Any) -> str:
    missing = [json.dumps(name) for name in value if name not in instance]
    return f"the member{'s' if len(missing) > 1 else ''} {_join(missing)}"


def _bound(relation: str, unit: str = "") -> Callable[[Any, Any], str]:
    """Return the wording of a bound: on the value itself, or on a count of `unit`."""

    def wording(value: Any, _: Any) -> str:
        return f"{relation} {_count(value, unit) if unit else short_json(value)}"

    return wording


def _contains_bound(relation: str) -> Callable[[Any, Any], str]:
    """Return the wording of a bound on how many items `contains` allows."""
    return lambda value, _: f"{relation} {_count(value, 'item')} that the schema of contains allows"


def _fixed_words(words: str) -> Callable[[Any, Any], str]:
    """Return the wording of a keyword whose value is not shown."""
    return lambda _value, _instance: words


EXPECTATIONS: dict[str, Callable[[Any, Any], str]] = {
    "type": _type,
    "enum": _enum,
    "const": _bound("exactly"),
    "minimum": _bound("at least"),
    "maximum": _bound("at most"),
    "exclusiveMinimum": _bound("more than"),
    "exclusiveMaximum": _bound("less than"),
    "multipleOf": _bound("a multiple of"),
    "minLength": _bound("at least", "character"),
    "maxLength": _bound("at most", "character"),
    "pattern": _bound("text that matches the pattern"),
    "format": _bound("text in the format"),
    "minItems": _bound("at least", "item"),
    "maxItems": _bound("at most", "item"),
    "uniqueItems": _fixed_words("items that all differ"),
    "items": _fixed_words("no further items"),
    "contains": _fixed_words("an item that fits the schema of contains"),
    "minContains": _contains_bound("at least"),
    "maxContains": _contains_bound("at most"),
    "additionalItems": _fixed_words("no further items"),
    "unevaluatedItems": _fixed_words("no further items"),
    "minProperties": _bound("at least", "member"),
    "maxProperties": _bound("at most", "member"),
    "required": _missing_members,
    "additionalProperties": _fixed_words("only members that the schema describes"),
    "unevaluatedProperties": _fixed_words("only members that the schema describes"),
    "dependencies": _fixed_words("the members that go with those it has"),
    "dependentRequired": _fixed_words("the members that go with those it has"),
    "anyOf": _fixed_words("something that fits one of the schemas of anyOf"),
    "oneOf": _fixed_words("something that fits exactly one of the schemas of oneOf"),
    "not": _fixed_words("something that does not fit the schema of not"),
    "false": _fixed_words("nothing here"),
}
FOUND: dict[str, Callable[[Any], str]] = {
    "required": _members,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _length,
    "maxItems": _length,
    "additionalProperties": _members,
    "unevaluatedProperties": _members,
}
