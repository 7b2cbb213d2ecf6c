"""The text of a schema and the schema are the same thing, and the text is what pyarrow prints."""

import re
from contextlib import suppress

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arrakis_schema.arrow import Template, format_document, format_schema, parse_document, parse_schema
from arrakis_schema.errors import SchemaTextError
from tests.arrow.schemas import SCHEMAS


def printed(schema: pa.Schema) -> str:
    return str(schema.to_string(truncate_metadata=False, element_size_limit=10**9))


def same(one: pa.Schema, other: pa.Schema) -> bool:
    """Compare the bytes too: `equals` does not look at the metadata inside a dictionary."""
    return bool(one.equals(other, check_metadata=True)) and one.serialize() == other.serialize()


@given(SCHEMAS)
def test_a_text_reads_back(schema: pa.Schema) -> None:
    text = format_schema(schema)
    assert same(parse_schema(text), schema), text
    assert format_schema(parse_schema(text)) == text
    assert format_document(parse_document(text)).removesuffix("\n") == text


@given(SCHEMAS)
def test_ours_is_what_pyarrow_prints_wherever_that_reads_back(schema: pa.Schema) -> None:
    """Control characters, braces, names that begin with a space or `>` and odd parameters are quoted by one rule."""
    ours, text = format_schema(schema), printed(schema)
    quoted = ('">', '" ', '="', '["', ',"', "\\u", "\\r", "\\t", "\\b", "\\f")
    in_braces = re.search(r'"[^"\n]*[{}]', ours)
    if ours == text or schema.metadata or in_braces or any(mark in ours for mark in quoted):
        return
    try:
        read = parse_document(text)
    except SchemaTextError:
        return
    assert isinstance(read, Template) or not same(read, schema)


@given(st.text(max_size=200))
@example("a: list<" * 10_000)
@example("a: int8\n...\n")
@example("{a}: {b}\n  -- field metadata --\n  {c}: 'd'")
def test_any_text_is_a_schema_or_one_clear_error(text: str) -> None:
    for parse in (parse_schema, parse_document):
        with suppress(SchemaTextError):
            assert isinstance(parse(text), pa.Schema | Template)


@given(SCHEMAS, st.data())
def test_a_damaged_text_is_a_schema_or_one_clear_error(schema: pa.Schema, data: st.DataObject) -> None:
    text = format_schema(schema)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 8)))
    damaged = text[:start] + data.draw(st.sampled_from(["", " ", ">", "'", "\n", "{x}", "child 0, "])) + text[end:]
    with suppress(SchemaTextError):
        parse_document(damaged)


def test_the_cut_print_of_pyarrow_is_refused_with_the_remedy() -> None:
    long = pa.schema([pa.field("a", pa.int8(), metadata={"k": "v" * 200})])
    wide = pa.schema([pa.field("a", pa.struct([pa.field(f"column_{n}", pa.int8()) for n in range(40)]))])
    for schema in (long, wide):
        with pytest.raises(
            SchemaTextError, match=r"cut this .*: print the schema with to_string\(truncate_metadata=False"
        ):
            parse_schema(str(schema))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: int8\nb: flaot", 2, "there is no type 'flaot'; did you mean 'float'?"),
        ("a: float64", 1, "did you mean 'double'?"),
        ("a int8", 1, "expected ': ' after 'a int8'"),
        ("a: int8 null", 1, "nothing may follow here, found ' null'"),
        ("a: decimal128(99, 0)", 1, "decimal128: precision should be between 1 and 38"),
        ("a: list<item: int8>\n  child 0, item: int16", 2, "child 0 is item: int16, but the line above says otherwise"),
        ("a: int8\n  child 0, item: int16", 2, "expected a column at the start of the line"),
        ("a: int8\n  -- field metadata --\n  k: v'", 3, "expected key: 'value'"),
        ("a: extension<my.own>", 1, "the extension type 'my.own' is unknown"),
        ("a: {data_type}", 1, "expected a type, found '{data_type}'"),
    ],
)
def test_an_error_names_line_and_problem(text: str, line: int, problem: str) -> None:
    with pytest.raises(SchemaTextError) as caught:
        parse_schema(text)
    assert caught.value.line == line
    assert problem in str(caught.value)


def test_child_lines_may_be_left_out() -> None:
    assert parse_schema("a: list<item: int8 not null>") == pa.schema(
        [pa.field("a", pa.list_(pa.field("item", pa.int8(), nullable=False)))]
    )
