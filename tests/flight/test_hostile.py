"""Whatever a server does, the examination ends in time, in bounded memory, with one clear answer."""

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import flight

from arrakis_schema.flight.conform.call_errors import RefusedError, UnimplementedError, failure
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import Report, UnexaminedError, examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release
from tests.flight import servers
from tests.flight.servers import PROJECT, Odd, listening, plain_http

SECONDS = 6.0


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Hold every test to its time, and the process that examines to its memory."""
    begun, largest = monotonic(), _largest_child()
    yield
    assert monotonic() - begun < SECONDS + 12
    assert _largest_child() < 800 * 1024 or _largest_child() == largest, "an earlier test had a larger one"


def _largest_child() -> int:
    """Return the memory of the largest process so far that this one has waited for, in KiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def examined(location: str) -> Report:
    return examine(Access(location, SECONDS), root=PROJECT)


Server = Callable[[], AbstractContextManager[str]]
NO_SERVERS: dict[str, tuple[Server, str]] = {
    "nobody listens": (lambda: nullcontext("grpc://127.0.0.1:1"), "cannot be reached"),
    "no such host": (lambda: nullcontext("grpc://no-such-host.invalid:1"), "cannot be reached"),
    "no location": (lambda: nullcontext("grpc://"), "cannot be reached"),
    "no port": (lambda: nullcontext("grpc://127.0.0.1:notaport"), "cannot be reached"),
    "TCP that says nothing": (lambda: listening(servers.silent), "does not answer as a Flight server in time"),
    "garbage": (lambda: listening(servers.garbage), "cannot be reached"),
    "closed at once": (lambda: listening(servers.closing), "cannot be reached"),
    "plain HTTP": (plain_http, "cannot be reached"),
    "HTTP/2": (lambda: listening(servers.http2), "is not a Flight server: Received http2 header with status: 404"),
}


@pytest.mark.parametrize("name", NO_SERVERS)
def test_what_is_no_flight_server_is_not_examined(name: str) -> None:
    server, said = NO_SERVERS[name]
    with server() as location, pytest.raises(UnexaminedError) as caught:
        examined(location)
    assert said in str(caught.value)
    assert location in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


ODD_SERVERS: dict[str, tuple[dict[str, Any], str, str]] = {
    "says nothing to a request": ({"info": servers.wait}, "undecided", "it did not finish in time"),
    "never ends": ({"data": servers.endless}, "not-examined", "it continues after"),
    "stops in the middle": ({"data": servers.stopping}, "column-removed", ""),
    "says no data": ({"data": servers.wait}, "undecided", "it did not finish in time"),
    "fails in the middle": ({"data": servers.failing}, "answer-broken", "after 1 batch: out of channels"),
    "sends a batch of 1 GiB": ({"data": servers.huge}, "undecided answer-broken", ""),
    "sends a text that is no UTF-8": ({"data": servers.not_utf8}, "answer-broken", "not Arrow data: "),
    "sends a text beyond its data": ({"data": servers.beyond}, "answer-broken", "not Arrow data: "),
    "tells of 100,000 columns": ({"info": servers.wide}, "column-added", "100,000 columns"),
    "nests deep": ({"info": servers.deep}, "type-changed", ""),
    "has no schema": ({"info": servers.no_schema}, "answer-broken", "no schema"),
    "sends elsewhere": (
        {"info": servers.elsewhere("grpc://127.0.0.1:1")},
        "answer-broken",
        "location grpc://127.0.0.1:1",
    ),
    "sends to no server": (
        {"info": servers.elsewhere("http://x.invalid")},
        "not-examined",
        "the data is at http://x.invalid: allow it with --follow x.invalid",
    ),
    "sends to a file": (
        {"info": servers.elsewhere("grpc+unix:///tmp/x")},
        "not-examined",
        "allow it with --follow all",
    ),
    "sends nothing": ({"data": lambda: None}, "request-refused", ""),
    "answers no FlightInfo": ({"info": lambda: 7}, "request-refused", ""),
}


@pytest.mark.parametrize("name", ODD_SERVERS)
def test_a_flight_server_that_misbehaves_is_reported(name: str) -> None:
    behaviour, rule, said = ODD_SERVERS[name]
    with Odd(**behaviour) as server:
        report = examined(server.location)
    found = [finding.message for finding in report.findings if finding.rule in rule.split()]
    assert any(said in message for message in found), report.findings
    assert not report.conforms or report.undecided or rule == "not-examined"
    assert all(len(finding.message) < 1000 for finding in report.findings)


