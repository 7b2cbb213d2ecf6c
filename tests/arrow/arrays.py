"""Arrays with the values that matter of every Arrow type: extremes, null, NaN, empty. Knows nothing of the package."""

from itertools import cycle, islice, pairwise
from typing import Any

import pyarrow as pa

DAY = 86_400
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
LISTS: dict[type, tuple[Any, pa.DataType]] = {
    pa.ListType: (pa.ListArray.from_arrays, pa.int32()),
    pa.LargeListType: (pa.LargeListArray.from_arrays, pa.int64()),
    pa.ListViewType: (pa.ListViewArray.from_arrays, pa.int32()),
    pa.LargeListViewType: (pa.LargeListViewArray.from_arrays, pa.int64()),
}


def sample_array(data_type: Any, *, nulls: bool = True) -> pa.Array:
    """An array of at least two values; without nulls at its top where a field may not have them."""
    array = _array(data_type)
    if nulls or pa.types.is_null(data_type):
        return array
    return array.take(pa.array([row for row, value in enumerate(array) if value.is_valid], pa.int64()))


def _array(data_type: Any) -> pa.Array:  # noqa: PLR0911 - one for each way to build
    if isinstance(data_type, pa.Bool8Type):
        return pa.ExtensionArray.from_storage(data_type, pa.array([0, 1, None], pa.int8()))
    if isinstance(data_type, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(data_type, _array(data_type.storage_type))
    for matches, make in NESTED:
        if matches(data_type):
            return make(data_type)
    if pa.types.is_temporal(data_type) and data_type != pa.month_day_nano_interval():
        width = {32: pa.int32(), 64: pa.int64()}[data_type.bit_width]
        return pa.array([*_counts(data_type), None], width).view(data_type)
    if pa.types.is_decimal(data_type):
        most = 10**data_type.precision - 1
        data = b"".join(value.to_bytes(data_type.bit_width // 8, "little", signed=True) for value in (most, -most, 0))
        return pa.Array.from_buffers(data_type, 3, [None, pa.py_buffer(data)])
    if data_type == pa.float16():
        return pa.array(VALUES[data_type], pa.float32()).cast(data_type)
    return pa.array([*_values(data_type), None], data_type)


def _counts(data_type: Any) -> list[int]:
    most = 2 ** (data_type.bit_width - 1) - 1
    if pa.types.is_time(data_type):
        return [0, 1, DAY * PER_SECOND[data_type.unit] - 1]
    if data_type == pa.date64():
        day = DAY * 1000
        return [0, day, -day, most // day * day, -(most // day * day)]
    return [0, 1, -1, most, -most - 1, most // 1000]


def _values(data_type: Any) -> list[Any]:
    if data_type in VALUES:
        return VALUES[data_type]
    if pa.types.is_integer(data_type):
        signed = pa.types.is_signed_integer(data_type)
        high = 2 ** (data_type.bit_width - signed) - 1
        low = -high - 1 if signed else 0
        return sorted({low, low + 1, 0, 1, high - 1, high, *(min(high, 2**bits + 1) for bits in (11, 24, 53))})
    if pa.types.is_fixed_size_binary(data_type):
        return [b"\xff" * data_type.byte_width, b"a" * data_type.byte_width]
    return TEXTS if pa.types.is_string(data_type) or "string" in str(data_type) else BYTES


NOT_FINITE = [float("nan"), float("inf"), float("-inf"), -0.0, 0.0, 1.0]
TEXTS = ["", "a", "é", "1", "x" * 20]
BYTES = [b"", b"a", b"\xff", b"x" * 16]
VALUES: dict[pa.DataType, list[Any]] = {
    pa.null(): [None],
    pa.bool_(): [True, False],
    pa.float16(): [0.5, 65504.0, *NOT_FINITE, None],
    pa.float32(): [0.5, 3.4028234663852886e38, 16777217.0, *NOT_FINITE],
    pa.float64(): [0.1, 0.5, 1.7976931348623157e308, 2.0**53 + 2, *NOT_FINITE],
    pa.month_day_nano_interval(): [
        pa.MonthDayNano([0, 0, 0]),
        pa.MonthDayNano([2**31 - 1, 2**31 - 1, 2**63 - 1]),
        pa.MonthDayNano([-(2**31), 1, 1]),
    ],
}


def _field_array(field: pa.Field, length: int | None = None) -> pa.Array:
    """The values of a child, repeated up to a length."""
    array = sample_array(field.type, nulls=field.nullable)
    if length is None or not len(array):
        return array
    return array.take(pa.array(islice(cycle(range(len(array))), length), pa.int64()))


def _dictionary(data_type: Any) -> pa.Array:
    values = sample_array(data_type.value_type, nulls=False)
    indices = pa.array([*range(min(len(values), 100)), None], data_type.index_type)
    return pa.DictionaryArray.from_arrays(indices, values, ordered=data_type.ordered)


def _run_ends(data_type: Any) -> pa.Array:
    values = _array(data_type.value_type)
    ends = pa.array(range(1, len(values) + 1), data_type.run_end_type)
    return pa.RunEndEncodedArray.from_arrays(ends, values, type=data_type)


def _union(data_type: Any) -> pa.Array:
    length = 4 * data_type.num_fields
    columns = [_field_array(field, length) for field in data_type]
    ids = pa.array(islice(cycle(data_type.type_codes), length), pa.int8())
    offsets = [] if data_type.mode == "sparse" else [pa.array(range(length), pa.int32())]
    buffers = [None, *(array.buffers()[1] for array in (ids, *offsets))]
    return pa.Array.from_buffers(data_type, length, buffers, children=columns)


def _struct(data_type: Any) -> pa.Array:
    if not data_type.num_fields:
        return pa.array([{}, None], data_type)
    arrays = [_field_array(field) for field in data_type]
    length = max(map(len, arrays))
    columns = [_field_array(field, length) for field in data_type]
    mask = pa.array([row == length - 1 and length > 1 for row in range(length)])
    return pa.StructArray.from_arrays(columns, fields=list(data_type), mask=mask)


def _map(data_type: Any) -> pa.Array:
    keys = sample_array(data_type.key_type, nulls=False)
    items = _field_array(data_type.item_field, len(keys))
    offsets = pa.array([0, len(keys) // 2, len(keys) // 2, len(keys)], pa.int32())
    return pa.MapArray.from_arrays(offsets, keys, items, type=data_type)


def _fixed_size_list(data_type: Any) -> pa.Array:
    if not data_type.list_size:
        return pa.array([[], []], data_type)
    items = _field_array(data_type.value_field)
    items = _field_array(data_type.value_field, (len(items) + 1) * data_type.list_size)
    mask = pa.array([row == 1 for row in range(len(items) // data_type.list_size)])
    return pa.FixedSizeListArray.from_arrays(items, type=data_type, mask=mask)


def _list(data_type: Any) -> pa.Array:
    items = _field_array(data_type.value_field)
    make, offset_type = LISTS[type(data_type)]
    offsets = [0, len(items) // 2, len(items) // 2, len(items)]
    mask = pa.array([False, True, False])
    if "view" in str(data_type).partition("<")[0]:
        sizes = pa.array([end - start for start, end in pairwise(offsets)], offset_type)
        return make(pa.array(offsets[:-1], offset_type), sizes, items, type=data_type, mask=mask)
    return make(pa.array(offsets, offset_type), items, type=data_type, mask=mask)


NESTED: list[tuple[Any, Any]] = [
    (pa.types.is_dictionary, _dictionary),
    (pa.types.is_run_end_encoded, _run_ends),
    (pa.types.is_union, _union),
    (pa.types.is_struct, _struct),
    (pa.types.is_map, _map),
    (pa.types.is_fixed_size_list, _fixed_size_list),
    (lambda data_type: type(data_type) in LISTS, _list),
]
