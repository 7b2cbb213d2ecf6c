"""Values of Arrow types that demonstrate a difference: the extremes of a type, and the limits of another."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa

MANTISSA = {pa.float16(): 11, pa.float32(): 24, pa.float64(): 53}
LIST_TYPES = pa.ListType | pa.LargeListType | pa.ListViewType | pa.LargeListViewType
_LARGEST = {16: 65504.0, 32: 3.4028234663852886e38, 64: 1.7976931348623157e308}
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY_MS = 86_400_000
_MOST_TRIED = 100
_MOST_ITEMS = 1000


def limits(data_type: pa.DataType) -> tuple[int, int]:
    """Return the least and the greatest integer of an integer type."""
    bits = data_type.bit_width
    signed = pa.types.is_signed_integer(data_type)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def sample(data_type: pa.DataType) -> Any:
    """Return a value of a type, as `build_array` expects it; None if there is no other value."""
    return next(candidates(data_type), None)


def candidates(data_type: pa.DataType) -> Iterator[Any]:
    """Yield values of a type that are worth trying on a reader of another type: an ordinary one, then extremes."""
    make = next((make for matches, make in _CANDIDATES if matches(data_type)), None)
    yield from make(data_type) if make else ()


def failing_values(writer: pa.DataType, reader: pa.DataType) -> list[Any]:
    """Return some values of the writer's type, those first that the reader's type is likely to lack."""
    first: list[Any] = []
    if pa.types.is_integer(writer) and pa.types.is_integer(reader):
        (low, high), (lowest, highest) = limits(writer), limits(reader)
        first = [highest + 1] if high > highest else [lowest - 1] if low < lowest else []
    elif pa.types.is_integer(writer) and reader in MANTISSA:
        first = [min(limits(writer)[1], 2 ** MANTISSA[reader] + 1)]
    elif writer in MANTISSA and reader in MANTISSA:
        first = [0.1 if writer == pa.float64() else 1e9]
    tried = [*first, *(value for value in islice(candidates(writer), _MOST_TRIED) if value not in first)]
    return tried or ([None] if is_small(writer) else [])


def distinct_values(data_type: pa.DataType, count: int) -> list[Any]:
    """Return `count` different values of a type of text or bytes; `count` equal values of any other type."""
    if is_text(data_type):
        return [str(number) for number in range(count)]
    if is_bytes(data_type):
        return [str(number).encode() for number in range(count)]
    return [sample(data_type)] * count


def is_text(data_type: pa.DataType) -> bool:
    """Return whether values are text of any length."""
    return data_type in {pa.string(), pa.large_string(), pa.string_view()}


def is_bytes(data_type: pa.DataType) -> bool:
    """Return whether values are bytes of any length."""
    return data_type in {pa.binary(), pa.large_binary(), pa.binary_view()}


def _integers(data_type: pa.DataType) -> list[Any]:
    low, high = limits(data_type)
    return list(dict.fromkeys([1, high, low, 0]))


def _floats(data_type: pa.DataType) -> list[Any]:
    return [0.5, _LARGEST[data_type.bit_width], 0.0, 1.0]


def _decimals(data_type: Any) -> list[Any]:
    digits = (9,) * data_type.precision
    return [Decimal((sign, digits, -data_type.scale)) for sign in (0, 1)] + [Decimal((0, (1,), -data_type.scale))]


def _times(data_type: Any) -> list[Any]:
    return [1, 86_400 * _PER_SECOND[data_type.unit] - 1, 0]


def _dates(data_type: Any) -> list[Any]:
    if data_type == pa.date32():
        return [1, 2**31 - 1, -(2**31), 0]
    most = (2**63 - 1) // _DAY_MS * _DAY_MS
    return [_DAY_MS, most, -most, 0]


def _counts(_: Any) -> list[Any]:
    return [1, 2**63 - 1, -(2**63) + 1, 0]


def _texts(_: Any) -> list[Any]:
    return ["a", "", "1", "é"]


def _bytes(_: Any) -> list[Any]:
    return [b"a", b"", b"\xff"]


def _fixed_bytes(data_type: Any) -> list[Any]:
    return [b"a" * data_type.byte_width, b"\xff" * data_type.byte_width]


def _structs(data_type: Any) -> Iterator[Any]:
    plain = {child.name: sample(child.type) for child in data_type}
    yield plain
    for child in data_type:
        yield from ({**plain, child.name: value} for value in islice(candidates(child.type), 1, None))


def _unions(data_type: Any) -> Iterator[Any]:
    yield from ({child.name: value} for child in data_type for value in _or_null(child.type))


def _maps(data_type: Any) -> Iterator[Any]:
    key, item = sample(data_type.key_type), sample(data_type.item_type)
    yield from ([(key, value)] for value in _or_null(data_type.item_type))
    yield from ([(other_key, item)] for other_key in islice(candidates(data_type.key_type), 1, None))
    yield []


def _lists(data_type: Any) -> Iterator[Any]:
    yield from ([value] for value in _or_null(data_type.value_type))
    yield []


def is_small(data_type: Any) -> bool:
    """Return whether one value of a type has few enough items to be tried and shown."""
    return _items(data_type) <= _MOST_ITEMS


def _items(data_type: Any) -> int:
    """Return how many values one value of a type contains at least, by its fixed-size lists."""
    counts = [_items(data_type.field(number).type) for number in range(data_type.num_fields)]
    size = data_type.list_size if pa.types.is_fixed_size_list(data_type) else 1
    return int(size * max(counts, default=1))


def _fixed_lists(data_type: Any) -> Iterator[Any]:
    if is_small(data_type):
        yield from ([value] * data_type.list_size for value in _or_null(data_type.value_type))


def _or_null(data_type: pa.DataType) -> Iterator[Any]:
    """Yield the values of a type, or null if it has no others."""
    values = candidates(data_type)
    yield next(values, None)
    yield from values


_CANDIDATES: list[tuple[Callable[[pa.DataType], bool], Callable[[Any], Iterable[Any]]]] = [
    (lambda data_type: isinstance(data_type, pa.Bool8Type), lambda _: [1, 0]),
    (lambda data_type: isinstance(data_type, pa.BaseExtensionType), lambda kind: candidates(kind.storage_type)),
    (pa.types.is_dictionary, lambda kind: candidates(kind.value_type)),
    (pa.types.is_run_end_encoded, lambda kind: candidates(kind.value_type)),
    (pa.types.is_boolean, lambda _: [True, False]),
    (pa.types.is_integer, _integers),
    (pa.types.is_floating, _floats),
    (pa.types.is_decimal, _decimals),
    (is_text, _texts),
    (pa.types.is_fixed_size_binary, _fixed_bytes),
    (is_bytes, _bytes),
    (pa.types.is_map, _maps),
    (pa.types.is_fixed_size_list, _fixed_lists),
    (lambda kind: isinstance(kind, LIST_TYPES), _lists),
    (pa.types.is_struct, _structs),
    (pa.types.is_union, _unions),
    (pa.types.is_time, _times),
    (pa.types.is_date, _dates),
    (lambda kind: kind == pa.month_day_nano_interval(), lambda _: [(1, 1, 1)]),
    (pa.types.is_temporal, _counts),
]
