"""What the reference server answers: rows of examples, as far as a request asks for them, by the promised schema."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import record_batch, strip_annotations
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.mock.series import series
from arrakis_schema.flight.payloads import payload_schema
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.store.store import Release

Row = Mapping[str, Any]
Answer = tuple[pa.Schema, Iterator[pa.RecordBatch]]


class NotAnsweredError(ArrakisSchemaError):
    """A valid request asks for something that the examples do not hold."""


def answer(contract: Contract, endpoint: str, args: Mapping[str, Any]) -> Answer:
    """Return the schema of an answer and its batches; raises `NotAnsweredError` for what there is not."""
    columns = contract.flight.columns.get(endpoint)
    if columns is not None:
        rows = asked(contract, columns.rows, args)
        schema = payload_schema(endpoint, promised(contract, endpoint), root=None, **{columns.argument: rows})
        if columns.series.time:
            return schema, series(schema, rows, columns, args)
        return schema, iter([record_batch(schema, contract.rows(endpoint))])
    schema = payload_schema(endpoint, promised(contract, endpoint))
    counted = contract.flight.counts.get(endpoint)
    if counted is not None:
        return schema, iter([record_batch(schema, [{schema.names[0]: len(asked(contract, counted, args))}])])
    rows = [within(schema, row) for row in asked(contract, endpoint, args)]
    return schema, iter([record_batch(schema, rows)] if rows else [])


def promised(contract: Contract, endpoint: str) -> Release:
    """Return the release whose payload the answer has: the contract's, or the working set where it promises nothing."""
    release = contract.release
    return release if contract.payload(endpoint) is not None else release.store.release(None)


def asked(contract: Contract, endpoint: str, args: Mapping[str, Any]) -> list[Row]:
    """Return the rows of an endpoint's example that a request asks for."""
    rows: list[Row] = list(contract.rows(endpoint))
    columns = {name for row in rows for name in row}
    for name, one in contract.flight.filters.items():
        if args.get(name) is not None and one.column in columns:
            rows = FILTERS[one.keeps](rows, one.column, args[name])
    return rows


def within(schema: pa.Schema, row: Row) -> Row:
    """Return the members of a row that a schema has columns for."""
    return {name: value for name, value in row.items() if name in schema.names}


def completed(contract: Contract, endpoint: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return what an exchange answers to a batch: each null is filled from the example, a number by counting on."""
    schema = strip_annotations(payload_schema(endpoint, promised(contract, endpoint)))
    example: Row = next((row for row in reversed(contract.rows(endpoint)) if None not in row.values()), {})
    rows = [
        {field.name: _filled(field, row.get(field.name), example, number) for field in schema}
        for number, row in enumerate(batch.to_pylist())
    ]
    return record_batch(schema, rows)


def _filled(field: pa.Field, value: Any, example: Row, number: int) -> Any:
    """Return a value, or what stands for a null in this row."""
    if value is not None:
        return value
    return number if pa.types.is_integer(field.type) else example.get(field.name)


def _named(rows: Sequence[Row], column: str, wanted: Any) -> list[Row]:
    """Return a row for each name that is wanted, once; every name must exist."""
    there = {row[column]: row for row in rows}
    missing = [name for name in wanted if name not in there]
    if missing:
        raise NotAnsweredError(f"there is no {column} {missing[0]!r}; there are {', '.join(map(str, there))}")
    return [there[name] for name in dict.fromkeys(wanted)]


def _listed(rows: Sequence[Row], column: str, wanted: Any) -> list[Row]:
    return [row for row in rows if not wanted or row[column] in wanted]


def _matching(rows: Sequence[Row], column: str, wanted: Any) -> list[Row]:
    """Return the rows whose text begins with a match, as `re.match` finds it."""
    try:
        pattern = re.compile(wanted)
    except re.error as error:
        raise NotAnsweredError(f"{wanted!r} is not a regular expression: {error}") from error
    return [row for row in rows if pattern.match(str(row[column]))]


FILTERS: dict[str, Callable[[Sequence[Row], str, Any], list[Row]]] = {
    "named": _named,
    "listed": _listed,
    "matching": _matching,
    "at-least": lambda rows, column, wanted: [row for row in rows if row[column] >= wanted],
    "at-most": lambda rows, column, wanted: [row for row in rows if row[column] <= wanted],
}
