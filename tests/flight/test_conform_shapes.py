"""A stream of another shape than the document says is found: each mutation gives its finding."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import flight

from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release
from tests.flight.mutating import findings_of
from tests.flight.servers import PROJECT

pytestmark = pytest.mark.usefixtures("in_process")
RELEASE = open_release(root=PROJECT)
Change = Callable[[pa.Field], pa.Field]


class Reshaping(MockServer):
    """The reference server, but for its streams: each field is changed, and so is each request in a ticket."""

    def __init__(self, change: Change, ticket: dict[str, Any], *, fails: bool = False) -> None:
        self.change, self.ticket, self.fails = change, ticket, fails
        super().__init__(RELEASE)

    def get_flight_info(self, context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        info = super().get_flight_info(context, descriptor)
        request = json.loads(info.endpoints[0].ticket.ticket)
        if request["request"] != "Stream":
            return info
        request["args"] |= self.ticket
        endpoint = flight.FlightEndpoint(json.dumps(request).encode(), info.endpoints[0].locations)
        return flight.FlightInfo(self.reshape(info.schema), info.descriptor, [endpoint], -1, -1)

    def do_get(self, context: Any, ticket: flight.Ticket) -> Any:
        if b'"Stream"' not in ticket.ticket:
            return super().do_get(context, ticket)
        with MockServer(RELEASE) as behind, flight.connect(f"grpc://127.0.0.1:{behind.port}") as client:
            reader = client.do_get(ticket)
            batches = [reader.read_chunk().data for _ in range(2)]
            reader.cancel()
        return flight.GeneratorStream(self.reshape(batches[0].schema), self.reshaped(batches))

    def reshaped(self, batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = [column.cast(self.change(field).type) for field, column in zip(batch.schema, batch, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=self.reshape(batch.schema))
            if self.fails:
                raise RuntimeError("out of data")

    def reshape(self, schema: pa.Schema) -> pa.Schema:
        return pa.schema([self.change(field) for field in schema])

    def do_action(self, _context: Any, _action: flight.Action) -> Iterator[bytes]:
        yield json.dumps({"arrakis_schema_version": RELEASE.version, "capabilities": ["find", "stream"]}).encode()


def time(change: Change) -> Change:
    """Change the column of times."""
    return lambda field: change(field) if field.name == "time" else field


def lists(change: Change) -> Change:
    """Change the columns of samples."""
    return lambda field: field if field.name == "time" else change(field)


def item(change: Change) -> Change:
    """Change the items of the columns of samples."""
    return lists(lambda field: field.with_type(pa.list_(change(field.type.value_field))))


SAME: Change = lambda field: field  # noqa: E731
SHAPES: dict[str, tuple[Change, dict[str, Any], str]] = {
    "times without a sign": (time(lambda field: field.with_type(pa.uint64())), {}, "type-changed"),
    "times as timestamps": (time(lambda field: field.with_type(pa.timestamp("ns"))), {}, "type-changed"),
    "times that may be null": (time(lambda field: field.with_nullable(nullable=True)), {}, "nullable-loosened"),
    "another name of the times": (time(lambda field: field.with_name("t")), {}, "column-removed"),
    "no rate": (lists(lambda field: field.remove_metadata()), {}, "metadata-changed"),
    "another rate": (lists(lambda field: field.with_metadata({"rate": "7"})), {}, "metadata-changed"),
    "a rate with a fraction": (lists(lambda field: field.with_metadata({"rate": "16384.0"})), {}, "metadata-changed"),
    "lists that are never null": (lists(lambda field: field.with_nullable(nullable=False)), {}, "nullable-tightened"),
    "large lists": (lists(lambda field: field.with_type(pa.large_list(field.type.value_field))), {}, "encoding-changed"),
    "items of another type": (item(lambda field: field.with_type(pa.float32())), {}, "type-changed"),
    "items of another name": (item(lambda field: field.with_name("element")), {}, "type-changed"),
    "another name of a channel": (lists(lambda field: field.with_name("H1:OTHER")), {}, "column-added"),
    "a ticket of another time": (SAME, {"start": 10**18, "end": 10**18 + 10**9}, "time-outside"),
    "a ticket of other channels": (SAME, {"channels": ["L1:GDS-CALIB_STRAIN"]}, "row-missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_another_shape_is_found(name: str) -> None:
    change, ticket, rule = SHAPES[name]
    with Reshaping(change, ticket) as server:
        findings = findings_of(f"grpc://127.0.0.1:{server.port}")
    found = [finding for finding in findings if finding.rule == rule]
    assert found, findings
    assert all("/stream/" in finding.file and finding.severity != "notice" for finding in found)


def test_an_error_in_a_stream_is_found() -> None:
    with Reshaping(SAME, {}, fails=True) as server:
        findings = findings_of(f"grpc://127.0.0.1:{server.port}")
    assert "answer-broken" in {finding.rule for finding in findings}
