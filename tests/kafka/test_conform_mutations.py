"""Messages and records whose values are wrong are found: each mutation gives its finding."""

import hashlib
from typing import Any

import pytest

from arrakis_schema import check_message
from arrakis_schema.findings.rules import RULES
from arrakis_schema.kafka.conform import ReadMessage
from tests.kafka.messages import block, schema_of, serialized
from tests.kafka.test_conform import CHANNELS, DATA, GOOD, METADATA, Table, channel, data, examined, record

START, STRIDE, UNIX = 1187000000 * 10**9, 62_500_000, 315_964_782 * 10**9
DIGEST = "__digest__"
FULL = [channel(number, replay_id=None, max_latency=10**9) for number in (0, 1)]


def at(time: int, ids: tuple[int, ...] = (0, 1), data_type: str = "float64") -> ReadMessage:
    """Return a message of this time."""
    return data(serialized(block(data_type, ids, time=time)))


def digest(*channels: dict[str, Any], **more: Any) -> ReadMessage:
    """Return the digest of channels, made as arrakis-backend-kafka 0.14.0 makes it."""
    texts = (
        "\x1f".join(
            (
                one["name"],
                one["replay_id"] or "",
                one["data_type"],
                f"{float(one['sample_rate']):g}",
                one["partition_id"] or "",
                *(str(one[name]) for name in ("partition_index", "stride", "max_latency")),
            )
        )
        for one in channels
    )
    sha256 = hashlib.sha256("".join(f"{text}\x1e" for text in sorted(texts)).encode()).hexdigest()
    return record({"version": 1, "digest": sha256, "count": len(channels), **more}, DIGEST)


RECORDS = [record(one) for one in FULL]
STEADY = [at(START), at(START + STRIDE), at(START + 5 * STRIDE)]
MUTATIONS: dict[str, tuple[list[ReadMessage], str]] = {
    "another data type": ([*CHANNELS, at(START, data_type="float32")], "record-differs"),
    "a list of doubles in a topic of float32": ([record(channel(0, data_type="float32")), at(START, (0,))], "record-differs"),
    "an id twice": ([*CHANNELS, at(START, (0, 0))], "row-repeated"),
    "time runs back": ([*CHANNELS, at(START + STRIDE), at(START)], "time-step"),
    "the same time again": ([*CHANNELS, at(START), at(START)], "time-step"),
    "off the stride": ([*CHANNELS, at(START), at(START + STRIDE + 1)], "time-step"),
    "microseconds": ([*CHANNELS, at(START // 1000)], "time-outside"),
    "seconds": ([*CHANNELS, at(START // 10**9)], "time-outside"),
    "Unix time": ([*CHANNELS, at(START + UNIX)], "time-outside"),
    "a negative time": ([*CHANNELS, at(-1)], "time-outside"),
    "no rows": ([*CHANNELS, at(START, ())], "message-empty"),
    "a digest of fewer channels": ([*RECORDS, digest(*FULL[:1]), *STEADY], "digest-differs"),
    "a digest of other channels": ([*RECORDS, digest(FULL[0], {**FULL[1], "stride": 1}), *STEADY], "digest-differs"),
    "a digest that is made up": ([*RECORDS, digest(*FULL, digest="0" * 64), *STEADY], "digest-differs"),
    "two channels of one index": ([*CHANNELS, record({**channel(1), "name": "H1:TWIN"}), *STEADY], "row-repeated"),
    "two types in one partition_id": ([*CHANNELS, record(channel(2, data_type="int8")), *STEADY], "record-differs"),
    "a record of another publisher": ([*CHANNELS, record(channel(2, publisher="L1_DAQ")), *STEADY], "record-differs"),
    "the settings of another publisher": (
        [*CHANNELS, record({"publisher_id": "L1_DAQ", "stride": 1, "max_latency": 1}, "__publisher_info__"), *STEADY],
        "record-differs",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found(name: str) -> None:
    messages, rule = MUTATIONS[name]
    assert rule in RULES
    found = examined(Table(messages))
    assert found.failed
    assert {finding.rule for finding in found.findings} == {rule}, found.findings


@pytest.mark.parametrize(
    "messages",
    [
        [*CHANNELS, *STEADY],
        [*RECORDS, digest(*FULL), *STEADY],
        [*RECORDS, digest(*FULL[:1]), record(channel(3, partition_id="P")), *STEADY],  # a channel that came after it
        [*RECORDS, digest(*FULL), ReadMessage(METADATA, 9, b"H1:T-1", None, headers=False, time=2), at(START, (0,))],
        [*CHANNELS, at(START, (0,)), at(START, (1,))],
        [record(channel(0, publisher="H1_DAQ")), at(0, (0,))],
    ],
)
def test_without_a_mutation_nothing_is_found(messages: list[ReadMessage]) -> None:
    assert examined(Table(messages)).findings == []


def test_a_message_is_held_to_the_data_type_of_its_records() -> None:
    records = [channel(number, data_type="float32") for number in (0, 1)]
    (found,) = check_message(GOOD, records=records)
    assert (found.rule, found.location) == ("record-differs", "data")
    assert found.message == "data, row 0: float64 was sent, but the data_type of its record is float32"
    assert check_message(serialized(block("float32")), records=records) == []


def test_a_message_without_rows_is_found() -> None:
    assert [found.rule for found in check_message(serialized(schema=schema_of("int8")))] == ["message-malformed"]
    assert [found.rule for found in check_message(serialized(block(ids=())))] == ["message-empty"]
    assert DATA
