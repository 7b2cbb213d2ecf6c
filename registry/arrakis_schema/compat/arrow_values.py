"""Values of Arrow types that make a difference bite: the extremes of a type, or else any value."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

MANTISSA = {pa.float16(): 11, pa.float32(): 24, pa.float64(): 53}
_INTEGERS = {f"{sign}int{bits}": (bits, sign == "") for bits in (8, 16, 32, 64) for sign in ("", "u")}


def limits(data_type: pa.DataType) -> tuple[int, int]:
    """Return the least and the greatest integer of an integer type."""
    bits, signed = _INTEGERS[str(data_type)]
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def sample(data_type: pa.DataType) -> Any:
    """Return a value of a type, as `pyarrow.array` takes it; None where there is nothing simple."""
    return next((make(data_type) for test, make in _SAMPLES if test(data_type)), None)


def biting(writer: pa.DataType, reader: pa.DataType) -> Any:
    """Return a value of the writer's type that the reader's type lacks, or else any."""
    if pa.types.is_integer(writer) and pa.types.is_integer(reader):
        (low, high), (lowest, highest) = limits(writer), limits(reader)
        return highest + 1 if high > highest else lowest - 1 if low < lowest else high
    if pa.types.is_integer(writer) and pa.types.is_floating(reader):
        return min(limits(writer)[1], 2 ** MANTISSA[reader] + 1)
    if pa.types.is_floating(writer) and pa.types.is_floating(reader):
        return 0.1 if writer == pa.float64() else 1e9
    if pa.types.is_decimal(writer):
        return _decimal(writer)
    return 1 if _counts_time(writer) else sample(writer)


def _counts_time(data_type: pa.DataType) -> bool:
    """Tell whether values are a number of units of time."""
    return bool(pa.types.is_timestamp(data_type) or pa.types.is_duration(data_type) or pa.types.is_time(data_type))


def _decimal(data_type: Any) -> Any:
    from decimal import Decimal  # noqa: PLC0415 - rarely needed

    return Decimal(10**data_type.precision - 1).scaleb(-data_type.scale)


def _struct(data_type: Any) -> dict[str, Any]:
    return {child.name: sample(child.type) for child in data_type}


_SAMPLES: list[tuple[Callable[[pa.DataType], bool], Callable[[Any], Any]]] = [
    (lambda data_type: isinstance(data_type, pa.BaseExtensionType), lambda kind: sample(kind.storage_type)),
    (pa.types.is_dictionary, lambda kind: sample(kind.value_type)),
    (pa.types.is_run_end_encoded, lambda kind: sample(kind.value_type)),
    (pa.types.is_boolean, lambda _: True),
    (pa.types.is_integer, lambda _: 1),
    (pa.types.is_floating, lambda _: 0.5),
    (pa.types.is_decimal, _decimal),
    (
        lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view(),
        lambda _: "a",
    ),
    (pa.types.is_fixed_size_binary, lambda kind: b"a" * kind.byte_width),
    (
        lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or kind == pa.binary_view(),
        lambda _: b"a",
    ),
    (pa.types.is_map, lambda kind: [(sample(kind.key_type), sample(kind.item_type))]),
    (pa.types.is_fixed_size_list, lambda kind: [sample(kind.value_type)] * kind.list_size),
    (lambda kind: hasattr(kind, "value_field"), lambda kind: [sample(kind.value_type)]),
    (pa.types.is_struct, _struct),
    (lambda kind: pa.types.is_temporal(kind) and kind != pa.month_day_nano_interval(), lambda _: 0),
]
