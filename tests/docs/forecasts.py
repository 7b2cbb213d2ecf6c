"""A weather service over Flight that answers one request otherwise than its contract says, and what is found of it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.findings.finding import Finding
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import Store
from tests.docs.pages import PROJECT

_CLAIMS = '\n[flight.info]\naction = "server-info"\nrelease = "release"\n'
_SCHEMA = pa.schema([pa.field("day", pa.date32(), nullable=False), ("temperature", pa.decimal128(4, 1))])


def examined(lines: list[dict[str, Any]]) -> list[Finding]:
    """Return what is found of the service: the first line is what it is asked, the last what it does then."""
    asked, does = lines[0].get("asked"), lines[-1]
    with TemporaryDirectory() as folder:
        root = Path(folder, "weather")
        shutil.copytree(PROJECT / "tests/fixtures/weather", root)
        with (root / "schemas/registry.toml").open("a") as settings:
            settings.write(_CLAIMS)
        with Service(Store(root), asked, does) as server:
            report = examine(Access(f"grpc://127.0.0.1:{server.port}"), "next", root=root)
        assert server.was_asked or asked is None, "an example is not a request that is asked"
        return [_at(found, server.port) for found in report.findings]


def _at(found: Finding, port: int) -> Finding:
    """Return a finding with a port that is always the same."""
    place = found.file.replace(f":{port}", ":31206")
    return Finding(place, found.line, found.column, found.rule, found.severity, found.location, found.message)


class Service(MockServer):
    """The reference server, but for what it does when it is asked one request, or which release it claims."""

    def __init__(self, store: Store, asked: Any, does: dict[str, Any]) -> None:
        self.asked, self.does, self.was_asked = asked, does, False
        super().__init__(store.release(None))

    def get_flight_info(self, context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        if json.loads(descriptor.command) != self.asked:
            return super().get_flight_info(context, descriptor)
        self.was_asked = True
        if "rows" not in self.does:
            self.fail()
        endpoint = flight.FlightEndpoint(descriptor.command, [f"grpc://127.0.0.1:{self.port}"])
        return flight.FlightInfo(_SCHEMA, descriptor, [endpoint], -1, -1)

    def do_get(self, context: Any, ticket: flight.Ticket) -> flight.FlightDataStream:
        if json.loads(ticket.ticket) != self.asked:
            return super().do_get(context, ticket)
        return flight.GeneratorStream(_SCHEMA, self.batches())

    def do_action(self, context: Any, action: flight.Action) -> Iterator[bytes]:
        answers = super().do_action(context, action)
        yield from ([json.dumps(self.does).encode()] if "release" in self.does else answers)

    def batches(self) -> Iterator[pa.RecordBatch]:
        texts = [pa.array([row[field.name] for row in self.does["rows"]], pa.string()) for field in _SCHEMA]
        arrays = [text.cast(field.type) for text, field in zip(texts, _SCHEMA, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
        if "raises" in self.does:
            self.fail()

    def fail(self) -> NoReturn:
        name, _, said = self.does["raises"].partition(": ")
        raise getattr(flight, name)(said)
