"""Accepted breaks: the contents of `exceptions.toml`, of the working set and of each release.

An entry belongs to the release that it is written for: `release` freezes it there, and nothing else
removes it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.files import exists, read_file
from arrakis_schema.store.parsing import parse_toml
from arrakis_schema.store.store import Store
from arrakis_schema.store.versions import is_release, precedence

EXCEPTIONS = "exceptions.toml"
EXCEPTIONS_FILE = f"schemas/{EXCEPTIONS}"
_KEYS = ("rule", "places", "reason", "release")
_EXAMPLE = "[[exception]] with rule, places, reason and release, as `arrakis-schema check` prints it under each error"
_LONGEST = 60
_DIGITS = 12
_LAST_OF_FOUR_DIGITS = 0xFFFF


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted break: the rule, the exact places, the reason, and the release that it is written for.

    A place is `document#location`, followed by ` = ` and the value there where the new document has one.
    """

    rule: str
    places: tuple[str, ...]
    reason: str
    release: str

    def covers(self, rule: str, place: str) -> bool:
        """Return whether exactly this break is accepted."""
        return rule == self.rule and place in self.places

    def covers_location(self, rule: str, location: str) -> bool:
        """Return whether a break of this rule at this location is accepted, whatever the value there is now."""
        return rule == self.rule and any(is_at(place, location) for place in self.places)

    def holds_for(self, version: str) -> bool:
        """Return whether the entry is for this release, or for one after it."""
        return precedence(version) <= precedence(self.release)


def place_of(document: str, location: str, value: str) -> str:
    """Return a place in the form of an entry; `value` is what the new document has there, empty for nothing."""
    place = f"{document}#{location}" if location else document
    return f"{place} = {value}" if value else place


def is_at(place: str, location: str) -> bool:
    """Return whether a place is at a location, whatever its value."""
    return place == location or place.startswith(f"{location} = ")


def value_text(value: Any) -> str:
    """Return a value as text: as JSON, or where that is long as the first digits of its sha256."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(text) <= _LONGEST and text.isprintable():
        return text
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"


def entry_text(rule: str, place: str, release: str) -> str:
    """Return the entry that accepts a break, as TOML; the reason is left empty, for its author to fill in."""
    lines = [f"rule = {_toml(rule)}", f"places = [{_toml(place)}]", f"release = {_toml(release)}", 'reason = ""']
    return "\n".join(["[[exception]]", *lines])


def _toml(text: str) -> str:
    """Return a text as a TOML string, without escapes where possible."""
    if any(sign in text for sign in '"\\') and text.isprintable() and not any(part in text for part in ("'", "##")):
        return f"'{text}'"
    return f'"{"".join(map(_toml_sign, text))}"'.replace("##", "#\\u0023")  # `##[error]` commands a CI system


def _toml_sign(sign: str) -> str:
    """Return one character as written in a basic TOML string: https://toml.io/en/v1.0.0#string."""
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) <= _LAST_OF_FOUR_DIGITS else f"\\U{ord(sign):08x}"


def read_exceptions(store: Store, folder: str = "schemas") -> tuple[Accepted, ...]:
    """Return the accepted breaks of the working set, or of a release; none where there is no file.

    Raises `DamagedStoreError`, which lists every problem.
    """
    return store.derived(_read_exceptions, folder)


def _read_exceptions(store: Store, folder: str) -> tuple[Accepted, ...]:
    """Read and parse a file of exceptions."""
    path = f"{folder}/{EXCEPTIONS}"
    content = store.snapshot.read_if_there(path)
    return () if content is None else tuple(_parse_entries(content, path))


