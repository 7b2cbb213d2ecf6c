"""One or more types of every family, and the parameters in which they differ."""

import pyarrow as pa

UNITS = ("s", "ms", "us", "ns")
INT, LONG, TEXT = pa.int32(), pa.int64(), pa.string()
A_OR_B = [pa.field("a", INT), pa.field("b", TEXT)]

TYPES: list[pa.DataType] = [
    *(pa.null(), pa.bool_(), pa.int8(), pa.int16(), INT, LONG, pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
    *(pa.float16(), pa.float32(), pa.float64()),
    *(TEXT, pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()),
    *(pa.binary(4), pa.binary(16), pa.date32(), pa.date64()),
    *(pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")),
    *(pa.timestamp(unit) for unit in UNITS),
    *(pa.timestamp("s", "UTC"), pa.timestamp("ns", "UTC"), pa.timestamp("us", "Europe/Berlin")),
    *(pa.duration(unit) for unit in UNITS),
    pa.month_day_nano_interval(),
    *(pa.decimal32(5, 2), pa.decimal64(5, 2), pa.decimal64(12, 2), pa.decimal128(5, 2), pa.decimal128(9, 2)),
    *(pa.decimal128(9, 3), pa.decimal128(38, 0), pa.decimal256(40, 2), pa.decimal256(76, 0)),
    *(pa.list_(INT), pa.large_list(INT), pa.list_view(INT), pa.large_list_view(INT), pa.list_(INT, 2)),
    *(pa.list_(INT, 3), pa.list_(LONG), pa.list_(TEXT), pa.list_(pa.field("item", INT, nullable=False))),
    *(pa.struct([("x", INT)]), pa.struct([("x", LONG)]), pa.struct([("x", INT), ("y", TEXT)]), pa.struct([])),
    *(pa.struct([("y", TEXT), ("x", INT)]), pa.struct([pa.field("x", INT, nullable=False)])),
    *(pa.map_(TEXT, INT), pa.map_(TEXT, LONG), pa.map_(INT, TEXT), pa.map_(TEXT, INT, keys_sorted=True)),
    *(pa.dictionary(pa.int8(), TEXT), pa.dictionary(INT, TEXT), pa.dictionary(INT, TEXT, ordered=True)),
    *(pa.dictionary(INT, pa.large_string()), pa.dictionary(INT, LONG), pa.dictionary(pa.uint16(), INT)),
    *(pa.run_end_encoded(INT, TEXT), pa.run_end_encoded(INT, INT), pa.run_end_encoded(pa.int16(), INT)),
    *(pa.run_end_encoded(INT, LONG), pa.sparse_union(A_OR_B), pa.dense_union(A_OR_B)),
    *(pa.dense_union([pa.field("a", LONG), A_OR_B[1]]), pa.dense_union(A_OR_B, [3, 4])),
    *(pa.uuid(), pa.bool8(), pa.json_(), pa.opaque(INT, "t", "v"), pa.fixed_shape_tensor(INT, [2])),
]


def family(data_type: pa.DataType) -> str:
    """The name of a family, as `tests/cases/compat/arrow_policy.json` has it."""
    if isinstance(data_type, pa.BaseExtensionType):
        return str(data_type.extension_name)
    if pa.types.is_dictionary(data_type):
        return f"dictionary of {family(data_type.value_type)}"
    return next(name for name, matches in FAMILIES.items() if matches(data_type))


FAMILIES = {
    "null": pa.types.is_null,
    "boolean": pa.types.is_boolean,
    "integer": pa.types.is_integer,
    "float": pa.types.is_floating,
    "decimal": pa.types.is_decimal,
    "text": lambda data_type: data_type in {TEXT, pa.large_string(), pa.string_view()},
    "bytes": lambda data_type: data_type in {pa.binary(), pa.large_binary(), pa.binary_view()},
    "fixed-size bytes": pa.types.is_fixed_size_binary,
    "date": pa.types.is_date,
    "time": pa.types.is_time,
    "timestamp": pa.types.is_timestamp,
    "duration": pa.types.is_duration,
    "interval": lambda data_type: data_type == pa.month_day_nano_interval(),
    "fixed-size list": pa.types.is_fixed_size_list,
    "map": pa.types.is_map,
    "list": lambda data_type: hasattr(data_type, "value_field"),
    "struct": pa.types.is_struct,
    "union": pa.types.is_union,
    "run ends": pa.types.is_run_end_encoded,
}
