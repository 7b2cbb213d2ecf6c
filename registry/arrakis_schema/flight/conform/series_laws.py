"""Laws of samples over time: times increase in steps of the stride, within the requested range, with no sample missing.

What a series is stands in `[flight.columns.NAME.series]` of `registry.toml`.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.conform.observations import Deviation
from arrakis_schema.flight.filters import Row
from arrakis_schema.store.flight_settings import SECOND, Columns
from arrakis_schema.text.printable import clean_line

_DAY = 86_400 * SECOND
_CLOCKS = 10 * SECOND  # that clocks may differ by: fewer than the leap seconds
_UNKNOWN_LATENCY = 60 * SECOND  # of live data whose listing does not say how late it may come


class SeriesCheck:
    """One stream of samples, read batch by batch: `batch` yields what is wrong with each, `end` what is missing."""

    def __init__(
        self, columns: Columns, args: Mapping[str, Any], ticket: Mapping[str, Any], rows: Sequence[Row]
    ) -> None:
        """Take the settings, the arguments of the request and of its ticket, and the listed rows of the columns."""
        self._settings = columns.series
        self._rows = {str(row.get(columns.column)): row for row in rows}
        self._start, self._end = (_number(args.get(name)) for name in (columns.series.start, columns.series.end))
        others = {name for name, value in args.items() if value is not None} - {columns.argument}
        self._live = not others
        self._open = not others - {columns.series.start} and ticket.get(columns.series.end) is None
        strides = [_number(row.get(columns.series.stride)) for row in rows]
        self.step = math.lcm(*strides) if strides and all(strides) else 0  # type: ignore[arg-type] # all are numbers
        latencies = [value for row in rows if (value := _number(row.get(columns.series.latency))) is not None]
        latency = max(latencies) if rows and len(latencies) == len(rows) else _UNKNOWN_LATENCY
        self._late = latency + self.step + _CLOCKS
        begin, end = (_number(ticket.get(name)) for name in (columns.series.start, columns.series.end))
        self._grid = self.step if begin is not None and self.step and not begin % self.step else 0
        self.awaited = begin is not None and end is not None and end - begin >= max(self.step, 1)
        self._first: int | None = None
        self._last: int | None = None
        self.filled: set[str] = set()

    @property
    def empty(self) -> bool:
        """Whether no row has come so far."""
        return self._first is None

    def batch(self, batch: pa.RecordBatch) -> Iterator[Deviation]:
        """Yield what is wrong with a batch."""
        for value in self._times(batch):
            yield from self._check_range(value)
            yield from self._check_step(value)
            self._first = value if self._first is None else self._first
            self._last = value
        yield from self._check_lengths(batch)

    def end(self) -> Iterator[Deviation]:
        """Yield what is missing from a stream that was read to its end; a live stream has no end."""
        if self._open:
            yield self._missing("the stream ends, although no end was requested")
        if self._first is None or self._last is None or not self.step:
            return
        if self._start is not None and self._first - self._start >= self.step:
            yield self._missing(f"{self._start} was requested, but the first row is at {self._first}")
        if self._end is not None and self._last + self.step < self._end:
            yield self._missing(f"{self._end} was requested, but the last row is at {self._last}")

    def _times(self, batch: pa.RecordBatch) -> list[int]:
        """Return the times of a batch; none where there is no such column, which the comparison of schemas reports."""
        index = batch.schema.get_field_index(self._settings.time)
        if index < 0 or not pa.types.is_integer(batch.schema.field(index).type):
            return []
        return [value for value in batch.column(index).to_pylist() if value is not None]

    def _check_range(self, value: int) -> Iterator[Deviation]:
        """Yield an error for a time outside the requested range, or far from now if the request is live."""
        now = self._settings.now()
        early = self._start is not None and value < self._start
        late = self._end is not None and value >= self._end
        if early or late:
            requested = f"from {self._start} to before {self._end}"
            yield self._deviation(
                "time-outside", f"{value} is outside the requested range, {requested}{self._guess_clock(value)}"
            )
        elif self._live and not -_CLOCKS <= now - value <= self._late:
            message = (
                f"{value} is not the time of live data, which is now about {now}{self._explain_offset(value, now)}"
            )
            yield self._deviation("time-outside", message)

    def _explain_offset(self, value: int, now: int) -> str:
        """Return the clock that live data seems to be by, or how far it is off, and how far it may be."""
        if value > now:
            limit = f": {(value - now) / SECOND:.0f} s ahead; at most {_CLOCKS // SECOND} s are allowed"
        else:
            limit = f": {(now - value) / SECOND:.0f} s late; at most {self._late / SECOND:.0f} s are allowed"
        return self._guess_clock(value) or limit

    def _guess_clock(self, value: int) -> str:
        """Return what a time seems to be, if it is one by another clock or in another unit."""
        near = self._start if self._start is not None else self._settings.now()
        readings = {
            "it is a Unix time": value - self._settings.epoch * SECOND,
            "it is in microseconds": value * 1000,
            "it is in milliseconds": value * 1_000_000,
            "it is in seconds": value * SECOND,
        }
        return next((f": {words}" for words, read in readings.items() if abs(read - near) < _DAY), "")

    def _check_step(self, value: int) -> Iterator[Deviation]:
        """Yield an error for a time that does not follow the last one, or is off the stride where the start is not."""
        if self._grid and value % self._grid:
            yield self._deviation(
                "time-step", f"{value} is not a multiple of the stride {self._grid}, unlike the start"
            )
            return
        if self._last is None:
            return
        difference = value - self._last
        if difference <= 0:
            yield self._deviation("time-step", f"{value} comes after {self._last}: times must increase")
            return
        self.step = self.step or difference
        if difference % self.step:
            yield self._deviation("time-step", f"{value} comes after {self._last}: the stride is {self.step}")
        elif difference > self.step:
            yield self._missing(f"{value} comes after {self._last}, and the stride is {self.step}")

    def _check_lengths(self, batch: pa.RecordBatch) -> Iterator[Deviation]:
        """Yield an error for each column with a list of another length than rate and stride say."""
        for field, array in zip(batch.schema, batch.columns, strict=True):
            row = self._rows.get(field.name)
            if row is None or not isinstance(field.type, pa.ListType | pa.LargeListType):
                continue
            lengths, samples = pc.list_value_length(array), array.flatten()
            if samples.null_count < len(samples):
                self.filled.add(field.name)
            rate = _number(row.get(self._settings.rate))
            if rate is None or not self.step or rate * self.step % SECOND:
                continue
            expected = rate * self.step // SECOND
            wrong = next((length for length in lengths.to_pylist() if length is not None and length != expected), None)
            if wrong is not None:
                product = f"{rate:,} Hz and a stride of {self.step:,} ns"
                message = f"{field.name}: expected {format_count(expected, 'sample')} ({product}), found {wrong:,}"
                yield Deviation(field.name, "length-differs", Severity.ERROR, clean_line(message))

    def _missing(self, message: str) -> Deviation:
        """Return an error about rows that are missing."""
        return self._deviation("block-missing", f"rows are missing: {message}")

    def _deviation(self, rule: str, message: str) -> Deviation:
        """Return an error about the times."""
        column = self._settings.time
        return Deviation(column, rule, Severity.ERROR, clean_line(f"{column}: {message}"))


def _number(value: Any) -> int | None:
    """Return a whole number that is not negative, None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def repeated_columns(columns: Columns, asked: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns that two of these requests ask for, both of them for the same time."""
    pairs = Counter(
        (column, args.get(columns.series.start), args.get(columns.series.end))
        for args in asked
        for column in dict.fromkeys(map(str, args.get(columns.argument) or ()))
    )
    return sorted({column for (column, *_), number in pairs.items() if number > 1})
