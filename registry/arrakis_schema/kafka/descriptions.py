"""What records say of the rows in other topics: the latest record of each key, by the topic that it is about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from arrakis_schema.store.kafka_settings import Topics
from arrakis_schema.tables.references import Expected, References


class Descriptions:
    """The records read so far that describe rows."""

    def __init__(self, topics: Sequence[Topics], members: Collection[str]) -> None:
        """Take what the topics hold, and the members of a record that are asked for: only these are kept."""
        self._topics, self._members = topics, frozenset(members)
        self._about: dict[tuple[str, str], str] = {}
        self._records: dict[str, dict[tuple[str, str], Mapping[str, Any]]] = {}
        self._expected: dict[str, Expected] = {}
        self.newest = 0

    def note(self, document: str, topic: str, record: Mapping[str, Any], time: int) -> None:
        """Take a record; what an earlier one of its key said holds no more."""
        key, value = (topic, str(record["key"])), record["value"]
        self.newest = max(self.newest, time)
        before = self._about.pop(key, None)
        if before is not None:
            del self._records[before][key]
        if isinstance(value, dict):
            named = (one.topic_of(value) for one in self._topics if one.described_by == document)
            about = self._about[key] = next(filter(None, named), "")
            kept = {member: value[member] for member in self._members & value.keys()}
            self._records.setdefault(about, {})[key] = kept

    def describes(self, topic: str) -> bool:
        """Tell whether any record is about the rows of a topic."""
        return bool(self._records.get(topic))

    def expected(self, topic: str, references: References) -> Expected:
        """Return what the rows of a topic must be like; no record is taken any more."""
        if topic not in self._expected:
            self._expected[topic] = references.expected(self._records[topic].values())
        return self._expected[topic]
