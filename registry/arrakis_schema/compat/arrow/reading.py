"""Tries a column with pyarrow: written as a stream with the writer's field, read and cast to the reader's.

Verdicts come from `types`, and do not depend on the pyarrow that is installed. What is tried here only picks a value
that fails, and tells whether pyarrow itself would read it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from numbers import Number
from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow.arrays import LISTS, build_batch

_FEW = 50
_FAILURES = (pa.ArrowException, ValueError, TypeError, OverflowError, NotImplementedError, OSError, KeyError)


class NotReadError(Exception):
    """Values cannot be cast to the reader's type, or differ afterwards; the text says why."""


class NotBuiltError(Exception):
    """pyarrow cannot build or send an array of these values."""


def send_and_read(rows: Sequence[Any], writer: pa.Field, reader: pa.Field) -> pa.Array:
    """Return a column of these values as a reader by name receives it.

    Raises `NotReadError` if it receives none or other values, `NotBuiltError` if there is nothing to send.
    """
    try:
        sent = _send_batch(build_batch(rows, writer))
    except _FAILURES as error:
        raise NotBuiltError(str(error)) from error
    try:
        table = pa.Table.from_arrays([sent], names=[reader.name]).cast(pa.schema([reader]), safe=True)
        read = table.column(0).chunk(0)
        read.validate(full=True)
    except _FAILURES as error:
        raise NotReadError(str(error)) from error
    if read.null_count and not reader.nullable:
        raise NotReadError("null in a column that is not nullable")
    if not _are_same(sent, read):
        raise NotReadError("other values than were sent")
    return read


def _send_batch(batch: pa.RecordBatch) -> pa.Array:
    """Write a batch of one column as a stream, and return the column that is read from it."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    read = pa.ipc.open_stream(sink.getvalue()).read_all()
    if not read.schema.equals(batch.schema):
        raise ValueError("a stream cannot carry this type")
    column = read.column(0).chunk(0)
    column.validate(full=True)
    return column


def _are_same(sent: pa.Array, read: pa.Array) -> bool:
    """Return whether nothing was lost that both types can hold, as far as the two can be compared."""
    try:
        direct = _match(_to_python(sent), _to_python(read))
    except _FAILURES:  # such as a date out of Python's range
        direct = None
    if direct is not None:
        return direct
    shared = shared_type(sent.type, read.type)
    try:
        return bool(read.cast(shared, safe=True).equals(sent.cast(shared, safe=True)))
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError):
        return True
    except _FAILURES:
        return False


def _to_python(array: pa.Array) -> list[Any]:
    """Return the values as Python objects; old pyarrow crashes on half floats without NumPy."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if array.type == pa.float16():
        array = array.cast(pa.float32())
    if "halffloat" in str(array.type):
        raise NotImplementedError(array.type)
    return list(array.to_pylist())


def _match(sent: Any, read: Any) -> bool | None:
    """Return whether two values are equal; None if they cannot be compared, such as a number and its text."""
    if isinstance(sent, list | tuple) and isinstance(read, list | tuple):
        return len(sent) == len(read) and _all(map(_match, sent, read))
    if isinstance(sent, dict) and isinstance(read, dict):
        return _all(_match(sent[name], read[name]) for name in sent.keys() & read.keys())
    if isinstance(sent, datetime) and isinstance(read, datetime) and (sent.tzinfo is None) != (read.tzinfo is None):
        return None
    numbers = isinstance(sent, Number) and isinstance(read, Number) and {type(sent), type(read)} != {Decimal, float}
    if type(sent) is type(read) or numbers:
        return bool(sent == read)
    return False if sent is None or read is None else None


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Return whether all are true; None if one is unknown and none is false."""
    results = list(answers)
    return False if False in results else None if None in results else True


def prune_structs(rows: Sequence[Any], writer: pa.Field, reader: pa.Field) -> tuple[pa.Field, pa.Field]:
    """Return both fields without the children of structs that the single member of each row does not need.

    This makes casts fast for structs of many children, each with a difference of its own.
    """
    types = writer.type, reader.type
    names = {name for row in rows if isinstance(row, dict) for name in row}
    if not all(map(pa.types.is_struct, types)) or len(names) != 1 or not all(isinstance(row, dict) for row in rows):
        return writer, reader
    name = next(iter(names))
    few = all(kind.num_fields <= _FEW for kind in types)
    if few or any(len(kind.get_all_field_indices(name)) != 1 for kind in types):
        return writer, reader
    children = prune_structs([row[name] for row in rows], *(kind.field(name) for kind in types))
    ours, theirs = (
        field.with_type(pa.struct([child])) for field, child in zip((writer, reader), children, strict=True)
    )
    return ours, theirs


def shared_type(writer: pa.DataType, reader: pa.DataType) -> pa.DataType:
    """Return the writer's type without the children of structs that the reader does not have."""
    if pa.types.is_struct(writer) and pa.types.is_struct(reader):
        names = {field.name for field in reader}
        kept = [field for field in writer if field.name in names]
        return pa.struct([field.with_type(shared_type(field.type, reader.field(field.name).type)) for field in kept])
    if type(writer) in LISTS and type(reader) in LISTS:
        inner = writer.value_field.with_type(shared_type(writer.value_type, reader.value_type))
        return _LIST_OF[type(writer)](inner)
    if pa.types.is_fixed_size_list(writer) and pa.types.is_fixed_size_list(reader):
        inner = writer.value_field.with_type(shared_type(writer.value_type, reader.value_type))
        return pa.list_(inner, writer.list_size)
    if pa.types.is_map(writer) and pa.types.is_map(reader):
        item = writer.item_field.with_type(shared_type(writer.item_type, reader.item_type))
        return pa.map_(writer.key_field, item, keys_sorted=writer.keys_sorted)
    return writer


_LIST_OF: dict[type, Any] = {
    pa.ListType: pa.list_,
    pa.LargeListType: pa.large_list,
    pa.ListViewType: pa.list_view,
    pa.LargeListViewType: pa.large_list_view,
}
