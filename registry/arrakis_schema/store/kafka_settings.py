"""Which Kafka topics hold which document: the `[[topics]]` of `registry.toml`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from arrakis_schema.text.short_repr import short_repr

KEYS = ("text", "none")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)
_ANYTHING = ".+"


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one document.

    `names` may have placeholders, as in `station-{id}`; `partitions` is how many each topic has (0: not said),
    `cleanup` its `cleanup.policy` (empty: not said). `key` is `text` where each message has a key in UTF-8, `none`
    where it has neither key nor headers; `key_member` is the member of a value that repeats the key. `described_by` is
    the document whose records describe the rows: each row refers to one record, and the members of that record make
    the name of the topic.
    """

    document: str
    names: tuple[str, ...]
    partitions: int = 0
    cleanup: str = ""
    key: str = "text"
    key_member: str = ""
    described_by: str = ""

    __repr__ = short_repr

    def holds(self, topic: str) -> bool:
        """Tell whether a topic of this name is one of these."""
        return any(re.fullmatch(_pattern(name), topic, re.DOTALL) for name in self.names)

    def topic_of(self, record: Mapping[str, Any]) -> str | None:
        """Return the topic that a record's rows are in: by the first name whose placeholders it has all values for."""
        for name in self.names:
            values = {member: record.get(member) for member in _PLACEHOLDER.findall(name)}
            if all(isinstance(value, str | int) for value in values.values()):
                return _PLACEHOLDER.sub(lambda match, values=values: str(values[match.group(1)]), name)  # type: ignore[misc]
        return None


def topics_of(all_topics: Sequence[Topics], topic: str) -> Topics | None:
    """Return the entry for a topic: the first with a matching name."""
    return next((topics for topics in all_topics if topics.holds(topic)), None)


def read_topics(table: Any) -> tuple[Topics, ...]:
    """Return the entries of a list without problems."""
    return tuple(Topics(**{**entry, "names": tuple(entry["names"])}) for entry in table)


def topic_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the list."""
    if not isinstance(table, list) or not all(isinstance(entry, dict) for entry in table):
        yield 'topics is a list of tables, as in [[topics]] document = "publication/schema.txt"'
        return
    keys = {field.name for field in fields(Topics)}
    for number, entry in enumerate(table):
        where = f"topics[{number}]"
        yield from (f"unknown key {where}.{key}" for key in entry.keys() - keys)
        names = entry.get("names")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            yield f"{where}.names is a list of names, as in ['station-{{id}}']"
        for key in ("document", "described_by"):
            if not str(entry.get(key, "publication/" if key == "described_by" else "")).startswith("publication/"):
                yield f"{where}.{key} is the path of a document, as in publication/schema.txt"
        if entry.get("key", KEYS[0]) not in KEYS:
            yield f'{where}.key is "text" or "none"'
        for key in ("cleanup", "key_member"):
            if not isinstance(entry.get(key, ""), str):
                yield f"{where}.{key} is text"
        partitions = entry.get("partitions", 0)
        if isinstance(partitions, bool) or not isinstance(partitions, int) or partitions < 0:
            yield f"{where}.partitions is a number"


def _pattern(name: str) -> str:
    """Return the regular expression of a name with placeholders."""
    return _ANYTHING.join(map(re.escape, _PLACEHOLDER.split(name)[::2]))
