"""A schema as the Arrow IPC schema message, which every Arrow library reads.

https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
"""

import pyarrow as pa

from arrakis_schema.errors import ArrakisSchemaError

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"


class SchemaBytesError(ArrakisSchemaError, ValueError):
    """Bytes are not an Arrow IPC schema."""


def schema_bytes(schema: pa.Schema) -> bytes:
    """Return a complete IPC stream of the schema and no batch: the schema message and the end of the stream.

    The same for the same text: the order of metadata, which Arrow does not care about, is that of the schema.
    """
    return bytes(schema.serialize()) + _END_OF_STREAM


def read_schema_bytes(data: bytes) -> pa.Schema:
    """Return the schema that an IPC stream, or a bare schema message, begins with; raises `SchemaBytesError`."""
    try:
        return pa.ipc.read_schema(pa.py_buffer(data))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SchemaBytesError(f"these {len(data)} bytes are not an Arrow IPC schema: {error}") from error
