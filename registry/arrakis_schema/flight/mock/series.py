"""Synthetic samples over time for the columns of a stream: a batch for each stride, as fast as they are read."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from arrakis_schema.store.flight_settings import Columns, SampleSeries

_SECOND = 1_000_000_000
_USUAL_STRIDE = _SECOND // 16


def series(
    schema: pa.Schema, rows: Sequence[Mapping[str, Any]], columns: Columns, args: Mapping[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Yield batches of one row from `start` to `end`; without an end they continue in real time."""
    settings = columns.series
    strides = [row.get(settings.stride) or _USUAL_STRIDE for row in rows]
    stride = math.lcm(*strides)
    samples = {str(row[columns.column]): row[settings.rate] * stride // _SECOND for row in rows}
    arrays = {field.name: _samples(field, samples.get(field.name, 0)) for field in schema}
    first, last = args.get(settings.start), args.get(settings.end)
    current = _now(settings) // stride * stride if first is None else first
    while last is None or current < last:
        if settings.time in arrays:  # not in every release
            arrays[settings.time] = pa.array([current], schema.field(settings.time).type)
        yield pa.RecordBatch.from_arrays([arrays[name] for name in schema.names], schema=schema)
        current += stride
        time.sleep(min(max(0, current - _now(settings)), stride) / _SECOND)


def _samples(field: pa.Field, count: int) -> pa.Array:
    """Return one row with `count` samples: small numbers, which fit every numeric type."""
    if not hasattr(field.type, "value_type"):
        return pa.nulls(1, field.type)
    item = field.type.value_type
    return (
        pa.array([[number % 100 for number in range(count)]], pa.list_(pa.int8())).cast(pa.list_(item)).cast(field.type)
    )


def _now(settings: SampleSeries) -> int:
    """Return the time by the clock of the API, in nanoseconds."""
    return time.time_ns() - settings.epoch * _SECOND
