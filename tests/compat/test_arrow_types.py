"""Every ordered pair of types, judged by pyarrow, which writes each column as a stream, reads it and casts it safely.

`arrow_policy.json` lists where the rules are stricter than pyarrow's cast, and why.
"""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from arrakis_schema.compat import Kind, Verdict, accepts
from arrakis_schema.compat.arrow.arrays import build_array
from arrakis_schema.compat.arrow.values import candidates
from tests.arrow.arrays import sample_array
from tests.arrow.reading import UnreadableError, read_as, streamed
from tests.arrow.types import TYPES, family
from tests.compat.witnesses import rows_of

POLICY = json.loads((Path(__file__).parent.parent / "cases/compat/arrow_policy.json").read_text())
ALLOWED = {(writer, reader) for _, pairs in POLICY for writer, readers in pairs.items() for reader in readers}


def field(data_type: pa.DataType) -> pa.Field:
    return pa.field("a", data_type)


def reads(array: pa.Array, reader: pa.DataType) -> bool:
    try:
        read_as(array, field(reader))
    except UnreadableError:
        return False
    return True


def wrong(verdict: Verdict, sent: pa.Array, writer: pa.DataType, reader: pa.DataType) -> Iterator[str]:
    """Yield what pyarrow has against a verdict."""
    read = reads(sent, reader)
    pair = family(writer), family(reader)
    if verdict.kind is Kind.COMPATIBLE and not read:
        yield "said to be compatible, and not read"
    if verdict.kind is Kind.INCOMPATIBLE:
        witness = verdict.witness
        rows = rows_of(witness)
        bites = not reads(streamed(build_array(rows, writer), field(writer)), reader)
        if bites == ("note" in witness):
            yield f"the witness {witness['value']!r} {'bites, and says that it does not' if bites else 'is read'}"
        if not bites and not read:
            yield "a value bites, and the witness is another one"
        if not bites and pair not in ALLOWED:
            yield "stricter than pyarrow, and not in arrow_policy.json"
    if verdict.kind is Kind.UNDECIDED:
        yield f"undecided: {verdict.reason}"


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[pa.DataType, pa.DataType], Verdict]:
    schemas = {data_type: pa.schema([field(data_type)]) for data_type in TYPES}
    pairs = product(TYPES, TYPES)
    return {(writer, reader): accepts(schemas[reader], schemas[writer]) for writer, reader in pairs}


def test_every_pair_of_types(verdicts: dict[tuple[pa.DataType, pa.DataType], Verdict]) -> None:
    columns = {writer: streamed(sample_array(writer), field(writer)) for writer in TYPES}
    found = [
        f"{writer} > {reader}: {problem}"
        for (writer, reader), verdict in verdicts.items()
        for problem in wrong(verdict, columns[writer], writer, reader)
    ]
    assert len(verdicts) > 7000
    assert found == []


def test_every_exception_is_one(verdicts: dict[tuple[pa.DataType, pa.DataType], Verdict]) -> None:
    noted = [pair for pair, verdict in verdicts.items() if "note" in (verdict.witness or ())]
    assert {(family(writer), family(reader)) for writer, reader in noted} == ALLOWED


def test_exact_readers_agree_with_equals() -> None:
    fields = [*map(field, TYPES), *(pa.field("a", data_type, nullable=False) for data_type in TYPES[1::3])]
    schemas = [pa.schema([one]) for one in fields]
    for writer in schemas:
        for reader in schemas:
            equal = writer.equals(reader)
            assert (accepts(reader, writer, columns="exact").kind is Kind.COMPATIBLE) == equal, (writer, reader)


@pytest.mark.parametrize("data_type", TYPES, ids=str)
def test_candidates_are_values_of_their_type(data_type: pa.DataType) -> None:
    values = list(candidates(data_type)) or [None]
    array = build_array(values, data_type)
    array.validate(full=True)
    assert array.type == data_type
    assert len(array) == len(values)
    assert array.null_count == (len(values) if pa.types.is_null(data_type) else 0)
