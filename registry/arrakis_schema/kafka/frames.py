"""The frames of an Arrow IPC stream: where each message begins and ends, and the unpacked size of a batch.

https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

CONTINUATION = b"\xff\xff\xff\xff"
END_OF_STREAM = CONTINUATION + b"\0\0\0\0"
LARGEST = 64 * 1024 * 1024
_PREFIX = 8
_INT32 = struct.Struct("<i")
_INT64 = struct.Struct("<q")
_UINT16 = struct.Struct("<H")
_HEADER, _BUFFERS, _COMPRESSION = 2, 2, 3
_BUFFER_BYTES = 16


class FrameError(Exception):
    """Bytes are not a stream of Arrow IPC messages; the text says why, and at which byte."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: its kind, and where it begins and ends."""

    kind: str
    start: int
    end: int


def head_size(data: bytes) -> int:
    """Return the size in bytes of the first message's head; raises `FrameError` where it is incomplete."""
    if data[:4] != CONTINUATION:
        raise FrameError("it does not begin as an Arrow IPC stream does, with the bytes ff ff ff ff")
    if len(data) < _PREFIX:
        raise FrameError(f"it ends after {len(data)} bytes, in its first head")
    size = _PREFIX + int(_INT32.unpack_from(data, 4)[0])
    if size <= _PREFIX or size > len(data):
        raise FrameError(f"its first head says that it is {size - _PREFIX:,} bytes long, of {len(data):,} in all")
    return size


def frames(data: bytes) -> Iterator[Frame]:
    """Yield the messages, and finally the end of the stream if present; raises `FrameError`."""
    reader, position = pa.BufferReader(pa.py_buffer(data)), 0
    while position < len(data):
        if data[position : position + _PREFIX] == END_OF_STREAM:
            yield Frame("end", position, position + _PREFIX)
            return
        try:
            kind = pa.ipc.read_message(reader).type
        except (pa.ArrowException, OSError, ValueError, EOFError) as error:
            where = f"what begins at byte {position:,}"
            raise FrameError(f"{where} is not an Arrow IPC message: {first_line(error)}") from error
        yield Frame(kind, position, reader.tell())
        position = reader.tell()


def first_line(error: BaseException) -> str:
    """Return the first line of an error message."""
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def unpacked_size(metadata: bytes, body: pa.Buffer) -> int | None:
    """Return the unpacked size that the buffers of a record batch declare; None where they are not compressed.

    pyarrow trusts the declared size, and allocates it. Raises `FrameError`.
    """
    try:
        batch = _find_field(metadata, _INT32.unpack_from(metadata, 0)[0], _HEADER)
        if batch is None:
            raise FrameError("a record batch has no header")
        table = _follow_offset(metadata, batch)
        if _find_field(metadata, table, _COMPRESSION) is None:
            return None
        return sum(_declared_sizes(metadata, table, body))
    except struct.error as error:
        raise FrameError(f"the head of a record batch cannot be read: {error}") from error


def _declared_sizes(metadata: bytes, table: int, body: pa.Buffer) -> Iterator[int]:
    """Yield the unpacked size that each buffer declares."""
    position = _find_field(metadata, table, _BUFFERS)
    if position is None:
        return
    vector = _follow_offset(metadata, position)
    for number in range(_INT32.unpack_from(metadata, vector)[0]):
        start, size = struct.unpack_from("<qq", metadata, vector + 4 + number * _BUFFER_BYTES)
        if size >= _INT64.size and 0 <= start <= body.size - _INT64.size:
            yield max(int(_INT64.unpack(body.slice(start, _INT64.size).to_pybytes())[0]), size)


def _follow_offset(data: bytes, position: int) -> int:
    """Return the position that the offset at a position refers to (flatbuffers: relative to itself)."""
    return int(position + _INT32.unpack_from(data, position)[0])


def _find_field(data: bytes, table: int, number: int) -> int | None:
    """Return the position of a field of a flatbuffers table, or None where the table lacks it."""
    vtable = table - int(_INT32.unpack_from(data, table)[0])
    slot = 4 + 2 * number
    if slot >= _UINT16.unpack_from(data, vtable)[0]:
        return None
    offset = int(_UINT16.unpack_from(data, vtable + slot)[0])
    return table + offset if offset else None
