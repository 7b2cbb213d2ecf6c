"""JSON values: their equality and their types, as JSON Schema defines them.

https://json-schema.org/draft-07/draft-handrews-json-schema-01#section-4.2.3: numbers are equal by value, so 1 is 1.0.
"""

import json
from fractions import Fraction
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TypeAlias

from arrakis_schema.json_schema.judge.values import exact_fraction

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False)
TYPES = ("object", "array", "string", "number", "boolean", "null")
_TYPE_OF = {dict: "object", list: "array", str: "string", int: "number", float: "number", bool: "boolean"}


def type_of(value: Json) -> str:
    """Return the JSON type of a value; an integer is a number."""
    return "null" if value is None else _TYPE_OF[type(value)]


def number_of(exact: Fraction) -> int | float | None:
    """Return the JSON number for an exact value; None if it has no text of usual length."""
    if exact.denominator == 1:
        return exact.numerator
    near = float(exact)
    return near if exact_fraction(near) == exact else None


def canonical(value: Json) -> str:
    """Return a text that is the same for equal values only; most values are strings and integers."""
    if type(value) is str:
        return encode_basestring(value)
    return repr(value) if type(value) is int else _ENCODER.encode(_plain(value))


def parse_canonical(text: str) -> Json:
    """Return the value of a canonical text."""
    value: Json = json.loads(text)
    return value


def _plain(value: Json) -> Json:
    """Return an equal value without integral floats."""
    if isinstance(value, float) and value.is_integer():
        return exact_fraction(value).numerator
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


@lru_cache(maxsize=4096)
def parse_canonical_values(texts: tuple[str, ...]) -> tuple[Json, ...]:
    """Return the values of canonical texts."""
    return tuple(map(parse_canonical, texts))


def member_names(value: Json) -> set[str]:
    """Return the names of the members of all objects in a value."""
    names: set[str] = set()
    todo = [value]
    for inner in todo:  # grows meanwhile
        if isinstance(inner, dict):
            names.update(inner)
            todo += inner.values()
        elif isinstance(inner, list):
            todo += inner
    return names
