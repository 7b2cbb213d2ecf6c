"""The mock server: it answers every endpoint according to one release, with rows of the examples in the store."""

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.arrow.rows import record_batch, rows_of
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.filters import NotAnsweredError, Row
from arrakis_schema.flight.payloads import sent_schema
from arrakis_schema.flight.release_contract import Contract, form_of
from arrakis_schema.flight.tickets import descriptor_of, read_path, read_ticket, write_ticket
from arrakis_schema.json_schema.packets import parse_request
from arrakis_schema.store.flight_settings import SECOND, Columns
from arrakis_schema.store.store import Release
from arrakis_schema.text.printable import clean_line

Answer = tuple[pa.Schema, Iterator[pa.RecordBatch]]
_USUAL_STRIDE = SECOND // 16
REUSE_CONNECTION = "arrow-flight-reuse-connection://?"
"""The location that means the server which was asked: https://arrow.apache.org/docs/format/Flight.html."""


class MockServer(flight.FlightServerBase):  # type: ignore[misc] # pyarrow has no types
    """Answers requests over Flight; a request that the release refuses gets an error with the field and the reason.

    Listens as soon as it is made, on a free port of 127.0.0.1 unless a location is given; a context manager. Further
    options are those of `pyarrow.flight.FlightServerBase`.
    """

    def __init__(self, release: Release, location: str = "grpc://127.0.0.1:0", **options: Any) -> None:
        """Take the release to answer for."""
        self._contract = Contract(release)
        super().__init__(location, **options)

    def get_flight_info(
        self, context: flight.ServerCallContext, descriptor: flight.FlightDescriptor
    ) -> flight.FlightInfo:
        """Return the schema of the answer, and one endpoint: this server."""
        del context
        with _translate_errors():
            return self._info(self._command(descriptor))

    def get_schema(self, context: flight.ServerCallContext, descriptor: flight.FlightDescriptor) -> flight.SchemaResult:
        """Return the schema of the answer."""
        del context
        with _translate_errors():
            return flight.SchemaResult(self._info(self._command(descriptor)).schema)

    def list_flights(self, context: flight.ServerCallContext, criteria: bytes) -> Iterator[flight.FlightInfo]:
        """Yield the flights of the examples, of all endpoints that are called with DoGet, or of one."""
        del context
        with _translate_errors():
            named = _endpoint_named(self._contract, criteria) if criteria else None
            if criteria and named is None:
                raise ArrakisSchemaError(
                    f"the criteria do not name an endpoint: expected {_one_of(self._contract)}, or nothing"
                )
            for command in example_commands(self._contract, [named] if named else self._contract.endpoints):
                with suppress(NotAnsweredError):
                    yield self._info(command)

    def do_get(self, context: flight.ServerCallContext, ticket: flight.Ticket) -> flight.FlightDataStream:
        """Return the answer to the request in a ticket."""
        with _translate_errors():
            endpoint, args, _ = self._request(ticket.ticket)
            if endpoint in self._contract.flight.exchange:
                raise ArrakisSchemaError(f"{endpoint} is called with DoExchange")
            schema, batches = answer(self._contract, endpoint, args)
        return flight.GeneratorStream(schema, _until_cancelled(context, batches))

    def do_exchange(
        self,
        context: flight.ServerCallContext,
        descriptor: flight.FlightDescriptor,
        reader: flight.MetadataRecordBatchReader,
        writer: flight.MetadataRecordBatchWriter,
    ) -> None:
        """Answer with the received rows, their nulls replaced."""
        del context
        with _translate_errors():
            endpoint, _, _ = self._request(self._command(descriptor))
            if endpoint not in self._contract.flight.exchange:
                raise ArrakisSchemaError(f"{endpoint} is not called with DoExchange, but with GetFlightInfo and DoGet")
            rows = reader.read_all().combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], reader.schema)]
            answered = complete_batch(self._contract, endpoint, rows[0])
        writer.begin(answered.schema)
        writer.write_batch(answered)

    def list_actions(self, context: flight.ServerCallContext) -> list[flight.ActionType]:
        """Return the actions that the settings declare."""
        del context
        return [flight.ActionType(name, "Answers one JSON object.") for name in self._actions()]

    def do_action(self, context: flight.ServerCallContext, action: flight.Action) -> Iterator[bytes]:
        """Yield the answer to an action, as JSON."""
        del context
        with _translate_errors():
            actions = self._actions()
            if action.type not in actions:
                raise ArrakisSchemaError(
                    f"there is no action {action.type!r}; there are {', '.join(actions) or 'none'}"
                )
        yield json.dumps(actions[action.type]).encode()

    def _info(self, command: bytes) -> flight.FlightInfo:
        """Return the FlightInfo of a command, which it echoes as a path, or the path that asks for the same."""
        settings = self._contract.flight
        endpoint, args, request = self._request(command)
        schema, _ = answer(self._contract, endpoint, args)
        ticket = write_ticket(settings, endpoint, request)
        echoed = (
            descriptor_of(settings, endpoint, request)
            if settings.calls == "path"
            else flight.FlightDescriptor.for_path(command)
        )
        return flight.FlightInfo(schema, echoed, [flight.FlightEndpoint(ticket, [REUSE_CONNECTION])], -1, -1)

    def _command(self, descriptor: flight.FlightDescriptor) -> bytes:
        """Return the command of a descriptor; a path is one, as FlightInfo echoes it, or the name of an endpoint.

        Where requests are sent in a path, it is the ticket of the request behind the name.
        """
        if descriptor.descriptor_type == flight.DescriptorType.CMD:
            return bytes(descriptor.command)
        if self._contract.flight.calls == "path":
            endpoint, command = read_path(list(descriptor.path), self._contract.endpoints)
            if command:
                return write_ticket(self._contract.flight, endpoint, parse_request(command))
            if endpoint:
                return self._default_ticket(endpoint)
        if len(descriptor.path) != 1:
            expected = f"expected one: a request as JSON, or {_one_of(self._contract)}"
            raise ArrakisSchemaError(f"the path of the descriptor has {len(descriptor.path)} parts: {expected}")
        part = bytes(descriptor.path[0])
        named = _endpoint_named(self._contract, part)
        if named is None and not part.lstrip().startswith((b"{", b"[")):
            expected = f"expected {_one_of(self._contract)}, or a request as JSON"
            raise ArrakisSchemaError(
                f"there is no endpoint {clean_line(part.decode('utf-8', 'replace'), 60)!r}: {expected}"
            )
        return part if named is None else self._default_ticket(named)

    def _default_ticket(self, endpoint: str) -> bytes:
        """Return the ticket of an endpoint's request without arguments."""
        form = form_of(endpoint, self._contract.release)
        return write_ticket(self._contract.flight, endpoint, form.request(form.defaults))

    def _actions(self) -> dict[str, dict[str, Any]]:
        """Return the answer to each action."""
        settings, info = self._contract.flight, self._contract.flight.info
        answers = {name: dict(members) for name, members in settings.actions.items()}
        if info.action:
            about = {info.release: self._contract.release.version, info.endpoints: list(self._contract.endpoints)}
            answers[info.action] = {**answers.get(info.action, {}), **about}
        return answers

    def _request(self, command: bytes) -> tuple[str, dict[str, Any], Any]:
        """Return the endpoint of a valid command, its arguments, and the request as of this server's release."""
        named, content = read_ticket(self._contract.flight, command)
        request: Any = parse_request(content)
        self._contract.accept(request, named)
        endpoint = named or self._contract.endpoint_of(request)
        form = form_of(endpoint, self._contract.release)
        return endpoint, request[form.argument_member] if form.argument_member else request, {**request, **form.after}


