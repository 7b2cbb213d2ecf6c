"""JSON rows as a `pyarrow.RecordBatch`, and the values of one as Python objects.

No value is converted to fit its column. A time that Python cannot hold is the number that was sent: without pandas,
pyarrow raises an error for a nanosecond of a timestamp, and always for an unknown time zone or a date of the year
300,000.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from arrakis_schema.errors import RowsError

Parts = Callable[[Any], list[tuple[Any, pa.Field]]]
Rule = tuple[str, Callable[[Any], bool], Parts]
_NOT_REPRESENTABLE = (ValueError, OverflowError, LookupError)


def record_batch(schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Return the rows as one batch; a column that a row does not name is null.

    Raises `RowsError`, which names row and column, for a column that the schema lacks, a null in a column that is not
    nullable (inside lists and structs too), and a value that is not of the type or out of its range.
    """
    for number, row in enumerate(rows):
        _check_row(schema, row, f"row {number}")
    arrays = []
    for field in schema:
        try:
            arrays.append(pa.array([_to_pyarrow(row.get(field.name), field.type) for row in rows], field.type))
        except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
            raise RowsError(f"column {field.name!r}: {error}") from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _check_row(schema: pa.Schema, row: object, where: str) -> None:
    """Check one row against the columns."""
    if not isinstance(row, Mapping):
        raise RowsError(f"{where} is not an object with one member for each column")
    unknown = [name for name in row if name not in schema.names]
    if unknown:
        raise RowsError(f"{where}: there is no column {unknown[0]!r}; there are {', '.join(schema.names)}")
    for field in schema:
        _check(row.get(field.name), field, f"{where}, column {field.name!r}")


def _check(value: Any, field: pa.Field, where: str) -> None:
    """Check one value and its parts against a field."""
    if value is None:
        if not field.nullable:
            raise RowsError(f"{where}: null in a field that is not nullable")
        return
    expected, fits, parts_of = _rule(field.type)
    if not fits(value):
        raise RowsError(f"{where}: expected {expected}, found {value!r}")
    for part, child in parts_of(value):
        _check(part, child, where)


def _to_pyarrow(value: Any, data_type: pa.DataType) -> Any:
    """Return a value in the form that pyarrow expects: the pairs of a map are tuples."""
    if isinstance(value, list) and isinstance(data_type, pa.MapType):
        return [(_to_pyarrow(key, data_type.key_type), _to_pyarrow(item, data_type.item_type)) for key, item in value]
    if isinstance(value, list) and hasattr(data_type, "value_type"):
        return [_to_pyarrow(part, data_type.value_type) for part in value]
    if isinstance(value, dict) and isinstance(data_type, pa.StructType):
        return {field.name: _to_pyarrow(value.get(field.name), field.type) for field in data_type}
    return value


def _rule(data_type: pa.DataType) -> Rule:
    """Return what a type expects, the test for it, and the parts of a value with their fields."""
    for matches, rule in RULES:
        if matches(data_type):
            return rule(data_type)
    return str(data_type), lambda _: True, _no_parts


def _no_parts(_: Any) -> list[tuple[Any, pa.Field]]:
    return []


def _integer(data_type: pa.DataType) -> Rule:
    signed = pa.types.is_signed_integer(data_type)
    bits = data_type.bit_width - signed
    low, high = (-(2**bits) if signed else 0), 2**bits - 1
    return f"{data_type} ({low} to {high})", lambda value: type(value) is int and low <= value <= high, _no_parts


def _list(data_type: pa.DataType) -> Rule:
    item = data_type.value_field
    return (
        f"an array for {data_type}",
        lambda value: isinstance(value, list),
        lambda value: [(part, item) for part in value],
    )


def _struct(data_type: pa.DataType) -> Rule:
    names = {field.name for field in data_type}
    expected = f"an object with {', '.join(sorted(names))}"
    return (
        expected,
        lambda value: isinstance(value, dict) and value.keys() <= names,
        lambda value: [(value.get(field.name), field) for field in data_type],
    )


def _map(data_type: pa.DataType) -> Rule:
    key, item = data_type.key_field, data_type.item_field
    return (
        "an array of [key, value] pairs",
        lambda value: isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value),  # noqa: PLR2004
        lambda value: [part for pair in value for part in zip(pair, (key, item), strict=True)],
    )


def _plain(expected: str, *kinds: type) -> Callable[[pa.DataType], Rule]:
    """Return the rule of a type whose values are one kind of JSON value."""
    return lambda _: (expected, lambda value: type(value) in kinds, _no_parts)


RULES: list[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], Rule]]] = [
    (pa.types.is_integer, _integer),
    (pa.types.is_floating, _plain("a number", int, float)),
    (pa.types.is_boolean, _plain("a boolean", bool)),
    (pa.types.is_string, _plain("a string", str)),
    (pa.types.is_large_string, _plain("a string", str)),
    (pa.types.is_string_view, _plain("a string", str)),
    (pa.types.is_map, _map),
    (pa.types.is_struct, _struct),
    (lambda data_type: hasattr(data_type, "value_field"), _list),
]


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
