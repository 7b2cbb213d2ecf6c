"""Records of compacted topics: each is validated against its JSON Schema, and the latest of each key describes rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from arrakis_schema.errors import InvalidRequestError, MalformedRequestError, ValidationLimitError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.json_schema.validators import validator_of
from arrakis_schema.json_schema.violations import format_path
from arrakis_schema.store.kafka_settings import Topics
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.store import Release
from arrakis_schema.tables.references import Expected, References


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
            record = {"key": _text(key), "value": None if value is None else parse_json(value)}
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


def _text(key: bytes | None) -> str:
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
