"""Freeze the working set, or versions that were made elsewhere: all or nothing, whatever interrupts it.

Everything is written to `versions/.staged` and synced. Renames follow, in the order that makes a release
atomic: the lock and the date, which are ignored without a release, then the folder, which makes the release visible. A
failure in between is rolled back, and a run that was killed there is completed by the next one; a run that was killed
earlier has changed nothing. Last, the accepted breaks that were frozen with the release are removed from `schemas/`;
until then they have no effect.
"""

import fcntl
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from posixpath import basename

from arrakis_schema.errors import DamagedStoreError, ReleaseError
from arrakis_schema.store.exceptions import EXCEPTIONS_FILE, clear_exceptions, exceptions_to_freeze
from arrakis_schema.store.lock import LOCK_FILE, Entry, Lock, digest, format_lock, lock_release
from arrakis_schema.store.new_root import ATTRIBUTES_FILE, with_attributes
from arrakis_schema.store.records import DATES_FILE, with_date
from arrakis_schema.store.store import Release, Store
from arrakis_schema.store.verification import STAGED, verify

_BEFORE = "before"


def freeze(root: Path) -> Release:
    """Freeze the working set of a folder under its declared version, and return the release.

    Raises `ReleaseError` where the release exists, there is nothing to freeze or something cannot be written, and
    `DamagedStoreError` where an earlier release is not what the lock says; then nothing has been changed.
    """
    working = Store(root).release(None)
    with hold_releases(root / "versions"):
        done = complete(root, working.version)
        store = Store(root)  # as earlier runs left it
        if done:
            return _recovered_release(store, working)
        _refuse(store, working)
        contents = contents_of(working) | exceptions_to_freeze(store)
        lock = {**store.lock, working.version: lock_release(store.lock, contents, store.layout)}
        dates = {DATES_FILE: with_date(store.root, working.version).encode()}
        freeze_contents(store, {working.version: contents}, lock, dates)
    return Store(root).release(working.version)


def freeze_contents(
    store: Store, releases: Mapping[str, Mapping[str, bytes]], lock: Lock, dates: Mapping[str, bytes]
) -> None:
    """Write releases with a lock that lists them, and the file with their dates, if any; raises `ReleaseError`.

    The caller holds the lock of the folder.
    """
    attributes = with_attributes(store.root)
    records = {} if attributes is None else {ATTRIBUTES_FILE: attributes}
    records |= {LOCK_FILE: format_lock(lock).encode(), **dates}
    try:
        _stage(store.root, releases, records)
        _put_in_place(store.root, releases, records)
    finally:
        complete(store.root, list(releases)[-1])


def contents_of(release: Release) -> dict[str, bytes]:
    """Return the content of the files of a release, or of what becomes one."""
    return {path: release.read(path) for path in release.files}


def _recovered_release(store: Store, working: Release) -> Release:
    """Return a release that an earlier run began; raises `ReleaseError` where the working set has changed since."""
    release = store.release(working.version)
    if contents_of(release) != contents_of(working):
        changed = "the working set has changed since: declare the next version in schemas/registry.toml"
        raise ReleaseError(f"release {working.version} had been interrupted, and is complete now; {changed}")
    return release


def _refuse(store: Store, working: Release) -> None:
    """Raise an error where the working set cannot become a release."""
    existing = next((release for release in store.releases if release.lower() == working.version.lower()), None)
    if existing is not None:
        remedy = "declare the next version in schemas/registry.toml"
        raise ReleaseError(f"release {existing} exists and never changes: {remedy}")
    if not working.documents:
        raise ReleaseError(f"{store.root / 'schemas'} holds no documents")
    refused = [f"{working.folder}/{refusal.path}: {refusal.message}" for refusal in working.inventory.refused]
    problems = refused or verify(store)
    if problems:
        raise DamagedStoreError(problems)


def _stage(root: Path, releases: Mapping[str, Mapping[str, bytes]], records: Mapping[str, bytes]) -> None:
    """Write releases and their records to a place that no reader looks at, and sync them to disk."""
    staged = root / "versions" / STAGED
    present = {file: (root / file).read_bytes() for file in records if (root / file).exists()}
    files = {f"{version}/{path}": content for version, files in releases.items() for path, content in files.items()}
    files |= {basename(file): content for file, content in records.items()}
    files |= {f"{_BEFORE}/{basename(file)}": content for file, content in present.items()}
    for path, content in files.items():
        try:
            _write(staged / path, content)
        except OSError as error:
            named = staged.parent / path.removeprefix(f"{_BEFORE}/")
            raise ReleaseError(f"{named} cannot be written: {error.strerror}; nothing was released") from error
    for folder in sorted({path.parent for path in staged.rglob("*")}, reverse=True):
        _sync_folder(folder)


