"""Descriptors, tickets and promised schemas: what is filled in, and what is refused in which words."""

import json
import subprocess
import sys
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import flight

import arrakis_schema
from arrakis_schema import (
    InvalidRequestError,
    MalformedRequestError,
    TemplateError,
    UnknownSchemaError,
    descriptor,
    dump_request,
    load_schema,
    open_release,
    parse_request,
    parse_ticket,
    payload_schema,
    validate,
)
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.store.store import open_store
from tests.flight.servers import PROJECT

WEATHER = PROJECT / "tests/fixtures/weather"
STORE = open_store(PROJECT)
ROWS = [
    {"channel": "L1:B-X", "data_type": "int16", "sample_rate": 16, "stride": 1},
    {"channel": "H1:A-X", "data_type": "float64", "sample_rate": 64, "stride": 1},
]


def asked(descriptor: flight.FlightDescriptor) -> Any:
    assert descriptor.descriptor_type == flight.DescriptorType.CMD
    return json.loads(descriptor.command)


def test_what_is_left_out_is_filled_in() -> None:
    assert asked(descriptor("find", pattern="H1:.*")) == {
        "request": "Find",
        "args": {
            "pattern": "H1:.*",
            "data_type": [],
            "min_rate": 0,
            "max_rate": 4294967295,
            "publisher": [],
            "time": None,
        },
        "version": "0.6.0",
    }
    assert asked(descriptor("stream", channels=["H1:A-X"]))["args"] == {
        "channels": ["H1:A-X"],
        "start": None,
        "end": None,
    }
    assert asked(descriptor("forecast", root=WEATHER, place="Hannover")) == {"request": "Forecast", "place": "Hannover"}


@pytest.mark.parametrize("release", [*STORE.releases, None])
def test_every_release_accepts_its_descriptors(release: str | None) -> None:
    for name in Contract(STORE.release(release)).endpoints:
        given: dict[str, Any] = {"channels": ["H1:A-X"]} if name in {"describe", "stream"} else {}
        given |= {"publisher_id": "H1_DAQ"} if name in {"partition", "publish"} else {}
        request = asked(descriptor(name, release, **given))
        validate(request, release)
        described = load_schema(name, release)["properties"]
        assert set(request) <= set(described)
        assert set(request["args"]) <= set(described["args"]["properties"])


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("describe", {}, 'args: expected the member "channels", found only "time"'),
        ("publish", {}, 'args: expected the member "publisher_id", found an empty object'),
        ("find", {"max_rate": 0}, "args.max_rate: expected more than 0, found 0"),
        ("find", {"rate": 0}, 'args.rate: expected one of the members "data_type", "max_rate", '),
        ("count", {"pattern": None}, "args.pattern: expected a string, found null"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(name: str, args: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        descriptor(name, **args)
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(f"({name}, release 0.6.0)")


def test_an_argument_of_a_later_release_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"args\.replay_id: .* \(find, release 0\.1\.0\)"):
        descriptor("find", "0.1.0", replay_id="o3")
    with pytest.raises(UnknownSchemaError, match="'fnid'"):
        descriptor("fnid")
    with pytest.raises(UnknownSchemaError, match=r"'9\.9'"):
        descriptor("find", "9.9")
    with pytest.raises(InvalidRequestError, match="only members that the schema describes"):
        descriptor("forecast", root=WEATHER, place="Hannover", planet="Mars")
    with pytest.raises(MalformedRequestError):
        descriptor("find", pattern="\ud800")


@pytest.mark.parametrize("pattern", ["{", "[[", "\\ud800", "é\U0001f600", '"\\', "\n\0"])
def test_the_command_is_what_dump_request_writes(pattern: str) -> None:
    command = descriptor("find", pattern=pattern).command
    assert command == dump_request(parse_request(command))
    assert json.loads(command)["args"]["pattern"] == pattern


def test_a_default_that_is_changed_is_nobody_elses() -> None:
    first = asked(descriptor("find"))
    first["args"]["publisher"].append("x")
    assert asked(descriptor("find"))["args"]["publisher"] == []


def test_tickets_are_requests() -> None:
    request = asked(descriptor("count"))
    command = json.dumps(request).encode()
    for ticket in (command, flight.Ticket(command), flight.FlightEndpoint(command, [])):
        assert parse_ticket(ticket) == request
    with pytest.raises(MalformedRequestError):
        parse_ticket(b"\x00")


def test_the_promised_schema_has_no_annotations() -> None:
    assert str(payload_schema("count")) == "count: int64"
    assert payload_schema("find", pattern=".*").names[0] == "channel"
    assert all(field.metadata is None for field in payload_schema("find"))


def test_the_columns_of_a_stream_stand_in_order() -> None:
    wanted = pa.schema(
        [
            pa.field("time", pa.int64(), nullable=False),
            pa.field("H1:A-X", pa.list_(pa.float64()), metadata={"rate": "64"}),
            pa.field("L1:B-X", pa.list_(pa.int16()), metadata={"rate": "16"}),
        ]
    )
    for rows in (ROWS, iter(ROWS), pa.Table.from_pylist(ROWS), pa.RecordBatch.from_pylist(ROWS)):
        assert payload_schema("stream", channels=rows).equals(wanted, check_metadata=True)
    assert payload_schema("stream", "0.5.0", channels=ROWS).equals(wanted, check_metadata=True)
    older = payload_schema("stream", "0.5.0", as_documented=True, channels=ROWS)
    assert older.equals(pa.schema(list(wanted)[1:]), check_metadata=True)


def test_a_promised_schema_is_made_once_for_each_opened_release() -> None:
    assert payload_schema("find") is payload_schema("find", pattern=".*") is payload_schema("find", "next")
    release = open_release("0.5.0")
    assert payload_schema("find", release) is payload_schema("find", release)
    with pytest.raises(UnknownSchemaError, match="'fnid'"):
        payload_schema("fnid")


def test_columns_bound_together_are_those_bound_one_by_one() -> None:
    rows = [
        {**row, "channel": f"{row['channel']}{number}", "sample_rate": rate}
        for number, rate in enumerate([1, "1", 64, 1])
        for row in ROWS
    ]
    rows.append({**rows[-1], "channel": "H1:OTHER", "data_type": pa.float64()})
    alone = {row["channel"]: payload_schema("stream", channels=[row]).field(1) for row in rows}
    for column in list(payload_schema("stream", channels=rows))[1:]:
        assert column.equals(alone[column.name], check_metadata=True)
    for bad in ({"sample_rate": True}, {"data_type": None}, {"channel": 1.5}, {"data_type": ["int8"]}):
        with pytest.raises(TemplateError):
            payload_schema("stream", channels=[*rows, {**rows[0], **bad}])


@pytest.mark.parametrize("channels", [None, [], ["H1:A-X"], "H1:A-X", ROWS[0], 7, [{"data_type": "int8"}]])
def test_names_alone_do_not_make_a_schema(channels: Any) -> None:
    with pytest.raises(TemplateError):
        payload_schema("stream", channels=channels)
    with pytest.raises(TemplateError, match="data_type = 'U10' is not one of int8"):
        payload_schema("stream", channels=[{**ROWS[0], "data_type": "U10"}])


@pytest.mark.parametrize("name", ["descriptor", "parse_ticket", "payload_schema"])
def test_a_missing_pyarrow_names_the_command_that_installs_it(name: str) -> None:
    code = f"import sys; sys.modules['pyarrow'] = None; import arrakis_schema; arrakis_schema.{name}"
    failed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "pyarrow is not installed: pip install 'arrakis-schema[arrow]'" in failed.stderr
    assert name in arrakis_schema.__all__
