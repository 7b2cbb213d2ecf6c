"""The answers of the mock server: the rows of examples that a request selects, in the promised schema."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import record_batch, strip_annotations
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.mock.series import series
from arrakis_schema.flight.payloads import payload_schema
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.json_schema.packets import write_request
from arrakis_schema.store.store import Release

Row = Mapping[str, Any]
Answer = tuple[pa.Schema, Iterator[pa.RecordBatch]]


class NotAnsweredError(ArrakisSchemaError):
    """A valid request asks for something that the examples do not hold."""


def answer(contract: Contract, endpoint: str, args: Mapping[str, Any]) -> Answer:
    """Return the schema of an answer and its batches; raises `NotAnsweredError` for data that the examples lack."""
    columns = contract.flight.columns.get(endpoint)
    if columns is not None:
        rows = select_rows(contract, columns.rows, args)
        schema = payload_schema(endpoint, payload_release(contract, endpoint), root=None, **{columns.argument: rows})
        if columns.series.time:
            return schema, series(schema, rows, columns, args)
        return schema, iter([record_batch(schema, contract.rows(endpoint))])
    schema = payload_schema(endpoint, payload_release(contract, endpoint))
    counted = contract.flight.counts.get(endpoint)
    if counted is not None:
        return schema, iter([record_batch(schema, [{schema.names[0]: len(select_rows(contract, counted, args))}])])
    rows = [select_columns(schema, row) for row in select_rows(contract, endpoint, args)]
    return schema, iter([record_batch(schema, rows)] if rows else [])


def example_commands(contract: Contract, endpoints: Iterable[str]) -> Iterator[bytes]:
    """Yield each accepted example of these endpoints that is asked by GetFlightInfo and DoGet, as a command."""
    for endpoint in endpoints:
        if endpoint not in contract.flight.exchange:
            requests = (sample.request for sample in contract.samples(endpoint) if not sample.refused)
            yield from (write_request(request, contract.flight.leading) for request in requests)


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
    """Return the answer of an exchange to a batch: nulls are replaced by the example's values, integers by a count."""
    schema = strip_annotations(payload_schema(endpoint, payload_release(contract, endpoint)))
    example: Row = next((row for row in reversed(contract.rows(endpoint)) if None not in row.values()), {})
    rows = [
        {field.name: _fill_value(field, row.get(field.name), example, number) for field in schema}
        for number, row in enumerate(batch.to_pylist())
    ]
    return record_batch(schema, rows)


def _fill_value(field: pa.Field, value: Any, example: Row, number: int) -> Any:
    """Return a value, or the replacement of a null in this row."""
    if value is not None:
        return value
    return number if pa.types.is_integer(field.type) else example.get(field.name)


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


FILTERS: dict[str, Callable[[Sequence[Row], str, Any], list[Row]]] = {
    "named": _keep_named,
    "listed": _keep_listed,
    "matching": _keep_matching,
    "at-least": lambda rows, column, bound: [row for row in rows if row[column] >= bound],
    "at-most": lambda rows, column, bound: [row for row in rows if row[column] <= bound],
}
