"""Arrow schemas: a case for every row of the rules, judged by pyarrow, which writes a batch and reads it back."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.compat import Kind, NotComparableError, Verdict, accepts
from arrakis_schema.compat.arrow_types import FAMILIES
from arrakis_schema.compat.arrow_values import biting, sample
from tests.arrow.schemas import SCHEMAS

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


class UnreadableError(Exception):
    pass


def read(batch: pa.RecordBatch, reader: pa.Schema, way: str) -> pa.Table:
    """Write a batch as a stream and read it as this reader does, giving up where a value is lost."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    table = pa.ipc.open_stream(sink.getvalue()).read_all()
    if way == "exact" and not table.schema.equals(reader):
        raise UnreadableError("another schema")
    if way == "refusing" and (strangers := set(table.schema.names) - set(reader.names)):
        raise UnreadableError(str(strangers))
    columns = []
    for field in reader:
        if field.name not in table.schema.names:
            if not field.nullable:
                raise UnreadableError(f"no column {field.name}")
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        columns.append(converted(table.column(field.name).combine_chunks(), field))
    return pa.table(columns, schema=reader)


def converted(array: pa.Array, field: pa.Field) -> pa.Array:
    """Convert safely, and back, so that nothing is lost on the way."""
    if array.null_count and not field.nullable:
        raise UnreadableError("null")
    kind, target = array.type, field.type
    if pa.types.is_run_end_encoded(kind):
        return converted(pc.run_end_decode(array), field)
    if (pa.types.is_timestamp(kind) and not (pa.types.is_timestamp(target) and kind.tz == target.tz)) or (
        isinstance(kind, pa.BaseExtensionType) != isinstance(target, pa.BaseExtensionType)
    ):
        raise UnreadableError("another meaning")  # pyarrow converts silently
    if pa.types.is_date(kind) and not pa.types.is_date(target):
        raise UnreadableError("another meaning")
    try:
        there = array.cast(target, safe=True)
        if not pa.types.is_null(kind) and there.cast(kind, safe=True) != array:
            raise UnreadableError("a value is lost")
    except (pa.ArrowException, ValueError) as error:
        raise UnreadableError(str(error)) from error
    for number in range(field.type.num_fields):
        inner = field.type.field(number)
        if not inner.nullable and pa.types.is_list(field.type) and there.flatten().null_count:
            raise UnreadableError("null inside")
    return there


JUDGED = [case for case in CASES if case[3] != "undecided" and case[2] != "by-rate" and "{" not in case[0] + case[1]]
SAID = {  # pyarrow converts these, or cannot build them: the format's rules say otherwise
    ("a: string", "a: binary"),
    ("a: bool", "a: int8"),
    ("a: decimal128(9, 2)", "a: decimal128(9, 3)"),
    ("a: sparse_union<x: int8=0>", "a: dense_union<x: int8=0>"),
    ("a: time32[s]", "a: time64[ns]"),
}


@pytest.mark.parametrize(
    ("writer", "reader", "way", "kind"),
    [case[:4] for case in JUDGED if (case[0], case[1]) not in SAID],
)
def test_pyarrow_agrees(writer: str, reader: str, way: str, kind: str) -> None:
    sent, held = parse_document(writer), parse_document(reader)
    assert isinstance(sent, pa.Schema)
    assert isinstance(held, pa.Schema)
    verdict = verdict_of(writer, reader, way)
    values = {}
    for field in sent:
        other = held.field(field.name) if field.name in held.names else None
        values[field.name] = biting(field.type, other.type) if other is not None else sample(field.type)
    if verdict.witness is not None and verdict.witness["column"] in sent.names:
        values[verdict.witness["column"]] = verdict.witness["value"]
    arrays = [built(values[field.name], field.type) for field in sent]
    batch = pa.RecordBatch.from_arrays(arrays, schema=sent)
    if kind == "compatible":
        read(batch, held, way)
    else:
        with pytest.raises(UnreadableError):
            read(batch, held, way)


def built(value: Any, data_type: pa.DataType) -> pa.Array:
    if isinstance(data_type, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(data_type, pa.array([value], data_type.storage_type))
    if pa.types.is_run_end_encoded(data_type):
        return pa.RunEndEncodedArray.from_arrays(
            pa.array([1], data_type.run_end_type), pa.array([value], data_type.value_type)
        )
    return pa.array([value], data_type)


@given(SCHEMAS)
def test_a_schema_reads_itself(schema: pa.Schema) -> None:
    for way in WAYS.values():
        verdict = accepts(schema, schema, **way)
        twice = len(set(schema.names)) < len(schema.names)
        assert verdict.kind is (Kind.UNDECIDED if twice else Kind.COMPATIBLE)
        assert verdict.findings == ()


@given(SCHEMAS, SCHEMAS)
def test_exact_readers_accept_equal_schemas_only(one: pa.Schema, other: pa.Schema) -> None:
    exact, by_name = accepts(one, other, columns="exact"), accepts(one, other)
    if exact.kind is Kind.COMPATIBLE:
        assert one.equals(other)
        assert by_name.kind is Kind.COMPATIBLE
    if by_name.kind is Kind.INCOMPATIBLE:
        assert accepts(one, other, unknown="rejected").kind is Kind.INCOMPATIBLE


def test_every_family_has_a_case() -> None:
    assert set(FAMILIES) >= {"integer", "list", "struct", "map", "union", "extension"}
    templates = [case for case in CASES if isinstance(parse_document(case[0]), Template)]
    assert len(templates) > 4


def test_two_formats_are_not_compared() -> None:
    with pytest.raises(NotComparableError, match="one of the two"):
        accepts({}, parse_document("a: int8"))
    with pytest.raises(NotComparableError, match="the writer is neither a JSON Schema nor an Arrow schema, but str"):
        accepts(parse_document("a: int8"), "a: int8")