def _put_in_place(root: Path, releases: Collection[str], records: Iterable[str]) -> None:
    """Rename what is staged to where it belongs, the folders last; roll back where a rename fails."""
    versions, staged, moved = root / "versions", root / "versions" / STAGED, list[str]()
    try:
        for file in records:
            (staged / basename(file)).replace(root / file)
        _sync_folder(versions)
        for version in releases:
            (staged / version).rename(versions / version)
            moved.append(version)
        _sync_folder(versions)
    except OSError as error:
        for version in moved:
            with suppress(OSError):
                (versions / version).rename(staged / version)
        for file in records:
            _restore(staged / _BEFORE / basename(file), root / file)
        failed = next(version for version in (*releases, "") if version not in moved)
        raise ReleaseError(f"{versions / failed} cannot be put in place: {error.strerror}") from error


def _restore(before: Path, file: Path) -> None:
    """Restore a record, or remove it where it did not exist."""
    with suppress(OSError):
        if before.exists():
            before.replace(file)
        else:
            file.unlink(missing_ok=True)


def complete(root: Path, version: str) -> bool:
    """Finish what an earlier run began, and tell whether that was the release of this version."""
    completed = version in _publish_staged(Store(root))
    try:
        return clear_exceptions(root, version) or completed
    except OSError as error:
        again = "run `arrakis-schema release` again"
        raise ReleaseError(
            f"{EXCEPTIONS_FILE} cannot be written after the release: {error.strerror}; {again}"
        ) from error


def _publish_staged(store: Store) -> list[str]:
    """Publish the staged releases that the lock already lists, and return their names; discard the others."""
    versions, staged = store.root / "versions", store.root / "versions" / STAGED
    for name in (".lock.json.new", ".dates.toml.new", ".exceptions.toml.new"):  # runs that were killed left them
        (versions / name).unlink(missing_ok=True)
    if not os.path.lexists(staged):
        return []
    if staged.is_symlink() or not staged.is_dir():
        raise ReleaseError(f"{staged} is not a folder, and blocks the release: remove it")
    lock, present = store.lock, store.releases
    folders = [folder for folder in staged.iterdir() if folder.name in lock and folder.name not in present]
    completed = [folder for folder in folders if _holds(folder, lock[folder.name])]
    for folder in completed:
        try:
            if not ((staged / basename(DATES_FILE)).exists() or (store.root / DATES_FILE).exists()):
                _write(staged / basename(DATES_FILE), with_date(store.root, folder.name).encode())
            if (staged / basename(DATES_FILE)).exists():
                (staged / basename(DATES_FILE)).replace(store.root / DATES_FILE)
            folder.rename(versions / folder.name)
            _sync_folder(versions)
        except OSError as error:
            raise ReleaseError(f"{versions / folder.name} cannot be completed: {error.strerror}") from error
    shutil.rmtree(staged)
    return [folder.name for folder in completed]


def _holds(folder: Path, entries: dict[str, Entry]) -> bool:
    """Return whether a folder holds exactly the files that the lock lists."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return files.keys() == entries.keys() and all(
        digest(path.read_bytes()) == entries[name].sha256 for name, path in files.items()
    )


def _write(path: Path, content: bytes) -> None:
    """Write a file, and sync it to disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def hold_releases(versions: Path) -> Iterator[None]:
    """Hold a lock against other releases; the system frees it when this process ends, however it ends."""
    made = not versions.exists()
    try:
        versions.mkdir(exist_ok=True)
        descriptor = os.open(versions, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ReleaseError(f"{versions} cannot be written: {error.strerror}") from error
    try:
        _lock(descriptor, versions)
        yield
    finally:
        os.close(descriptor)
        if made:
            with suppress(OSError):
                versions.rmdir()  # fails, as it should, where something was released


def _lock(descriptor: int, versions: Path) -> None:
    """Lock a folder; raises `ReleaseError` where another release holds the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ReleaseError(f"another release is being made in {versions}: wait for it to finish") from error
    except OSError as error:
        raise ReleaseError(f"{versions} cannot be locked, so a release could be damaged: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    """Sync the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
