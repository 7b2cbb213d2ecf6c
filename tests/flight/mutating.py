"""A Flight server that passes on what another one answers, with one mutation in the values of one endpoint."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.flight.conform.examination import examination_events
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import Release
from tests.flight.servers import PROJECT

Rows = list[dict[str, Any]]
Mutation = Callable[[Rows, dict[str, Any]], Rows]
"""What becomes of the rows of an answer to these arguments."""
_LIVE, _MOST = 3, 100  # an examination reads fewer batches of a stream that goes on for years


class Mutating(flight.FlightServerBase):  # type: ignore[misc] # pyarrow has no types
    """A server in front of another one: what comes from there for one endpoint is changed."""

    def __init__(self, behind: str, endpoint: str, mutation: Mutation) -> None:
        self.endpoint, self.mutation, self.client = endpoint, mutation, flight.connect(behind)
        super().__init__("grpc://127.0.0.1:0")

    def get_flight_info(self, _context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        with _passing_errors():
            return self.client.get_flight_info(descriptor)

    def do_get(self, _context: Any, ticket: flight.Ticket) -> Any:
        request = json.loads(ticket.ticket)
        with _passing_errors():
            reader = self.client.do_get(ticket)
        batches = (chunk.data for chunk in reader)
        if request["request"].lower() != self.endpoint:
            return flight.GeneratorStream(reader.schema, batches)
        live = self.endpoint == "stream" and request["args"]["end"] is None
        rows = [row for batch in (islice(batches, _LIVE if live else _MOST)) for row in batch.to_pylist()]
        changed = self.mutation(rows, request["args"])
        single = self.endpoint == "stream"
        parts = [[row] for row in changed] if single else [changed] if changed else []
        mutated = (_batch(part, reader.schema) for part in parts)
        return flight.GeneratorStream(reader.schema, chain(mutated, batches if live and changed else ()))

    def do_exchange(self, _context: Any, descriptor: flight.FlightDescriptor, reader: Any, writer: Any) -> None:
        table = reader.read_all()
        there, answered = self.client.do_exchange(descriptor)
        with there:
            there.begin(table.schema)
            there.write_table(table)
            there.done_writing()
            rows = answered.read_all()
        mutated = self.endpoint == json.loads(descriptor.command)["request"].lower()
        writer.begin(rows.schema)
        changed = self.mutation(rows.to_pylist(), {}) if mutated else rows.to_pylist()
        writer.write_batch(_batch(changed, rows.schema))

    def do_action(self, _context: Any, action: flight.Action) -> Iterator[bytes]:
        """Pass on an answer; offer nothing but the listing and the changed endpoint: the rest would take time."""
        for result in self.client.do_action(action):
            answer = json.loads(result.body.to_pybytes())
            offered = {"capabilities": ["find", self.endpoint]} if action.type == "server-info" else {}
            yield json.dumps({**answer, **offered}).encode()


@contextmanager
def mutating(release: Release, endpoint: str, mutation: Mutation) -> Iterator[str]:
    """Yield the location of a server that answers by a release, with this mutation of one endpoint."""
    with MockServer(release) as behind, Mutating(f"grpc://127.0.0.1:{behind.port}", endpoint, mutation) as server:
        yield f"grpc://127.0.0.1:{server.port}"


def findings_of(location: str, **options: Any) -> list[Finding]:
    """Return what is found of a server by an examination in this process, which begins sooner than one of its own."""
    job = {"location": location, "seconds": 30.0, "token": "", "root_certs": "", "root": str(PROJECT), "release": None}
    told = list(examination_events({**job, "may_write": False, **options}))
    assert "end" in told[-1], told[-1]
    found = [event["finding"] for event in told if "finding" in event]
    return [Finding(**{**members, "severity": Severity(members["severity"])}) for members in found]


def _batch(rows: Rows, schema: pa.Schema) -> pa.RecordBatch:
    """Return rows as a batch, also with nulls in columns that have none."""
    arrays = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


@contextmanager
def _passing_errors() -> Iterator[None]:
    """Pass on an error of the other server."""
    try:
        yield
    except flight.FlightError as error:
        raise flight.FlightServerError(str(error).partition(". Detail:")[0]) from error
