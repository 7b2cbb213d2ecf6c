"""Which rows an argument of a request selects: one function for each way in which `[flight.filters]` keeps rows.

The mock server applies them, and real servers are checked against them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError

Row = Mapping[str, Any]


class NotAnsweredError(ArrakisSchemaError):
    """A valid request asks for something that the rows do not hold."""


def _keep_named(rows: Sequence[Row], column: str, names: Any) -> list[Row]:
    """Return one row for each of the names; raises `NotAnsweredError` for an unknown name."""
    by_name = {row[column]: row for row in rows}
    missing = [name for name in names if name not in by_name]
    if missing:
        raise NotAnsweredError(f"there is no {column} {missing[0]!r}; there are {', '.join(map(str, by_name))}")
    return [by_name[name] for name in dict.fromkeys(names)]


def _keep_listed(rows: Sequence[Row], column: str, values: Any) -> list[Row]:
    return [row for row in rows if not values or row[column] in values]


def _keep_matching(rows: Sequence[Row], column: str, expression: Any) -> list[Row]:
    """Return the rows whose text begins with a match, as `re.match` finds it."""
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise NotAnsweredError(f"{expression!r} is not a regular expression: {error}") from error
    return [row for row in rows if pattern.match(str(row[column]))]


def _keep_null_or_equal(rows: Sequence[Row], column: str, value: Any) -> list[Row]:
    return [row for row in rows if row[column] is None or row[column] == value]


FILTERS: Mapping[str, Callable[[Sequence[Row], str, Any], list[Row]]] = {
    "named": _keep_named,
    "listed": _keep_listed,
    "matching": _keep_matching,
    "null-or-equal": _keep_null_or_equal,
    "at-least": lambda rows, column, bound: [row for row in rows if row[column] >= bound],
    "at-most": lambda rows, column, bound: [row for row in rows if row[column] <= bound],
}
