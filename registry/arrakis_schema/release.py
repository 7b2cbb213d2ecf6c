"""Freeze the working set: all of it or nothing, whatever interrupts it.

Everything is written beside `versions/` first and synced. Then two renames follow, and their order is what makes a
release atomic: the lock, which nobody reads releases from, then the folder, which makes the release visible. A run that
was killed between them is completed by the next one; a run that was killed earlier has changed nothing. Between the two
the date is written: a date without a release says nothing, and a release without one has none.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arrakis_schema.dates import DATES_FILE, with_date
from arrakis_schema.errors import DamagedStoreError, ReleaseError
from arrakis_schema.lock import LOCK_FILE, STAGED, Entry, digest, format_lock, lock_release, read_lock, verify
from arrakis_schema.store import Release, Store


def freeze(store: Store) -> Release:
    """Freeze the working set under its declared version, and return the release.

    Raises `ReleaseError` where the release exists or nothing is there to freeze, and `DamagedStoreError` where an
    earlier release is not what the lock says; then nothing has been changed.
    """
    (store.root / "versions").mkdir(exist_ok=True)
    with _alone(store.root / "versions"):
        working = store.release(None)
        if working.version in _complete(store):
            return store.release(working.version)
        _refuse(store, working)
        contents = {path: store.read(working, path) for path in working.files}
        lock = read_lock(store.root)
        lock[working.version] = lock_release(lock, contents)
        _stage(store.root / "versions" / STAGED, working.version, contents)
        _replace(store.root / LOCK_FILE, format_lock(lock))
        _replace(store.root / DATES_FILE, with_date(store.root, working.version))
        _complete(store)
    return store.release(working.version)


def _refuse(store: Store, working: Release) -> None:
    """Refuse what cannot become a release."""
    existing = next((release for release in store.releases if release.lower() == working.version.lower()), None)
    if existing is not None:
        remedy = "declare the next version in schemas/registry.toml"
        raise ReleaseError(f"release {existing} exists and never changes: {remedy}")
    if not working.documents:
        raise ReleaseError(f"{store.root / 'schemas'} holds no documents")
    problems = [f"{working.folder}/{one.path}: {one.message}" for one in working.inventory.refused] or verify(store)
    if problems:
        raise DamagedStoreError(problems)


def _stage(staged: Path, version: str, contents: dict[str, bytes]) -> None:
    """Write the files of a release where no reader looks, and make sure that they are on the disk."""
    shutil.rmtree(staged, ignore_errors=True)
    for path, content in contents.items():
        target = staged / version / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(content)
            _sync(file.fileno())
    for folder in sorted({path.parent for path in staged.rglob("*")}, reverse=True):
        _sync_folder(folder)


def _complete(store: Store) -> list[str]:
    """Make a staged release visible where the lock has it already, and return it; forget it where the lock does not."""
    staged = store.root / "versions" / STAGED
    if not staged.exists():
        return []
    lock = read_lock(store.root)
    completed = []
    for folder in list(staged.iterdir()):
        if folder.name in lock and folder.name not in store.releases and _holds(folder, lock[folder.name]):
            folder.rename(store.root / "versions" / folder.name)
            _sync_folder(store.root / "versions")
            completed.append(folder.name)
    shutil.rmtree(staged)
    return completed


def _holds(folder: Path, entries: dict[str, Entry]) -> bool:
    """Tell whether a folder holds just the files that the lock names."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return files.keys() == entries.keys() and all(
        digest(path.read_bytes()) == entries[name].sha256 for name, path in files.items()
    )


def _replace(path: Path, text: str) -> None:
    """Replace a file's text in one step."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        _sync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other releases out; the system lets go of the lock when this process ends, however it ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError(f"another release is being made in {folder}: wait for it to end") from error
        yield
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    """Wait until a file is on the disk."""
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)
