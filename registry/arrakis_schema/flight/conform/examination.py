"""Call every endpoint of a server with every example of a release, and check the answers against the contract."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.arrow import Template, record_batch, strip_annotations
from arrakis_schema.errors import ArrakisSchemaError, TemplateError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.flight.conform.client import (
    BrokenError,
    NotAllowedError,
    Peer,
    RefusedError,
    Stream,
    TimedOutError,
    UnavailableError,
)
from arrakis_schema.flight.conform.deviations import Deviation, row_deviations, schema_deviations
from arrakis_schema.flight.conform.observations import Counts, Notes
from arrakis_schema.flight.conform.substitution import (
    NothingOfferedError,
    distinct_first,
    refused_request,
    row_kind,
    server_names,
    substitute_names,
    varying_columns,
)
from arrakis_schema.flight.payloads import bind_template
from arrakis_schema.flight.release_contract import Contract, Sample
from arrakis_schema.flight.request_forms import form_of
from arrakis_schema.flight.requests import parse_ticket
from arrakis_schema.flight.texts import clean_line
from arrakis_schema.json_schema.packets import write_request
from arrakis_schema.tables.arrow_document import arrow_document

MOST_ENDPOINTS = 16
_MOST_ROWS = 10_000
_EXCHANGED = 4


@dataclass(frozen=True, slots=True)
class ExaminedEndpoint:
    """How much of an endpoint was examined."""

    endpoint: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class StartedEndpoint:
    """The examination of an endpoint begins."""

    endpoint: str


@dataclass
class ServerExamination:
    """One server and the contract to check it against; requests that make it write are sent only with `may_write`.

    `offered` are the endpoints that it says it has, `claimed` the contract that it claims to keep, if any.
    """

    contract: Contract
    peer: Peer
    offered: Sequence[str] | None = None
    may_write: bool = False
    claimed: Contract | None = None
    listed: list[dict[str, Any]] = field(default_factory=list)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def run(self) -> Iterator[Finding | ExaminedEndpoint | StartedEndpoint]:
        """Yield findings, endpoint by endpoint, the listing first: requests to the others use what it lists."""
        listing = self.contract.flight.listing
        names = sorted(self.contract.endpoints, key=lambda name: (name != listing, name))
        for name in names:
            yield StartedEndpoint(name)
            yield from self._endpoint(name)
            if name == listing or not listing:
                self.names = server_names(self.contract, self.peer, self.listed)

    def _endpoint(self, name: str) -> Iterator[Finding | ExaminedEndpoint]:
        """Yield the findings of one endpoint; a call that times out ends its examination."""
        notes = Notes(self.contract, name)
        if self.offered is not None and name not in self.offered:
            notes.skip("all of it is", "the server does not offer it")
        else:
            try:
                self._samples(name, notes)
                if notes.asked_in_vain:
                    notes.skip("all of it is", "no example shows a request that the contract accepts")
            except (TimedOutError, NotAllowedError) as error:
                what = "no end within the time" if isinstance(error, TimedOutError) else "the server wants a token"
                notes.add_problem("undecided", f"not decided, {what}: {error.reason}", Severity.WARNING)
        yield from notes.findings()
        yield ExaminedEndpoint(name, notes.counts)

    def _samples(self, name: str, notes: Notes) -> None:
        """Send every example of an endpoint."""
        for sample in self.contract.samples(name):
            try:
                (self._check_refused if sample.refused else self._check_accepted)(name, sample, notes)
            except BrokenError as error:
                notes.broken.setdefault(error.reason, []).append(sample.name)
            except NothingOfferedError as error:
                notes.skip(sample.name, str(error))

    def _check_refused(self, name: str, sample: Sample, notes: Notes) -> None:
        """Send a request that must be refused, and read at most the first batch."""
        request = refused_request(self.contract, name, sample, self.names)
        try:
            info = self.peer.info(write_request(request, self.contract.flight.leading))
            if name not in {*self.contract.flight.writes, *self.contract.flight.exchange}:
                for endpoint in info.endpoints[:1]:
                    with self.peer.stream(endpoint) as stream:
                        stream.begin()
        except RefusedError as error:
            notes.refused += 1
            if error.internal:
                notes.silent.append(sample.name)
        except UnavailableError:
            notes.refused += 1
        else:
            notes.lenient.append(sample.name)

    def _check_accepted(self, name: str, sample: Sample, notes: Notes) -> None:
        """Send a request that must be answered, and read the answer to its end."""
        request = substitute_names(self.contract, name, sample.request, self.names)
        try:
            info = self.peer.info(write_request(request, self.contract.flight.leading))
            self._check_schema("FlightInfo", _schema_of(info), self._promised_schema(name, request), notes)
            self._data(name, sample, request, info, notes)
        except UnavailableError as error:
            notes.skip(sample.name, f"the server does not have it: {error.reason}")
        except RefusedError as error:
            if self.claimed is not None and self.claimed.refuses(request):
                notes.not_yet.append(sample.name)
            elif not error.internal and self._asks_for_time(name, request):
                notes.skip(sample.name, f"the server does not have it: {error.reason}")
            else:
                notes.unanswered.setdefault(error.reason, []).append(sample.name)
        else:
            notes.answered += 1

    def _asks_for_time(self, name: str, request: Any) -> bool:
        """Tell whether a request selects a time, whose data a server need not have."""
        args = _arguments_of(self.contract, name, request)
        return any(args.get(argument) is not None for argument in self.contract.flight.times)

    def _data(self, name: str, sample: Sample, request: Any, info: flight.FlightInfo, notes: Notes) -> None:
        """Read the data of an answer."""
        if name in self.contract.flight.writes and not self.may_write:
            notes.skip("its data is", "the server may write then, and --allow-publish is not given")
            return
        if name in self.contract.flight.exchange:
            self._exchange(name, request, notes)
            return
        if not info.endpoints:
            raise BrokenError("the FlightInfo has no endpoint")
        for endpoint in info.endpoints[:MOST_ENDPOINTS]:
            with self.peer.stream(endpoint) as stream:
                self._stream(name, _ticket_request(endpoint, request), stream, notes)
        if len(info.endpoints) > MOST_ENDPOINTS:
            notes.skip(sample.name, f"only {MOST_ENDPOINTS} of its {len(info.endpoints)} endpoints were read")

    def _stream(self, name: str, request: Any, stream: Stream, notes: Notes) -> None:
        """Check the schema and the rows of a stream against the promise for a request."""
        promised = self._promised_schema(name, request)
        self._check_schema("stream", stream.schema, promised, notes)
        try:
            for batch in stream.batches():
                self._check_rows("stream", name, promised, batch, notes)
                if name == self.contract.flight.listing and len(self.listed) < _MOST_ROWS:
                    self._keep_listed(batch, notes)
        except TimedOutError:
            if not self._is_live(name, request):
                raise
            notes.skip("rows are", "none came in time to a live request")
        if not stream.ended and not self._is_series(name):
            notes.skip("the end of an answer is", f"it goes on after {notes.batches} batches")

    def _is_series(self, name: str) -> bool:
        """Tell whether an endpoint answers samples over time, which need not end."""
        return name in self.contract.flight.columns and bool(self.contract.flight.columns[name].series.time)

    def _is_live(self, name: str, request: Any) -> bool:
        """Tell whether a request asks for samples without an end, which arrive as they are produced."""
        end = self.contract.flight.columns[name].series.end if self._is_series(name) else ""
        return bool(end) and _arguments_of(self.contract, name, request).get(end) is None

    def _keep_listed(self, batch: pa.RecordBatch, notes: Notes) -> None:
        """Keep the rows of a listing; note those that cannot be streamed, unless another fault says so."""
        self.listed += batch.to_pylist()
        if not any(fault.rule == "value-unknown" for fault in notes.faults):
            self._check_bindable(batch, notes)

    def _check_bindable(self, batch: pa.RecordBatch, notes: Notes) -> None:
        """Note each kind of row of a listing that the columns of a stream cannot be bound to."""
        rows = batch.to_pylist()
        keys = varying_columns(self.contract)
        for endpoint, columns in self.contract.flight.columns.items():
            template = self.contract.payload(endpoint)
            if not isinstance(template, Template):
                continue
            for row in {row_kind(row, keys): row for row in rows}.values():
                try:
                    bind_template(endpoint, template, columns, [row])
                except TemplateError as error:
                    message = f"{row.get(columns.column)} cannot be asked of {endpoint}: {error}"
                    notes.fault(
                        "stream", Deviation((*keys, "")[0], "value-unknown", Severity.ERROR, clean_line(message))
                    )

    def _check_rows(
        self, where: str, name: str, promised: pa.Schema | None, batch: pa.RecordBatch, notes: Notes
    ) -> None:
        """Check the values of a batch against the promise, if any."""
        notes.batches += 1
        notes.rows += batch.num_rows
        if promised is not None:
            document = arrow_document(self.contract.release, f"endpoints/{name}/schema.txt")
            for fault in row_deviations(document, promised, batch):
                notes.fault(where, fault)

    def _check_schema(self, where: str, sent: pa.Schema, promised: pa.Schema | None, notes: Notes) -> None:
        """Check a schema against the promise, if any."""
        if promised is None:
            return
        refuses = self.contract.release.settings.reader("payload").unknown == "rejected"
        for fault in schema_deviations(promised, sent, refuses_unknown=refuses):
            notes.fault(where, fault)

    def _promised_schema(self, name: str, request: Any) -> pa.Schema | None:
        """Return the schema promised for a request; None where the release promises none."""
        payload = self.contract.payload(name)
        if not isinstance(payload, Template):
            return payload
        columns = self.contract.flight.columns.get(name)
        if columns is None:
            return None
        requested = _arguments_of(self.contract, name, request).get(columns.argument) or []
        rows = {str(row.get(columns.column)): row for row in self.listed}
        missing = [column for column in requested if not isinstance(column, str) or column not in rows]
        if missing:
            raise BrokenError(f"a ticket asks for {clean_line(missing[0], 60)}, which was not asked")
        try:
            return bind_template(name, payload, columns, [rows[column] for column in requested])
        except TemplateError as error:
            raise NothingOfferedError(f"its columns cannot be bound: {error}") from error

    def _exchange(self, name: str, request: Any, notes: Notes) -> None:
        """Send rows that the server has, or those of the example, and check the answer against the promise."""
        promised = self._promised_schema(name, request)
        if promised is None:
            return
        sent = record_batch(strip_annotations(promised), self._rows_to_send(name, promised))
        table = self.peer.exchange(write_request(request, self.contract.flight.leading), sent)
        self._check_schema("exchange", table.schema, promised, notes)
        for batch in table.to_batches():
            self._check_rows("exchange", name, promised, batch, notes)

    def _rows_to_send(self, name: str, promised: pa.Schema) -> list[dict[str, Any]]:
        """Return the rows to send in an exchange, with values in the columns where the example has them."""
        rows = [row for rows in self.contract.answers(name) for row in rows]
        if not rows:
            return []
        example = min(rows, key=lambda row: sum(value is not None for value in row.values()))
        filled = [key for key, value in example.items() if value is not None and key in promised.names]
        available = [
            row for row in distinct_first(self.listed, filled[1:]) if all(row.get(key) is not None for key in filled)
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


def _arguments_of(contract: Contract, name: str, request: Any) -> Mapping[str, Any]:
    """Return the arguments of a request."""
    member = form_of(name, contract.release).argument_member
    arguments = request.get(member, {}) if member else request
    return arguments if isinstance(arguments, Mapping) else {}
