"""Builds arrays of any Arrow type from plain values: `pyarrow.array` does not build unions, run ends or extensions.

A value is what `pyarrow.array` takes; of a point or a span of time the count of its units, of a union an object with
the name of the child, of an interval its months, days and nanoseconds.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate, count
from math import copysign, inf
from struct import pack
from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow.values import is_small, limits, sample

Values = Sequence[Any]


def build_array(values: Values, data_type: pa.DataType) -> pa.Array:
    """Return an array of these values; a member missing in a struct is null, or a sample if it is not nullable."""
    build = next((build for matches, build in BUILDERS if matches(data_type)), pa.array)
    return build(values, data_type)


def build_batch(values: Values, field: pa.Field) -> pa.RecordBatch:
    """Return a batch of one column."""
    return pa.RecordBatch.from_arrays([build_array(values, field.type)], schema=pa.schema([field]))


def _extension(values: Values, data_type: Any) -> pa.Array:
    return pa.ExtensionArray.from_storage(data_type, build_array(values, data_type.storage_type))


def _dictionary(values: Values, data_type: Any) -> pa.Array:
    """Each value gets its own entry in the dictionary while there is room: equal entries are allowed."""
    present = [value for value in values if value is not None]
    room = limits(data_type.index_type)[1] + 1
    if len(present) > room and not any(isinstance(value, list | dict) for value in present):
        present = list(dict.fromkeys(present))
    entries = present[:room]
    numbers_by_value = dict(zip(entries, count(), strict=False)) if len(values) > room and len(entries) > 1 else None
    numbers = count()
    places = [
        None
        if value is None
        else next(numbers) % len(entries)
        if numbers_by_value is None
        else numbers_by_value.get(value)
        for value in values
    ]
    indices = pa.array(places, data_type.index_type)
    dictionary = build_array(entries, data_type.value_type)
    return pa.DictionaryArray.from_arrays(indices, dictionary, ordered=data_type.ordered)


def _run_ends(values: Values, data_type: Any) -> pa.Array:
    ends = pa.array(range(1, len(values) + 1), data_type.run_end_type)
    return pa.RunEndEncodedArray.from_arrays(ends, build_array(values, data_type.value_type), type=data_type)


def _union(values: Values, data_type: Any) -> pa.Array:
    names = [field.name for field in data_type]
    if values and not names:
        raise pa.ArrowInvalid("a union without children has no value")
    chosen = [names.index(next(iter(value))) if value else 0 for value in values]
    parts = [next(iter(value.values())) if value else None for value in values]
    columns = []
    for number, field in enumerate(data_type):
        filled = [part if number == child else None for part, child in zip(parts, chosen, strict=True)]
        columns.append(build_array([_fill_missing(part, field) for part in filled], field.type))
    codes = pa.array([data_type.type_codes[child] for child in chosen], pa.int8())
    offsets = pa.array(range(len(values)), pa.int32())
    buffers = [None, *(array.buffers()[1] for array in ((codes,) if data_type.mode == "sparse" else (codes, offsets)))]
    return pa.Array.from_buffers(data_type, len(values), buffers, children=columns)


def _struct(values: Values, data_type: Any) -> pa.Array:
    if not data_type.num_fields:
        return pa.array(values, data_type)
    if len({field.name for field in data_type}) < data_type.num_fields:
        raise NotImplementedError("two fields of one name")
    columns = [
        build_array([_fill_missing((value or {}).get(field.name), field) for value in values], field.type)
        for field in data_type
    ]
    return pa.StructArray.from_arrays(columns, fields=list(data_type), mask=_mask(values))


def _fill_missing(value: Any, field: pa.Field) -> Any:
    """Return the value of a member, or a sample if it is null and may not be."""
    return sample(field.type) if value is None and not field.nullable else value


def _map(values: Values, data_type: Any) -> pa.Array:
    pairs = [pair for value in values for pair in value or ()]
    keys = build_array([key for key, _ in pairs], data_type.key_type)
    items = build_array([item for _, item in pairs], data_type.item_type)
    return pa.MapArray.from_arrays(_offsets(values, pa.int32()), keys, items, type=data_type, mask=_mask(values))


def _fixed_size_list(values: Values, data_type: Any) -> pa.Array:
    if not is_small(data_type):
        raise NotImplementedError("one value has too many items")
    filler = [_fill_missing(None, data_type.value_field)] * data_type.list_size
    items = [item for value in values for item in (filler if value is None else value)]
    array = build_array(items, data_type.value_type)
    if not data_type.list_size:
        return pa.array(values, data_type)
    return pa.FixedSizeListArray.from_arrays(array, type=data_type, mask=_mask(values))


def _list(values: Values, data_type: Any) -> pa.Array:
    items = build_array([item for value in values for item in value or ()], data_type.value_type)
    make, offset_type = LISTS[type(data_type)]
    offsets = _offsets(values, offset_type)
    if data_type.id in {pa.lib.Type_LIST_VIEW, pa.lib.Type_LARGE_LIST_VIEW}:
        sizes = pa.array([len(value or ()) for value in values], offset_type)
        return make(offsets.slice(0, len(values)), sizes, items, type=data_type, mask=_mask(values))
    return make(offsets, items, type=data_type, mask=_mask(values))


def _offsets(values: Values, offset_type: pa.DataType) -> pa.Array:
    """Return the offsets of the lists: where each one begins, and where the last one ends."""
    return pa.array([0, *accumulate(len(value or ()) for value in values)], offset_type)


def _mask(values: Values) -> pa.Array | None:
    """Return which values are null; None if none is, as pyarrow.compute would be loaded to read a mask."""
    nulls = [value is None for value in values]
    return pa.array(nulls, pa.bool_()) if any(nulls) else None


def _interval(values: Values, data_type: pa.DataType) -> pa.Array:
    return pa.array([None if value is None else pa.MonthDayNano(value) for value in values], data_type)


def _decimals(values: Values, data_type: Any) -> pa.Array:
    width = data_type.bit_width // 8  # `pa.array` takes the scale for digits
    unscaled = [0 if value is None else _unscale(value, data_type.scale) for value in values]
    data = b"".join(value.to_bytes(width, "little", signed=True) for value in unscaled)
    validity = pa.array([value is not None for value in values], pa.bool_()).buffers()[1]
    return pa.Array.from_buffers(data_type, len(values), [validity, pa.py_buffer(data)])


def _unscale(value: Decimal, scale: int) -> int:
    """Return a decimal as the integer that it is stored as."""
    sign, digits, exponent = value.as_tuple()
    return int("".join(map(str, digits))) * int(10 ** (int(exponent) + scale)) * (-1 if sign else 1)


def _half_float(values: Values, data_type: pa.DataType) -> pa.Array:
    """`pa.array` asks NumPy for them, and `cast` asks pyarrow.compute, which takes 10 MB."""
    floats = pa.array(values, pa.float32())
    data = b"".join(_pack_half(0.0 if value is None else value) for value in floats.to_pylist())
    return pa.Array.from_buffers(data_type, len(values), [floats.buffers()[0], pa.py_buffer(data)])


def _pack_half(value: float) -> bytes:
    """Return the two bytes of a number; infinity where it is too large."""
    try:
        return pack("<e", value)
    except OverflowError:
        return pack("<e", copysign(inf, value))


LISTS: dict[type, tuple[Callable[..., pa.Array], pa.DataType]] = {
    pa.ListType: (pa.ListArray.from_arrays, pa.int32()),
    pa.LargeListType: (pa.LargeListArray.from_arrays, pa.int64()),
    pa.ListViewType: (pa.ListViewArray.from_arrays, pa.int32()),
    pa.LargeListViewType: (pa.LargeListViewArray.from_arrays, pa.int64()),
}
BUILDERS: list[tuple[Callable[[pa.DataType], bool], Callable[[Values, Any], pa.Array]]] = [
    (lambda data_type: isinstance(data_type, pa.BaseExtensionType), _extension),
    (pa.types.is_dictionary, _dictionary),
    (pa.types.is_run_end_encoded, _run_ends),
    (pa.types.is_union, _union),
    (pa.types.is_struct, _struct),
    (pa.types.is_map, _map),
    (pa.types.is_fixed_size_list, _fixed_size_list),
    (lambda data_type: type(data_type) in LISTS, _list),
    (lambda data_type: data_type == pa.month_day_nano_interval(), _interval),
    (pa.types.is_decimal, _decimals),
    (pa.types.is_float16, _half_float),
]
