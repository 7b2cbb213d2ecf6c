"""What a server lists: its rows, each once, and the requests that are made from them.

The examples of a release ask for what its authors thought of; these ask for what the server has: each of its data
types, filters with values that it lists, and data of recent time beside that of the examples.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from arrakis_schema.arrow.template import Template
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.conform.call_errors import CallError, TimedOutError, UnreachableError
from arrakis_schema.flight.conform.client import Peer
from arrakis_schema.flight.filters import Row
from arrakis_schema.flight.release_contract import Contract, Form, Sample, form_of
from arrakis_schema.store.flight_settings import SECOND, Columns, SampleSeries

Names = Mapping[str, Sequence[str]]
MOST_ROWS = 20_000
_MOST_TYPES = 16
_AGO = 60 * SECOND  # recent, and old enough to be there


class NothingOfferedError(ArrakisSchemaError):
    """A request names things of which the server has none."""


def server_names(contract: Contract, peer: Peer, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the names that the server has for each argument of names: from its listing, or from an action."""
    keys = varying_columns(contract)
    names = {}
    for name, setting in contract.flight.names.items():
        if setting.action:
            names[name] = list(_named_by(peer, setting.action))
        else:
            ordered = sorted(rows, key=lambda row: str(row.get(setting.column)))
            values = (row.get(setting.column) for row in distinct_first(ordered, keys))
            names[name] = list(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    return names


def substitute_names(contract: Contract, endpoint: str, request: Any, names: Names) -> Any:
    """Return a request with the server's names in place of the example's; raises `NothingOfferedError`."""
    member = form_of(endpoint, contract.release).argument_member
    args = request.get(member) if member and isinstance(request, dict) else request
    if not isinstance(args, dict):
        return request
    changed = {name: _substitute(name, value, names[name]) if name in names else value for name, value in args.items()}
    return {**request, member: changed} if member else changed


def refused_request(contract: Contract, endpoint: str, sample: Sample, names: Names) -> Any:
    """Return a refused example with the server's names, if the release still refuses it; otherwise unchanged."""
    try:
        changed = substitute_names(contract, endpoint, sample.request, names)
        contract.accept(changed, endpoint)
    except NothingOfferedError:
        return sample.request
    except ArrakisSchemaError:
        return changed
    return sample.request


def varying_columns(contract: Contract) -> list[str]:
    """Return the columns of a listing, other than the name, that the columns of a stream depend on."""
    return [
        placeholder
        for endpoint, columns in contract.flight.columns.items()
        for placeholder in getattr(contract.payload(endpoint), "repeated", ())
        if placeholder not in {columns.column, *columns.aliases}
    ]


def distinct_first(rows: Iterable[Row], keys: Sequence[str]) -> list[Row]:
    """Return the rows in a new order: first one of each kind, then the others."""
    first: dict[tuple[str, ...], Row] = {}
    repeats = []
    for row in rows:
        kind = row_kind(row, keys)
        if kind in first:
            repeats.append(row)
        else:
            first[kind] = row
    return [*first.values(), *repeats]


def row_kind(row: Row, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the key of a row's kind; a server may send values of any type."""
    return tuple(repr(row.get(key)) for key in keys)


def _substitute(name: str, value: Any, available: Sequence[str]) -> Any:
    """Return the value of an argument with its names replaced by those of the server."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(item, str) for item in values):
        return value
    if not available:
        raise NothingOfferedError(f"the server has no {name} to ask for")
    replacements = dict(zip(dict.fromkeys(values), available, strict=False))
    return (
        replacements[value]
        if isinstance(value, str)
        else [replacements[item] for item in values if item in replacements]
    )


def _named_by(peer: Peer, action: str) -> Iterator[str]:
    """Yield the names in the object that an action returns; none where the call fails."""
    try:
        answer = peer.action(action)
    except (UnreachableError, TimedOutError):
        raise
    except CallError:
        return
    if isinstance(answer, dict):
        yield from answer


class Listing:
    """The rows of a server's listing, and the names that it has; `whole` says that they are all that it has."""

    def __init__(self, contract: Contract) -> None:
        """Begin with no rows."""
        self.contract, self.whole = contract, False
        self.rows: list[dict[str, Any]] = []
        self.by_key: dict[str, Row] = {}
        self.names: Names = {}

    def keep(self, rows: Iterable[dict[str, Any]]) -> None:
        """Keep the rows that are new."""
        for row in rows:
            key = str(row.get(self.contract.flight.key)) if self.contract.flight.key else str(len(self.rows))
            if len(self.rows) < MOST_ROWS and key not in self.by_key:
                self.by_key[key] = row
                self.rows.append(row)

    def types(self, endpoint: str) -> dict[str, dict[str, Row]]:
        """Return, of each column of a listing that is a data type of a series, the values with the first row of each.

        Values that the template does not allow are left out: they are a finding already.
        """
        template = self.contract.payload(endpoint)
        allowed = template.allowed if isinstance(template, Template) else {}
        return {
            column: {
                str(row[column]): row
                for row in sorted(self.rows, key=lambda row: str(row.get(self.contract.flight.key)), reverse=True)
                if row.get(column) in allowed[column]
            }
            for column in varying_columns(self.contract)
            if column in allowed
        }

    def samples(self, endpoint: str) -> Iterator[Sample]:
        """Yield requests for what the server has, which the contract accepts."""
        form = form_of(endpoint, self.contract.release)
        for name, request in self._requests(endpoint, form):
            if not self.contract.refuses(request, endpoint):
                yield Sample(name, "", request, refused=False)

    def _requests(self, endpoint: str, form: Form) -> Iterator[tuple[str, Any]]:
        """Yield requests, each with a name."""
        flight, columns = self.contract.flight, self.contract.flight.columns.get(endpoint)
        if endpoint == flight.listing or flight.counts.get(endpoint) == flight.listing:
            yield from ((name, form.request(args)) for name, args in self._filtered_requests(form))
        if columns is not None and columns.series.time:
            yield from ((name, form.request(args)) for name, args in self._series(endpoint, columns, form))
        elif self._clock is not None:
            for name, args in self._arguments_of_time(endpoint, form):
                with suppress(NothingOfferedError):
                    request = form.request(self._shift(args, self._clock))
                    yield f"{name}, recent", substitute_names(self.contract, endpoint, request, self.names)

    def _filtered_requests(self, form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield a request for everything, and for each filter one with a value that is listed, or with two of them."""
        yield "everything", form.defaults
        for name, setting in self.contract.flight.filters.items():
            values = [row[setting.column] for row in self.rows if isinstance(row.get(setting.column), str | int)]
            if name in form.defaults and setting.keeps in _VALUES and values:
                middle = sorted(set(values), key=lambda value: (str(type(value)), value))[len(set(values)) // 2]
                for what, value in _VALUES[setting.keeps](middle).items():
                    yield f"{name} of {what}", {**form.defaults, name: value}
                if setting.keeps == "listed":
                    yield from self._filtered_by_two(form, name, sorted(set(values), key=str)[:_MOST_TYPES])

    def _filtered_by_two(self, form: Form, name: str, values: Sequence[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield a request for two of these values, if the contract accepts two of them."""
        requests = {value: {**form.defaults, name: [value]} for value in values}
        accepted = [value for value, args in requests.items() if not self.contract.refuses(form.request(args))]
        if len(accepted) > 1:
            yield f"{name} of two that are listed", {**form.defaults, name: [accepted[0], accepted[-1]]}

    def _series(self, endpoint: str, columns: Columns, form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield a request for each data type, and for several columns: of the examples' time, and of recent time."""
        for _, window in list(self._arguments_of_time(endpoint, form))[:1]:
            for value, row in self._each_type(endpoint):
                args = {**window, columns.argument: [row[columns.column]]}
                yield value, args
                yield f"{value}, recent", self._shift(args, columns.series)
            names = [row[columns.column] for row in distinct_first(self.rows, varying_columns(self.contract))]
            if len(names) > 1:
                args = {**window, columns.argument: names[:_MOST_TYPES]}
                yield "several", args
                yield "several, recent", self._shift(args, columns.series)

    def _each_type(self, endpoint: str) -> Iterator[tuple[str, Row]]:
        """Yield each data type with a row that has it."""
        for values in self.types(endpoint).values():
            yield from list(values.items())[:_MOST_TYPES]

    def _arguments_of_time(self, endpoint: str, form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the arguments of the examples that ask for a time and no replay; of a series, from one to another."""
        columns = self.contract.flight.columns.get(endpoint)
        time_arguments = {columns.series.start, columns.series.end} if columns is not None else None
        for sample in self.contract.samples(endpoint):
            args = sample.request.get(form.argument_member, {}) if form.argument_member else sample.request
            times = self._times(args) if not sample.refused else {}
            actions = {name for name, setting in self.contract.flight.names.items() if setting.action}
            in_replay = any(args.get(name) is not None for name in actions)
            if times and not in_replay and time_arguments in (None, times.keys()):
                yield sample.name, args

    def _times(self, args: Mapping[str, Any]) -> dict[str, int]:
        """Return the arguments that are times."""
        return {name: args[name] for name in self.contract.flight.times if isinstance(args.get(name), int)}

    def _shift(self, args: Mapping[str, Any], clock: SampleSeries) -> dict[str, Any]:
        """Return arguments with recent times in place of their own, as far from each other."""
        times = self._times(args)
        last = clock.now() // SECOND * SECOND - _AGO
        return {**args, **{name: last - max(times.values()) + value for name, value in times.items()}}

    @property
    def _clock(self) -> SampleSeries | None:
        """A series, which says when the clock of the API shows 0; None where there is none."""
        return next((columns.series for columns in self.contract.flight.columns.values() if columns.series.time), None)


def _patterns(value: Any) -> Mapping[str, Any]:
    """Return patterns for a text, its beginning, its end, the text in the other letter case, and any text.

    A match begins where the text does, and letter case counts.
    """
    text, listed = str(value), "what is listed"
    parts = {listed: text, f"the beginning of {listed}": text[:-1], f"the end of {listed}": text[1:]}
    if text.swapcase() != text:
        parts[f"the other letter case of {listed}"] = text.swapcase()
    return {**{what: re.escape(part) for what, part in parts.items()}, "any text": ".+"}


_VALUES: Mapping[str, Callable[[Any], Mapping[str, Any]]] = {
    "listed": lambda value: {"what is listed": [value]},
    "matching": _patterns,
    "at-least": lambda value: {"what is listed": value},
    "at-most": lambda value: {"what is listed": value},
}
