"""Records of compacted topics: each is validated, describes rows, and agrees with the others of its topic.

What holds between records, and between the times of messages, is declared in `[[topics]]` of `registry.toml`.
"""

import hashlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from arrakis_schema.errors import InvalidRequestError, MalformedRequestError, ValidationLimitError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.json_schema.validators import validator_of
from arrakis_schema.json_schema.violations import format_path
from arrakis_schema.store.kafka_settings import Digest, Topics, TopicSeries
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.store import Release
from arrakis_schema.tables.references import Expected, References

Record = Mapping[str, Any]
Law = tuple[str, str]
"""The id of a rule, and what was found."""
_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
_YEAR = 366 * _DAY
_UNITS = {"microseconds": 1000, "milliseconds": 1_000_000, "seconds": _SECOND}


class RecordChecker:
    """Checks records against one JSON document: `{"key": text, "value": the message as JSON, or null where empty}`."""

    def __init__(self, release: Release, path: str) -> None:
        """Take the document at a path; its validator is compiled once."""
        self._file = f"{release.folder}/{path}"
        self._validate = validator_of(release, release.name_of(path))

    def check(self, key: bytes | None, value: bytes | None, key_member: str = "") -> tuple[Any, list[Finding]]:
        """Return the record, None where there is none, and what is wrong with it.

        `key_member` is the member of the value that repeats the key, where the value has it.
        """
        try:
            record = {"key": _key_text(key), "value": None if value is None else parse_json(value)}
        except MalformedRequestError as error:
            return None, [self._finding("message-malformed", "", f"the record cannot be read: {error.problem}")]
        try:
            self._validate(record)
        except InvalidRequestError as error:
            where = format_path(error.violation.path)
            message = f"the record of the key {record['key']!r}: {error.violation}"
            return None, [self._finding("record-invalid", where, message)]
        except ValidationLimitError as error:
            return None, [self._finding("record-invalid", "", f"the record of the key {record['key']!r}: {error}")]
        repeated_key = (
            record["value"].get(key_member, record["key"])
            if key_member and isinstance(record["value"], dict)
            else record["key"]
        )
        if repeated_key != record["key"]:
            message = f"the record of the key {record['key']!r}: value.{key_member} is {repeated_key!r}"
            return record, [self._finding("key-differs", f"value.{key_member}", message)]
        return record, []

    def _finding(self, rule: str, where: str, message: str) -> Finding:
        """Return an error about a record."""
        return Finding(self._file, 1, 1, rule, Severity.ERROR, where, message)


def _key_text(key: bytes | None) -> str:
    """Return the key of a record."""
    if key is None:
        raise MalformedRequestError("it has no key")
    try:
        return key.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedRequestError(f"byte {error.start} of its key is not UTF-8") from error


class Descriptions:
    """The records read so far that describe rows."""

    def __init__(self, topics: Sequence[Topics], members: Collection[str]) -> None:
        """Take the entries of the topics, and the members of a record to keep."""
        self._topics, self._members = topics, frozenset(members)
        self._topic_of_record: dict[tuple[str, str], str] = {}
        self._records: dict[str, dict[tuple[str, str], Mapping[str, Any]]] = {}
        self._expected: dict[str, Expected] = {}
        self._by_number: dict[tuple[str, str], dict[Any, Mapping[str, Any]]] = {}
        self.newest = 0

    def note(self, document: str, topic: str, record: Mapping[str, Any], time: int) -> None:
        """Add a record, which replaces an earlier one of the same key."""
        key, value = (topic, str(record["key"])), record["value"]
        self.newest = max(self.newest, time)
        before = self._topic_of_record.pop(key, None)
        if before is not None:
            del self._records[before][key]
        if isinstance(value, dict):
            named = (topics.topic_of(value) for topics in self._topics if topics.described_by == document)
            described_topic = self._topic_of_record[key] = next(filter(None, named), "")
            kept = {member: value[member] for member in self._members & value.keys()}
            self._records.setdefault(described_topic, {})[key] = kept

    def describes(self, topic: str) -> bool:
        """Return whether any record describes the rows of a topic."""
        return bool(self._records.get(topic))

    def expectations(self, topic: str, references: References) -> Expected:
        """Return what is expected of the rows of a topic, computed once: add all records first."""
        if topic not in self._expected:
            self._expected[topic] = references.expectations(self._records[topic].values())
        return self._expected[topic]

    def by_topic(self) -> Iterator[tuple[str, Mapping[tuple[str, str], Mapping[str, Any]]]]:
        """Yield each topic whose rows are described, with the records by the topic that they are in, and their key."""
        yield from ((topic, records) for topic, records in self._records.items() if topic and records)

    def record(self, topic: str, member: str, number: int) -> Mapping[str, Any]:
        """Return the record of a row, whose `member` is this number; an empty one where there is none."""
        if (topic, member) not in self._by_number:
            records = self._records.get(topic, {}).values()
            self._by_number[topic, member] = {record.get(member): record for record in records}
        return self._by_number[topic, member].get(number, {})


