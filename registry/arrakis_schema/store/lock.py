"""`versions/lock.json`: the sha256 of every frozen file and the id of every frozen document.

An id is a number for one content: documents with the same bytes bear the same id, and no id is given twice.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

from arrakis_schema.errors import DamagedStoreError, MalformedRequestError
from arrakis_schema.store.dates import DATES_FILE, read_dates
from arrakis_schema.store.documents import is_document
from arrakis_schema.store.files import FOLDER, NOT_PLAIN, exists, list_folder, read_file
from arrakis_schema.store.inventory import IGNORED
from arrakis_schema.store.store import Release, Store
from arrakis_schema.store.strict_json import parse_json
from arrakis_schema.store.versions import is_release
from arrakis_schema.text.printable import printable

LOCK_FILE = "versions/lock.json"
FORMAT = 1
STAGED = ".staged"
RECORDS = frozenset({"lock.json", "errata.toml", "dates.toml", "sent.toml", "conformance.json"})
"""The files beside the releases."""

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STAGED_FILE = re.compile(r"\..+\.new")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lock holds of one file: its sha256 in hexadecimal, and an id where it is a document."""

    sha256: str
    id: int | None = None


Lock = dict[str, dict[str, Entry]]


def digest(content: bytes) -> str:
    """Return the sha256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_lock(root: Path) -> Lock:
    """Return the lock, by release and path; empty where there is none.

    Raises `DamagedStoreError` that names the file.
    """
    if not exists(str(root), LOCK_FILE):
        return {}
    return parse_lock(read_file(str(root), LOCK_FILE), LOCK_FILE)


def parse_lock(content: bytes, file: str) -> Lock:
    """Return what the bytes of a lock say; raises `DamagedStoreError` that names the file."""
    try:
        table = parse_json(content)
        _check_format(table, file)
        return {release: _entries(release, files) for release, files in table["releases"].items()}
    except (MalformedRequestError, ValueError) as error:
        reason = error.problem if isinstance(error, MalformedRequestError) else error
        remedy = "take it back from version control"
        raise DamagedStoreError([f"{file} is damaged: {reason}: {remedy}"]) from error


def _check_format(table: Any, file: str) -> None:
    """Raise `ValueError` for what is no lock, and `DamagedStoreError` for one of a later format."""
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
    if not any(map(is_document, files)):
        raise ValueError(f"{release} has no document")
    return {path: _entry(f"{path} of {release}", path, entry) for path, entry in files.items()}


def _entry(label: str, path: str, entry: Any) -> Entry:
    """Check and return the entry of one file."""
    if not isinstance(entry, dict) or not entry.keys() <= {"sha256", "id"}:
        raise ValueError(f"{label} is not an object with a sha256 and, for a document, an id")
    sha256, number = entry.get("sha256"), entry.get("id")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError(f"{label} has no sha256 in 64 hexadecimal digits")
    if is_document(path) != (type(number) is int):
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


def lock_release(lock: Lock, contents: dict[str, bytes]) -> dict[str, Entry]:
    """Return the entries for the files of a new release; a document whose content is new gets the next id."""
    ids = {entry.sha256: entry.id for files in lock.values() for entry in files.values() if entry.id is not None}
    last = max(ids.values(), default=0)
    entries = {}
    for path, content in sorted(contents.items()):
        sha256 = digest(content)
        if is_document(path) and sha256 not in ids:
            last += 1
            ids[sha256] = last
        entries[path] = Entry(sha256, ids[sha256] if is_document(path) else None)
    return entries


def verify(store: Store) -> list[str]:
    """Return one sentence for each way in which the frozen files differ from the lock: none where all is right.

    Line ends that git changed are one sentence for all files.
    """
    lock, problems, converted = read_lock(store.root), list[str](), list[str]()
    missing = [release for release in lock if release not in store.releases]
    for version in store.releases:
        try:
            release = store.release(version)
            if version in lock:
                problems += _differences(store, release, lock[version], converted)
            else:
                problems.append(_unlocked(store, release, {old: lock[old] for old in missing}))
        except DamagedStoreError as error:
            problems += error.problems
    problems = [*(_absent(store.root, release) for release in missing), *problems]
    problems += [*_line_ends(converted), *islice(_wrong_ids(lock), 1)]
    return [*problems, *_strays(store.root), *_unknown_dates(store.root, lock)]


class Change(Enum):
    """How the bytes of a file differ from those that were frozen."""

    NONE = "none"
    LINE_ENDS = "line ends"
    CONTENT = "content"


def change_of(content: bytes, sha256: str) -> Change:
    """Tell how a file differs from the frozen one with this sha256."""
    if digest(content) == sha256:
        return Change.NONE
    unix = content.replace(b"\r\n", b"\n")
    same = sha256 in {digest(unix), digest(unix.replace(b"\n", b"\r\n"))}
    return Change.LINE_ENDS if same else Change.CONTENT


def _absent(root: Path, release: str) -> str:
    """Say why a release of the lock has no folder."""
    if (root / "versions" / STAGED / release).is_dir():
        return f"the release of {release} was interrupted: run `arrakis-schema release` again, which completes it"
    return f"versions/{release} is in {LOCK_FILE}, but the folder is missing: restore it from version control"


def _unlocked(store: Store, release: Release, missing: Lock) -> str:
    """Say what a folder is that the lock does not have: often a release that was renamed."""
    content = {path: digest(read_file(str(store.root), f"{release.folder}/{path}")) for path in release.inventory.plain}
    for old, entries in missing.items():
        if content == {path: entry.sha256 for path, entry in entries.items()}:
            return f"{release.folder} holds the files of {old}: a release keeps its name, so rename the folder back"
    return f"{release.folder} is not in {LOCK_FILE}: only `arrakis-schema release` adds releases"


def _differences(store: Store, release: Release, entries: dict[str, Entry], converted: list[str]) -> Iterator[str]:
    """Yield how the files of a release differ from the lock; those with other line ends go into `converted`."""
    folder, inventory = release.folder, release.inventory
    not_plain = {one.path: one.message for one in inventory.refused if one.rule == "file-not-plain"}
    yield from (f"{folder}/{path} {message}" for path, message in not_plain.items())
    yield from (f"{folder}/{path} is an empty folder, which no release has: remove it" for path in inventory.empty)
    for path in entries:
        if path not in inventory.plain and path not in not_plain:
            yield f"{folder}/{printable(path)} is missing: restore it from version control"
    for path in inventory.plain:
        if path not in entries:
            yield f"{folder}/{printable(path)} was added after the release: remove it"
            continue
        change = change_of(read_file(str(store.root), f"{folder}/{path}"), entries[path].sha256)
        if change is Change.LINE_ENDS:
            converted.append(f"{folder}/{path}")
        elif change is Change.CONTENT:
            yield f"{folder}/{path} was changed after the release: its sha256 is not that of {LOCK_FILE}"


def _line_ends(converted: list[str]) -> Iterator[str]:
    """Say once that line ends were changed, and how to keep them."""
    if converted:
        files = f"{len(converted)} frozen files" if len(converted) > 1 else "a frozen file"
        remedy = "put `versions/** -text` into .gitattributes, delete the releases and run `git checkout -- versions`"
        yield f"git changed the line ends of {files} ({converted[0]}): {remedy}"


def _wrong_ids(lock: Lock) -> Iterator[str]:
    """Say which documents have an id that is neither that of their content nor, for new content, a higher one."""
    ids, highest = dict[str, int](), 0
    documents = ((release, path, entry) for release, files in lock.items() for path, entry in files.items())
    for release, path, entry in documents:
        if entry.id is None:
            continue
        if entry.sha256 not in ids:
            ids[entry.sha256] = entry.id
            if entry.id <= highest:
                yield f"{LOCK_FILE}: {path} of {release} is new and has the id {entry.id}, not one above {highest}"
            highest = max(highest, entry.id)
        elif ids[entry.sha256] != entry.id:
            yield f"{LOCK_FILE}: {path} of {release} has the id {entry.id}, but its content has {ids[entry.sha256]}"


def _strays(root: Path) -> Iterator[str]:
    """Name what stands in `versions/` and is neither a release nor known."""
    for name, kind in list_folder(str(root), "versions"):
        if kind in NOT_PLAIN:
            yield f"versions/{printable(name)} {NOT_PLAIN[kind]}"
        elif not (_is_known_folder(name) if kind == FOLDER else _is_known_file(name)):
            wanted = "a folder named by a semantic version"
            yield f"versions/{printable(name)} is not a release, which is {wanted}: remove it"


def _is_known_folder(name: str) -> bool:
    """Tell whether a folder in `versions/` is a release, or one that is being made."""
    return is_release(name) or name == STAGED


def _is_known_file(name: str) -> bool:
    """Tell whether a file in `versions/` is a record, one of git, or of a release that is being made."""
    return name in RECORDS | IGNORED or _STAGED_FILE.fullmatch(name) is not None


def _unknown_dates(root: Path, lock: Lock) -> Iterator[str]:
    """Say which dates are of no release."""
    try:
        dates = read_dates(root)
    except DamagedStoreError as error:
        yield from error.problems
        return
    yield from (f"{DATES_FILE} has {release!r}, which is no release of {LOCK_FILE}" for release in dates.keys() - lock)
