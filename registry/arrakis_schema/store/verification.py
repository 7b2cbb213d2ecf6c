"""Verify the frozen releases against the lock: every file matches, and there is nothing else."""

import re
from collections.abc import Iterator
from enum import Enum
from itertools import islice
from pathlib import Path

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.files import FOLDER, NOT_PLAIN, list_folder
from arrakis_schema.store.inventory import IGNORED
from arrakis_schema.store.lock import LOCK_FILE, Entry, Lock, digest
from arrakis_schema.store.records import DATES_FILE
from arrakis_schema.store.store import Release, Store
from arrakis_schema.store.versions import is_release
from arrakis_schema.text.printable import printable

STAGED = ".staged"
RECORDS = frozenset(
    {
        "lock.json",
        "dates.toml",
        "corrections.toml",
        "errata.toml",
        "software.toml",
        "summaries.toml",
        "conformance.json",
    }
)
"""The files that may lie beside the releases."""

_STAGED_FILE = re.compile(r"\..+\.new")


def verify(store: Store) -> list[str]:
    """Return one sentence for each way in which the frozen files differ from the lock; none where they match.

    Line ends that git changed are reported once for all files.
    """
    lock, problems, converted = store.lock, list[str](), list[str]()
    missing = [release for release in lock if release not in store.releases]
    for version in store.releases:
        try:
            release = store.release(version)
            if version in lock:
                problems += _differences(release, lock[version], converted)
            else:
                problems.append(_explain_unlocked(release, {old: lock[old] for old in missing}))
        except DamagedStoreError as error:
            problems += error.problems
    problems = [*(_explain_missing(store.root, release) for release in missing), *problems]
    problems += [*_line_ends(converted), *islice(_wrong_ids(lock), 1)]
    return [*problems, *_strays(store.root), *_unknown_dates(store, lock)]


class FileChange(Enum):
    """How the bytes of a file differ from those that were frozen."""

    NONE = "none"
    LINE_ENDS = "line ends"
    CONTENT = "content"


def compare_bytes(content: bytes, sha256: str) -> FileChange:
    """Return how a file differs from the frozen one with this sha256."""
    if digest(content) == sha256:
        return FileChange.NONE
    unix = content.replace(b"\r\n", b"\n")
    same = sha256 in {digest(unix), digest(unix.replace(b"\n", b"\r\n"))}
    return FileChange.LINE_ENDS if same else FileChange.CONTENT


def _explain_missing(root: Path, release: str) -> str:
    """Explain why a release in the lock has no folder."""
    if (root / "versions" / STAGED / release).is_dir():
        return f"the release of {release} was interrupted: run `arrakis-schema release` again, which completes it"
    return f"versions/{release} is in {LOCK_FILE}, but the folder is missing: restore it from version control"


def _explain_unlocked(release: Release, missing: Lock) -> str:
    """Explain a folder that the lock lacks: often a release that was renamed."""
    content = {path: digest(release.read(path)) for path in release.inventory.plain}
    for old, entries in missing.items():
        if content == {path: entry.sha256 for path, entry in entries.items()}:
            return f"{release.folder} holds the files of {old}: a release keeps its name, so rename the folder back"
    remedy = f"move the folder away, and import it: `arrakis-schema import FOLDER --as {release.version}`"
    return f"{release.folder} is not in {LOCK_FILE}, because it was not made by `arrakis-schema release`: {remedy}"


def _differences(release: Release, entries: dict[str, Entry], converted: list[str]) -> Iterator[str]:
    """Yield how the files of a release differ from the lock; those with changed line ends are added to `converted`."""
    folder, inventory = release.folder, release.inventory
    not_plain = {refusal.path: refusal.message for refusal in inventory.refused if refusal.rule == "file-not-plain"}
    yield from (f"{folder}/{path} {message}" for path, message in not_plain.items())
    yield from (f"{folder}/{path} is an empty folder, which no release has: remove it" for path in inventory.empty)
    for path in entries:
        if path not in inventory.plain and path not in not_plain:
            yield f"{folder}/{printable(path)} is missing: restore it from version control"
    for path in inventory.plain:
        if path not in entries:
            yield f"{folder}/{printable(path)} was added after the release: remove it"
            continue
        yield from _wrong_role(release, path, entries[path])
        change = compare_bytes(release.read(path), entries[path].sha256)
        if change is FileChange.LINE_ENDS:
            converted.append(f"{folder}/{path}")
        elif change is FileChange.CONTENT:
            yield f"{folder}/{path} was changed after the release: its sha256 is not that of {LOCK_FILE}"


def _wrong_role(release: Release, path: str, entry: Entry) -> Iterator[str]:
    """Yield whether the layout and the lock disagree on what a file is."""
    file = f"{LOCK_FILE}: {path} of {release.version}"
    remedy = "restore the lock, or the entry of [[documents]] in registry.toml that this release needs"
    is_document = release.store.layout.is_document(path)
    if is_document and entry.id is None:
        yield f"{file} has no id, but is a document: {remedy}"
    elif not is_document and entry.id is not None:
        yield f"{file} has the id {entry.id}, but is not a document: {remedy}"


def _line_ends(converted: list[str]) -> Iterator[str]:
    """Report once that line ends were changed, and how to keep them."""
    if converted:
        files = f"{len(converted)} frozen files" if len(converted) > 1 else "a frozen file"
        remedy = "put `versions/** -text` into .gitattributes, delete the releases and run `git checkout -- versions`"
        yield f"git changed the line endings of {files} ({converted[0]}): {remedy}"


def _wrong_ids(lock: Lock) -> Iterator[str]:
    """Yield each document whose id is neither that of its content nor, for new content, the next higher one."""
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
    """Yield each entry of `versions/` that is neither a release nor one of its records."""
    for name, kind in list_folder(str(root), "versions"):
        if kind in NOT_PLAIN:
            yield f"versions/{printable(name)} {NOT_PLAIN[kind]}"
        elif not (_is_known_folder(name) if kind == FOLDER else _is_known_file(name)):
            expected = "a folder named by a semantic version"
            yield f"versions/{printable(name)} is not a release, which is {expected}: remove it"


def _is_known_folder(name: str) -> bool:
    """Return whether a folder in `versions/` is a release, or one being made."""
    return is_release(name) or name == STAGED


def _is_known_file(name: str) -> bool:
    """Return whether a file in `versions/` is a record, a file of git, or part of a release being made."""
    return name in RECORDS | IGNORED or _STAGED_FILE.fullmatch(name) is not None


def _unknown_dates(store: Store, lock: Lock) -> Iterator[str]:
    """Yield each date that belongs to no release."""
    try:
        dates = store.dates
    except DamagedStoreError as error:
        yield from error.problems
        return
    yield from (
        f"{DATES_FILE} has {release!r}, which is not a release of {LOCK_FILE}" for release in dates.keys() - lock
    )
