"""The answers of a server, read to their end: schemas, values and rows are checked against contract and request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.arrow.promises import strip_annotations
from arrakis_schema.arrow.rows import record_batch, rows_of, values_of
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.conform.call_errors import (
    BrokenError,
    ElsewhereError,
    RefusedError,
    TimedOutError,
    UnavailableError,
)
from arrakis_schema.flight.conform.client import Peer, Stream
from arrakis_schema.flight.conform.laws import AnsweredRows, deviation, repeated_across_tickets, row_laws
from arrakis_schema.flight.conform.listing import MOST_ROWS, Listing, distinct_first
from arrakis_schema.flight.conform.observations import Deviation, Notes
from arrakis_schema.flight.conform.promises import PromiseCheck, arguments_of
from arrakis_schema.flight.conform.series_laws import SeriesCheck, repeated_columns
from arrakis_schema.flight.release_contract import Contract, Form, Sample, form_of
from arrakis_schema.flight.tickets import descriptor_of, parse_ticket
from arrakis_schema.text.printable import clean_line

MOST_ENDPOINTS = 16
_EXCHANGED = 4


Ticket = tuple[flight.FlightEndpoint, Any]


@dataclass
class AnswerReader:
    """Reads answers of one server, and checks them; `may_write` says whether a server may be made to write."""

    contract: Contract
    peer: Peer
    listing: Listing
    may_write: bool
    promises: PromiseCheck

    def read(self, name: str, sample: Sample, request: Any, info: flight.FlightInfo, notes: Notes) -> None:
        """Read the data of an answer."""
        if name in self.contract.flight.writes and not self.may_write:
            notes.skip("its data is", "the server might write, and --allow-publish was not given")
            return
        if name in self.contract.flight.exchange:
            self._exchange(name, request, notes)
            return
        if not info.endpoints:
            raise BrokenError("the FlightInfo has no endpoint")
        tickets = [(endpoint, _ticket_request(endpoint, request)) for endpoint in info.endpoints[:MOST_ENDPOINTS]]
        if len(info.endpoints) > MOST_ENDPOINTS:
            notes.skip(sample.name, f"only {MOST_ENDPOINTS} of its {len(info.endpoints)} endpoints were read")
        for replica in range(max(self.peer.replicas(endpoint) for endpoint, _ in tickets)):
            if self.is_series(name):
                self._series(name, sample, request, tickets, notes, replica)
            else:
                complete = len(info.endpoints) <= MOST_ENDPOINTS
                rows = self._rows(name, request, tickets, notes, replica, complete=complete)
                if rows is not None and info.total_records not in {-1, len(rows)}:
                    message = (
                        f"the FlightInfo announces {format_count(info.total_records, 'row')}, but {len(rows):,} came"
                    )
                    notes.add_value_fault("FlightInfo", deviation("count-differs", "", message))

    def check_info(self, name: str, request: Any, info: flight.FlightInfo, notes: Notes) -> None:
        """Check the schema in a FlightInfo; of data that is elsewhere it may be that only the names hold."""
        schema, columns = _schema_of(info), self.contract.flight.columns.get(name)
        elsewhere = bool(info.endpoints) and all(map(self.peer.is_elsewhere, info.endpoints))
        if columns is None or not columns.names_only_elsewhere or not elsewhere:
            self.promises.check_schema("FlightInfo", name, request, schema, notes)
            return
        promised = self.promises.promised_to(name, request)
        if promised is not None and schema.names != promised.names:
            expected, found = ", ".join(promised.names), ", ".join(schema.names)
            message = clean_line(f"expected the columns {expected}, found {found}")
            notes.add_fault("FlightInfo", Deviation("", "column-reordered", Severity.ERROR, message))

    def _rows(  # noqa: PLR0913 - one reading
        self, name: str, request: Any, tickets: Sequence[Ticket], notes: Notes, replica: int, *, complete: bool
    ) -> list[dict[str, Any]] | None:
        """Read the rows of an answer, check them against the request, and return them if they are complete."""
        rows: list[dict[str, Any]] = []
        parts: list[tuple[str, list[dict[str, Any]]]] = []
        for endpoint, ticket_request in tickets:
            promised = self.promises.promised_to(name, ticket_request)
            begin = len(rows)
            with self.peer.stream(endpoint, replica) as stream:
                self.promises.check_schema("stream", name, ticket_request, stream.schema, notes)
                batches = []
                for batch in stream.batches():
                    notes.count_batch(batch)
                    batches.append(batch)
                    if name == self.contract.flight.listing:
                        self._keep_listed(batch, notes)
                    if len(rows) < MOST_ROWS:
                        rows += rows_of(batch)
                self.promises.check_values("stream", name, promised, batches, notes)
                complete = complete and stream.ended and len(rows) < MOST_ROWS
            parts.append((repr(endpoint.locations), rows[begin:]))
            if not stream.ended:
                total = format_count(notes.batches, "batch", "batches")
                notes.skip("the end of an answer is", f"it continues after {total}")
        args = arguments_of(self.contract, name, request)
        for fault in self._row_laws(name, args, rows, complete=complete):
            notes.add_value_fault("stream", fault)
        for fault in repeated_across_tickets(self.contract.flight, parts):
            notes.add_value_fault("stream", fault)
        for fault in self._count_laws(name, args, rows, (len(tickets), replica)) if complete else ():
            notes.add_value_fault("stream", fault)
        return rows if complete else None

    def _row_laws(
        self, name: str, args: Mapping[str, Any], rows: list[dict[str, Any]], *, complete: bool
    ) -> Iterator[Deviation]:
        """Yield what is wrong with the rows of an answer."""
        flight_settings = self.contract.flight
        if name == flight_settings.listing and complete and _is_default(form_of(name, self.contract.release), args):
            self.listing.whole = True
        actions = {argument for argument, names in flight_settings.names.items() if names.action}
        comparable = not any(args.get(argument) is not None for argument in {*flight_settings.times, *actions})
        listed = self.listing.by_key if comparable else {}
        yield from row_laws(flight_settings, AnsweredRows(name, args, rows, listed, self.listing.whole and comparable))

    def _count_laws(
        self, name: str, args: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], source: tuple[int, int]
    ) -> Iterator[Deviation]:
        """Check a count: one row for each ticket, whose sum is the number of rows that they count."""
        counted, (tickets, replica) = self.contract.flight.counts.get(name), source
        if counted is None:
            return
        if len(rows) != tickets:
            yield deviation("answer-empty", "", f"expected {format_count(tickets, 'row')}, found {len(rows):,}")
            return
        column, values = next(iter(rows[0]), ""), [next(iter(row.values()), None) for row in rows]
        counts = [value for value in values if isinstance(value, int)]
        if len(counts) < len(values):
            return
        expected = self._answered_rows(counted, args)
        if expected is None or sum(counts) == len(expected):
            return
        again = self._answered_rows(name, args, replica)  # both may have changed meanwhile
        expected = self._answered_rows(counted, args)
        if again is not None and expected is not None and sum(filter(None, again)) != len(expected):
            message = (
                f"{sum(counts):,}, but {counted} returns {format_count(len(expected), 'row')} for the same arguments"
            )
            yield deviation("count-differs", column, message)

    def _answered_rows(self, name: str, args: Mapping[str, Any], replica: int = 0) -> list[Any] | None:
        """Return the first value of each row that an endpoint answers; None where it does not answer."""
        request = form_of(name, self.contract.release).request(args)
        found: list[Any] = []
        try:
            info = self.peer.info(self.contract.flight, name, request)
            for endpoint in info.endpoints:
                with self.peer.stream(endpoint, replica) as stream:
                    for batch in stream.batches():
                        found += values_of(batch.column(0)) if batch.num_columns else []
                    if not stream.ended:
                        return None
        except (RefusedError, UnavailableError, BrokenError, ElsewhereError):
            return None
        return found

    def _series(  # noqa: PLR0913, PLR0917 - one reading
        self, name: str, sample: Sample, request: Any, tickets: Sequence[Ticket], notes: Notes, replica: int
    ) -> None:
        """Read samples over time, and check them against the request."""
        columns, args = self.contract.flight.columns[name], arguments_of(self.contract, name, request)
        live = args.get(columns.series.end) is None
        requested, sent = set(args.get(columns.argument) or ()), set()
        for endpoint, ticket_request in tickets:
            promised = self.promises.promised_to(name, ticket_request)
            ticket_args = arguments_of(self.contract, name, ticket_request)
            columns_asked = set(ticket_args.get(columns.argument) or ())
            sent |= columns_asked
            rows = [row for row in self.listing.rows if row.get(columns.column) in columns_asked]
            check = SeriesCheck(columns, args, ticket_args, rows)
            with self.peer.stream(endpoint, replica) as stream:
                self.promises.check_schema("stream", name, ticket_request, stream.schema, notes)
                self._read_series(name, promised, stream, check, notes, live=live)
            if check.empty and check.awaited and (len(tickets) == 1 or ticket_request is not request):
                notes.empty.append(sample.name)
            elif check.empty:
                notes.skip(f"rows of {sample.name} are", "none came")
            if stream.ended and len(tickets) == 1:
                for fault in check.end():
                    notes.add_value_fault("stream", fault)
            self._see_types(check, rows, notes)
        for column in repeated_columns(
            columns, [arguments_of(self.contract, name, ticket_request) for _, ticket_request in tickets]
        ):
            notes.add_value_fault(
                "stream", deviation("row-repeated", "", f"two tickets ask for {column} at the same time")
            )
        for column in sorted(requested - sent, key=str):
            notes.add_value_fault(
                "stream", deviation("row-missing", "", f"{column} was requested, but no ticket asks for it")
            )

    def _read_series(  # noqa: PLR0913 - one reading
        self, name: str, promised: pa.Schema | None, stream: Stream, check: SeriesCheck, notes: Notes, *, live: bool
    ) -> None:
        """Read the batches of a stream; a live one may be idle for long."""
        try:
            for batch in stream.batches(patient=not live):
                notes.count_batch(batch)
                self.promises.check_values("stream", name, promised, [batch], notes)
                for fault in check.batch(batch):
                    notes.add_value_fault("stream", fault)
        except TimedOutError:
            if not live:
                raise

    def _see_types(self, check: SeriesCheck, rows: Sequence[Mapping[str, Any]], notes: Notes) -> None:
        """Note the data types of the columns that held samples, and the columns that held none."""
        name = self.contract.flight.columns[notes.endpoint].column
        for row in () if check.empty else rows:
            types = {str(value) for value in row.values()} & notes.types.keys()
            if row.get(name) in check.filled:
                notes.types.update(dict.fromkeys(types, True))
                notes.filled.add(str(row[name]))
            else:
                notes.gaps[str(row.get(name))] = types

    def is_series(self, name: str) -> bool:
        """Return whether an endpoint answers samples over time, which need not end."""
        return name in self.contract.flight.columns and bool(self.contract.flight.columns[name].series.time)

    def _keep_listed(self, batch: pa.RecordBatch, notes: Notes) -> None:
        """Keep the rows of a listing; note those that cannot be streamed, unless another fault says so."""
        self.listing.keep(rows_of(batch))
        if not any(fault.rule == "value-unknown" for fault in notes.faults):
            self.promises.check_bindable(batch, notes)

    def _exchange(self, name: str, request: Any, notes: Notes) -> None:
        """Send rows that the server has, or those of the example, and check the answer against the promise."""
        promised = self.promises.promised_to(name, request)
        if promised is None:
            return
        sent = record_batch(strip_annotations(promised), self._rows_to_send(name, promised))
        table = self.peer.exchange(descriptor_of(self.contract.flight, name, request), sent)
        self.promises.check_schema("exchange", name, request, table.schema, notes)
        for batch in table.to_batches():
            notes.count_batch(batch)
        self.promises.check_values("exchange", name, promised, table.to_batches(), notes)
        args, rows = (
            arguments_of(self.contract, name, request),
            [row for batch in table.to_batches() for row in rows_of(batch)],
        )
        answer = AnsweredRows(name, args, rows, self.listing.by_key, sent=rows_of(sent))
        for fault in row_laws(self.contract.flight, answer):
            notes.add_value_fault("exchange", fault)

    def _rows_to_send(self, name: str, promised: pa.Schema) -> list[dict[str, Any]]:
        """Return the rows to send in an exchange, with values in the columns where the example has them."""
        rows = [row for rows in self.contract.answers(name) for row in rows]
        if not rows:
            return []
        example = min(rows, key=lambda row: sum(value is not None for value in row.values()))
        filled = [key for key, value in example.items() if value is not None and key in promised.names]
        available = [
            row
            for row in distinct_first(self.listing.rows, filled[1:])
            if all(row.get(key) is not None for key in filled)
        ]
        return [{key: row[key] for key in filled} for row in available[:_EXCHANGED] or [example]]


def _schema_of(info: flight.FlightInfo) -> pa.Schema:
    """Return the schema in a FlightInfo, which is decoded on access."""
    try:
        return info.schema
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BrokenError(f"the FlightInfo has no schema: {clean_line(error)}") from error


def _ticket_request(endpoint: flight.FlightEndpoint, request: Any) -> Any:
    """Return the request in a ticket, or else the original one: a server may split a request among several tickets."""
    try:
        return parse_ticket(endpoint)
    except ArrakisSchemaError:
        return request


def _is_default(form: Form, args: Mapping[str, Any]) -> bool:
    """Return whether arguments ask for everything."""
    return all(value in (None, form.defaults.get(name)) for name, value in args.items()) and bool(form.defaults)
