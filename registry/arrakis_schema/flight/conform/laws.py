"""Laws of the rows in an answer: that they are what the request asks for, and agree with each other and the listing.

What holds is declared in `[flight]` of `registry.toml`: `filters`, `key`, `repeats`, `distinct`, `within`. Laws of one
column alone are promises, in the document; those of samples over time are in `series_laws`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from arrakis_schema.findings.finding import Severity
from arrakis_schema.flight.conform.observations import Deviation
from arrakis_schema.flight.filters import FILTERS, NotAnsweredError, Row
from arrakis_schema.store.flight_settings import Filter, Flight
from arrakis_schema.text.printable import clean_line

_MOST = 1000


@dataclass(frozen=True, slots=True)
class AnsweredRows:
    """The rows of a whole answer, the arguments that they answer, and what the server lists.

    `listing` holds the rows of everything that the server has, by their key, and `whole` says that this is all; it is
    empty where it cannot be compared with, as for another time. `sent` are the rows of an exchange.
    """

    endpoint: str
    args: Mapping[str, Any]
    rows: Sequence[Row]
    listing: Mapping[str, Row]
    whole: bool = False
    sent: Sequence[Row] | None = None


def row_laws(flight: Flight, answer: AnsweredRows) -> Iterator[Deviation]:
    """Yield what is wrong with the rows of an answer, of each law the first rows."""
    for law in LAWS:
        yield from islice(law(flight, answer), _MOST)


def deviation(rule: str, column: str, message: str) -> Deviation:
    """Return an error about a column."""
    return Deviation(column, rule, Severity.ERROR, clean_line(f"{column}: {message}" if column else message))


def _check_filters(flight: Flight, answer: AnsweredRows) -> Iterator[Deviation]:
    """Each row passes the requested filters, and each requested name has its row."""
    for name, setting, value in _asked_filters(flight, answer):
        column = setting.column
        rows = [row for row in answer.rows if column in row]
        if setting.keeps == "named":
            yield from _check_names(column, rows, [str(item) for item in value])
            continue
        kept = {id(row) for row in _keep(setting, rows, value)}
        for row in rows:
            if id(row) not in kept:
                message = f"{_label(flight, row)} has {row[column]!r}, and {name} asks for {_short(value)}"
                yield deviation("row-unasked", column, message)


def _check_names(column: str, rows: Sequence[Row], names: Sequence[str]) -> Iterator[Deviation]:
    """The rows have the requested names, and no others."""
    present = {str(row[column]) for row in rows}
    for name in sorted(present - set(names)):
        yield deviation("row-unasked", column, f"{name} was not requested")
    for name in dict.fromkeys(names):
        if name not in present:
            yield deviation("row-missing", column, f"{name} was requested and is missing")


def _check_completeness(flight: Flight, answer: AnsweredRows) -> Iterator[Deviation]:
    """Whatever the server lists and the filters keep is there."""
    if answer.endpoint != flight.listing or not answer.whole or not flight.key:
        return
    expected: Sequence[Row] = list(answer.listing.values())
    for _, setting, value in _asked_filters(flight, answer):
        expected = _keep(setting, [row for row in expected if setting.column in row], value)
    present = {str(row.get(flight.key)) for row in answer.rows}
    for row in expected:
        if str(row.get(flight.key)) not in present:
            message = f"{row[flight.key]} matches the request and is missing, although a listing of everything has it"
            yield deviation("row-missing", flight.key, message)


def _check_listing(flight: Flight, answer: AnsweredRows) -> Iterator[Deviation]:
    """Each row says what the listing says of the same key; what an exchange assigns may be unknown to the listing."""
    if flight.repeats.get(answer.endpoint) != flight.listing or not flight.key:
        return
    for row in answer.rows:
        listed = answer.listing.get(str(row.get(flight.key)), {})
        for column in row.keys() & listed.keys():
            assigned = answer.sent is not None and listed[column] is None
            if row[column] != listed[column] and not assigned:
                said = f"{row[column]!r}, but {flight.listing} says {listed[column]!r}"
                yield deviation("record-differs", column, f"{_label(flight, row)} has {said}")


def _check_distinct_rows(flight: Flight, answer: AnsweredRows) -> Iterator[Deviation]:
    """No two rows share the values of some columns; a row with a null in one of them is left out."""
    columns = flight.distinct.get(answer.endpoint, "").split()
    first: dict[tuple[str, ...], Row] = {}
    for row in answer.rows if columns else ():
        values = [row.get(column) for column in columns]
        if None in values:
            continue
        key = tuple(map(repr, values))
        if first.setdefault(key, row) is not row and row.get(flight.key) != first[key].get(flight.key):
            message = f"{_label(flight, row)} and {_label(flight, first[key])} both have {', '.join(key)}"
            yield deviation("row-repeated", columns[-1], message)


def _check_context(flight: Flight, answer: AnsweredRows) -> Iterator[Deviation]:
    """A value that counts within another column has one there."""
    for column, outer in flight.within.items():
        for row in answer.rows:
            if row.get(column) is not None and outer in row and row[outer] is None:
                message = f"{_label(flight, row)} is null, but {column} is {row[column]!r}, which needs it"
                yield deviation("null-sent", outer, message)


def repeated_across_tickets(flight: Flight, parts: Sequence[tuple[str, Sequence[Row]]]) -> Iterator[Deviation]:
    """Yield the names in the rows of two tickets of one server; `parts` are the server and the rows of each ticket.

    Two servers may have the same: it is up to the one that sends to both.
    """
    before: dict[str, set[str]] = {}
    for server, rows in parts if flight.key else ():
        names = {str(row[flight.key]) for row in rows if flight.key in row}
        known = before.setdefault(server, set())
        for name in islice(sorted(names & known), _MOST):
            yield deviation("row-repeated", flight.key, f"{name} has two tickets")
        known |= names


def _check_exchange(flight: Flight, answer: AnsweredRows) -> Iterator[Deviation]:
    """An exchange answers the rows that were sent, with nothing changed and nothing left null."""
    if answer.sent is None or not flight.key:
        return
    answered = {str(row.get(flight.key)): row for row in answer.rows}
    yield from _check_names(flight.key, answer.rows, [str(row.get(flight.key)) for row in answer.sent])
    for row in answer.sent:
        completed = answered.get(str(row.get(flight.key)), {})
        for column, value in completed.items():
            if row.get(column) is not None and value != row[column]:
                message = f"{_label(flight, row)} was sent with {row[column]!r}, but the answer has {value!r}"
                yield deviation("record-differs", column, message)
            elif value is None:
                yield deviation(
                    "null-sent", column, f"{_label(flight, row)} is null in the answer: nothing is assigned"
                )


def _asked_filters(flight: Flight, answer: AnsweredRows) -> Iterator[tuple[str, Filter, Any]]:
    """Yield the filters of a request, with their values: those of a column that the answer can have."""
    if answer.sent is not None:
        return
    columns = {column for row in (*answer.rows[:1], *islice(answer.listing.values(), 1)) for column in row}
    for name, setting in flight.filters.items():
        value = answer.args.get(name)
        if (value is not None or setting.keeps == "null-or-equal") and setting.column in columns:
            yield name, setting, value


def _keep(setting: Filter, rows: Sequence[Row], value: Any) -> Sequence[Row]:
    """Return the rows that a filter keeps; all of them where the values cannot be compared."""
    try:
        return FILTERS[setting.keeps](rows, setting.column, value)
    except (NotAnsweredError, TypeError, KeyError):
        return rows


def _label(flight: Flight, row: Row) -> str:
    """Return the name of a row."""
    return str(row.get(flight.key, "a row"))


def _short(value: Any) -> str:
    """Return a value in a few words."""
    return "null" if value is None else clean_line(repr(value), 60)


LAWS: Sequence[Callable[[Flight, AnsweredRows], Iterator[Deviation]]] = (
    _check_filters,
    _check_completeness,
    _check_listing,
    _check_distinct_rows,
    _check_context,
    _check_exchange,
)
