"""Binding a template: what is asked for, what is refused."""

import pyarrow as pa
import pytest

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.errors import SchemaTextError, TemplateError

STREAM = """time: int64 not null
{channel}: list<item: {data_type}>
  child 0, item: {data_type}
  -- field metadata --
  rate: '{sample_rate}'
  {data_type}: 'int16 float64'
"""
ROW = "id: uint32\ndata: list<item: {data_type}>\n  child 0, item: {data_type}\n"
HISTORICAL = """{name_1}: {type_1}
...
{name_N}: {type_N}
"""
COLUMN = {"channel": "a", "data_type": "int16", "sample_rate": 16}


def template(text: str) -> Template:
    parsed = parse_document(text)
    assert isinstance(parsed, Template)
    return parsed


def test_what_must_be_bound() -> None:
    assert template(STREAM).repeated == ("channel", "data_type", "sample_rate")
    assert template(STREAM).values == ()
    assert template(STREAM).allowed == {"data_type": ("int16", "float64")}
    assert template(ROW).values == ("data_type",)
    assert template(HISTORICAL).repeated == ("name", "type")


def test_columns_come_in_the_order_given() -> None:
    bound = template(STREAM).bind([{**COLUMN, "channel": "b"}, {**COLUMN, "data_type": pa.float64()}])
    assert bound.names == ["time", "b", "a"]
    assert bound.field("a").type == pa.list_(pa.float64())
    assert bound.field("b").metadata == {b"rate": b"16"}
    assert template(HISTORICAL).bind([{"name": "x", "type": "int8"}]) == pa.schema([("x", pa.int8())])
    assert template(STREAM).bind().names == ["time"]


def test_an_odd_name_is_bound_as_it_is() -> None:
    odd = 'a: {b}\n"'
    assert template(STREAM).bind([{**COLUMN, "channel": odd}]).names == ["time", odd]


@pytest.mark.parametrize(
    ("text", "columns", "values", "problem"),
    [
        (STREAM, [{"channel": "a", "sample_rate": 1}], {}, "'data_type' is missing; given: channel, sample_rate"),
        (STREAM, [{**COLUMN, "data_type": "U10"}], {}, "data_type = 'U10' is not one of int16, float64"),
        (STREAM, [COLUMN, COLUMN], {}, "two columns would be named 'a'"),
        (STREAM, [{**COLUMN, "channel": "time"}], {}, "two columns would be named 'time'"),
        (STREAM, [{**COLUMN, "channel": None}], {}, "channel = None is neither text nor an integer"),
        (STREAM, [], {"data_type": "int16"}, "there is no placeholder 'data_type' to bind by name"),
        (ROW, [], {"data_type": "complex64"}, "data_type = 'complex64' is not an Arrow data type"),
        (ROW, [], {}, "'data_type' is missing; given: nothing"),
        (ROW, [COLUMN], {"data_type": "int8"}, "this template has no repeated column; bind data_type by name"),
        (
            ROW,
            [],
            {"data_type": "int8", "x": 1},
            "there is no placeholder 'x' to bind by name; this template binds data_type",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    text: str, columns: list[dict[str, object]], values: dict[str, object], problem: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        template(text).bind(columns, **values)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("...\n", 1, "stands between"),
        ("a: int8\n...\nb: int8\n", 2, "differ in more than _1 and _N"),
        ("{a_1}: int8\n...\n", 2, "differ in more than _1 and _N"),
        ("{a}: int8\n  -- field metadata --\n  {b}: 'x'\n", 1, "{b} has allowed values, but does not occur"),
        ("a: int8\n{b}: intt8\n", 2, "there is no type 'intt8'"),
        ("{a b}: {t}\nc: {}\n", 2, "expected a type, found '{}'"),
    ],
)
def test_a_wrong_template_names_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(SchemaTextError) as caught:
        parse_document(text)
    assert caught.value.line == line
    assert problem in str(caught.value)
