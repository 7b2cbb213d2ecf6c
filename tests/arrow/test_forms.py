"""The other forms of a schema: IPC bytes, JSON, rows, and what is left without annotations."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.arrow import (
    ANNOTATIONS,
    SchemaBytesError,
    parse_schema,
    read_schema_bytes,
    record_batch,
    schema_bytes,
    strip_annotations,
    to_json,
)
from arrakis_schema.arrow.serialization import TYPES
from arrakis_schema.errors import RowsError
from tests.arrow.schemas import SCHEMAS


def carried(schema: pa.Schema) -> bool:
    """Tell whether pyarrow itself gets the schema through IPC; it compares run ends without the extensions in them."""
    with suppress(pa.ArrowInvalid):
        read = pa.ipc.read_schema(schema.serialize())
        return bool(read.equals(schema, check_metadata=True)) and list(map(str, read.types)) == list(
            map(str, schema.types)
        )
    return False


CARRIED = SCHEMAS.filter(carried)
CASES = json.loads((Path(__file__).parent.parent / "cases/arrow/integration.json").read_text())


@given(CARRIED)
def test_the_bytes_read_back_as_a_schema_and_as_an_empty_stream(schema: pa.Schema) -> None:
    data = schema_bytes(schema)
    assert read_schema_bytes(data).equals(schema, check_metadata=True)
    assert pa.ipc.open_stream(data).read_all().num_rows == 0
    assert schema_bytes(parse_schema("a: int8")) == schema_bytes(parse_schema("a: int8"))


@pytest.mark.parametrize(
    "data_type",
    [
        pa.opaque(pa.uuid(), "inner", "us"),
        pa.dictionary(pa.int8(), pa.dictionary(pa.int8(), pa.string())),
        pa.dictionary(pa.int8(), pa.uuid()),
        pa.run_end_encoded(pa.int16(), pa.opaque(pa.uuid(), "inner", "us")),
    ],
    ids=str,
)
def test_what_the_format_cannot_carry_is_refused(data_type: pa.DataType) -> None:
    schema = pa.schema([("a", pa.int8()), ("odd", data_type)])
    assert not carried(schema)
    for make in (schema_bytes, to_json):
        with pytest.raises(SchemaBytesError, match="Arrow IPC cannot carry"):
            make(schema)


@given(st.binary(max_size=64))
def test_other_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(SchemaBytesError, match="are not an Arrow IPC schema"):
        read_schema_bytes(data)


@pytest.mark.parametrize("inner", [pa.int8(), pa.list_(pa.field("name", pa.int8()))])
def test_a_name_that_is_not_utf_8_is_refused_at_any_depth(inner: pa.DataType) -> None:
    data = bytes(pa.schema([pa.field("a" if inner.num_fields else "name", inner)]).serialize())
    with pytest.raises(SchemaBytesError, match="are not an Arrow IPC schema"):
        read_schema_bytes(data.replace(b"name", b"\xff\xfe\xfd\xfc"))


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_the_json_is_that_of_the_integration_format(text: str, expected: dict[str, Any]) -> None:
    (field,) = to_json(parse_schema(text))["fields"]
    assert field == expected


def test_every_type_of_the_table_has_a_case() -> None:
    assert set(TYPES) <= {parse_schema(text).field(0).type.id for text, _ in CASES}


@given(CARRIED)
def test_every_schema_has_a_json_form(schema: pa.Schema) -> None:
    written = to_json(schema)
    assert [field["name"] for field in written["fields"]] == schema.names
    assert json.loads(json.dumps(written)) == written


@given(SCHEMAS)
def test_stripping_takes_annotations_and_nothing_else(schema: pa.Schema) -> None:
    stripped = strip_annotations(schema)
    assert stripped.equals(schema)
    assert strip_annotations(stripped).equals(stripped, check_metadata=True)
    for field in stripped:
        assert not {key.decode(errors="replace") for key in field.metadata or {}} & set(ANNOTATIONS)


@pytest.mark.parametrize(
    ("text", "row", "problem"),
    [
        ("a: int8", {"b": 1}, "row 0: there is no column 'b'; there are a"),
        ("a: int8 not null", {}, "row 0, column 'a': null in a field that is not nullable"),
        ("a: int8", {"a": 128}, "row 0, column 'a': expected int8 (-128 to 127), found 128"),
        ("a: uint64", {"a": -1}, "expected uint64 (0 to 18446744073709551615), found -1"),
        ("a: int8", {"a": True}, "expected int8"),
        ("a: int8", {"a": 1.0}, "expected int8"),
        ("a: double", {"a": False}, "expected a number, found False"),
        ("a: bool", {"a": 1}, "expected a boolean, found 1"),
        ("a: string", {"a": 1}, "expected a string, found 1"),
        ("a: list<item: int8 not null>", {"a": [1, None]}, "row 0, column 'a': null in a field that is not nullable"),
        ("a: list<item: int8>", {"a": 1}, "expected an array"),
        ("a: struct<b: int8>", {"a": {"c": 1}}, "expected an object with b"),
        ("a: map<string, int8>", {"a": {"b": 1}}, "expected an array of [key, value] pairs"),
        ("a: map<string, int8>", {"a": [[None, 1]]}, "null in a field that is not nullable"),
        ("a: decimal128(3, 0)", {"a": "x"}, "column 'a': "),
    ],
)
def test_a_row_that_does_not_fit_is_refused(text: str, row: dict[str, Any], problem: str) -> None:
    with pytest.raises(RowsError) as caught:
        record_batch(parse_schema(text), [row])
    assert problem in str(caught.value)


def test_rows_that_fit_become_a_batch() -> None:
    schema = parse_schema("a: list<item: int8>\nb: map<string, double>\nc: struct<d: string>\ne: uint64 not null")
    rows: list[Any] = [{"a": [1, None], "b": [["x", 1]], "c": {"d": "y"}, "e": 2**64 - 1}, {"e": 0}]
    batch = record_batch(schema, rows)
    batch.validate(full=True)
    assert batch.schema == schema
    assert batch.to_pylist() == [
        {"a": [1, None], "b": [("x", 1.0)], "c": {"d": "y"}, "e": 2**64 - 1},
        {"a": None, "b": None, "c": None, "e": 0},
    ]


def test_what_is_no_row_is_refused() -> None:
    with pytest.raises(RowsError, match="row 0 is not an object"):
        record_batch(parse_schema("a: int8"), [[1]])  # type: ignore[list-item]