def _endpoint_named(contract: Contract, name: bytes) -> str | None:
    """Return the endpoint of a name, in any case; None where there is none."""
    text = name.decode("utf-8", "replace").lower()
    return text if text in contract.endpoints else None


def _one_of(contract: Contract) -> str:
    """Return the names of the endpoints as a clause."""
    return f"one of {', '.join(contract.endpoints)}"


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Translate the errors of this package to an error of Flight."""
    try:
        yield
    except ArrakisSchemaError as error:
        raise flight.FlightServerError(str(error)) from error


def _until_cancelled(context: flight.ServerCallContext, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches until the client goes away."""
    for batch in batches:
        if context.is_cancelled():
            return
        yield batch


def answer(contract: Contract, endpoint: str, args: Mapping[str, Any]) -> Answer:
    """Return the schema of an answer and its batches; raises `NotAnsweredError` for data that the examples lack."""
    columns = contract.flight.columns.get(endpoint)
    if columns is not None:
        rows = contract.select_rows(columns.rows, args)
        schema = sent_schema(payload_release(contract, endpoint), endpoint, {columns.argument: rows})
        if columns.series.time:
            return schema, series(schema, rows, columns, args)
        return schema, iter([record_batch(schema, contract.rows(endpoint))])
    schema = sent_schema(payload_release(contract, endpoint), endpoint)
    counted = contract.flight.counts.get(endpoint)
    if counted is not None:
        return schema, iter([record_batch(schema, [{schema.names[0]: len(contract.select_rows(counted, args))}])])
    rows = contract.select_rows(endpoint, args)
    places = {id(row): place for place, row in enumerate(contract.rows(endpoint))}
    batch = contract.release.derived(_example_batch, endpoint)
    return schema, iter([batch.take(pa.array([places[id(row)] for row in rows], pa.int64()))] if rows else [])


