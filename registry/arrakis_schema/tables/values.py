"""Checks of sent values: readable, null only in nullable columns, and as the document promises."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from arrakis_schema.arrow.promises import Promise, promises_of
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.text import format_count
from arrakis_schema.tables.arrow_document import ArrowDocument

MOST_ROWS = 3


def batch_findings(document: ArrowDocument, expected_schema: pa.Schema, batch: pa.RecordBatch) -> Iterator[Finding]:
    """Yield what is wrong with the values of the columns that have the expected type."""
    try:
        batch.validate(full=True)
    except pa.ArrowException as error:
        yield document.finding("message-malformed", "", f"the values cannot be read: {error}")
        return
    promises = promises_of(expected_schema)
    for field in expected_schema:
        index = batch.schema.get_field_index(field.name)
        if index >= 0 and batch.schema.field(index).type == field.type:
            array = batch.column(index)
            yield from _null_findings(document, field, array)
            for promise in promises:
                if promise.column == field.name:
                    yield from broken_promise_findings(document, promise, array)


def broken_promise_findings(document: ArrowDocument, promise: Promise, array: pa.Array) -> Iterator[Finding]:
    """Yield a finding for each row that breaks a promise: the first rows, and how many more there are."""
    if promise.holds(array):
        return
    broken_rows = list(promise.broken(array))
    for row, problem in broken_rows[:MOST_ROWS]:
        yield document.finding(promise.rule, promise.column, f"{promise.column}, row {row}: {problem}")
    if len(broken_rows) > MOST_ROWS:
        hidden = format_count(len(broken_rows) - MOST_ROWS, "more row")
        remainder = f"{promise.column}: and {hidden}, to row {broken_rows[-1][0]}"
        yield document.finding(promise.rule, promise.column, remainder)


def _null_findings(document: ArrowDocument, field: pa.Field, array: pa.Array) -> Iterator[Finding]:
    """Yield a finding for each field, at any depth, that holds null and must not."""
    for path, row in _find_nulls(field, array, pa.array(range(len(array)), pa.int64()), field.name):
        yield document.finding("null-sent", field.name, f"{path}, row {row}: null in a field that is not nullable")


def _find_nulls(field: pa.Field, array: pa.Array, rows: pa.Array, path: str) -> Iterator[tuple[str, int]]:
    """Yield the first row in which a field that is not nullable is null, for it and for those inside it."""
    if not field.nullable and array.null_count:
        yield path, pc.filter(rows, array.is_null())[0].as_py()
    fields = [child for child in _inner_fields(field.type) if not _allows_any_null(child)]
    if not fields:
        return
    if isinstance(array, pa.StructArray):
        valid = array.is_valid()
        for child in fields:
            values = pc.filter(array.field(child.name), valid)
            yield from _find_nulls(child, values, pc.filter(rows, valid), f"{path}.{child.name}")
    else:
        parents = pc.list_parent_indices(array)
        values = array.flatten()
        yield from _find_nulls(field.type.field(0), values, rows.take(parents), f"{path}[]")


def _inner_fields(data_type: pa.DataType) -> list[pa.Field]:
    """Return the fields inside a struct or a list; those of a map are checked by Arrow, which allows no null keys."""
    is_nested = isinstance(data_type, pa.StructType | pa.ListType | pa.LargeListType | pa.FixedSizeListType)
    return [data_type.field(number) for number in range(data_type.num_fields)] if is_nested else []


def _allows_any_null(field: pa.Field) -> bool:
    """Return whether a field and all fields inside it are nullable."""
    return field.nullable and all(map(_allows_any_null, _inner_fields(field.type)))
