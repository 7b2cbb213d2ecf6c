"""`versions/software.toml`: which programs implement which release, and which requests a call consists of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.reader_settings import WAYS
from arrakis_schema.store.toml_files import parse_toml
from arrakis_schema.text.short_repr import short_repr

SOFTWARE_FILE = "versions/software.toml"
_SIDES = ("client", "server")
_TEXTS = ("name", "release", "payloads")
_LISTS_BY_CALL = {"calls": 'stream = ["describe", "stream"]', "needs": 'stream = ["stride"]'}
_OF_CLIENTS = (*_LISTS_BY_CALL, "unknown")


@dataclass(frozen=True, slots=True)
class Software:
    """The versions of one program that implement one release, oldest first.

    `payloads` is the release whose payloads they read or send, mostly the same one. The others are for clients: `calls`
    are the requests that each call makes, in their order, as in `{"stream": ("describe", "stream")}`; `unknown` is what
    they do with unknown columns, where that differs from `registry.toml`; `needs` are the columns that a call cannot do
    without, whatever the documents say.
    """

    name: str
    versions: tuple[str, ...]
    release: str
    payloads: str
    calls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: str = ""
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    __repr__ = short_repr

    def titles(self) -> list[str]:
        """Return the name of each version: `weather 1.1.3`."""
        return [f"{self.name} {version}" for version in self.versions]


@dataclass(frozen=True, slots=True)
class SoftwareTable:
    """The clients and the servers of an API, in the order of the file."""

    clients: tuple[Software, ...] = ()
    servers: tuple[Software, ...] = ()

    __repr__ = short_repr


def parse_software(content: bytes) -> SoftwareTable:
    """Return the entries of the file; raises `DamagedStoreError`, which names the entry and what is wrong with it."""
    table = parse_toml(content, SOFTWARE_FILE)
    problems = [f"{SOFTWARE_FILE}: unknown key {key!r}" for key in table.keys() - set(_SIDES)]
    for side in _SIDES:
        entries = table.get(side, [])
        if not isinstance(entries, list):
            problems.append(f"{SOFTWARE_FILE} is not a list of [[{side}]] tables")
            continue
        for number, entry in enumerate(entries, 1):
            problems += [f"{SOFTWARE_FILE}: {side} {number} {problem}" for problem in _problems(entry, side)]
    if problems:
        raise DamagedStoreError(problems)
    return SoftwareTable(*(tuple(map(_software, table.get(side, []))) for side in _SIDES))


def _problems(entry: Any, side: str) -> Iterator[str]:
    """Yield what is wrong with an entry."""
    if not isinstance(entry, dict):
        yield "is not a table"
        return
    known = {*_TEXTS, "versions", *(_OF_CLIENTS if side == "client" else ())}
    yield from (f"has an unknown key {key!r}" for key in entry.keys() - known)
    yield from (f"has no {key}" for key in ("name", "versions", "release") if key not in entry)
    yield from (f"has a {key} that is not text" for key in _TEXTS if not isinstance(entry.get(key, ""), str))
    if not _is_list_of_texts(entry.get("versions", [])):
        yield "has versions that are not a list of texts"
    for key, example in _LISTS_BY_CALL.items():
        lists = entry.get(key, {})
        if not isinstance(lists, dict) or not all(map(_is_list_of_texts, lists.values())):
            yield f"has {key} that are not lists of texts, as in {key} = {{ {example} }}"
    if entry.get("unknown", WAYS[0]) not in WAYS:
        yield f"has an unknown that is none of {', '.join(WAYS)}"


def _is_list_of_texts(value: Any) -> bool:
    """Return whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _software(entry: dict[str, Any]) -> Software:
    """Return the software of an entry without problems."""
    lists = {key: {call: tuple(texts) for call, texts in entry.get(key, {}).items()} for key in _LISTS_BY_CALL}
    release, payloads = entry["release"], entry.get("payloads", entry["release"])
    return Software(
        entry["name"], tuple(entry["versions"]), release, payloads, unknown=entry.get("unknown", ""), **lists
    )
