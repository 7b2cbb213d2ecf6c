"""`versions/lock.json`: the sha256 of every frozen file and the id of every frozen document.

An id is a number for one content: documents with the same bytes bear the same id, and no id is given twice.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arrakis_schema.documents import is_document
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store import Store
from arrakis_schema.versions import is_release

LOCK_FILE = "versions/lock.json"
STAGED = ".staged"
_SHA256 = 64


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
    path = root / LOCK_FILE
    if not path.exists():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return {release: _entries(files) for release, files in table["releases"].items()}
    except OSError as error:
        raise DamagedStoreError([f"{LOCK_FILE} cannot be read: {error.strerror}"]) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        remedy = "take it back from version control"
        raise DamagedStoreError([f"{LOCK_FILE} is damaged ({type(error).__name__}: {error}): {remedy}"]) from error


def _entries(files: dict[str, Any]) -> dict[str, Entry]:
    """Check and return the entries of one release."""
    entries = {path: Entry(**entry) for path, entry in files.items()}
    for path, entry in entries.items():
        if not isinstance(entry.sha256, str) or len(entry.sha256) != _SHA256:
            raise ValueError(f"{path} has no sha256")
        if is_document(path) != (type(entry.id) is int):
            raise ValueError(f"{path} has the id {entry.id!r}")
    return entries


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
    """Return one sentence for each way in which the frozen files differ from the lock: none where all is right."""
    lock = read_lock(store.root)
    present = store.releases
    problems = [_absent(store.root, release) for release in lock if release not in present]
    for release in present:
        if release not in lock:
            problems.append(f"versions/{release} is not in {LOCK_FILE}: only `arrakis-schema release` adds releases")
        else:
            problems += _differences(store, release, lock[release])
    return problems + _strays(store.root)


def _absent(root: Path, release: str) -> str:
    """Say why a release of the lock has no folder."""
    if (root / "versions" / STAGED / release).is_dir():
        return f"the release of {release} was interrupted: run `arrakis-schema release` again, which completes it"
    return f"versions/{release} is in {LOCK_FILE}, but the folder is missing: restore it from version control"


def _differences(store: Store, version: str, entries: dict[str, Entry]) -> list[str]:
    """Compare the files of one release with the lock."""
    release = store.release(version)
    folder = release.folder
    problems = [f"{folder}/{path} is missing" for path in entries if path not in release.files]
    for path in release.files:
        if path not in entries:
            problems.append(f"{folder}/{path} was added after the release")
        elif digest((store.root / folder / path).read_bytes()) != entries[path].sha256:
            problems.append(f"{folder}/{path} was changed after the release: its sha256 is not that of {LOCK_FILE}")
    return problems


def _strays(root: Path) -> list[str]:
    """Name what stands in `versions/` and is neither a release nor known."""
    known = {"lock.json", "errata.toml", "dates.toml", "sent.toml", "conformance.json"}
    entries = sorted(path.name for path in (root / "versions").iterdir()) if (root / "versions").is_dir() else []
    strays = [name for name in entries if name not in known and not is_release(name) and not name.startswith(".")]
    return [f"versions/{name} is not a release, which is a folder named by a semantic version" for name in strays]
