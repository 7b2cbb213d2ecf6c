"""Servers that send clients elsewhere for the data: where `conform` connects, and what is promised there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import flight

from arrakis_schema.cli import main
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import examine
from arrakis_schema.flight.mock.server import MockServer
from arrakis_schema.store.store import open_release
from tests.flight.mutating import mutating
from tests.flight.servers import PROJECT

RELEASE = open_release(root=PROJECT)


class Directory(MockServer):
    """Has no data of its own: it sends clients to other servers, and knows no data types."""

    def __init__(self, *locations: str, names: tuple[str, ...] = ()) -> None:
        self.elsewhere, self.names = locations, names
        super().__init__(RELEASE)

    def get_flight_info(self, context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        info = super().get_flight_info(context, descriptor)
        schema = info.schema
        if "time" in schema.names:
            dummies = [pa.field(name, pa.list_(pa.int32()), metadata={"rate": "32"}) for name in schema.names[1:]]
            schema = pa.schema(
                [schema.field("time"), *(field.with_name(f"{field.name}{''.join(self.names)}") for field in dummies)]
            )
        endpoints = [flight.FlightEndpoint(endpoint.ticket, list(self.elsewhere)) for endpoint in info.endpoints]
        return flight.FlightInfo(schema, info.descriptor, endpoints, -1, -1)

    def do_get(self, _context: Any, _ticket: flight.Ticket) -> Any:
        raise flight.FlightServerError("this server has no data")

    def list_flights(self, _context: Any, _criteria: bytes) -> Iterator[flight.FlightInfo]:
        raise flight.FlightServerError("this server lists no flights")


@contextmanager
def directory(*hosts: str, names: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the location of a server that sends to servers on these hosts."""
    with ExitStack() as stack:
        ports = [stack.enter_context(MockServer(RELEASE)).port for _ in hosts]
        locations = [f"grpc://{host}:{port}" for host, port in zip(hosts, ports, strict=True)]
        server = stack.enter_context(Directory(*locations, names=names))
        yield f"grpc://127.0.0.1:{server.port}"


def test_data_at_another_port_of_the_same_host_is_examined() -> None:
    with directory("127.0.0.1") as location:
        report = examine(Access(location), root=PROJECT, required=["find", "count", "describe", "stream"])
    assert {finding.rule for finding in report.findings} == {"not-examined"}  # what makes a server write
    assert (report.verdict, report.examined["stream"]["types_seen"]) == ("conforms", 2)


def test_another_host_is_asked_only_if_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with directory("localhost") as location:
        assert main(["conform", location]) == 3
        printed = capsys.readouterr().out
        assert "ask there with --follow localhost [not-examined]" in printed
        assert "find: not decided: it answered no request [undecided]" in printed
        assert main(["conform", location, "--follow", "elsewhere.example"]) == 3
        assert main(["conform", location, "--follow", "localhost"]) == 0
        assert main(["conform", location, "--follow", "all"]) == 0


def test_the_first_location_that_may_be_asked_is_asked() -> None:
    with directory("localhost", "127.0.0.1") as location:
        assert examine(Access(location), root=PROJECT).verdict == "conforms"


def test_the_names_in_the_schema_of_a_directory_are_compared() -> None:
    with directory("127.0.0.1", names=("-x",)) as location:
        report = examine(Access(location), root=PROJECT)
    wrong = {(finding.rule, finding.message) for finding in report.findings if finding.severity == "error"}
    said = "stream (FlightInfo): expected the columns time, H1:DMT-DQ_VECTOR, found time, H1:DMT-DQ_VECTOR-x"
    assert ("column-reordered", said) in wrong
    assert all(rule == "column-reordered" for rule, _ in wrong)


def test_every_replica_is_examined_on_demand() -> None:
    with (
        MockServer(RELEASE) as good,
        mutating(RELEASE, "count", lambda rows, _: [{"count": rows[0]["count"] + 1}]) as wrong,
        Directory(f"grpc://127.0.0.1:{good.port}", wrong) as server,
    ):
        location = f"grpc://127.0.0.1:{server.port}"
        assert examine(Access(location), root=PROJECT).verdict == "conforms"
        report = examine(Access(location, replicas=True), root=PROJECT)
    assert {finding.rule for finding in report.findings} == {"count-differs", "not-examined"}


def test_a_server_that_is_gone_is_reported() -> None:
    with Directory("grpc://127.0.0.1:1") as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}", 10), root=PROJECT)
    messages = [finding.message for finding in report.findings if finding.rule == "answer-broken"]
    assert any("the location grpc://127.0.0.1:1 of its data is not reached" in message for message in messages)
