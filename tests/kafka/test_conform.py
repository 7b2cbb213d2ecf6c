"""What is found in a broker, with a broker that is a table: which topics are looked at, and what is said of them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.errors import DamagedStoreError, UnknownSchemaError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.rules import RULES
from arrakis_schema.kafka.conform import Examination, Examined, PartitionRequest, ReadMessage, UnreadPartition
from arrakis_schema.store.kafka_settings import Topics, topics_of
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store, open_release
from tests.kafka.messages import block, serialized

PROJECT = Path(__file__).parent.parent.parent
METADATA, DATA = "arrakis-metadata-H1_DAQ", "arrakis-H1_DAQ_0001"
GOOD = serialized(block())


def channel(index: int, rate: float = 64.0, **more: Any) -> dict[str, Any]:
    said = {"name": f"H1:T-{index}", "data_type": "float64", "sample_rate": rate, "stride": 62500000}
    return {**said, "partition_id": "H1_DAQ_0001", "partition_index": index, **more}


def record(value: Any, key: str | None = None, time: int = 1) -> ReadMessage:
    name = key or value["name"]
    return ReadMessage(METADATA, 0, name.encode(), None if value is None else json.dumps(value).encode(), False, time)  # noqa: FBT003


def data(value: bytes | None, topic: str = DATA, **more: Any) -> ReadMessage:
    return ReadMessage(
        **{"topic": topic, "offset": 7, "key": None, "value": value, "headers": False, "time": 2, **more}
    )


CHANNELS = [record(channel(0)), record(channel(1))]


@dataclass
class Table:
    """A broker whose messages stand in a list."""

    messages: list[ReadMessage]
    partitions: dict[str, list[int]] = field(default_factory=dict)
    unread: list[UnreadPartition] = field(default_factory=list)
    asked: list[PartitionRequest] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def topics(self) -> dict[str, list[int]]:
        return {**{message.topic: [0] for message in self.messages}, **self.partitions}

    def policies(self, topics: list[str]) -> dict[str, str]:
        return {name: policy for name, policy in self.kept.items() if name in topics}

    def read(self, wanted: list[PartitionRequest]) -> Iterator[ReadMessage | UnreadPartition]:
        self.asked += wanted
        names = {one.topic for one in wanted}
        yield from (message for message in self.messages if message.topic in names)
        yield from (one for one in self.unread if one.topic in names)


def examined(table: Table, chosen: str | None = None) -> Examined:
    return Examination(open_release(root=PROJECT)).run(table, 10, re.compile(chosen) if chosen else None)


def said(table: Table, chosen: str | None = None) -> list[tuple[str, str, str]]:
    return [(one.severity, one.rule, one.message) for one in examined(table, chosen).findings]


def test_what_conforms_has_no_finding_and_is_counted() -> None:
    found = examined(Table([*CHANNELS, data(GOOD), data(serialized(block(time=1187000000062500000)))]))
    assert (found.findings, found.failed, found.undecided) == ([], False, False)
    assert found.messages == {DATA: 2, METADATA: 2}


CASES: dict[str, tuple[list[ReadMessage], str, str, str]] = {
    "a key": ([data(GOOD, key=b"k")], "error", "message-key", "expected neither key nor headers, found a key"),
    "headers": ([data(GOOD, headers=True)], "error", "message-key", "expected neither key nor headers, found headers"),
    "no value": ([data(None)], "error", "message-malformed", "the message has no value"),
    "no stream": ([data(b"{}")], "error", "message-malformed", "the message is not one complete Arrow IPC stream: "),
    "an unknown row": (
        [data(serialized(block(ids=(0, 9))))],
        "error",
        "reference-unknown",
        "id, row 1: 9 is the partition_index of no known record",
    ),
    "another length": (
        [data(serialized(block(length=3)))],
        "error",
        "length-differs",
        "data, row 0: expected 4 items (sample_rate * stride / 1000000000), found 3 (and 1 more like it)",
    ),
    "a length that may be of before": (
        [data(serialized(block(ids=(0,), length=3)), time=0)],
        "warning",
        "length-differs",
        "found 3 (sent before the newest record)",
    ),
    "many alike": ([data(b""), data(b""), data(b"")], "error", "message-malformed", "(and 2 more like it)"),
    "a record without key": (
        [ReadMessage(METADATA, 3, None, b"{}", False, 1), data(GOOD)],  # noqa: FBT003
        "error",
        "message-malformed",
        "the record cannot be read: it has no key",
    ),
    "a record that is not JSON": (
        [ReadMessage(METADATA, 3, b"H1:A", b"{", False, 1), data(GOOD)],  # noqa: FBT003
        "error",
        "message-malformed",
        "the record cannot be read: ",
    ),
    "a key that is not text": (
        [ReadMessage(METADATA, 3, b"\xff", b"{}", False, 1), data(GOOD)],  # noqa: FBT003
        "error",
        "message-malformed",
        "the record cannot be read: byte 0 of its key is not UTF-8",
    ),
    "a channel of a type that is none": (
        [record(channel(2, data_type="U10")), data(GOOD)],
        "error",
        "record-invalid",
        "the record of the key 'H1:T-2': value.data_type: expected one of ",
    ),
    "a key of another channel": (
        [record(channel(2), key="H1:T-9"), data(GOOD)],
        "error",
        "key-differs",
        "the record of the key 'H1:T-9': value.name is 'H1:T-2'",
    ),
    "a digest that is none": (
        [record({"version": 1, "digest": "x", "count": 1}, "__digest__"), data(GOOD)],
        "error",
        "record-invalid",
        "the record of the key '__digest__': value.digest: expected text that matches",
    ),
    "an info that is gone": (
        [record(None, "__publisher_info__"), data(GOOD)],
        "error",
        "record-invalid",
        "the record of the key '__publisher_info__': value: expected an object, found null",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_does_not_conform_is_said(name: str) -> None:
    messages, severity, rule, message = CASES[name]
    (found,) = said(Table([*CHANNELS, *messages]))
    assert found[:2] == (severity, rule)
    assert message in found[2]
    assert found[2].startswith((f"{DATA}, offset 7: ", f"{METADATA}, offset "))
    assert rule in RULES


@pytest.mark.parametrize(
    "value",
    [
        record(None, "H1:T-2"),
        record({"version": 1, "digest": "0" * 64, "count": 2}, "__digest__"),
        record({"publisher_id": "H1_DAQ", "stride": 1, "max_latency": 1, "dynamic": True}, "__publisher_info__"),
    ],
)
def test_the_records_that_are_no_channel_conform(value: ReadMessage) -> None:
    assert said(Table([*CHANNELS, value, data(GOOD)])) == []


def test_the_last_record_of_a_key_holds() -> None:
    gone = record(None, "H1:T-1")
    assert [found[1] for found in said(Table([*CHANNELS, gone, data(GOOD)]))] == ["reference-unknown"]
    back = record(channel(1))
    assert said(Table([*CHANNELS, gone, back, data(GOOD)])) == []


def test_a_replay_has_topics_of_its_own() -> None:
    replay = "arrakis-replay-r1-H1_DAQ_0001"
    records = [record(channel(0, replay_id="r1")), record(channel(1, replay_id="r1"))]
    assert said(Table([*records, data(GOOD, replay)])) == []
    faster = [record(channel(0, 128.0, replay_id="r1")), record(channel(1, 64.0, replay_id="r1"))]
    assert [found[1] for found in said(Table([*faster, data(GOOD, replay)]))] == ["length-differs"]


def test_rows_that_no_record_describes_are_held_against_the_schema_alone() -> None:
    assert said(Table([*CHANNELS, data(GOOD, "arrakis-OTHER")])) == []


def test_topics_of_others_are_not_asked_for() -> None:
    table = Table([*CHANNELS, data(GOOD), data(b"x", "others"), data(b"x", "my-arrakis-1")])
    assert said(table) == []
    assert {(one.topic, one.newest) for one in table.asked} == {(METADATA, None), (DATA, 10)}


def test_chosen_topics_alone_are_told_of_but_records_are_read() -> None:
    wrong = record(channel(2, data_type="U10"))
    table = Table([*CHANNELS, wrong, data(serialized(block(length=3))), data(b"", "arrakis-OTHER")])
    assert [found[1] for found in said(table, "0001")] == ["length-differs", "undecided"]
    assert {one.topic for one in table.asked} == {METADATA, DATA}


def test_partitions_are_counted() -> None:
    found = said(Table([*CHANNELS, data(GOOD)], {METADATA: [0, 1, 2, 3]}))
    assert found == [("error", "partitions-differ", f"{METADATA}: expected 1 partition, found 4")]


def test_the_way_a_topic_is_kept_is_looked_at() -> None:
    table = Table([*CHANNELS, data(GOOD)], kept={METADATA: "delete", DATA: "delete"})
    message = f"{METADATA}: expected the cleanup policy compact, found delete"
    assert said(table) == [("error", "cleanup-differs", message)]
    table.kept[METADATA] = "compact"
    assert said(table) == []


def test_nothing_to_look_at_is_undecided() -> None:
    found = examined(Table([]))
    assert (found.failed, found.undecided) == (False, True)
    assert [(one.severity, one.rule) for one in found.findings] == [(Severity.WARNING, "undecided")] * 2
    assert found.findings[0].message == (
        "there is no message to check in 0 topics of the names arrakis-metadata-{publisher_id}"
    )


def test_what_could_not_be_read_is_undecided() -> None:
    found = examined(
        Table([*CHANNELS, data(GOOD)], unread=[UnreadPartition(DATA, 0, "Broker: Topic authorization failed")])
    )
    assert (found.failed, found.undecided) == (False, True)
    assert found.findings[0].message == f"{DATA}, partition 0: Broker: Topic authorization failed"


def test_what_was_not_read_for_one_reason_is_said_once() -> None:
    late = [UnreadPartition(f"arrakis-X_{number}", 0, "it was not read to the end in time") for number in range(50)]
    table = Table([*CHANNELS, data(GOOD)], {one.topic: [0] for one in late}, late)
    assert [found[2] for found in said(table)] == [
        "arrakis-X_0, partition 0: it was not read to the end in time (and 49 more like it)"
    ]


def test_a_release_without_the_document_says_so() -> None:
    with pytest.raises(UnknownSchemaError, match=r"release 0.5.0 has no document publication/metadata.json"):
        Examination(open_release("0.5.0", PROJECT))


def test_another_api_has_its_own_topics() -> None:
    store = Store(PROJECT / "tests/fixtures/weather")
    found = Examination(store.release(None)).run(Table([data(GOOD, "weather-north")]), 1)
    assert [one.rule for one in found.findings][:2] == ["column-added", "column-added"]
    assert found.findings[0].file == "schemas/publication/schema.txt"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("topics = 1", "topics must be a list of tables"),
        ("[[topics]]\nnames = ['a']", "topics[0].document must be the path of a document"),
        ("[[topics]]\ndocument = 'publication/schema.txt'", "topics[0].names must be a list of names"),
        ("[[topics]]\ndocument = 'publication/schema.txt'\nnames = ['a']\nkey = 'x'", 'key must be "text" or "none"'),
        (
            "[[topics]]\ndocument = 'publication/schema.txt'\nnames = ['a']\npartitions = -1",
            "partitions must be a whole number, 0 or more",
        ),
        ("[[topics]]\ndocument = 'publication/schema.txt'\nnames = ['a']\nnope = 1", "unknown key topics[0].nope"),
        (
            "[[topics]]\ndocument = 'publication/a.txt'\nnames = ['a']\ndescribed_by = 'x'",
            "topics[0].described_by must be",
        ),
    ],
)
def test_what_is_wrong_in_the_settings_is_named(entry: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    usual = 'version = "0.1.0"\ntitle = "X"\nbase_url = "https://example.org/"\n'
    (tmp_path / "schemas/registry.toml").write_text(usual + entry + "\n")
    with pytest.raises(DamagedStoreError) as caught:
        read_settings(str(tmp_path))
    assert problem in str(caught.value)


def test_without_topics_there_is_nothing_to_examine(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/registry.toml").write_text(
        'version = "0.1.0"\ntitle = "X"\nbase_url = "https://example.org/"\n'
    )
    with pytest.raises(UnknownSchemaError, match="has no \\[\\[topics\\]\\]"):
        Examination(open_release(root=tmp_path))


def test_the_first_name_that_fits_counts() -> None:
    topics = Store(PROJECT).settings.topics
    held = {name: getattr(topics_of(topics, name), "document", None) for name in (METADATA, DATA, "arrakis-", "x")}
    assert held == {
        METADATA: "publication/metadata.json",
        DATA: "publication/schema.txt",
        "arrakis-": None,
        "x": None,
    }
    named = Topics("publication/schema.txt", ("{a}-{b}", "{a}"))
    assert [named.topic_of(one) for one in ({"a": 1, "b": "x"}, {"a": "y", "b": None}, {"b": "x"})] == [
        "1-x",
        "y",
        None,
    ]
