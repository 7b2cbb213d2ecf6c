"""Arrow schemas: a case for every row of the rules, judged by pyarrow, which writes a batch and reads it back."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.compat import Kind, NotComparableError, Verdict, accepts
from arrakis_schema.compat.arrow.schemas import UNSENT
from arrakis_schema.compat.arrow.types import FAMILIES
from arrakis_schema.store.settings import Reader
from tests.arrow.arrays import sample_array
from tests.arrow.reading import read_as, streamed
from tests.arrow.schemas import SCHEMAS
from tests.compat.witnesses import judge_witness

CASES = json.loads((Path(__file__).parent.parent / "cases/compat/arrow.json").read_text())
WAYS: dict[str, dict[str, Any]] = {
    "by-name": {},
    "refusing": {"unknown": "rejected"},
    "exact": {"columns": "exact"},
    "by-rate": {"metadata": ["rate"]},
}
NAMES = [f"{writer[:30]} > {reader[:30]} {way}" for writer, reader, way, *_ in CASES]


def verdict_of(writer: str, reader: str, way: str) -> Verdict:
    return accepts(parse_document(reader), parse_document(writer), **WAYS[way])


@pytest.mark.parametrize(("writer", "reader", "way", "kind", "rule"), CASES, ids=NAMES)
def test_the_rule_and_the_verdict(writer: str, reader: str, way: str, kind: str, rule: str | None) -> None:
    verdict = verdict_of(writer, reader, way)
    assert verdict.kind == kind, verdict
    assert rule == next((change.rule for change in verdict.findings), None)
    assert (kind == "incompatible") == any(change.at_fault for change in verdict.findings)
    assert (kind == "undecided") == bool(verdict.reason)


JUDGED = [case for case in CASES if case[3] != "undecided" and case[2] != "by-rate" and "{" not in case[0] + case[1]]


@pytest.mark.parametrize(("writer", "reader", "way", "kind"), [case[:4] for case in JUDGED])
def test_pyarrow_agrees(writer: str, reader: str, way: str, kind: str) -> None:
    sent, held = parse_document(writer), parse_document(reader)
    assert isinstance(sent, pa.Schema)
    assert isinstance(held, pa.Schema)
    verdict = verdict_of(writer, reader, way)
    if way == "exact":
        assert (kind == "compatible") == sent.equals(held)
    elif kind == "compatible":
        assert way != "refusing" or set(sent.names) <= set(held.names)
        assert all(field.nullable or field.name in sent.names for field in held)
        for field in sent if len(set(sent.names)) == len(sent) else ():
            if field.name in held.names:
                read_as(streamed(sample_array(field.type, nulls=field.nullable), field), held.field(field.name))
    else:
        judge_witness(verdict.witness, sent, held, way)


def test_the_witness_of_a_key_holds_both_values() -> None:
    verdict = accepts(
        parse_document(f"a: int8{RATE.format(32)}"), parse_document(f"a: int8{RATE.format(16)}"), metadata=["rate"]
    )
    assert verdict.witness["column"] == "a"
    assert "note" not in verdict.witness
    assert verdict.witness["metadata"] == {"key": "rate", "writer": "16", "reader": "32"}


def test_the_witness_names_the_column_of_a_dotted_path() -> None:
    sent = pa.schema([("a", pa.struct([("b", pa.int8())])), ("a.b", pa.int64())])
    verdict = accepts(sent.set(1, pa.field("a.b", pa.int8())), sent)
    assert (verdict.witness["column"], verdict.witness["writer"], verdict.witness["reader"]) == ("a.b", "int64", "int8")


@pytest.mark.parametrize(
    ("reader", "writer", "options", "told"),
    [
        ({"": pa.int32()}, {"": pa.int64()}, {}, '"": type changed from int64 to int32 (the writer sends int64'),
        (
            {},
            {"": pa.int32()},
            {"unknown": "rejected"},
            '"": removed (the writer sends a column that the reader does not know)',
        ),
        (
            {"a": pa.struct({"": pa.int32()})},
            {"a": pa.struct({"": pa.int64()})},
            {},
            'a."": type changed from int64 to int32',
        ),
        ({"": pa.list_(pa.int32())}, {"": pa.list_(pa.int64())}, {}, '""[]: type changed from int64 to int32'),
    ],
)
def test_an_empty_name_is_quoted(
    reader: dict[str, pa.DataType], writer: dict[str, pa.DataType], options: dict[str, Any], told: str
) -> None:
    (fault,) = accepts(pa.schema(reader), pa.schema(writer), **options).findings
    assert fault.told.startswith(told)


def test_a_value_that_is_too_large_is_not_tried() -> None:
    wide = [pa.schema([("a", pa.list_(kind, 2**31 - 1))]) for kind in (pa.int32(), pa.int8())]
    verdict = accepts(wide[1], wide[0])
    assert verdict.kind is Kind.INCOMPATIBLE
    assert verdict.witness["note"] == UNSENT


RATE = "\n  -- field metadata --\n  rate: '{}'"


@given(SCHEMAS)
def test_a_schema_reads_itself(schema: pa.Schema) -> None:
    for way in WAYS.values():
        verdict = accepts(schema, schema, **way)
        assert verdict.kind is Kind.COMPATIBLE
        assert verdict.findings == ()


@given(SCHEMAS, SCHEMAS)
def test_exact_readers_accept_equal_schemas(one: pa.Schema, other: pa.Schema) -> None:
    assert (accepts(one, other, columns="exact").kind is Kind.COMPATIBLE) == one.equals(other)
    if accepts(one, other).kind is Kind.INCOMPATIBLE:
        assert accepts(one, other, unknown="rejected").kind is Kind.INCOMPATIBLE


@pytest.mark.parametrize(
    ("unknown", "kind"),
    [({"": "rejected"}, Kind.INCOMPATIBLE), ({"": "ignored"}, Kind.COMPATIBLE), ({"/b": "rejected"}, Kind.COMPATIBLE)],
)
def test_the_columns_are_the_place_of_the_whole_message(unknown: dict[str, str], kind: Kind) -> None:
    reader, writer = pa.schema([("a", pa.int8())]), pa.schema([("a", pa.int8()), ("b", pa.int8())])
    assert accepts(reader, writer, unknown=unknown).kind is kind
    assert Reader(unknown).rejects_columns == (kind is Kind.INCOMPATIBLE)


def test_every_family_has_a_case() -> None:
    assert set(FAMILIES) >= {"integer", "list", "struct", "map", "union", "extension"}
    templates = [case for case in CASES if isinstance(parse_document(case[0]), Template)]
    assert len(templates) > 4


def test_two_formats_are_not_compared() -> None:
    with pytest.raises(NotComparableError, match="one of the two"):
        accepts({}, parse_document("a: int8"))
    with pytest.raises(NotComparableError, match="the writer is neither a JSON Schema nor an Arrow schema, but str"):
        accepts(parse_document("a: int8"), "a: int8")
