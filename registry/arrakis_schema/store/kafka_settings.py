"""Which Kafka topics hold which document: the `[[topics]]` of `registry.toml`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from arrakis_schema.text.short_repr import short_repr

KEYS = ("text", "none")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)
_ANYTHING = ".+"


@dataclass(frozen=True, slots=True)
class TopicSeries:
    """How the messages of a topic hold samples over time, in nanoseconds: the messages of a row rise in its strides.

    `time` is the column, `stride` the member of the record that a row refers to, `epoch` the Unix time at which the
    clock of the API shows 0.
    """

    time: str = ""
    stride: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """The record that sums up the others of its topic: its `key`, and its members with their `count` and `sha256`.

    The hash is over the sorted records, each the texts of its `members` with the byte 1f between and 1e at the end; a
    null is an empty text for one that ends in `?`, and `:g` formats a number.
    """

    key: str = ""
    count: str = ""
    sha256: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one document.

    `names` may have placeholders, as in `station-{id}`; `partitions` is how many each topic has (0: any),
    `cleanup` its `cleanup.policy` (empty: any). `key` is `text` where each message has a key in UTF-8, `none`
    where it has neither key nor headers; `key_member` is the member of a value that repeats the key. `described_by` is
    the document whose records describe the rows: each row refers to one record, and the members of that record make
    the name of the topic. The records of one topic agree in the members that are `alike`. `repeats` maps a placeholder
    of the name to members of a record that repeat it, and `least_rows` is how many rows a message has at least.
    """

    document: str
    names: tuple[str, ...]
    partitions: int = 0
    cleanup: str = ""
    key: str = "text"
    key_member: str = ""
    described_by: str = ""
    alike: tuple[str, ...] = ()
    repeats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least_rows: int = 0
    series: TopicSeries = field(default_factory=TopicSeries)
    digest: Digest = field(default_factory=Digest)

    __repr__ = short_repr

    def holds(self, topic: str) -> bool:
        """Return whether a topic of this name is one of these."""
        return any(re.fullmatch(_pattern(name), topic, re.DOTALL) for name in self.names)

    def placeholders_of(self, topic: str) -> dict[str, str]:
        """Return what the placeholders stand for in the name of a topic: of the first name that matches."""
        for name in self.names:
            match = re.fullmatch(_pattern(name, groups=True), topic, re.DOTALL)
            if match:
                return match.groupdict()
        return {}

    def topic_of(self, record: Mapping[str, Any]) -> str | None:
        """Return the topic of a record's rows: by the first name whose placeholders all have a value in it."""
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
    return tuple(_topics(entry) for entry in table)


def _topics(entry: Mapping[str, Any]) -> Topics:
    """Return one entry without problems."""
    made: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    if "repeats" in entry:
        made["repeats"] = {name: tuple(members) for name, members in entry["repeats"].items()}
    if "series" in entry:
        made["series"] = TopicSeries(**entry["series"])
    if "digest" in entry:
        made["digest"] = Digest(**{**entry["digest"], "members": tuple(entry["digest"].get("members", ()))})
    return Topics(**made)


def topic_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the list."""
    if not isinstance(table, list) or not all(isinstance(entry, dict) for entry in table):
        yield 'topics must be a list of tables, as in [[topics]] document = "publication/schema.txt"'
        return
    keys = {attribute.name for attribute in fields(Topics)}
    for number, entry in enumerate(table):
        where = f"topics[{number}]"
        yield from (f"unknown key {where}.{key}" for key in entry.keys() - keys)
        names = entry.get("names")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            yield f"{where}.names must be a list of names, as in ['station-{{id}}']"
        for key in ("document", "described_by"):
            if not str(entry.get(key, "publication/" if key == "described_by" else "")).startswith("publication/"):
                yield f"{where}.{key} must be the path of a document, as in publication/schema.txt"
        if entry.get("key", KEYS[0]) not in KEYS:
            yield f'{where}.key must be "text" or "none"'
        for key in ("cleanup", "key_member"):
            if not isinstance(entry.get(key, ""), str):
                yield f"{where}.{key} must be text"
        yield from _value_problems(entry, where)
        yield from _table_problems(entry, where)


def _value_problems(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield what is wrong with the numbers and lists in an entry."""
    for key in ("partitions", "least_rows"):
        number = entry.get(key, 0)
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            yield f"{where}.{key} must be a whole number, 0 or more"
    if not _is_texts(entry.get("alike", [])):
        yield f"{where}.alike must be a list of members"


def _table_problems(entry: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield what is wrong with the tables in an entry."""
    repeats = entry.get("repeats", {})
    if not isinstance(repeats, dict) or not all(map(_is_texts, repeats.values())):
        yield f"{where}.repeats must be a table of placeholders, each with a list of members"
    for key, kind in (("series", TopicSeries), ("digest", Digest)):
        table = entry.get(key, {})
        types = {attribute.name: attribute.type for attribute in fields(kind)}
        if not isinstance(table, dict):
            yield f"{where}.{key} is not a table"
            continue
        yield from (f"unknown key {where}.{key}.{name}" for name in table if name not in types)
        for name, value in table.items():
            if name in types and not (_is_texts(value) if name == "members" else type(value) is types[name]):
                yield f"{where}.{key}.{name} has the wrong type"


def _is_texts(value: Any) -> bool:
    """Return whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _pattern(name: str, *, groups: bool = False) -> str:
    """Return the regular expression of a name with placeholders, which are groups of their names if wanted."""
    texts, names = map(re.escape, _PLACEHOLDER.split(name)[::2]), _PLACEHOLDER.findall(name)
    first = next(texts)
    known = dict.fromkeys(names)
    parts = [
        f"(?P<{known_name}>{_ANYTHING})" if groups and len(known) == len(names) else _ANYTHING for known_name in names
    ]
    return first + "".join(part + text for part, text in zip(parts, texts, strict=True))
