"""A schema as the bytes of an IPC stream, and as JSON for programs without an Arrow library.

The JSON has the names and types of the integration tests of Arrow:
https://arrow.apache.org/docs/format/Integration.html#json-test-data-format
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

import pyarrow as pa

from arrakis_schema.errors import ArrakisSchemaError

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
_UNITS = {"s": "SECOND", "ms": "MILLISECOND", "us": "MICROSECOND", "ns": "NANOSECOND"}


class SchemaBytesError(ArrakisSchemaError, ValueError):
    """Bytes are not an Arrow IPC schema, or a schema cannot be written as one."""


def schema_bytes(schema: pa.Schema) -> bytes:
    """Return a complete IPC stream of the schema and no batch: the schema message and the end of the stream.

    Deterministic: the metadata is written in the order of the schema. Raises `SchemaBytesError` for a schema that the
    format cannot represent: a field has one slot for an extension and one for a dictionary, so neither can be nested
    directly inside another of its kind.
    """
    data = bytes(schema.serialize())
    try:
        pairs = zip(schema, read_schema_bytes(data), strict=True)
        lost = next((field for field, read in pairs if not _is_same(field, read)), None)
    except SchemaBytesError as error:
        raise SchemaBytesError(f"Arrow IPC cannot carry this schema: {error}") from error
    if lost is not None:
        raise SchemaBytesError(f"Arrow IPC cannot carry the type of the field {lost.name!r}: {lost.type}")
    return data + _END_OF_STREAM


def _is_same(field: pa.Field, read: pa.Field) -> bool:
    """Return whether a field was read as it was written; pyarrow compares run ends without the extensions in them."""
    return bool(field == read) and str(field.type) == str(read.type)


def read_schema_bytes(data: bytes) -> pa.Schema:
    """Return the schema that an IPC stream, or a bare schema message, begins with; raises `SchemaBytesError`."""
    try:
        schema = pa.ipc.read_schema(pa.py_buffer(data))
        _read_names(schema)
    except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
        raise SchemaBytesError(f"these {len(data)} bytes are not an Arrow IPC schema: {error}") from error
    return schema


def _read_names(fields: Iterable[pa.Field]) -> None:
    """Read the name of each field at any depth; raises `UnicodeDecodeError` for one that is not UTF-8."""
    for field in fields:
        _ = field.name
        data_type = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
        inner = data_type.value_type if isinstance(data_type, pa.DictionaryType) else data_type
        _read_names(inner.field(number) for number in range(inner.num_fields))


def to_json(schema: pa.Schema) -> dict[str, Any]:
    """Return the schema as an object with `fields` and `metadata`; dictionaries are numbered from 0.

    Raises `SchemaBytesError` for a schema that `schema_bytes` cannot write either.
    """
    schema_bytes(schema)
    ids = count()
    return {"fields": [_field(field, ids) for field in schema], **_metadata(schema.metadata)}


def _field(field: pa.Field, ids: Iterator[int]) -> dict[str, Any]:
    """Return one field; a dictionary appears as the type of its values, an extension as its storage type."""
    data_type, extra, metadata = field.type, {}, dict(field.metadata or {})
    if isinstance(data_type, pa.BaseExtensionType):
        metadata |= _extension(data_type)
        data_type = data_type.storage_type
    if isinstance(data_type, pa.DictionaryType):
        index = {"id": next(ids), "indexType": _type(data_type.index_type), "isOrdered": data_type.ordered}
        extra, data_type = {"dictionary": index}, data_type.value_type
    return {
        "name": field.name,
        "nullable": field.nullable,
        "type": _type(data_type),
        "children": [_field(data_type.field(number), ids) for number in range(data_type.num_fields)],
        **extra,
        **_metadata(metadata),
    }


def _metadata(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    """Return the pairs of metadata, or nothing if there are none."""
    texts = [[part.decode("utf-8", "surrogateescape") for part in pair] for pair in (metadata or {}).items()]
    return {"metadata": [{"key": key, "value": value} for key, value in texts]} if texts else {}


def _extension(data_type: pa.BaseExtensionType) -> dict[bytes, bytes]:
    """Return the metadata that marks an extension type."""
    parameters = _PARAMETERS.get(type(data_type), lambda _: None)(data_type)
    text = "" if parameters is None else json.dumps(parameters, separators=(",", ":"))
    return {
        b"ARROW:extension:name": data_type.extension_name.encode(),
        b"ARROW:extension:metadata": text.encode(),
    }


def _tensor(data_type: Any) -> dict[str, Any]:
    parts = {"shape": data_type.shape, "dim_names": data_type.dim_names, "permutation": data_type.permutation}
    return {name: value for name, value in parts.items() if value is not None}


_PARAMETERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    pa.OpaqueType: lambda opaque: {"type_name": opaque.type_name, "vendor_name": opaque.vendor_name},
    pa.FixedShapeTensorType: _tensor,
}


def _type(data_type: pa.DataType) -> dict[str, Any]:
    """Return the type and its parameters."""
    return TYPES[data_type.id](data_type)


def _constant_entry(name: str, **parameters: object) -> Callable[[Any], dict[str, Any]]:
    """Return the entry of a type whose parameters are fixed."""
    return lambda _: {"name": name, **parameters}


def _int(data_type: Any) -> dict[str, Any]:
    return {"name": "int", "bitWidth": data_type.bit_width, "isSigned": pa.types.is_signed_integer(data_type)}


def _decimal(data_type: Any) -> dict[str, Any]:
    precision, scale = data_type.precision, data_type.scale
    return {"name": "decimal", "precision": precision, "scale": scale, "bitWidth": data_type.bit_width}


def _timestamp(data_type: Any) -> dict[str, Any]:
    zone = {} if data_type.tz is None else {"timezone": data_type.tz}
    return {"name": "timestamp", "unit": _UNITS[data_type.unit], **zone}


def _time(data_type: Any) -> dict[str, Any]:
    return {"name": "time", "unit": _UNITS[data_type.unit], "bitWidth": data_type.bit_width}


def _union(data_type: Any) -> dict[str, Any]:
    return {"name": "union", "mode": data_type.mode.upper(), "typeIds": data_type.type_codes}


TYPES: dict[int, Callable[[Any], dict[str, Any]]] = {
    pa.lib.Type_NA: _constant_entry("null"),
    pa.lib.Type_BOOL: _constant_entry("bool"),
    **dict.fromkeys((pa.lib.Type_INT8, pa.lib.Type_INT16, pa.lib.Type_INT32, pa.lib.Type_INT64), _int),
    **dict.fromkeys((pa.lib.Type_UINT8, pa.lib.Type_UINT16, pa.lib.Type_UINT32, pa.lib.Type_UINT64), _int),
    pa.lib.Type_HALF_FLOAT: _constant_entry("floatingpoint", precision="HALF"),
    pa.lib.Type_FLOAT: _constant_entry("floatingpoint", precision="SINGLE"),
    pa.lib.Type_DOUBLE: _constant_entry("floatingpoint", precision="DOUBLE"),
    pa.lib.Type_STRING: _constant_entry("utf8"),
    pa.lib.Type_LARGE_STRING: _constant_entry("largeutf8"),
    pa.lib.Type_STRING_VIEW: _constant_entry("utf8view"),
    pa.lib.Type_BINARY: _constant_entry("binary"),
    pa.lib.Type_LARGE_BINARY: _constant_entry("largebinary"),
    pa.lib.Type_BINARY_VIEW: _constant_entry("binaryview"),
    pa.lib.Type_FIXED_SIZE_BINARY: lambda binary: {"name": "fixedsizebinary", "byteWidth": binary.byte_width},
    pa.lib.Type_DECIMAL32: _decimal,
    pa.lib.Type_DECIMAL64: _decimal,
    pa.lib.Type_DECIMAL128: _decimal,
    pa.lib.Type_DECIMAL256: _decimal,
    pa.lib.Type_DATE32: _constant_entry("date", unit="DAY"),
    pa.lib.Type_DATE64: _constant_entry("date", unit="MILLISECOND"),
    pa.lib.Type_TIME32: _time,
    pa.lib.Type_TIME64: _time,
    pa.lib.Type_TIMESTAMP: _timestamp,
    pa.lib.Type_DURATION: lambda duration: {"name": "duration", "unit": _UNITS[duration.unit]},
    pa.lib.Type_INTERVAL_MONTH_DAY_NANO: _constant_entry("interval", unit="MONTH_DAY_NANO"),
    pa.lib.Type_STRUCT: _constant_entry("struct"),
    pa.lib.Type_LIST: _constant_entry("list"),
    pa.lib.Type_LARGE_LIST: _constant_entry("largelist"),
    pa.lib.Type_LIST_VIEW: _constant_entry("listview"),
    pa.lib.Type_LARGE_LIST_VIEW: _constant_entry("largelistview"),
    pa.lib.Type_FIXED_SIZE_LIST: lambda fixed: {"name": "fixedsizelist", "listSize": fixed.list_size},
    pa.lib.Type_MAP: lambda mapping: {"name": "map", "keysSorted": mapping.keys_sorted},
    pa.lib.Type_DENSE_UNION: _union,
    pa.lib.Type_SPARSE_UNION: _union,
    pa.lib.Type_RUN_END_ENCODED: _constant_entry("runendencoded"),
}