def released_exceptions(store: Store) -> dict[str, list[Accepted]]:
    """Return the accepted breaks of each release that has any: those frozen with it, and those written for it earlier.

    For a release that an earlier version of this package froze without them, they are still in `schemas/`.
    """
    releases, accepted = store.releases, dict[str, list[Accepted]]()
    for version in releases:
        for entry in read_exceptions(store, f"versions/{version}"):
            accepted.setdefault(min(entry.release, version, key=precedence), []).append(entry)
    for entry in read_exceptions(store):
        if entry.release in releases:
            accepted.setdefault(entry.release, []).append(entry)
    return {version: list(dict.fromkeys(entries)) for version, entries in accepted.items()}


def accepted_by_release(store: Store) -> dict[str, list[Accepted]]:
    """Return the accepted breaks of each release, and of the working set under its declared version."""
    accepted, version = released_exceptions(store), store.settings.version
    current = [entry for entry in read_exceptions(store) if entry.release not in store.releases]
    return accepted if version in accepted or not current else {**accepted, version: current}


def exceptions_to_freeze(store: Store) -> dict[str, bytes]:
    """Return the file to freeze with the working set, by its path; nothing where no break is accepted."""
    return {EXCEPTIONS: store.snapshot.read(EXCEPTIONS_FILE)} if read_exceptions(store) else {}


def clear_exceptions(root: Path, version: str) -> bool:
    """Remove the entries that a release has frozen from the working set, and tell whether there were any.

    Comments at the beginning stay. Where the working set has other entries already, nothing is done: it is safe to call
    this again after an interruption.
    """
    files = (EXCEPTIONS_FILE, f"versions/{version}/{EXCEPTIONS}")
    if not all(exists(str(root), file) for file in files):
        return False
    working, frozen = (read_file(str(root), file) for file in files)
    if working != frozen:
        return False
    fresh = root / "versions" / f".{EXCEPTIONS}.new"
    lines = working.decode("utf-8").splitlines(keepends=True)
    fresh.write_text("".join(takewhile(lambda line: line.startswith("#"), lines)), encoding="utf-8", newline="")
    fresh.replace(root / EXCEPTIONS_FILE)
    return True


def _parse_entries(content: bytes, file: str) -> list[Accepted]:
    """Parse the entries of a file."""
    table = parse_toml(content, file)
    entries = table.get("exception", [])
    if table.keys() - {"exception"} or not isinstance(entries, list):
        raise DamagedStoreError([f"{file} is not a list of {_EXAMPLE}"])
    entries = list(map(_with_current_keys, entries))
    problems = [
        problem for number, entry in enumerate(entries, 1) for problem in _problems(f"{file}, entry {number}", entry)
    ]
    if problems:
        raise DamagedStoreError(problems)
    return [Accepted(**{**entry, "places": tuple(entry["places"])}) for entry in entries]


def _with_current_keys(entry: Any) -> Any:
    """Return an entry with the current keys: earlier versions of this package wrote `location` and `until`."""
    if not isinstance(entry, dict) or not {"location", "until"} & entry.keys():
        return entry
    today = {{"until": "release"}.get(key, key): value for key, value in entry.items() if key != "location"}
    return {**today, "places": [entry["location"]]} if "location" in entry else today


def _problems(where: str, entry: object) -> Iterator[str]:
    """Yield what is wrong with one entry."""
    if not isinstance(entry, dict):
        yield f"{where} is not {_EXAMPLE}"
        return
    invalid = [key for key in _KEYS if key != "places" and not _is_text(entry.get(key))]
    yield from (f"{where}: {key} is missing, empty or not text" for key in invalid)
    places = entry.get("places")
    if not isinstance(places, list) or not places or not all(map(_is_text, places)):
        yield f"{where}: places is missing, or not a list of texts"
    for key in sorted(entry.keys() - set(_KEYS)):
        yield f"{where}: unknown key {key!r}"
    if "release" not in invalid and not is_release(entry["release"]):
        yield f"{where}: release = {entry['release']!r} is not a release, such as 0.7.0"


def _is_text(value: object) -> bool:
    """Return whether a value is text other than white space."""
    return isinstance(value, str) and bool(value.strip())
