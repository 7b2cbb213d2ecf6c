"""The validator for clients and servers refuses in words, as an error that Flight sends to the user of the client."""

import json
import subprocess
import sys
from collections.abc import Iterator
from enum import IntEnum, auto
from typing import Any

import jsonschema
import pytest
from pyarrow import flight

from arrakis_schema import (
    InvalidRequestError,
    RefusedRequestError,
    RequestValidator,
    UnknownSchemaError,
    descriptor,
    open_release,
)
from tests.flight.servers import PROJECT

WEATHER = PROJECT / "tests/fixtures/weather"
DEEP = json.loads("[" * 900 + "]" * 900)


class RequestType(IntEnum):
    Describe = auto()
    Find = auto()


@pytest.mark.parametrize("version", [None, "0.5.0", open_release()])
def test_valid_requests_pass(version: Any) -> None:
    validator = RequestValidator(version)
    validator.validate(json.loads(descriptor("find", version).command))
    validator.validate({"request": "Describe", "args": {"channels": ["H1:A-X"], "time": None}})


@pytest.mark.parametrize(
    ("request_", "sentence", "path"),
    [
        ({"request": "Publish", "args": {"publisher_id": ""}}, "args.publisher_id: expected at least 1 character", 2),
        ({"request": "Describe", "args": {"channels": [], "time": None}}, "args.channels: expected at least 1 item", 2),
        ({"request": "Fnid", "args": {}}, "request: expected one of ", 1),
        ({"request": ["Find"], "args": {}}, "request: expected ", 1),
        ({}, "top level: expected the members ", 0),
        (None, "top level: expected an object, found null", 0),
    ],
)
def test_a_refusal_is_every_error_that_somebody_catches(request_: Any, sentence: str, path: int) -> None:
    for expected in (RefusedRequestError, flight.FlightServerError, InvalidRequestError, ValueError):
        with pytest.raises(expected) as caught:
            RequestValidator().validate(request_)
    with pytest.raises(jsonschema.ValidationError) as refused:
        RequestValidator().validate(request_)
    error = refused.value
    assert str(error) == str(caught.value) == error.message
    assert str(error).startswith(sentence)
    assert isinstance(error, RefusedRequestError)
    assert (list(error.path), error.validator) == (list(error.violation.path), error.violation.keyword)
    assert (len(error.path), error.release, error.extra_info) == (path, "0.6.0", b"")


@pytest.mark.parametrize("change", [{"later": 1}, {"later": None, "time": None}])
def test_an_unknown_argument_is_left_to_who_knows_both_releases(change: dict[str, Any]) -> None:
    """As the validator leaves it whose place this one takes: a server says which release knows the argument."""
    request = {"request": "Describe", "args": {"channels": ["H1:A-X"], "time": None, **change}}
    RequestValidator().validate(request)
    assert set(request["args"]) - RequestValidator().known_args("Describe") == {"later"}
    with pytest.raises(RefusedRequestError, match=r"args\.channels: "):
        RequestValidator().validate({"request": "Describe", "args": {**change, "channels": [], "time": None}})


def test_what_cannot_be_judged_is_an_error_of_flight() -> None:
    request = {"request": "Describe", "args": {"channels": DEEP, "time": None, "more": DEEP}}
    with pytest.raises(flight.FlightServerError):
        RequestValidator().validate(request)


def test_known_arguments_are_those_of_the_release() -> None:
    assert RequestValidator().known_args(RequestType.Describe) == {"channels", "time", "replay_id"}
    assert RequestValidator("0.1.0").known_args(RequestType.Describe) == {"channels"}
    assert RequestValidator().known_args("Find") == RequestValidator().known_args(RequestType.Find)
    assert "place" in RequestValidator(root=WEATHER).known_args("forecast")
    with pytest.raises(UnknownSchemaError, match="'fnid'"):
        RequestValidator().known_args("Fnid")


class Checking(flight.FlightServerBase):  # type: ignore[misc]
    """A server that does nothing but validate."""

    def get_flight_info(self, _: Any, asked: flight.FlightDescriptor) -> flight.FlightInfo:
        RequestValidator().validate(json.loads(asked.command))
        raise flight.FlightUnavailableError("valid")

    def do_action(self, _: Any, action: flight.Action) -> Iterator[bytes]:
        RequestValidator().validate(json.loads(action.body.to_pybytes()))
        yield b""


def test_a_server_sends_the_sentence() -> None:
    command = b'{"request": "Publish", "args": {"publisher_id": ""}}'
    with Checking("grpc://127.0.0.1:0") as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        for call in (
            lambda: client.get_flight_info(flight.FlightDescriptor.for_command(command)),
            lambda: list(client.do_action(flight.Action("check", command))),
        ):
            with pytest.raises(flight.FlightServerError, match=r"args\.publisher_id: expected at least 1 character"):
                call()


def test_jsonschema_is_not_needed() -> None:
    code = (
        "import sys; sys.modules['jsonschema'] = None\n"
        "from arrakis_schema import RefusedRequestError, RequestValidator\n"
        "try: RequestValidator().validate({'request': 'Publish', 'args': {'publisher_id': ''}})\n"
        "except RefusedRequestError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("args.publisher_id: expected at least 1 character")
