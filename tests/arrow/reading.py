"""The judge of Arrow compatibility: pyarrow, which writes a stream, reads it, casts safely and compares."""

import math
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from numbers import Number
from typing import Any

import pyarrow as pa

WRONG = (pa.ArrowException, ValueError, TypeError, OverflowError, NotImplementedError, OSError, KeyError)


class UnreadableError(Exception):
    """The reader cannot take a column; the text says why."""


def streamed(array: pa.Array, field: pa.Field) -> pa.Array:
    """Write an array as a stream of one column, and read it."""
    schema = pa.schema([field])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_arrays([array], schema=schema))
    read = pa.ipc.open_stream(sink.getvalue()).read_all()
    if not read.schema.equals(schema):
        raise ValueError("a stream cannot carry this type")
    column = read.column(0).chunk(0)
    column.validate(full=True)
    return column


def read_as(sent: pa.Array, reader: pa.Field) -> pa.Array:
    """Cast a column safely to the reader's type; raises `UnreadableError` where it cannot be, or loses something."""
    if sent.type == reader.type and (reader.nullable or not sent.null_count):
        return sent  # nothing is cast
    try:
        read = pa.Table.from_arrays([sent], names=[reader.name]).cast(pa.schema([reader]), safe=True)
        array = read.column(0).chunk(0)
        array.validate(full=True)
    except WRONG as error:
        raise UnreadableError(str(error)) from error
    if array.null_count and not reader.nullable:
        raise UnreadableError("null")
    if not is_kept(sent, array):
        raise UnreadableError("other values")
    return array


def is_kept(sent: pa.Array, read: pa.Array) -> bool:
    """Tell whether every value is still there, as far as values can be compared."""
    direct = _compared(sent, read)
    if direct is not None:
        return direct
    try:
        back = read.cast(sent.type, safe=True)
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError):
        return True
    except WRONG:
        return False
    return bool(back.equals(sent)) or _compared(sent, back) is True or "struct<" in str(sent.type)


def _compared(sent: pa.Array, read: pa.Array) -> bool | None:
    """Compare two arrays as Python values; None where they cannot be."""
    try:
        return are_same(*(getattr(array, "storage", array).to_pylist() for array in (sent, read)))
    except WRONG:  # a date that Python does not have
        return None


def are_same(sent: Any, read: Any) -> bool | None:
    """Tell whether two Python values are equal; None where they are not to be compared, as a number and its text.

    Members of structs that the reader lacks do not count.
    """
    if isinstance(sent, dict) and isinstance(read, dict):
        return _all(are_same(sent[name], read[name]) for name in sent.keys() & read.keys())
    if isinstance(sent, list | tuple) and isinstance(read, list | tuple):
        return len(sent) == len(read) and _all(are_same(*pair) for pair in zip(sent, read, strict=True))
    if isinstance(sent, float) and isinstance(read, float) and math.isnan(sent):
        return math.isnan(read)
    if isinstance(sent, datetime) and isinstance(read, datetime) and bool(sent.tzinfo) != bool(read.tzinfo):
        return None
    numbers = isinstance(sent, Number) and isinstance(read, Number) and {type(sent), type(read)} != {Decimal, float}
    if type(sent) is type(read) or numbers:
        return bool(sent == read)
    return False if sent is None or read is None else None


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Tell whether all are true; None where one is not known, and none is false."""
    known = list(answers)
    return False if False in known else None if None in known else True
