"""The reference server answers by the contract, and refuses in words; the command runs it until it is interrupted."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import flight

from arrakis_schema import descriptor, parse_ticket, payload_schema, validate
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.store.store import open_store
from tests.flight.servers import PROJECT

STORE = open_store(PROJECT)
STRAIN, VECTOR = "H1:GDS-CALIB_STRAIN", "H1:DMT-DQ_VECTOR"
SECOND = 1_000_000_000
START = 1187000000 * SECOND


@pytest.fixture(scope="module")
def client() -> Iterator[flight.FlightClient]:
    with MockServer(STORE.release(None)) as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        yield client


def get(client: flight.FlightClient, name: str, **args: Any) -> pa.Table:
    info = client.get_flight_info(descriptor(name, **args))
    (endpoint,) = info.endpoints
    table = client.do_get(endpoint.ticket).read_all()
    assert table.schema.equals(info.schema, check_metadata=True)
    return table


@pytest.mark.parametrize(
    ("args", "names"),
    [
        ({}, [STRAIN, "L1:GDS-CALIB_STRAIN", VECTOR]),
        ({"pattern": "H1:"}, [STRAIN, VECTOR]),
        ({"pattern": "GDS"}, []),
        ({"data_type": ["uint32", "int8"]}, [VECTOR]),
        ({"min_rate": 17}, [STRAIN, "L1:GDS-CALIB_STRAIN"]),
        ({"max_rate": 16}, [VECTOR]),
        ({"publisher": ["L1_DAQ"]}, ["L1:GDS-CALIB_STRAIN"]),
    ],
)
def test_find_and_count_go_by_their_arguments(
    client: flight.FlightClient, args: dict[str, Any], names: list[str]
) -> None:
    assert get(client, "find", **args)["channel"].to_pylist() == names
    assert get(client, "count", **args).to_pylist() == [{"count": len(names)}]


def test_a_stream_goes_from_start_to_end(client: flight.FlightClient) -> None:
    rows = get(client, "describe", channels=[VECTOR, STRAIN])
    assert rows["channel"].to_pylist() == [VECTOR, STRAIN]
    table = get(client, "stream", channels=[STRAIN, VECTOR], start=START, end=START + SECOND)
    assert table.schema.equals(payload_schema("stream", channels=rows), check_metadata=True)
    assert table["time"].to_pylist() == list(range(START, START + SECOND, SECOND // 16))
    assert {len(samples) for samples in table[STRAIN].to_pylist()} == {1024}
    assert {len(samples) for samples in table[VECTOR].to_pylist()} == {1}


def test_a_live_stream_goes_on_until_the_client_leaves(client: flight.FlightClient) -> None:
    info = client.get_flight_info(descriptor("stream", channels=[VECTOR]))
    reader = client.do_get(info.endpoints[0].ticket)
    times = [reader.read_chunk().data["time"][0].as_py() for _ in range(3)]
    reader.cancel()
    assert [later - sooner for sooner, later in pairwise(times)] == [SECOND // 16] * 2


def test_an_exchange_completes_the_rows(client: flight.FlightClient) -> None:
    rows = [{"channel": name, "data_type": "int8", "sample_rate": 1} for name in ("H1:A-X", "H1:A-Y")]
    writer, reader = client.do_exchange(descriptor("partition", publisher_id="H1_DAQ"))
    with writer:
        writer.begin(payload_schema("partition"))
        writer.write_table(pa.Table.from_pylist(rows, payload_schema("partition")))
        writer.done_writing()
        answered = reader.read_all()
    added = [{"partition_id": "H1_DAQ_0001", "partition_index": number} for number in range(2)]
    assert answered.to_pylist() == [{**row, **more} for row, more in zip(rows, added, strict=True)]
    assert answered.schema == payload_schema("partition")


def test_tickets_are_valid_requests_of_the_release() -> None:
    with MockServer(STORE.release("0.1.2")) as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        info = client.get_flight_info(descriptor("find", "0.1.2"))
    request = parse_ticket(info.endpoints[0])
    validate(request, "0.1.2")
    assert "version" not in request


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"request": "Fnid", "args": {}}, "request: expected one of "),
        (
            {"request": "Publish", "args": {"publisher_id": ""}},
            "args.publisher_id: expected at least 1 character, found",
        ),
        ({"request": "Publish", "args": {"publisher_id": "a", "x": 1}}, "args.x: expected one of the members"),
        (
            {"request": "Describe", "args": {"channels": ["H1:NO"], "time": None}},
            "there is no channel 'H1:NO'; there are",
        ),
        (7, "it is a number, not an object"),
    ],
)
def test_a_refusal_says_field_and_reason(client: flight.FlightClient, request_: Any, said: str) -> None:
    command = json.dumps(request_).encode()
    with pytest.raises(flight.FlightServerError) as caught:
        client.get_flight_info(flight.FlightDescriptor.for_command(command))
    assert said in str(caught.value)
    with pytest.raises(flight.FlightServerError) as caught:
        client.do_get(flight.Ticket(command)).read_all()
    assert said in str(caught.value)


def test_what_is_exchanged_is_not_got(client: flight.FlightClient) -> None:
    ticket = client.get_flight_info(descriptor("partition", publisher_id="H1_DAQ")).endpoints[0].ticket
    with pytest.raises(flight.FlightServerError, match="called with DoExchange"):
        client.do_get(ticket).read_all()
    _, reader = client.do_exchange(descriptor("find"))
    with pytest.raises(flight.FlightServerError, match="not called with DoExchange"):
        reader.read_all()
    with pytest.raises(flight.FlightServerError, match=r"'\(' is not a regular expression"):
        client.get_flight_info(descriptor("find", pattern="("))


@pytest.mark.parametrize("version", [*STORE.releases, None])
def test_flights_are_listed_as_generic_clients_ask(version: str | None) -> None:
    release = STORE.release(version).contract
    with MockServer(release) as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        client.wait_for_available(5)
        infos = list(client.list_flights())
        asked = [parse_ticket(info.endpoints[0])["request"].lower() for info in infos]
        assert set(asked) == set(Contract(release).endpoints) - {"partition"}
        for name, info in zip(asked, infos, strict=True):
            assert client.get_flight_info(info.descriptor).schema == info.schema
            assert client.get_schema(info.descriptor).schema == info.schema
            reader = client.do_get(info.endpoints[0].ticket)
            assert reader.schema.equals(info.schema, check_metadata=True), name
            reader.cancel()
        assert len(list(client.list_flights(b"Find"))) == asked.count("find")


def test_a_path_is_a_request_or_the_name_of_an_endpoint(client: flight.FlightClient) -> None:
    for path in ("find", "Find", descriptor("find").command):
        asked = flight.FlightDescriptor.for_path(path)
        info = client.get_flight_info(asked)
        assert client.do_get(info.endpoints[0].ticket).read_all().num_rows == 3
        assert client.get_schema(asked).schema.equals(payload_schema("find"), check_metadata=True)
    with pytest.raises(pa.ArrowException, match=r'args: expected the member "channels"'):  # pyarrow keeps no class here
        client.get_schema(flight.FlightDescriptor.for_path("describe"))
    with pytest.raises(
        flight.FlightServerError, match="the path of the descriptor has 2 parts: expected one: a request"
    ):
        client.get_flight_info(flight.FlightDescriptor.for_path("find", "H1"))
    with pytest.raises(
        flight.FlightServerError, match="there is no endpoint 'fnid': expected one of count, describe, "
    ):
        client.get_flight_info(flight.FlightDescriptor.for_path("fnid"))
    with pytest.raises(flight.FlightServerError, match="the request is not one JSON object"):
        client.get_flight_info(flight.FlightDescriptor.for_path("{fnid}"))
    with pytest.raises(flight.FlightServerError, match="the criteria do not name an endpoint: expected one of count, "):
        list(client.list_flights(b"fnid"))


def test_actions_are_those_of_the_settings(client: flight.FlightClient) -> None:
    assert sorted(action.type for action in client.list_actions()) == ["replays", "scope-map", "server-info"]
    (told,) = client.do_action(flight.Action("server-info", b""))
    about = json.loads(told.body.to_pybytes())
    assert (about["arrakis_schema_version"], about["backend"]) == ("0.6.0", "mock")
    assert about["capabilities"] == ["count", "describe", "find", "partition", "publish", "stream"]
    with pytest.raises(flight.FlightServerError, match="there is no action 'x'; there are server-info, "):
        list(client.do_action(flight.Action("x", b"")))


def test_the_command_answers_until_it_is_interrupted() -> None:
    command = [sys.executable, "-m", "arrakis_schema.cli", "mock", "--release", "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as server, ExitStack() as stack:
        stack.callback(server.kill)  # a server that goes on would keep a test that fails from ending
        assert server.stdout is not None
        said = server.stdout.readline().split()
        assert " ".join(said[:-1]) == "serving release 0.5.0 with its corrections at"
        with flight.connect(said[-1]) as client:
            info = client.get_flight_info(descriptor("count", "0.5.0"))
            assert client.do_get(info.endpoints[0].ticket).read_all().to_pylist() == [{"count": 3}]
        port = said[-1].rpartition(":")[2]
        busy = subprocess.run([*command, "--port", port], check=False, capture_output=True, text=True, timeout=15)
        assert busy.returncode == 2
        assert (
            busy.stderr == f"arrakis-schema: port {port} on 127.0.0.1 cannot be used: choose another one with --port\n"
        )
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=15) == 0
