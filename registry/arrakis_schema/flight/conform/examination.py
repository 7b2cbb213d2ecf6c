"""Every endpoint of a server asked with every example of a release, and what comes back held against the contract."""

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
from arrakis_schema.flight.conform.judging import Fault, row_faults, schema_faults
from arrakis_schema.flight.conform.observations import Counts, Notes
from arrakis_schema.flight.conform.substitution import (
    NothingOwnError,
    adopted,
    kind_of,
    own_names,
    still_refused,
    varied,
    varying,
)
from arrakis_schema.flight.payloads import bound
from arrakis_schema.flight.release_contract import Contract, Sample
from arrakis_schema.flight.request_forms import form_of
from arrakis_schema.flight.requests import parse_ticket
from arrakis_schema.flight.texts import shortened
from arrakis_schema.json_schema.packets import write_request
from arrakis_schema.tables.arrow_document import arrow_document

MOST_ENDPOINTS = 16
_MOST_ROWS = 10_000
_EXCHANGED = 4


@dataclass(frozen=True, slots=True)
class Examined:
    """How much of an endpoint was examined."""

    endpoint: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Asking:
    """An endpoint is asked from now on."""

    endpoint: str


@dataclass
class Examination:
    """One server and the contract that it is held against; it is asked to write only where `may_write`.

    `offered` are the endpoints that it says it answers, `claimed` the contract that it says it keeps, where it says so.
    """

    contract: Contract
    peer: Peer
    offered: Sequence[str] | None = None
    may_write: bool = False
    claimed: Contract | None = None
    listed: list[dict[str, Any]] = field(default_factory=list)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def run(self) -> Iterator[Finding | Examined | Asking]:
        """Yield what is found, endpoint by endpoint, the listing first: the others ask for what it lists."""
        listing = self.contract.flight.listing
        names = sorted(self.contract.endpoints, key=lambda name: (name != listing, name))
        for name in names:
            yield Asking(name)
            yield from self._endpoint(name)
            if name == listing or not listing:
                self.names = own_names(self.contract, self.peer, self.listed)

    def _endpoint(self, name: str) -> Iterator[Finding | Examined]:
        """Yield what is found about one endpoint; a call that does not end ends its examination."""
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
                notes.wrong("undecided", f"not decided, {what}: {error.said}", Severity.WARNING)
        yield from notes.findings()
        yield Examined(name, notes.counts)

    def _samples(self, name: str, notes: Notes) -> None:
        """Ask every example of an endpoint."""
        for sample in self.contract.samples(name):
            try:
                (self._refused if sample.refused else self._accepted)(name, sample, notes)
            except BrokenError as error:
                notes.broken.setdefault(error.said, []).append(sample.name)
            except NothingOwnError as error:
                notes.skip(sample.name, str(error))

    def _refused(self, name: str, sample: Sample, notes: Notes) -> None:
        """Ask what must be refused, no further than the first batch."""
        request = still_refused(self.contract, name, sample, self.names)
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

    def _accepted(self, name: str, sample: Sample, notes: Notes) -> None:
        """Ask what must be answered, and follow the answer to its end."""
        request = adopted(self.contract, name, sample.request, self.names)
        try:
            info = self.peer.info(write_request(request, self.contract.flight.leading))
            self._schema("FlightInfo", _schema_of(info), self._promise(name, request), notes)
            self._data(name, sample, request, info, notes)
        except UnavailableError as error:
            notes.skip(sample.name, f"the server does not have it: {error.said}")
        except RefusedError as error:
            if self.claimed is not None and self.claimed.refuses(request):
                notes.not_yet.append(sample.name)
            elif not error.internal and self._of_a_time(name, request):
                notes.skip(sample.name, f"the server does not have it: {error.said}")
            else:
                notes.unanswered.setdefault(error.said, []).append(sample.name)
        else:
            notes.answered += 1

    def _of_a_time(self, name: str, request: Any) -> bool:
        """Tell whether a request asks for data of a time, which a server need not have."""
        args = _args(self.contract, name, request)
        return any(args.get(one) is not None for one in self.contract.flight.times)

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
                self._stream(name, _asked(endpoint, request), stream, notes)
        if len(info.endpoints) > MOST_ENDPOINTS:
            notes.skip(sample.name, f"only {MOST_ENDPOINTS} of its {len(info.endpoints)} endpoints were read")

    def _stream(self, name: str, request: Any, stream: Stream, notes: Notes) -> None:
        """Hold the schema and the rows of a stream against the promise for a request."""
        promised = self._promise(name, request)
        self._schema("stream", stream.schema, promised, notes)
        try:
            for batch in stream.batches():
                self._rows("stream", name, promised, batch, notes)
                if name == self.contract.flight.listing and len(self.listed) < _MOST_ROWS:
                    self._list(batch, notes)
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
        """Tell whether a request asks for samples without an end: they come when there are some."""
        end = self.contract.flight.columns[name].series.end if self._is_series(name) else ""
        return bool(end) and _args(self.contract, name, request).get(end) is None

    def _list(self, batch: pa.RecordBatch, notes: Notes) -> None:
        """Keep the rows of a listing; note those that no stream can be asked of, where nothing else says so."""
        self.listed += batch.to_pylist()
        if not any(fault.rule == "value-unknown" for fault in notes.faults):
            self._bindable(batch, notes)

    def _bindable(self, batch: pa.RecordBatch, notes: Notes) -> None:
        """Note each kind of row of a listing that the columns of a stream cannot be bound to."""
        rows = batch.to_pylist()
        keys = varying(self.contract)
        for endpoint, columns in self.contract.flight.columns.items():
            template = self.contract.payload(endpoint)
            if not isinstance(template, Template):
                continue
            for row in {kind_of(row, keys): row for row in rows}.values():
                try:
                    bound(endpoint, template, columns, [row])
                except TemplateError as error:
                    message = f"{row.get(columns.column)} cannot be asked of {endpoint}: {error}"
                    notes.fault("stream", Fault((*keys, "")[0], "value-unknown", Severity.ERROR, shortened(message)))

    def _rows(self, where: str, name: str, promised: pa.Schema | None, batch: pa.RecordBatch, notes: Notes) -> None:
        """Hold the values of a batch against the promise, where there is one."""
        notes.batches += 1
        notes.rows += batch.num_rows
        if promised is not None:
            document = arrow_document(self.contract.release, f"endpoints/{name}/schema.txt")
            for fault in row_faults(document, promised, batch):
                notes.fault(where, fault)

    def _schema(self, where: str, sent: pa.Schema, promised: pa.Schema | None, notes: Notes) -> None:
        """Hold a schema against the promise, where there is one."""
        if promised is None:
            return
        refuses = self.contract.release.settings.reader("payload").unknown == "rejected"
        for fault in schema_faults(promised, sent, refuses_unknown=refuses):
            notes.fault(where, fault)

    def _promise(self, name: str, request: Any) -> pa.Schema | None:
        """Return the schema that is promised for a request; None where the release promises none."""
        payload = self.contract.payload(name)
        if not isinstance(payload, Template):
            return payload
        columns = self.contract.flight.columns.get(name)
        if columns is None:
            return None
        wanted = _args(self.contract, name, request).get(columns.argument) or []
        rows = {str(row.get(columns.column)): row for row in self.listed}
        missing = [one for one in wanted if not isinstance(one, str) or one not in rows]
        if missing:
            raise BrokenError(f"a ticket asks for {shortened(missing[0], 60)}, which was not asked")
        try:
            return bound(name, payload, columns, [rows[one] for one in wanted])
        except TemplateError as error:
            raise NothingOwnError(f"its columns cannot be bound: {error}") from error

    def _exchange(self, name: str, request: Any, notes: Notes) -> None:
        """Send rows that the server has, or those of the example, and hold the answer against the promise."""
        promised = self._promise(name, request)
        if promised is None:
            return
        sent = record_batch(strip_annotations(promised), self._sent(name, promised))
        table = self.peer.exchange(write_request(request, self.contract.flight.leading), sent)
        self._schema("exchange", table.schema, promised, notes)
        for batch in table.to_batches():
            self._rows("exchange", name, promised, batch, notes)

    def _sent(self, name: str, promised: pa.Schema) -> list[dict[str, Any]]:
        """Return the rows to send in an exchange: with values where the example that is sent has them."""
        rows = [row for rows in self.contract.answers(name) for row in rows]
        if not rows:
            return []
        example = min(rows, key=lambda row: sum(value is not None for value in row.values()))
        filled = [key for key, value in example.items() if value is not None and key in promised.names]
        own = [row for row in varied(self.listed, filled[1:]) if all(row.get(key) is not None for key in filled)]
        return [{key: row[key] for key in filled} for row in own[:_EXCHANGED] or [example]]


def _schema_of(info: flight.FlightInfo) -> pa.Schema:
    """Return the schema in a FlightInfo, which is decoded only now."""
    try:
        return info.schema
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BrokenError(f"the FlightInfo has no schema: {shortened(error)}") from error


def _asked(endpoint: flight.FlightEndpoint, request: Any) -> Any:
    """Return the request that a ticket makes: a server may divide one among several tickets."""
    try:
        return parse_ticket(endpoint)
    except ArrakisSchemaError:
        return request


def _args(contract: Contract, name: str, request: Any) -> Mapping[str, Any]:
    """Return the arguments of a request."""
    place = form_of(name, contract.release).place
    inside = request.get(place, {}) if place else request
    return inside if isinstance(inside, Mapping) else {}