def disagreements(
    topic: str, records: Mapping[tuple[str, str], Record], member: str, alike: tuple[str, ...]
) -> Iterator[Law]:
    """Yield where the records of one topic disagree: two with one number, or with different members that are alike."""
    numbered: dict[Any, str] = {}
    for (_, key), record in records.items():
        number = record.get(member)
        if number is not None and numbered.setdefault(number, key) != key:
            yield "row-repeated", f"{key} and {numbered[number]} both have the {member} {number} in {topic}"
    for name in alike:
        first: dict[Any, str] = {}
        for (_, key), record in records.items():
            if record.get(name) is not None:
                first.setdefault(record[name], key)
        if len(first) > 1:
            values = " and ".join(f"{value} ({key})" for value, key in list(first.items())[:2])
            yield "record-differs", f"the rows of {topic} have one {name}, but its records have {values}"


def mismatched_members(
    placeholders: Mapping[str, str], repeats: Mapping[str, tuple[str, ...]], value: Any
) -> Iterator[Law]:
    """Yield where a record differs from what the name of its topic repeats."""
    for name, members in repeats.items():
        for member in members if isinstance(value, dict) else ():
            repeated = value.get(member)
            if repeated is not None and name in placeholders and str(repeated) != placeholders[name]:
                yield (
                    "record-differs",
                    f"value.{member} is {repeated!r}, but the topic is that of {placeholders[name]!r}",
                )


class DigestCheck:
    """The records of one topic and the digest of them, as far as they were read."""

    def __init__(self, digest: Digest, key_member: str) -> None:
        """Take what the settings say of the digest; the records that it sums up have the member `key_member`."""
        self._digest, self._member = digest, key_member
        self._records: dict[str, Record] = {}
        self._newest_digest: Record | None = None

    def note(self, key: str, value: Any) -> None:
        """Add a record, which replaces an earlier one; a digest holds for the records before it."""
        if key == self._digest.key:
            self._newest_digest = value if isinstance(value, dict) else None
        elif value is None or self._member in value:
            self._newest_digest = None
            self._records.pop(key, None)
            if value is not None:
                self._records[key] = value

    def laws(self) -> Iterator[Law]:
        """Yield what differs between the digest and the records, if it is the newest of them."""
        if self._newest_digest is None:
            return
        count, digest = self._newest_digest.get(self._digest.count), self._newest_digest.get(self._digest.sha256)
        if count is not None and count != len(self._records):
            message = f"{self._digest.count} is {count:,}, found {format_count(len(self._records), 'record')}"
            yield "digest-differs", f"the record of the key {self._digest.key!r}: {message}"
            return
        expected = self._hash()
        if digest is not None and expected is not None and digest != expected:
            message = f"{self._digest.sha256} is {digest!r}, but that of the records is {expected!r}"
            yield "digest-differs", f"the record of the key {self._digest.key!r}: {message}"

    def _hash(self) -> str | None:
        """Return the digest of the records; None where one of them lacks a member."""
        entries = [self._entry(record) for record in self._records.values()]
        if not self._digest.members or None in entries:
            return None
        return hashlib.sha256("".join(f"{entry}\x1e" for entry in sorted(map(str, entries))).encode()).hexdigest()

    def _entry(self, record: Record) -> str | None:
        """Return the text of a record; None where it lacks a member."""
        texts = [_member_text(record, member) for member in self._digest.members]
        return None if None in texts else "\x1f".join(map(str, texts))


def _member_text(record: Record, member: str) -> str | None:
    """Return a member of a record as text."""
    name, _, form = member.partition(":")
    value = record.get(name.removesuffix("?"))
    if value is None:
        return "" if name.endswith("?") else None
    return format(float(value), form) if form and isinstance(value, int | float) else str(value)


class Times:
    """The times of the messages in a topic: those of one row rise in steps of its stride."""

    def __init__(self, series: TopicSeries) -> None:
        """Take what the settings say."""
        self._series = series
        self._last: dict[Any, int] = {}

    def laws(self, value: int, rows: Mapping[Any, Record]) -> Iterator[Law]:
        """Yield what is wrong with the time of a message: `rows` are its numbers, with the record of each."""
        unit = self._describe_wrong_clock(value)
        if unit:
            yield (
                "time-outside",
                f"{self._series.time}: {value} is not a time in nanoseconds by the clock of the API: {unit}",
            )
            return
        problem = next(
            filter(None, (self._find_step_problem(number, value, record) for number, record in rows.items())), None
        )
        if problem is not None:
            yield "time-step", problem
        self._last.update(dict.fromkeys(rows, value))

    def _find_step_problem(self, number: Any, value: int, record: Record) -> str | None:
        """Return what is wrong with a time after the last one of the same row."""
        last, stride = self._last.get(number), record.get(self._series.stride)
        if last is None:
            return None
        before = f"{self._series.time}: {value} comes after {last} of the row {number}"
        if value <= last:
            return f"{before}: times must increase"
        if isinstance(stride, int) and stride > 0 and (value - last) % stride:
            return f"{before}: the stride is {stride}"
        return None

    def _describe_wrong_clock(self, value: int) -> str:
        """Return what a time seems to be, if it cannot be one by the clock of the API."""
        now = time.time_ns() - self._series.epoch * _SECOND
        if value > now + _DAY:
            unix = value - self._series.epoch * _SECOND
            return "it is a Unix time" if unix <= now + _DAY else "it is in the future"
        if value < 0:
            return "it is negative"
        readings = (unit for unit, factor in _UNITS.items() if 10 * _YEAR <= value * factor <= now + 20 * _YEAR)
        return f"it is in {unit}" if value < _YEAR and (unit := next(readings, "")) else ""
