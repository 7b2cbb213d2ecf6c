"""A message that keeps to the contract passes; one that is changed anywhere is found; any bytes get an answer."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema import UnknownSchemaError, check_message
from arrakis_schema.findings.rules import RULES
from tests.kafka.messages import DATA_TYPES, block, blocks, schema_of, serialized

WHOLE = serialized(block())
HEAD = 8 + int.from_bytes(WHOLE[4:8], "little")
CHANNELS = [{"partition_index": number, "sample_rate": 64.0, "stride": 62500000} for number in (0, 1)]


def rules(data: bytes) -> list[str]:
    return [found.rule for found in check_message(data)]


@given(blocks(), st.sampled_from([None, "zstd", "lz4"]))
def test_any_block_of_the_contract_passes(batch: pa.RecordBatch, packed: str | None) -> None:
    data = serialized(batch, compression=packed)
    assert check_message(data) == []
    assert pa.ipc.open_stream(data).read_all().num_rows == batch.num_rows


def column(batch: pa.RecordBatch, place: int, values: list[object]) -> pa.RecordBatch:
    return batch.set_column(place, batch.schema.field(place), pa.array(values, batch.schema.field(place).type))


def of_other_schema(schema: pa.Schema) -> bytes:
    return serialized(schema=schema)


F64 = schema_of("float64")
MUTATIONS: dict[str, tuple[Callable[[pa.RecordBatch], bytes], str, str]] = {
    "another time in a row": (lambda b: serialized(column(b, 0, [1, 2])), "row-differs", "time"),
    "no time": (lambda b: serialized(column(b, 0, [None, None])), "null-sent", "time"),
    "no id": (lambda b: serialized(column(b, 1, [0, None])), "null-sent", "id"),
    "no list": (lambda b: serialized(column(b, 2, [[], None])), "null-sent", "data"),
    "the id of 0.5.0": (
        lambda _: of_other_schema(F64.set(1, pa.field("channel", pa.string()))),
        "column-removed",
        "id",
    ),
    "a column more": (lambda _: of_other_schema(F64.append(pa.field("more", pa.int8()))), "column-added", "more"),
    "a column less": (lambda _: of_other_schema(F64.remove(2)), "column-removed", "data"),
    "another order": (lambda _: of_other_schema(pa.schema([F64[1], F64[0], F64[2]])), "column-reordered", ""),
    "a narrower id": (lambda _: of_other_schema(F64.set(1, pa.field("id", pa.uint16()))), "type-narrowed", "id"),
    "a wider id": (lambda _: of_other_schema(F64.set(1, pa.field("id", pa.int64()))), "type-widened", "id"),
    "not null": (
        lambda _: of_other_schema(F64.set(0, pa.field("time", pa.int64(), nullable=False))),
        "nullable-tightened",
        "time",
    ),
    "large lists": (
        lambda _: of_other_schema(F64.set(2, pa.field("data", pa.large_list(pa.float64())))),
        "encoding-changed",
        "data",
    ),
    "text": (lambda _: of_other_schema(F64.set(2, pa.field("data", pa.list_(pa.string())))), "value-unknown", ""),
    "metadata": (lambda _: of_other_schema(F64.with_metadata({"a": "b"})), "metadata-changed", "#a"),
    "metadata of a column": (
        lambda _: of_other_schema(F64.set(0, F64[0].with_metadata({"unit": "ns"}))),
        "metadata-changed",
        "time#unit",
    ),
    "one name twice": (lambda _: of_other_schema(pa.schema([*F64, F64[0]])), "column-added", "time"),
}


@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.parametrize("data_type", ["float64", "uint8"])
def test_a_mutation_is_found(name: str, data_type: str) -> None:
    change, rule, where = MUTATIONS[name]
    found = check_message(change(block(data_type)))
    assert (rule, where) in {(one.rule, one.location) for one in found}
    assert all(one.rule in RULES and one.message and "\n" not in one.message for one in found)


FRAMES = {
    "nothing": b"",
    "three bytes": WHOLE[:3],
    "text": b'{"request": "Find"}',
    "a head cut": WHOLE[: HEAD - 1],
    "no batch": WHOLE[:HEAD],
    "a batch cut": WHOLE[: HEAD + 200],
    "no end": WHOLE[:-8],
    "half an end": WHOLE[:-4],
    "bytes behind": WHOLE + b"\0",
    "two streams": WHOLE * 2,
    "two batches": serialized(block(), block()),
    "no batch, but an end": serialized(schema=block().schema),
    "a head of 2 GiB": b"\xff\xff\xff\xff\xff\xff\xff\x7f" + WHOLE,
    "a head of less than nothing": b"\xff\xff\xff\xff\xff\xff\xff\xff" + WHOLE,
    "a file, not a stream": b"ARROW1\0\0" + WHOLE,
}


@pytest.mark.parametrize("name", FRAMES)
def test_what_is_not_one_complete_stream_is_one_clear_sentence(name: str) -> None:
    (found,) = check_message(FRAMES[name])
    assert found.rule == "message-malformed"
    assert found.message.startswith("the message is not one complete Arrow IPC stream: ")
    assert len(found.message) < 250


@given(st.integers(0, len(WHOLE) - 1))
def test_a_message_cut_anywhere_is_found(length: int) -> None:
    assert rules(WHOLE[:length]) == ["message-malformed"]


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes_get_findings_and_no_exception(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, byte in changes:
        data[place] = byte
    assert set(rules(bytes(data))) <= set(RULES)


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert rules(data)
    assert rules(WHOLE[:8] + data)
    assert rules(WHOLE[:HEAD] + data)


HOSTILE = """
import sys, time, resource
import pyarrow as pa
from arrakis_schema import check_message
from tests.kafka.messages import block, schema_of, serialized
check_message(serialized(block()))
zeros = pa.record_batch(
    [pa.array([1], pa.int64()), pa.array([0], pa.uint32()), pa.array([[0.0] * 12_000_000], pa.list_(pa.float64()))],
    schema=schema_of("float64"),
)
bomb = serialized(zeros, compression="zstd")
packed = bytearray(serialized(block(length=64), compression="zstd"))
claim = (2 * 8 * 64).to_bytes(8, "little")
place = packed.rindex(claim)
packed[place : place + 8] = (1 << 30).to_bytes(8, "little")
wide = serialized(pa.record_batch({f"x{number}": [1] for number in range(100_000)}))
deep = pa.int8()
for _ in range(60):
    deep = pa.list_(deep)