def test_a_server_that_sends_to_a_web_server_is_reported() -> None:
    with listening(servers.http2) as location, Odd(info=servers.elsewhere(location)) as server:
        report = examined(server.location)
    (broken,) = [finding.message for finding in report.findings if finding.rule == "answer-broken"]
    assert f"the location {location} of its data cannot be reached: what answers there is not a Flight server" in broken


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (b"", "does not name its release"),
        (b"[" * 100_000, "does not name its release"),
        (b"[]", "does not name its release"),
        (b'{"arrakis_schema_version": 7}', "does not name its release"),
        (b'{"arrakis_schema_version": "9.9.9"}', "there is no release '9.9.9'"),
        (b'{"arrakis_schema_version": "../../etc"}', "there is no release '../../etc'"),
        (b'{"arrakis_schema_version": "' + b"x" * 1_000_000 + b'"}', "there is no release 'xxx"),
    ],
)
def test_a_server_that_claims_no_release_is_not_examined(action: bytes, said: str) -> None:
    with Odd(action=action) as server, pytest.raises(UnexaminedError) as caught:
        examined(server.location)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 500


RAISED: dict[str, tuple[Exception, type[RefusedError], bool, str]] = {
    "in words": (flight.FlightServerError("days: at most 14"), RefusedError, False, "days: at most 14"),
    "not found": (KeyError("no station X"), RefusedError, False, "no station X"),
    "invalid": (ValueError("days: at most 14"), RefusedError, False, "days: at most 14"),
    "without a reason": (ValueError(), RefusedError, True, "internal error"),
    "by accident": (ZeroDivisionError("division by zero"), RefusedError, True, "division by zero"),
    "internal": (flight.FlightInternalError("oh"), RefusedError, True, "oh"),
    "not implemented": (NotImplementedError(), UnimplementedError, False, "it does not implement GetFlightInfo"),
    "not for you": (
        NotImplementedError("ask me"),
        UnimplementedError,
        False,
        "it does not implement GetFlightInfo: ask me",
    ),
}


class Raising(flight.FlightServerBase):  # type: ignore[misc] # pyarrow has no types
    """A server that raises one of these."""

    def get_flight_info(self, _context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        raise RAISED[descriptor.command.decode()][0]


def test_a_refusal_is_told_from_a_fault_of_the_server() -> None:
    with Raising("grpc://127.0.0.1:0") as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        for name, (_, kind, internal, reason) in RAISED.items():
            with pytest.raises(pa.ArrowException) as caught:
                client.get_flight_info(flight.FlightDescriptor.for_command(name.encode()))
            failed = failure(caught.value, "GetFlightInfo")
            assert (type(failed), str(failed)) == (kind, reason), name
            assert isinstance(failed, RefusedError)
            assert failed.internal is internal, name


@pytest.mark.parametrize("most", [20, 200, 2000, 9000])
def test_a_connection_that_breaks_is_no_verdict(most: int) -> None:
    with MockServer(open_release(root=PROJECT)) as server, listening(servers.half_way(server.port, most)) as location:
        try:
            report = examined(location)
        except UnexaminedError as error:
            assert location in str(error)  # noqa: PT017 - either is an answer
        else:
            assert report.undecided or not report.conforms


def test_a_server_that_offers_nothing_is_undecided() -> None:
    with Odd(action=b'{"arrakis_schema_version": "0.6.0", "capabilities": []}') as server:
        report = examined(server.location)
    assert report.undecided
    assert report.conforms
    assert "answered no request" in report.findings[-1].message


ODD_ROWS = {
    "lists": {"channel": [["H1:A-B"]], "data_type": [["int8"]], "sample_rate": [[1]]},
    "objects": {"channel": [{"a": 1}], "data_type": [{"a": "int8"}], "sample_rate": [{"a": 1}]},
    "nothing": {"channel": [None], "data_type": [None], "sample_rate": [None]},
    "times": {
        "channel": pa.array([2**62], pa.timestamp("ns", "Mars/Phobos")),
        "data_type": pa.array([2**62], pa.date64()),
        "sample_rate": pa.array([1], pa.duration("ns")),
    },
    "odd text": {"channel": ["\x00\u202e" * 1000], "data_type": ["{data_type}"], "sample_rate": [-1]},
}


@pytest.mark.parametrize("name", ODD_ROWS)
def test_rows_that_mean_nothing_are_words_and_no_more(name: str) -> None:
    table = pa.table(ODD_ROWS[name])
    action = b'{"arrakis_schema_version": "0.6.0"}'
    with Odd(data=lambda: flight.RecordBatchStream(table), action=action) as server:
        report = examined(server.location)
    assert not report.conforms
    assert not any("cannot be examined" in found.message for found in report.findings), report.findings
    assert all(found.message.isprintable() for found in report.findings)
