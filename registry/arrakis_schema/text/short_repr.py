"""The `repr` of records: one short line, whatever they hold."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import PurePath
from typing import Any

from arrakis_schema.text.printable import cut

LONGEST = 160
"""The maximal length of the `repr` of a record, in characters."""

_LONGEST_VALUE = 60
_MOST_MEMBERS = 8


def short_repr(record: Any) -> str:
    """Return a dataclass in one line: the fields that differ from their defaults, each cut, as many as fit."""
    values = ((field.name, getattr(record, field.name)) for field in fields(record) if field.repr and field.init)
    members = {name: value for name, value in values if not _is_default(record, name, value)}
    return format_record(type(record).__name__, members)


def format_record(name: str, members: Mapping[str, Any]) -> str:
    """Return a name with its members in parentheses, in one line."""
    text = ", ".join(f"{field}={short_value(value)}" for field, value in members.items())
    return f"{name}({cut(text, LONGEST - len(name) - 2)})"


def short_value(value: Any) -> str:
    """Return the short form of a value: bytes and long collections by their size, everything else cut."""
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, list | tuple | set | frozenset | dict) and len(value) > _MOST_MEMBERS:
        return f"<{len(value):,} items>"
    text = _text(value)
    if isinstance(value, list | tuple | set | frozenset | dict) and len(text) > _LONGEST_VALUE:
        return f"<{len(value):,} item{'' if len(value) == 1 else 's'}>"
    return cut(text, _LONGEST_VALUE)


def _text(value: Any) -> str:
    """Return the `repr` of a value, in one line."""
    plain = value.value if isinstance(value, Enum) else str(value) if isinstance(value, PurePath) else value
    try:
        return repr(cut(plain, _LONGEST_VALUE) if isinstance(plain, str) else plain).replace("\n", " ")
    except (RecursionError, ValueError):  # a number of more than 4,300 digits has no text
        return f"<a {type(plain).__name__} that is too large to show>"


def _is_default(record: Any, name: str, value: Any) -> bool:
    """Return whether a field has its default value."""
    field: Field[Any] = type(record).__dataclass_fields__[name]
    if field.default is not MISSING:
        return bool(value is field.default or value == field.default)
    return field.default_factory is not MISSING and bool(value == field.default_factory())
