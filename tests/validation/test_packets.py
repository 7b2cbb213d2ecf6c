"""Descriptor packets: what is not a JSON object in UTF-8 gets one clear error, and the rest survives a round trip."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema import MalformedRequestError, dump_request, parse_request

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)
REQUESTS = st.dictionaries(st.sampled_from(["version", "request", "args", "x"]), JSON)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (b"", "Expecting value at line 1 column 1"),
        (b"\xff{}", "byte 0 is not UTF-8"),
        (b"\xef\xbb\xbf{}", "Unexpected UTF-8 BOM"),
        (b"[]", "it is an array, not an object"),
        (b"null", "it is null, not an object"),
        (b"7", "it is a number, not an object"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"a": 1e999}', "1e999 is too large a number"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', 'the name "c" occurs twice in one object'),
        (b'{"a": ' * 40 + b"1" + b"}" * 40, "it nests more than 32 levels"),
        (b"[" * 100_000, "it nests more than 32 levels"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number cannot be read"),
        (b'{"a": "\\ud800"}', "half a surrogate pair"),
        (b'{"a": 1} x', "Extra data at line 1 column 10"),
        (b"{'a': 1}", "Expecting property name"),
    ],
    ids=repr,
)
def test_a_malformed_packet_is_refused_in_words(command: bytes, problem: str) -> None:
    with pytest.raises(MalformedRequestError) as caught:
        parse_request(command)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary() | REQUESTS.map(lambda request: json.dumps(request).encode()))
def test_any_bytes_are_a_request_or_a_malformed_one(command: bytes) -> None:
    try:
        request = parse_request(command)
    except MalformedRequestError:
        return
    assert request == json.loads(command)


@given(REQUESTS)
def test_dump_and_parse_are_inverse(request: dict[str, object]) -> None:
    assert parse_request(dump_request(request)) == request  # type: ignore[call-overload] # any object will do


def test_the_bytes_are_those_of_the_real_client() -> None:
    request = {"version": "0.6.0", "args": {"channels": ["H1:Ä"], "time": None}, "request": "Describe"}
    sent = b'{"request": "Describe", "args": {"channels": ["H1:\\u00c4"], "time": null}, "version": "0.6.0"}'
    assert dump_request(request) == sent  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "request_",
    [{"a": float("nan")}, {"a": {1}}, {"a": {1: 2}}, {"a": {None: 2}}, [1], {"a": "\ud800"}, {"a": b""}],
    ids=repr,
)
def test_what_has_no_json_form_is_not_dumped(request_: object) -> None:
    with pytest.raises(MalformedRequestError):
        dump_request(request_)  # type: ignore[call-overload]


def test_a_circle_is_not_dumped() -> None:
    circle: dict[str, object] = {}
    circle["a"] = circle
    with pytest.raises(MalformedRequestError):
        dump_request(circle)  # type: ignore[call-overload]
