"""What is recorded of releases in `versions/`: when each was frozen, why, and which software implements it.

`dates.toml` is written by `release`, `summaries.toml` and `software.toml` by people; releases may be missing from each.
The lock and the corrections have modules of their own.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from arrakis_schema.errors import DamagedStoreError, ReleaseError
from arrakis_schema.store.caching import Snapshot
from arrakis_schema.store.corrections import (
    CORRECTIONS_FILE,
    ERRATA_FILE,
    Correction,
    Erratum,
    errata_of,
    read_corrections,
)
from arrakis_schema.store.files import exists, read_file
from arrakis_schema.store.lock import LOCK_FILE, Lock, parse_lock
from arrakis_schema.store.parsing import parse_toml
from arrakis_schema.store.settings import WAYS
from arrakis_schema.text.short_repr import short_repr

DATES_FILE, SUMMARIES_FILE = "versions/dates.toml", "versions/summaries.toml"
SOFTWARE_FILE = "versions/software.toml"
READ_FIRST = (CORRECTIONS_FILE, ERRATA_FILE, DATES_FILE)
"""The records that are read when a release is opened: like its documents, they do not change afterwards."""

_EPOCH = "SOURCE_DATE_EPOCH"
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


@dataclass(frozen=True, eq=False)
class Records:
    """What is recorded of the releases below one root folder, each file read once."""

    root: Path

    @cached_property
    def snapshot(self) -> Snapshot:
        """The files that have been read."""
        return Snapshot(str(self.root))

    @cached_property
    def corrections(self) -> tuple[Correction, ...]:
        """What is known to be wrong in frozen releases, in the order in which it is applied."""
        return read_corrections(self.snapshot)

    @cached_property
    def errata(self) -> tuple[Erratum, ...]:
        """The corrections by document and location, as pages show them."""
        return tuple(errata_of(self.corrections))

    @cached_property
    def dates(self) -> dict[str, datetime]:
        """When each release was frozen, in UTC, where that is recorded."""
        return parse_dates(self.snapshot.read_if_there(DATES_FILE) or b"", DATES_FILE)

    @cached_property
    def summaries(self) -> dict[str, str]:
        """The reason for each release, in a sentence, where one is written."""
        return parse_summaries(self.snapshot.read_if_there(SUMMARIES_FILE) or b"")

    @cached_property
    def software(self) -> SoftwareTable:
        """Which software implements which release; empty if that is not recorded."""
        return parse_software(self.snapshot.read_if_there(SOFTWARE_FILE) or b"")

    @cached_property
    def lock(self) -> Lock:
        """What `versions/lock.json` holds, by release and path; empty where there is none."""
        content = self.snapshot.read_if_there(LOCK_FILE)
        return {} if content is None else parse_lock(content, LOCK_FILE)


def parse_dates(content: bytes, file: str) -> dict[str, datetime]:
    """Parse when each release was frozen, in UTC; raises `DamagedStoreError`, which names the file."""
    table = parse_toml(content, file)
    invalid = [release for release, moment in table.items() if not isinstance(moment, datetime) or not moment.tzinfo]
    if invalid:
        raise DamagedStoreError(
            [f"{file}: {invalid[0]} needs a date and time with a time zone, such as 2026-07-27T19:15:17Z"]
        )
    try:
        return {release: moment.astimezone(UTC) for release, moment in table.items()}
    except OverflowError as error:
        raise DamagedStoreError([f"{file}: a date is before the year 1 or after 9999 in UTC"]) from error


def parse_summaries(content: bytes, file: str = SUMMARIES_FILE) -> dict[str, str]:
    """Parse the sentence that people wrote on each release; raises `DamagedStoreError`, which names the file."""
    table = parse_toml(content, file)
    invalid = [release for release, sentence in table.items() if not isinstance(sentence, str) or not sentence.strip()]
    if invalid:
        raise DamagedStoreError([f'{file}: {invalid[0]} needs a sentence in quotation marks: "Adds replays."'])
    return dict(table)


def now() -> str:
    """Return the current time, as `timestamp` writes it."""
    return timestamp(datetime.now(UTC))


def timestamp(moment: datetime) -> str:
    """Format a moment in UTC as RFC 3339 does."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def with_date(root: Path, release: str) -> str:
    """Return the text of the file with the current time for a release; `SOURCE_DATE_EPOCH` overrides the time.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    return with_dates(root, {release: None})


def with_dates(root: Path, moments: Mapping[str, datetime | None]) -> str:
    """Return the text of the file with the moments of some releases, None for the current time."""
    content = read_file(str(root), DATES_FILE) if exists(str(root), DATES_FILE) else b""
    dates, written = parse_dates(content, DATES_FILE), content.decode("utf-8")
    gap = "" if written.endswith("\n") or not written else "\n"
    new = {release: moment or _now() for release, moment in moments.items() if release not in dates}
    lines = "".join(f'"{release}" = {timestamp(moment)}\n' for release, moment in new.items())
    return f"{written}{gap}{lines}" if lines else written


def _now() -> datetime:
    """Return the time to record for a release; raises `ReleaseError`."""
    seconds = os.environ.get(_EPOCH, "")
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ReleaseError(f"{_EPOCH} is {seconds!r}: expected a number of seconds since 1970") from error


def parse_software(content: bytes, file: str = SOFTWARE_FILE) -> SoftwareTable:
    """Return the entries of the file; raises `DamagedStoreError`, which names the entry and what is wrong with it."""
    table = parse_toml(content, file)
    problems = [f"{file}: unknown key {key!r}" for key in table.keys() - set(_SIDES)]
    for side in _SIDES:
        entries = table.get(side, [])
        if not isinstance(entries, list):
            problems.append(f"{file} is not a list of [[{side}]] tables")
            continue
        for number, entry in enumerate(entries, 1):
            problems += [f"{file}: {side} {number} {problem}" for problem in _software_problems(entry, side)]
    if problems:
        raise DamagedStoreError(problems)
    return SoftwareTable(*(tuple(map(_software, table.get(side, []))) for side in _SIDES))


def _software_problems(entry: Any, side: str) -> Iterator[str]:
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
        yield f"has an unknown that is not one of {', '.join(WAYS)}"


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
