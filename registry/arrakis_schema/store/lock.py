"""`versions/lock.json`: the sha256 of every frozen file and the id of every frozen document.

An id identifies one content: documents with the same bytes share an id, and no id is reused.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from arrakis_schema.errors import DamagedStoreError, MalformedRequestError
from arrakis_schema.store.layout import STANDARD, Layout
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.versions import is_release

LOCK_FILE = "versions/lock.json"
FORMAT = 1

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """The lock's entry for one file: its sha256 in hexadecimal, and an id where it is a document."""

    sha256: str
    id: int | None = None


Lock = dict[str, dict[str, Entry]]


def digest(content: bytes) -> str:
    """Return the sha256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def parse_lock(content: bytes, file: str) -> Lock:
    """Parse the bytes of a lock; raises `DamagedStoreError` that names the file."""
    try:
        table = parse_json(content)
        _check_format(table, file)
        return {release: _entries(release, files) for release, files in table["releases"].items()}
    except (MalformedRequestError, ValueError) as error:
        reason = error.problem if isinstance(error, MalformedRequestError) else error
        remedy = "restore it from version control"
        raise DamagedStoreError([f"{file} is damaged: {reason}: {remedy}"]) from error


def _check_format(table: Any, file: str) -> None:
    """Raise `ValueError` for what is not a lock, and `DamagedStoreError` for a later format."""
    if not isinstance(table, dict) or table.keys() != {"format", "releases"}:
        raise ValueError('it is not an object with the members "format" and "releases"')
    if type(table["format"]) is not int or not isinstance(table["releases"], dict):
        raise ValueError('"format" is not a number, or "releases" is not an object')
    if table["format"] != FORMAT:
        remedy = f"this version of arrakis-schema reads format {FORMAT}: use the version that wrote it"
        raise DamagedStoreError([f"{file} has the format {table['format']}: {remedy}"])


def _entries(release: str, files: Any) -> dict[str, Entry]:
    """Check and return the entries of one release."""
    if not is_release(release) or not isinstance(files, dict):
        raise ValueError(f"{release!r} is not a release with its files")
    entries = {path: _entry(f"{path} of {release}", entry) for path, entry in files.items()}
    if all(entry.id is None for entry in entries.values()):
        raise ValueError(f"{release} has no document")
    return entries


def _entry(label: str, entry: Any) -> Entry:
    """Check and return the entry of one file."""
    if not isinstance(entry, dict) or not entry.keys() <= {"sha256", "id"}:
        raise ValueError(f"{label} is not an object with a sha256 and, for a document, an id")
    sha256, number = entry.get("sha256"), entry.get("id")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError(f"{label} has no sha256 in 64 hexadecimal digits")
    if number is not None and type(number) is not int:
        raise ValueError(f"{label} has the id {number!r}")
    return Entry(sha256, number)


def format_lock(lock: Lock) -> str:
    """Return the text of the lock: one line a file, so that a release adds lines and changes none."""
    releases = [f"    {json.dumps(release)}: {{\n{_lines(files)}\n    }}" for release, files in lock.items()]
    return '{\n  "format": 1,\n  "releases": {\n' + ",\n".join(releases) + "\n  }\n}\n"


def _lines(files: dict[str, Entry]) -> str:
    """Return the lines of one release."""
    members = {
        path: {"sha256": entry.sha256} | ({} if entry.id is None else {"id": entry.id}) for path, entry in files.items()
    }
    return ",\n".join(f"      {json.dumps(path)}: {json.dumps(member)}" for path, member in members.items())


def lock_release(lock: Lock, contents: dict[str, bytes], layout: Layout = STANDARD) -> dict[str, Entry]:
    """Return the entries for the files of a new release; a document whose content is new gets the next id."""
    ids = {entry.sha256: entry.id for files in lock.values() for entry in files.values() if entry.id is not None}
    last = max(ids.values(), default=0)
    entries = {}
    for path, content in sorted(contents.items()):
        sha256 = digest(content)
        is_document = layout.is_document(path)
        if is_document and sha256 not in ids:
            last += 1
            ids[sha256] = last
        entries[path] = Entry(sha256, ids[sha256] if is_document else None)
    return entries
