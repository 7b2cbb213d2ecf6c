"""A server whose values are wrong is found: each mutation gives its finding, and without one nothing is found."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.findings.rules import RULES
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release
from tests.flight.mutating import Mutating, Mutation, Rows, findings_of, mutating
from tests.flight.servers import PROJECT

pytestmark = pytest.mark.usefixtures("in_process")
RELEASE = open_release(root=PROJECT)
TYPES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
STRIDE, UNIX = 62_500_000, 315_964_782 * 10**9


def first(**members: Any) -> Mutation:
    """Change the first row."""
    return lambda rows, _: [{**rows[0], **members}, *rows[1:]] if rows else rows


def last(**members: Any) -> Mutation:
    """Change the last row."""
    return lambda rows, _: [*rows[:-1], {**rows[-1], **members}] if rows else rows


def time(change: Any) -> Mutation:
    """Change the time of each row."""
    return lambda rows, _: [{**row, "time": change(row["time"], place)} for place, row in enumerate(rows)]


def lists(change: Any) -> Mutation:
    """Change the samples of each column."""

    def changed(rows: Rows, _: Any) -> Rows:
        return [{name: value if name == "time" else change(value) for name, value in row.items()} for row in rows]

    return changed


def live(change: Callable[[Rows], Rows]) -> Mutation:
    """Change the rows of requests without an end."""
    return lambda rows, args: change(rows) if args["end"] is None else rows


EXTRA = {"channel": "H1:NOT-ASKED", "data_type": "int8", "sample_rate": 1}
MUTATIONS: dict[str, tuple[str, Mutation, str]] = {
    "find: a row twice": ("find", lambda rows, _: rows + rows[:1], "row-repeated"),
    "find: all rows twice": ("find", lambda rows, _: rows + rows, "row-repeated"),
    "find: a name twice, with another rate": ("find", lambda rows, _: rows + [{**row, "sample_rate": 1} for row in rows[:1]], "row-repeated"),
    "find: the pattern is ignored": ("find", lambda rows, args: [*rows, {**EXTRA, "channel": "Z9:X"}] if args["pattern"] != ".*" else rows, "row-unasked"),
    "find: the data type is ignored": ("find", lambda rows, args: [*rows, {**EXTRA, "data_type": "int32"}] if args["data_type"] else rows, "row-unasked"),
    "find: the publisher is ignored": ("find", lambda rows, args: [*rows, {**EXTRA, "publisher": "Z9_DAQ"}] if args["publisher"] else rows, "row-unasked"),
    "find: min_rate is ignored": ("find", lambda rows, args: [*rows, EXTRA] if args["min_rate"] > 1 else rows, "row-unasked"),
    "find: max_rate is ignored": ("find", lambda rows, args: [*rows, {**EXTRA, "sample_rate": 2**31 - 1}] if args["max_rate"] < 2**31 - 1 else rows, "row-unasked"),
    "find: only the first data type is answered": ("find", lambda rows, args: [row for row in rows if row["data_type"] in args["data_type"][:1] or not args["data_type"]], "row-missing"),
    "find: only the last data type is answered": ("find", lambda rows, args: [row for row in rows if row["data_type"] in args["data_type"][-1:] or not args["data_type"]], "row-missing"),
    "find: a row is missing where a filter is given": ("find", lambda rows, args: rows[:-1] if args["pattern"] != ".*" or args["data_type"] else rows, "row-missing"),
    "find: a pattern of any text finds less than no pattern": ("find", lambda rows, args: rows[:-2] if args["pattern"] == ".+" else rows, "row-missing"),
    "find: nothing is found where a filter is given": ("find", lambda rows, args: [] if args["publisher"] else rows, "row-missing"),
    "find: a stride of 0": ("find", first(stride=0), "value-out-of-range"),
    "find: a rate of 0": ("find", first(sample_rate=0), "value-out-of-range"),
    "find: a rate below 0": ("find", first(sample_rate=-16), "value-out-of-range"),
    "find: a name without a colon": ("find", first(channel="GDS-CALIB_STRAIN"), "value-malformed"),
    "find: an empty name": ("find", first(channel=""), "value-malformed"),
    "find: no name": ("find", first(channel=None), "null-sent"),
    "find: a data type that is none": ("find", first(data_type="U10"), "value-unknown"),
    "find: the pattern matches whole names alone": ("find", lambda rows, args: [row for row in rows if re.fullmatch(args["pattern"], row["channel"])], "row-missing"),
    "find: the pattern matches anywhere": ("find", lambda rows, args: [*rows, *({**EXTRA, "channel": name} for name in ["Z9:" + args["pattern"].replace("\\", "")] if args["pattern"].startswith("1:"))], "row-unasked"),
    "find: the letter case is ignored": ("find", lambda rows, args: [*rows, *({**EXTRA, "channel": name} for name in [args["pattern"].replace("\\", "").swapcase()] if args["pattern"].islower())], "row-unasked"),
    "find: a rate of exactly min_rate is left out": ("find", lambda rows, args: [row for row in rows if row["sample_rate"] > args["min_rate"]], "row-missing"),
    "find: a rate of exactly max_rate is left out": ("find", lambda rows, args: [row for row in rows if row["sample_rate"] < args["max_rate"]], "row-missing"),
    "find: an empty partition_id": ("find", first(partition_id=""), "value-malformed"),
    "find: an empty publisher": ("find", first(publisher=""), "value-malformed"),
    "find: an empty replay_id": ("find", first(replay_id=""), "value-malformed"),
    "find: a channel of a replay": ("find", first(replay_id="o3-replay"), "row-unasked"),
    "find: an index in no partition": ("find", first(partition_id=None), "null-sent"),
    "find: two channels of one index": ("find", lambda rows, _: [{**row, "partition_id": "P", "partition_index": 7} for row in rows], "row-repeated"),
    "count: one more": ("count", lambda rows, _: [{"count": rows[0]["count"] + 1}], "count-differs"),
    "count: 0": ("count", first(count=0), "count-differs"),
    "count: all, whatever is asked": ("count", first(count=3), "count-differs"),
    "count: the data type is ignored": ("count", lambda rows, args: [{"count": 3}] if args["data_type"] else rows, "count-differs"),
    "count: null": ("count", first(count=None), "null-sent"),
    "count: negative": ("count", first(count=-1), "value-out-of-range"),
    "count: no row": ("count", lambda _rows, _: [], "answer-empty"),
    "count: two rows": ("count", lambda rows, _: rows * 2, "answer-empty"),
    "describe: a channel that was not asked": ("describe", lambda rows, _: [*rows, EXTRA], "row-unasked"),
    "describe: a channel is missing": ("describe", lambda rows, _: rows[:-1], "row-missing"),
    "describe: another channel in its place": ("describe", first(channel="H1:OTHER"), "row-missing"),
    "describe: no row": ("describe", lambda _rows, _: [], "row-missing"),
    "describe: a row twice": ("describe", lambda rows, _: rows + rows[:1], "row-repeated"),
    "describe: another rate": ("describe", first(sample_rate=8), "record-differs"),
    "describe: another type": ("describe", first(data_type="int8"), "record-differs"),
    "describe: another stride": ("describe", first(stride=2 * STRIDE), "record-differs"),
    "describe: a stride of 0": ("describe", first(stride=0), "value-out-of-range"),
    "describe: another publisher": ("describe", first(publisher="Z9_DAQ"), "record-differs"),
    "describe: no publisher": ("describe", first(publisher=None), "record-differs"),
    "describe: a channel of a replay": ("describe", first(replay_id="o3-replay"), "row-unasked"),
    "describe: an index in no partition": ("describe", first(partition_id=None), "null-sent"),
    "describe: another index": ("describe", first(partition_index=99), "record-differs"),
    "stream: Unix time": ("stream", time(lambda value, _: value + UNIX), "time-outside"),
    "stream: microseconds": ("stream", time(lambda value, _: value // 1000), "time-outside"),
    "stream: seconds": ("stream", time(lambda value, _: value // 10**9), "time-outside"),
    "stream: time 0": ("stream", time(lambda _value, _: 0), "time-outside"),
    "stream: time runs back": ("stream", lambda rows, _: rows[::-1], "time-step"),
    "stream: two rows in another order": ("stream", lambda rows, _: [*rows[:1], *rows[2:0:-1], *rows[3:]], "time-step"),
    "stream: a row twice": ("stream", lambda rows, _: [*rows[:2], *rows[1:]], "time-step"),
    "stream: the same time": ("stream", lambda rows, _: [{**row, "time": rows[0]["time"]} for row in rows], "time-step"),
    "stream: off the stride": ("stream", time(lambda value, place: value + (place == 1)), "time-step"),
    "stream: half the step": ("stream", time(lambda value, place: value - place * STRIDE // 2), "time-step"),
    "stream: twice the step": ("stream", time(lambda value, place: value + place * STRIDE), "block-missing"),
    "stream: a block is missing": ("stream", lambda rows, _: rows[:1] + rows[2:], "block-missing"),
    "stream: the first blocks are missing": ("stream", lambda rows, _: rows[2:], "block-missing"),
    "stream: the last block is missing": ("stream", lambda rows, args: rows[:-1] if args["end"] else rows, "block-missing"),
    "stream: before the start": ("stream", lambda rows, _: [{**rows[0], "time": rows[0]["time"] - STRIDE}, *rows], "time-outside"),
    "stream: the row at the end": ("stream", lambda rows, args: [*rows, {**rows[-1], "time": args["end"]}] if args["end"] else rows, "time-outside"),
    "stream: half a stride with half of the samples": ("stream", lambda rows, _: [{name: value + half * STRIDE // 2 if name == "time" else value[half * len(value) // 2 :][: len(value) // 2] for name, value in row.items()} for row in rows for half in (0, 1)], "length-differs"),
    "stream: beyond the end": ("stream", lambda rows, _: [*rows, {**rows[-1], "time": rows[-1]["time"] + STRIDE}], "time-outside"),
    "stream: a sample is missing": ("stream", lists(lambda samples: samples[:-1]), "length-differs"),
    "stream: a sample more": ("stream", lists(lambda samples: [*samples, None]), "length-differs"),
    "stream: half of the samples": ("stream", lists(lambda samples: samples[: len(samples) // 2]), "length-differs"),
    "stream: no samples": ("stream", lists(lambda _samples: []), "length-differs"),
    "stream: a null for a gap": ("stream", lists(lambda _samples: None), "null-sent"),
    "stream: a nanosecond late": ("stream", time(lambda value, _: value + 1), "time-step"),
    "stream: half a stride late": ("stream", time(lambda value, _: value + STRIDE // 2), "time-step"),
    "stream: live data of an hour ago": ("stream", live(lambda rows: time(lambda value, _: value - 3600 * 10**9)(rows, {})), "time-outside"),
    "stream: live data to come": ("stream", live(lambda rows: time(lambda value, _: value + 3600 * 10**9)(rows, {})), "time-outside"),
    "stream: live data of a clock that leaves out leap seconds": ("stream", live(lambda rows: time(lambda value, _: value - 18 * 10**9)(rows, {})), "time-outside"),
    "stream: live data of in half a minute": ("stream", live(lambda rows: time(lambda value, _: value + 30 * 10**9)(rows, {})), "time-outside"),
    "stream: a block of live data is missing": ("stream", live(lambda rows: rows[:1] + rows[2:]), "block-missing"),
    "stream: live data ends": ("stream", live(lambda _rows: []), "block-missing"),
    "stream: no recent data": ("stream", lambda rows, args: [] if (args["end"] or 0) > 1300000000 * 10**9 else rows, "undecided"),
    "stream: no old data": ("stream", lambda rows, args: [] if (args["end"] or 2**63) < 1300000000 * 10**9 else rows, "undecided"),
    "stream: nothing but gaps": ("stream", lists(lambda samples: [None] * len(samples)), "undecided"),
    "stream: one of two columns of a type is nothing but gaps": ("stream", lambda rows, _: [{**row, **{name: [None] * len(row[name]) for name in row if name.startswith("L1")}} for row in rows], "undecided"),
    "stream: a list is short in one row": ("stream", lambda rows, _: [*rows[:-1], *lists(lambda samples: samples[:-1])(rows[-1:], {})], "length-differs"),
    "stream: a list is null in one row": ("stream", lambda rows, _: [*rows[:-1], *lists(lambda _samples: None)(rows[-1:], {})], "null-sent"),
    "stream: no time in one row": ("stream", first(time=None), "null-sent"),
    "stream: no row": ("stream", lambda _rows, _: [], "undecided"),
    "stream: one type never comes": ("stream", lambda rows, args: rows if "DQ" not in args["channels"][0] else [], "undecided"),
    "partition: a row is missing": ("partition", lambda rows, _: rows[:-1], "row-missing"),
    "partition: another row": ("partition", lambda rows, _: [*rows, EXTRA], "row-unasked"),
    "partition: a row twice": ("partition", lambda rows, _: rows + rows[:1], "row-repeated"),
    "partition: another rate": ("partition", first(sample_rate=1), "record-differs"),
    "partition: another type": ("partition", first(data_type="int8"), "record-differs"),
    "partition: another id": ("partition", first(partition_id="Z9"), "record-differs"),
    "partition: another index": ("partition", first(partition_index=99), "record-differs"),
    "partition: not completed": ("partition", first(partition_index=None), "null-sent"),
    "partition: one index for all": ("partition", lambda rows, _: [{**row, "partition_id": "P", "partition_index": 0} for row in rows], "row-repeated"),
}  # fmt: skip


@pytest.fixture(scope="module")
def behind() -> Iterator[str]:
    """The location of a server that conforms."""
    with MockServer(RELEASE) as server:
        yield f"grpc://127.0.0.1:{server.port}"


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found(name: str, behind: str) -> None:
    endpoint, mutation, rule = MUTATIONS[name]
    assert rule in RULES
    with Mutating(behind, endpoint, mutation) as server:
        findings = findings_of(f"grpc://127.0.0.1:{server.port}", may_write=endpoint == "partition")
    found = [finding for finding in findings if finding.rule == rule]
    assert found, findings
    assert all(f"/endpoints/{endpoint}/" in finding.file for finding in found)
    assert all(finding.severity == ("warning" if rule == "undecided" else "error") for finding in found)


@pytest.mark.parametrize("release", ["0.3.0", "0.5.0"])
def test_a_release_that_promises_less_is_held_to_what_was_always_meant(release: str) -> None:
    with mutating(open_release(release, PROJECT).contract, "find", first(sample_rate=0)) as location:
        assert "value-out-of-range" in {found.rule for found in findings_of(location)}
        assert "value-out-of-range" not in {found.rule for found in findings_of(location, as_documented=True)}


def channel(name: str, data_type: str = "float64", rate: int = 64, **more: Any) -> dict[str, Any]:
    row = {"channel": name, "data_type": data_type, "sample_rate": rate, "partition_id": None, "partition_index": None}
    return {**row, "publisher": None, "stride": STRIDE, "max_latency": None, "replay_id": None, **more}


CHANNELS: dict[str, Rows] = {
    "one": [channel("H1:A")],
    "none": [],
    "ten types": [channel(f"H1:{data_type}", data_type, 16) for data_type in TYPES],
    "many": [channel(f"H1:N-{number}", TYPES[number % 10], 16, publisher=f"P{number % 7}") for number in range(10_000)],
    "odd": [
        channel(":"),
        channel("H1:a b.c*[x]", "int8", 1, stride=10**9),
        channel("H1:Ωμέγα 'quoted' \"twice\"\\", "uint16", 3, stride=10**9),
        channel("H1:NO-STRIDE", "int32", 16, stride=None),
        channel("H1:LONG" + "x" * 200, "uint64", 65536),
        channel("H1:P", "float32", 16, partition_id="P", partition_index=0, publisher="Ä", max_latency=1),
    ],
}


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A root with the working set alone."""
    shutil.copytree(PROJECT / "schemas", tmp_path / "schemas")
    return tmp_path


@pytest.mark.parametrize("name", CHANNELS)
def test_a_server_without_a_mutation_conforms_whatever_channels_it_has(name: str, other: Path) -> None:
    for endpoint in ("find", "describe"):
        examples = other / f"schemas/endpoints/{endpoint}/examples/schema"
        shutil.rmtree(examples)
        examples.mkdir()
        (examples / "channels.json").write_text(json.dumps({"rows": CHANNELS[name]}))
    with MockServer(open_release(root=other)) as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}"), root=other, may_write=True)
    wrong = [finding for finding in report.findings if finding.severity != "notice"]
    assert (wrong, report.conforms, report.undecided) == ([], True, False)
    types = len({row["data_type"] for row in CHANNELS[name]})
    assert (report.examined["stream"]["types_seen"], report.examined["stream"]["types_listed"]) == (types, types)
