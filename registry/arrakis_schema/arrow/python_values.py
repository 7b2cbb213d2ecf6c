"""The values of an array as Python objects; a time that Python cannot hold is the number that was sent.

Without pandas, pyarrow raises an error for a nanosecond of a timestamp, and always for an unknown time zone or a date
of the year 300,000.
"""

from typing import Any

import pyarrow as pa

_NOT_REPRESENTABLE = (ValueError, OverflowError, LookupError)


def values_of(array: pa.Array) -> list[Any]:
    """Return the values of an array."""
    try:
        return list(array.to_pylist())
    except _NOT_REPRESENTABLE:
        return [_value_of(scalar) for scalar in array]


def rows_of(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Return the rows of a batch, each with its values by the names of the columns."""
    columns = [values_of(column) for column in batch.columns]
    return [dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]


def _value_of(scalar: pa.Scalar) -> Any:
    """Return the value of a scalar, whose parts are looked at one by one if need be."""
    try:
        return scalar.as_py()
    except _NOT_REPRESENTABLE:
        if isinstance(scalar, pa.StructScalar):
            return {name: _value_of(part) for name, part in scalar.items()}
        inner = scalar.values if isinstance(scalar, pa.ListScalar) else scalar.value
        if isinstance(inner, pa.Array):
            return values_of(inner)
        return _value_of(inner) if isinstance(inner, pa.Scalar) else inner
