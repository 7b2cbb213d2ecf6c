"""The answers of the mock server: the rows of examples that a request selects, in the promised schema."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.rows import record_batch, rows_of
from arrakis_schema.flight.clock import SECOND, api_time
from arrakis_schema.flight.filters import FILTERS, Row
from arrakis_schema.flight.payloads import sent_schema
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.tickets import write_ticket
from arrakis_schema.store.flight_settings import Columns
from arrakis_schema.store.store import Release

Answer = tuple[pa.Schema, Iterator[pa.RecordBatch]]
_USUAL_STRIDE = SECOND // 16


def answer(contract: Contract, endpoint: str, args: Mapping[str, Any]) -> Answer:
    """Return the schema of an answer and its batches; raises `NotAnsweredError` for data that the examples lack."""
    columns = contract.flight.columns.get(endpoint)
    if columns is not None:
        rows = select_rows(contract, columns.rows, args)
        schema = sent_schema(payload_release(contract, endpoint), endpoint, {columns.argument: rows})
        if columns.series.time:
            return schema, series(schema, rows, columns, args)
        return schema, iter([record_batch(schema, contract.rows(endpoint))])
    schema = sent_schema(payload_release(contract, endpoint), endpoint)
    counted = contract.flight.counts.get(endpoint)
    if counted is not None:
        return schema, iter([record_batch(schema, [{schema.names[0]: len(select_rows(contract, counted, args))}])])
    rows = select_rows(contract, endpoint, args)
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


def select_rows(contract: Contract, endpoint: str, args: Mapping[str, Any]) -> list[Row]:
    """Return the rows of an endpoint's example that a request selects."""
    rows: list[Row] = list(contract.rows(endpoint))
    columns = {name for row in rows for name in row}
    for name, filter_ in contract.flight.filters.items():
        if args.get(name) is not None and filter_.column in columns:
            rows = FILTERS[filter_.keeps](rows, filter_.column, args[name])
    return rows


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
    current = api_time(settings) // stride * stride if first is None else first
    while last is None or current < last:
        if settings.time in arrays:  # not in every release
            arrays[settings.time] = pa.array([current], schema.field(settings.time).type)
        yield pa.RecordBatch.from_arrays([arrays[name] for name in schema.names], schema=schema)
        current += stride
        time.sleep(min(max(0, current - api_time(settings)), stride) / SECOND)


def _samples(field: pa.Field, count: int) -> pa.Array:
    """Return one row with `count` samples: small numbers, which fit every numeric type."""
    if not hasattr(field.type, "value_type"):
        return pa.nulls(1, field.type)
    item = field.type.value_type
    return (
        pa.array([[number % 100 for number in range(count)]], pa.list_(pa.int8())).cast(pa.list_(item)).cast(field.type)
    )