def _example_batch(release: Release, endpoint: str) -> pa.RecordBatch:
    """Return all rows of an endpoint's example."""
    contract = Contract(release)
    schema = sent_schema(payload_release(contract, endpoint), endpoint)
    return record_batch(schema, [select_columns(schema, row) for row in contract.rows(endpoint)])


def example_commands(contract: Contract, endpoints: Iterable[str]) -> Iterator[bytes]:
    """Yield each accepted example of these endpoints that is called with GetFlightInfo and DoGet, as a command."""
    for endpoint in endpoints:
        if endpoint not in contract.flight.exchange:
            requests = (sample.request for sample in contract.samples(endpoint) if not sample.refused)
            yield from (write_ticket(contract.flight, endpoint, request) for request in requests)


def payload_release(contract: Contract, endpoint: str) -> Release:
    """Return the release that defines the payload: the contract's, or the working set where that promises nothing."""
    release = contract.release
    return release if contract.payload(endpoint) is not None else release.store.release(None)


def select_columns(schema: pa.Schema, row: Row) -> Row:
    """Return a row without the members that have no column in a schema."""
    return {name: value for name, value in row.items() if name in schema.names}


def complete_batch(contract: Contract, endpoint: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the answer of an exchange to a batch: nulls are replaced by what the listing says of the row.

    Of a row that is not listed, integers are replaced by a count, and other values by the example's.
    """
    schema = sent_schema(payload_release(contract, endpoint), endpoint)
    example: Row = next((row for row in reversed(contract.rows(endpoint)) if None not in row.values()), {})
    flight = contract.flight
    listed = {row[flight.key]: row for row in contract.rows(flight.listing)} if flight.key else {}
    rows = []
    for number, row in enumerate(rows_of(batch)):
        counts = {field.name: number for field in schema if pa.types.is_integer(field.type)}
        layers = [example, counts, listed.get(row.get(flight.key), {}), row]
        known = {name: value for layer in layers for name, value in layer.items() if value is not None}
        rows.append({name: known.get(name) for name in schema.names})
    return record_batch(schema, rows)


def series(
    schema: pa.Schema, rows: Sequence[Mapping[str, Any]], columns: Columns, args: Mapping[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Yield batches of one row from `start` to `end`; without an end they continue in real time."""
    settings = columns.series
    strides = [row.get(settings.stride) or _USUAL_STRIDE for row in rows]
    stride = math.lcm(*strides)
    samples = {str(row[columns.column]): row[settings.rate] * stride // SECOND for row in rows}
    arrays = {field.name: _samples(field, samples.get(field.name, 0)) for field in schema}
    first, last = args.get(settings.start), args.get(settings.end)
    current = settings.now() // stride * stride if first is None else first
    while last is None or current < last:
        if settings.time in arrays:  # not in every release
            arrays[settings.time] = pa.array([current], schema.field(settings.time).type)
        yield pa.RecordBatch.from_arrays([arrays[name] for name in schema.names], schema=schema)
        current += stride
        time.sleep(min(max(0, current - settings.now()), stride) / SECOND)


def _samples(field: pa.Field, count: int) -> pa.Array:
    """Return one row with `count` samples: small numbers, which fit every numeric type."""
    if not hasattr(field.type, "value_type"):
        return pa.nulls(1, field.type)
    item = field.type.value_type
    return (
        pa.array([[number % 100 for number in range(count)]], pa.list_(pa.int8())).cast(pa.list_(item)).cast(field.type)
    )
