"""Servers that send clients elsewhere for the data: where `conform` connects, and what is expected there."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import flight

from arrakis_schema.cli import main
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release
from tests.flight.mutating import findings_of, mutating
from tests.flight.servers import PROJECT

pytestmark = pytest.mark.usefixtures("in_process")
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
        assert "allow it with --follow localhost [not-examined]" in printed
        assert "find: undecided: it answered no request [undecided]" in printed
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


class Telling(MockServer):
    """Tells something else in the FlightInfo of one endpoint."""

    def __init__(self, endpoint: str, *, times: int = 1, total: int = -1) -> None:
        self.endpoint, self.times, self.total = endpoint, times, total
        super().__init__(RELEASE)

    def get_flight_info(self, context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        info = super().get_flight_info(context, descriptor)
        if json.loads(descriptor.command)["request"].lower() != self.endpoint:
            return info
        return flight.FlightInfo(info.schema, info.descriptor, info.endpoints * self.times, self.total, -1)


@pytest.mark.parametrize(
    ("endpoint", "told", "rule"),
    [
        ("find", {"times": 2}, "row-repeated"),
        ("describe", {"times": 2}, "row-repeated"),
        ("stream", {"times": 2}, "row-repeated"),
        ("count", {"times": 2}, "count-differs"),
        ("find", {"total": 1_000_000}, "count-differs"),
        ("describe", {"total": 0}, "count-differs"),
    ],
)
def test_an_endpoint_twice_and_a_wrong_total_are_found(endpoint: str, told: dict[str, int], rule: str) -> None:
    with Telling(endpoint, **told) as server:
        findings = findings_of(f"grpc://127.0.0.1:{server.port}")
    wrong = [finding for finding in findings if finding.severity == "error"]
    assert rule in {finding.rule for finding in wrong if f"/{endpoint}/" in finding.file}, findings


def test_two_servers_may_have_the_same_channels() -> None:
    class Both(Directory):
        def get_flight_info(self, context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
            info = super().get_flight_info(context, descriptor)
            if json.loads(descriptor.command)["request"] == "Stream":
                return info
            endpoints = [
                flight.FlightEndpoint(one.ticket, [place]) for one in info.endpoints for place in one.locations
            ]
            return flight.FlightInfo(info.schema, info.descriptor, endpoints, -1, -1)

    with MockServer(RELEASE) as old, MockServer(RELEASE) as new, Both() as server:
        server.elsewhere = tuple(f"grpc://127.0.0.1:{data.port}" for data in (old, new))
        findings = findings_of(f"grpc://127.0.0.1:{server.port}")
    assert "row-repeated" not in {finding.rule for finding in findings}


def test_a_server_that_is_gone_is_reported() -> None:
    with Directory("grpc://127.0.0.1:1") as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}", 10), root=PROJECT)
    messages = [finding.message for finding in report.findings if finding.rule == "answer-broken"]
    assert any("the location grpc://127.0.0.1:1 of its data cannot be reached" in message for message in messages)
