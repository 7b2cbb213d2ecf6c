"""Servers that do not do what they should: raw sockets, and Flight servers that answer something else."""

import contextlib
import http.server
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.arrow import parse_schema, record_batch
from arrakis_schema.flight.mock import REUSE_CONNECTION, MockServer
from arrakis_schema.store.store import open_release

PROJECT = Path(__file__).parent.parent.parent
FIELD = pa.schema([("channel", pa.string())])
WIDE = pa.schema([(f"column {number}", pa.int8()) for number in range(100_000)])
ROW = pa.record_batch({"channel": ["H1:A-B"]})


@contextlib.contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield the location of a TCP server that does this with each connection."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)

        def accept() -> None:
            open_ones = []
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, _ = server.accept()
                    open_ones.append(connection)
                    threading.Thread(target=quietly, args=(behave, connection), daemon=True).start()
            for connection in open_ones:
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"grpc://127.0.0.1:{server.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


def quietly(behave: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        behave(connection)


def silent(connection: socket.socket) -> None:
    del connection


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff\x7f" * 5000)
    connection.close()


def closing(connection: socket.socket) -> None:
    connection.close()


def half_way(port: int, most: int) -> Callable[[socket.socket], None]:
    """Pass on to another port, and close when so many bytes have come back."""

    def behave(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as there:
            threading.Thread(target=quietly, args=(lambda one: pump(one, there), connection), daemon=True).start()
            passed = 0
            while passed < most and (data := there.recv(65536)):
                connection.sendall(data[: most - passed])
                passed += len(data)
        connection.close()

    return behave


def pump(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)


def http2(connection: socket.socket) -> None:
    """Answer each request as a web server that speaks HTTP/2 and finds nothing: 404, without a body."""
    received = connection.makefile("rb")
    received.read(24)  # the preface
    connection.sendall(frame(4, 0, 0))
    while head := received.read(9):
        size, kind, flags, stream = int.from_bytes(head[:3]), head[3], head[4], int.from_bytes(head[5:])
        received.read(size)
        if kind == 4 and not flags:
            connection.sendall(frame(4, 1, 0))
        elif kind == 1:
            connection.sendall(frame(1, 5, stream, b"\x8d"))


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return a frame of HTTP/2: 1 is HEADERS, 4 is SETTINGS."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


@contextlib.contextmanager
def plain_http() -> Iterator[str]:
    class Quiet(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"grpc://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Odd(flight.FlightServerBase):  # type: ignore[misc] # pyarrow has no types
    """A server whose answers to a listing are given; it claims the release `next` and offers only `find`."""

    def __init__(
        self,
        info: Callable[[], Any] | None = None,
        data: Callable[[], Any] | None = None,
        action: bytes = b'{"arrakis_schema_version": "0.6.0", "capabilities": ["find"]}',
    ) -> None:
        self.info, self.data, self.action = info, data, action
        super().__init__("grpc://127.0.0.1:0")

    def __enter__(self) -> Self:
        OVER.clear()
        return self

    def __exit__(self, *_: object) -> None:
        OVER.set()
        self.shutdown()

    @property
    def location(self) -> str:
        return f"grpc://127.0.0.1:{self.port}"

    def do_action(self, _context: Any, action: flight.Action) -> Iterator[bytes]:
        yield self.action if action.type == "server-info" else b"{}"

    def get_flight_info(self, _context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        if self.info is not None:
            return self.info()
        endpoint = flight.FlightEndpoint(b"t", [REUSE_CONNECTION])
        return flight.FlightInfo(FIELD, descriptor, [endpoint], -1, -1)

    def do_get(self, _context: Any, _ticket: flight.Ticket) -> Any:
        return self.data() if self.data else flight.GeneratorStream(FIELD, iter([ROW]))


OVER = threading.Event()


def wait() -> Any:
    """Say nothing for longer than anybody waits, or until the server goes."""
    OVER.wait(30)


def endless() -> flight.GeneratorStream:
    def batches() -> Iterator[pa.RecordBatch]:
        while True:
            yield ROW

    return flight.GeneratorStream(FIELD, batches())


def stopping() -> flight.GeneratorStream:
    def batches() -> Iterator[pa.RecordBatch]:
        yield ROW
        OVER.wait(30)

    return flight.GeneratorStream(FIELD, batches())


def failing() -> flight.GeneratorStream:
    def batches() -> Iterator[pa.RecordBatch]:
        yield ROW
        raise RuntimeError("out of channels")

    return flight.GeneratorStream(FIELD, batches())


def huge() -> flight.RecordBatchStream:
    """Send one batch with a value of 1 GiB."""
    size = 2**30
    offsets = pa.array([0, size], pa.int32()).buffers()[1]
    values = pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.allocate_buffer(size)])
    return flight.RecordBatchStream(pa.table({"channel": values}))


def not_utf8() -> flight.GeneratorStream:
    """Send a text that is none."""
    return _raw(struct.pack("<ii", 0, 2), b"\xff\xfe")


def beyond() -> flight.GeneratorStream:
    """Send a text that ends far beyond its batch."""
    return _raw(struct.pack("<iii", 0, 2_000_000_000, 4), b"abcd")


def _raw(offsets: bytes, data: bytes) -> flight.GeneratorStream:
    """Send a column of texts with these buffers, whatever they hold."""
    array = pa.Array.from_buffers(pa.string(), len(offsets) // 4 - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    return flight.GeneratorStream(FIELD, iter([pa.record_batch([array], schema=FIELD)]))


def wide() -> flight.FlightInfo:
    """Tell of 100,000 columns."""
    return flight.FlightInfo(WIDE, flight.FlightDescriptor.for_command(b""), [], -1, -1)


def deep() -> flight.FlightInfo:
    """Tell of a type that nests very deep."""
    data_type = pa.int8()
    for _ in range(60):
        data_type = pa.list_(data_type)
    return flight.FlightInfo(pa.schema([("channel", data_type)]), flight.FlightDescriptor.for_command(b""), [], -1, -1)


def no_schema() -> flight.FlightInfo:
    """Tell of a schema that is none: the fields 1 (bytes that mean nothing) and 2 (a descriptor) of a FlightInfo."""
    return flight.FlightInfo.deserialize(b"\x0a\x06\xff\xff\xff\xff\x01\x02" + b"\x12\x02\x08\x02")


def elsewhere(location: str) -> Callable[[], flight.FlightInfo]:
    """Send the reader to another server."""

    def info() -> flight.FlightInfo:
        endpoint = flight.FlightEndpoint(b"t", [location])
        return flight.FlightInfo(FIELD, flight.FlightDescriptor.for_command(b""), [endpoint], -1, -1)

    return info


class Drifting(MockServer):
    """The reference server, but for one endpoint, which answers rows of another schema."""

    def __init__(self, endpoint: str, text: str, rows: list[dict[str, Any]], release: str | None = None) -> None:
        self.endpoint, self.schema, self.rows = endpoint, parse_schema(text), rows
        self.claimed = release or "0.6.0"
        super().__init__(open_release(release, PROJECT))

    @property
    def location(self) -> str:
        return f"grpc://127.0.0.1:{self.port}"

    def get_flight_info(self, context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        info = super().get_flight_info(context, descriptor)
        if self.asked(descriptor.command):
            return flight.FlightInfo(self.schema, info.descriptor, info.endpoints, -1, -1)
        return info

    def do_get(self, context: Any, ticket: flight.Ticket) -> Any:
        if not self.asked(ticket.ticket):
            return super().do_get(context, ticket)
        batch = record_batch(pa.schema([pa.field(field.name, field.type) for field in self.schema]), self.rows)
        sent = pa.RecordBatch.from_arrays(batch.columns, schema=self.schema)
        return flight.GeneratorStream(self.schema, iter([sent]))

    def do_action(self, _context: Any, _action: flight.Action) -> Iterator[bytes]:
        """Offer nothing but this endpoint and the listing: the rest would take time."""
        about = {"arrakis_schema_version": self.claimed, "capabilities": ["find", self.endpoint]}
        yield json.dumps(about).encode()

    def asked(self, command: bytes) -> bool:
        return f'"{self.endpoint.title()}"'.encode() in command
