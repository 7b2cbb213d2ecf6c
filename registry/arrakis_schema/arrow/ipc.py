"""A schema as the Arrow IPC schema message, which every Arrow library reads.

https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
"""

from collections.abc import Iterable

import pyarrow as pa

from arrakis_schema.errors import ArrakisSchemaError

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"


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
