"""What a server lists: its rows, each once, and the requests that are made from them.

The examples of a release ask for what its authors thought of; these ask for what the server has: each of its data
types, filters with values that it lists, and data of recent time beside that of the examples.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from arrakis_schema.arrow import Template
from arrakis_schema.flight.conform.series_laws import SECOND, now_by
from arrakis_schema.flight.conform.substitution import Names, NothingOfferedError, substitute_names, varying_columns
from arrakis_schema.flight.filters import Row
from arrakis_schema.flight.release_contract import Contract, Sample
from arrakis_schema.flight.request_forms import Form, form_of
from arrakis_schema.store.flight_settings import Columns, SampleSeries

MOST_ROWS = 20_000
_MOST_TYPES = 16
_AGO = 60 * SECOND  # recent, and old enough to be there


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
            yield from ((name, form.request(args)) for name, args in self._filtered(form))
        if columns is not None and columns.series.time:
            yield from ((name, form.request(args)) for name, args in self._series(endpoint, columns, form))
        elif self._clock is not None:
            for name, args in self._timed(endpoint, form):
                with suppress(NothingOfferedError):
                    request = form.request(self._shift(args, self._clock))
                    yield f"{name}, recent", substitute_names(self.contract, endpoint, request, self.names)

    def _filtered(self, form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
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
        """Yield a request for each data type that is listed: of the examples' time, and of recent time."""
        for _, window in list(self._timed(endpoint, form))[:1]:
            for value, row in self._each_type(endpoint):
                args = {**window, columns.argument: [row[columns.column]]}
                yield value, args
                yield f"{value}, recent", self._shift(args, columns.series)

    def _each_type(self, endpoint: str) -> Iterator[tuple[str, Row]]:
        """Yield each data type with a row that has it."""
        for values in self.types(endpoint).values():
            yield from list(values.items())[:_MOST_TYPES]

    def _timed(self, endpoint: str, form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the arguments of the examples that ask for a time and no replay; of a series, from one to another."""
        columns = self.contract.flight.columns.get(endpoint)
        wanted = {columns.series.start, columns.series.end} if columns is not None else None
        for sample in self.contract.samples(endpoint):
            args = sample.request.get(form.argument_member, {}) if form.argument_member else sample.request
            times = self._times(args) if not sample.refused else {}
            actions = {name for name, setting in self.contract.flight.names.items() if setting.action}
            in_replay = any(args.get(name) is not None for name in actions)
            if times and not in_replay and wanted in (None, times.keys()):
                yield sample.name, args

    def _times(self, args: Mapping[str, Any]) -> dict[str, int]:
        """Return the arguments that are times."""
        return {name: args[name] for name in self.contract.flight.times if isinstance(args.get(name), int)}

    def _shift(self, args: Mapping[str, Any], clock: SampleSeries) -> dict[str, Any]:
        """Return arguments with recent times in place of their own, as far from each other."""
        times = self._times(args)
        last = now_by(clock) // SECOND * SECOND - _AGO
        return {**args, **{name: last - max(times.values()) + value for name, value in times.items()}}

    @property
    def _clock(self) -> SampleSeries | None:
        """A series, which says when the clock of the API shows 0; None where there is none."""
        return next((columns.series for columns in self.contract.flight.columns.values() if columns.series.time), None)


def _patterns(value: Any) -> Mapping[str, Any]:
    """Return patterns for a text, for its beginning, and for its end: a match begins where the text does."""
    text, listed = str(value), "what is listed"
    parts = {listed: text, f"the beginning of {listed}": text[:-1], f"the end of {listed}": text[1:]}
    return {what: re.escape(part) for what, part in parts.items()}


_VALUES: Mapping[str, Callable[[Any], Mapping[str, Any]]] = {
    "listed": lambda value: {"what is listed": [value]},
    "matching": _patterns,
    "at-least": lambda value: {"what is listed": value},
    "at-most": lambda value: {"what is listed": value},
}
