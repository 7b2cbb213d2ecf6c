"""A schema is the promised one, or the first difference is named: the column, what is sent, and what is promised."""

from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema import UnknownSchemaError, assert_payload, payload_schema
from tests.flight.servers import PROJECT

FIND = payload_schema("find")
ROWS = [
    {"channel": "L1:B-X", "data_type": "int16", "sample_rate": 16},
    {"channel": "H1:A-X", "data_type": "float64", "sample_rate": 64},
]
STREAM = payload_schema("stream", channels=ROWS)
RATE = FIND.get_field_index("sample_rate")
LIST = pa.list_(pa.float64())


def field(name: str, data_type: pa.DataType, *, rate: str | None = None, nullable: bool = True) -> pa.Field:
    return pa.field(name, data_type, nullable, {"rate": rate} if rate else None)


@pytest.mark.parametrize("name", ["find", "count", "describe", "partition", "publish"])
def test_what_is_promised_passes(name: str) -> None:
    schema = payload_schema(name)
    for sent in (schema, schema.empty_table(), pa.RecordBatch.from_pylist([], schema)):
        assert_payload(sent, name)


def test_a_stream_is_judged_by_its_channels_or_as_it_stands() -> None:
    assert_payload(STREAM, "stream")
    assert_payload(STREAM, "stream", channels=ROWS)
    assert_payload(pa.schema(list(STREAM)), "stream", root=PROJECT)


def test_a_release_is_taken_with_its_corrections() -> None:
    assert_payload(FIND, "find", "0.5.0")
    with pytest.raises(AssertionError, match=r"^find: column 'stride' is sent as uint64, .*\(release 0\.5\.0\)$"):
        assert_payload(FIND, "find", "0.5.0", as_documented=True)
    with pytest.raises(UnknownSchemaError):
        assert_payload(FIND, "fnid")
    with pytest.raises(TypeError, match=r"expected a pyarrow\.Schema"):
        assert_payload("find", "find")


@pytest.mark.parametrize(
    ("name", "sent", "args", "sentence"),
    [
        ("find", FIND.remove(0), {}, "column 'channel' is not sent, but string not null is promised"),
        (
            "find",
            FIND.set(RATE, field("sample_rate", pa.int64(), nullable=False)),
            {},
            "column 'sample_rate' is sent as int64 not null, but int32 not null is promised",
        ),
        (
            "find",
            FIND.set(RATE, field("sample_rate", pa.int32())),
            {},
            "column 'sample_rate' is sent as int32, but int32 not null is promised",
        ),
        (
            "find",
            FIND.append(field("more", pa.int8())),
            {},
            "column 'more' is sent as int8, but no such column is promised",
        ),
        (
            "find",
            pa.schema([FIND.field(1), FIND.field(0), *list(FIND)[2:]]),
            {},
            "column 1 is sent as 'data_type', but 'channel' is expected there",
        ),
        ("find", FIND.append(FIND.field(0)), {}, "column 'channel' is sent 2 times"),
        (
            "find",
            FIND.with_metadata({"a": "b"}),
            {},
            "the schema is sent with the metadata {'a': 'b'}, but no metadata is promised",
        ),
        (
            "find",
            FIND.set(0, field("channel", pa.string(), rate="1", nullable=False)),
            {},
            "column 'channel' is sent as string not null with the metadata {'rate': '1'}, but string not null is promised",
        ),
        (
            "stream",
            pa.schema([STREAM.field(0), STREAM.field(2), STREAM.field(1)]),
            {},
            "column 2 is sent as 'L1:B-X', but 'H1:A-X' is expected there",
        ),
        (
            "stream",
            pa.schema([STREAM.field(0), field("H1:A", pa.list_(pa.string()), rate="1")]),
            {},
            "column 'H1:A': data_type = string is not one of int8, ",
        ),
        (
            "stream",
            pa.schema([STREAM.field(0), field("H1:A", pa.float64(), rate="1")]),
            {},
            "column 'H1:A' is sent as double with the metadata {'rate': '1'}, list<item: int8>",
        ),
        (
            "stream",
            pa.schema([field("time", pa.int64()), *list(STREAM)[1:]]),
            {},
            "column 'time' is sent as int64, but int64 not null is promised",
        ),
        (
            "stream",
            pa.schema([STREAM.field(0), field("H1:A-X", LIST, rate="16"), STREAM.field(2)]),
            {"channels": ROWS},
            "column 'H1:A-X' is sent as list<item: double> with the metadata {'rate': '16'}, list<item: double> with",
        ),
        (
            "stream",
            pa.schema([STREAM.field(0), STREAM.field(1)]),
            {"channels": ROWS},
            "column 'L1:B-X' is not sent, but list<item: int16> with the metadata {'rate': '16'} is promised",
        ),
        (
            "stream",
            pa.schema([STREAM.field(0), field("H1:A-X", pa.list_(field("item", pa.float64(), rate="1")), rate="64")]),
            {},
            "column 'H1:A-X' is sent as H1:A-X: list<item: double> child 0, item: double -- field metadata -- rate: '1'",
        ),
    ],
)
def test_the_first_difference_is_named(name: str, sent: pa.Schema, args: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_payload(sent, name, **args)
    assert str(caught.value).startswith(f"{name}: {sentence}")
    assert "\n" not in str(caught.value)
