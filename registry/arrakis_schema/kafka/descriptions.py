"""The records that describe rows in other topics: the latest record of each key, by the topic it describes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from arrakis_schema.store.kafka_settings import Topics
from arrakis_schema.tables.references import Expected, References


class Descriptions:
    """The records read so far that describe rows."""

    def __init__(self, topics: Sequence[Topics], members: Collection[str]) -> None:
        """Take the entries of the topics, and the members of a record to keep."""
        self._topics, self._members = topics, frozenset(members)
        self._about: dict[tuple[str, str], str] = {}
        self._records: dict[str, dict[tuple[str, str], Mapping[str, Any]]] = {}
        self._expected: dict[str, Expected] = {}
        self._numbered: dict[tuple[str, str], dict[Any, Mapping[str, Any]]] = {}
        self.newest = 0

    def note(self, document: str, topic: str, record: Mapping[str, Any], time: int) -> None:
        """Add a record, which replaces an earlier one of the same key."""
        key, value = (topic, str(record["key"])), record["value"]
        self.newest = max(self.newest, time)
        before = self._about.pop(key, None)
        if before is not None:
            del self._records[before][key]
        if isinstance(value, dict):
            named = (topics.topic_of(value) for topics in self._topics if topics.described_by == document)
            about = self._about[key] = next(filter(None, named), "")
            kept = {member: value[member] for member in self._members & value.keys()}
            self._records.setdefault(about, {})[key] = kept

    def describes(self, topic: str) -> bool:
        """Tell whether any record describes the rows of a topic."""
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
        if (topic, member) not in self._numbered:
            records = self._records.get(topic, {}).values()
            self._numbered[topic, member] = {record.get(member): record for record in records}
        return self._numbered[topic, member].get(number, {})