nested = serialized(schema=schema_of("float64").set(2, pa.field("data", deep)))
many = serialized(*[block()] * 20_000)
del zeros
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begin = time.perf_counter()
for data in (bomb, bytes(packed), wide, nested, many):
    print(len(data), [found.message for found in check_message(data)][0])
print(round(time.perf_counter() - begin, 2), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used)
"""


def test_hostile_messages_take_bounded_time_and_memory(project: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

    command = [sys.executable, "-c", HOSTILE]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
        timeout=60,
        cwd=project,
    )
    assert done.returncode == 0, done.stderr
    bomb, claim, wide, nested, many, total = done.stdout.splitlines()
    assert "its batch decompresses to 96,000,0" in bomb
    assert "its batch decompresses to 1,073,74" in claim
    assert "expected 3 columns, found 100,000" in wide
    assert "value-unknown" in nested or "data_type = " in nested
    assert "expected one batch, found " in many
    seconds, kilobytes = map(float, total.split())
    assert seconds < 5
    assert kilobytes < 100_000


def test_rows_are_held_against_the_channels() -> None:
    assert check_message(WHOLE, channels=CHANNELS) == []
    (unknown,) = check_message(serialized(block(ids=(0, 7))), records=CHANNELS)
    assert (unknown.rule, unknown.message) == (
        "reference-unknown",
        "id, row 1: 7 is the partition_index of no known record",
    )
    found = check_message(serialized(block(length=5)), records=CHANNELS)
    assert [one.rule for one in found] == ["length-differs"] * 2
    assert found[0].message == "data, row 0: expected 4 items (sample_rate * stride / 1000000000), found 5"
    silent = [{"partition_index": number, "sample_rate": 16, "stride": None} for number in (0, 1)]
    assert check_message(serialized(block(length=5)), records=silent) == []


def test_many_rows_are_few_findings() -> None:
    batch = block(ids=tuple(range(10_000)))
    wrong = column(batch, 0, list(range(10_000)))
    assert [found.message for found in check_message(serialized(wrong))][1:] == [
        "time, row 2: 2, but 0 in row 0: all rows are alike",
        "time, row 3: 3, but 0 in row 0: all rows are alike",
        "time: and 9,996 more rows, to row 9999",
    ]
    assert len(check_message(WHOLE, records=[])) == 2
    assert len(check_message(serialized(batch), records=[])) == 4


def test_a_release_without_a_publication_says_so() -> None:
    with pytest.raises(UnknownSchemaError, match="has no document 'publication'"):
        check_message(WHOLE, "0.5.0")


@pytest.mark.parametrize("data_type", DATA_TYPES)
def test_the_place_is_the_line_of_the_column(data_type: str, project: Path) -> None:
    (found,) = check_message(serialized(column(block(data_type), 1, [None, 1])))
    assert found.file == "schemas/publication/schema.txt"
    assert (project / found.file).read_text().splitlines()[found.line - 1].startswith("id: ")


def test_other_kinds_of_bytes_are_taken() -> None:
    assert check_message(bytearray(WHOLE)) == check_message(memoryview(WHOLE)) == []  # type: ignore[arg-type]
