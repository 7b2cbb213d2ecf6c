"""Freeze releases that were made elsewhere: all of them or none, unchanged to the byte.

They are read by `store/import_sources.py`; the settings of a new root are proposed by `system/proposal.py`.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from arrakis_schema.errors import DamagedStoreError, ReleaseError
from arrakis_schema.store.files import FILE, NOTATIONS
from arrakis_schema.store.freezing import complete, contents_of, freeze_contents, hold_releases
from arrakis_schema.store.import_sources import Version
from arrakis_schema.store.inventory import NOTE, SETTINGS, classify
from arrakis_schema.store.layout import Layout
from arrakis_schema.store.lock import lock_release
from arrakis_schema.store.records import DATES_FILE, with_dates
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import Release, Store
from arrakis_schema.store.verification import verify
from arrakis_schema.store.versions import precedence

_NEW, _OLD = ".schemas.new", ".schemas.old"
_NO_DATES = "# When each release was published; of those that were imported from folders it is not known.\n"
_VERSION_LINE = re.compile(rb'^(version[ \t]*=[ \t]*)"[^"\n]*"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one version: how many documents and other files were frozen, and why other files were not.

    `known` is set where the release exists already, with the same files.
    """

    version: str
    documents: int
    others: int
    left_out: Mapping[str, str]
    known: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """The files of a version that the layout gives a role, the number of its documents, and why others have none."""

    contents: dict[str, bytes]
    documents: int
    left_out: dict[str, str]


def import_versions(root: Path, versions: Sequence[Version], proposed: str | None) -> list[Imported]:
    """Freeze some versions in a folder, oldest first, and return what became of each.

    `proposed` is the text that `registry.toml` gets, where it is new or needs more entries. A version without documents
    is left out, and one that is a release already stays as it is. The newest version becomes the working set where that
    has no documents, or has not changed since the release before. Raises `ReleaseError` and `DamagedStoreError`; then
    nothing has been changed.
    """
    ordered = sorted(versions, key=lambda version: precedence(version.name))
    with _settings_in_place(root, proposed), hold_releases(root / "versions"):
        complete(root, "")
        store = Store(root)
        if problems := verify(store):
            raise DamagedStoreError(problems)
        parts = {version.name: _place(version, store.layout) for version in ordered}
        placed = {name: part for name, part in parts.items() if part.documents}
        if not placed:
            raise ReleaseError(_explain_empty(ordered[-1], parts[ordered[-1].name]))
        known = {name for name, part in placed.items() if _is_released(store, name, part.contents)}
        new = {name: part for name, part in placed.items() if name not in known}
        if new:
            _freeze(store, [version for version in ordered if version.name in new], new)
            newest = list(new)[-1]
            _move_on(store, newest, new[newest].contents)
    return [
        Imported(name, part.documents, len(part.contents) - part.documents, part.left_out, name in known)
        for name, part in parts.items()
    ]


def _is_released(store: Store, name: str, contents: Mapping[str, bytes]) -> bool:
    """Return whether a version is a release already; raises `ReleaseError` where that has other content."""
    release = next((release for release in store.releases if release.lower() == name.lower()), None)
    if release is None:
        return False
    if release != name or contents_of(store.release(release)) != contents:
        raise ReleaseError(f"release {release} exists with other files, and never changes: import the other versions")
    return True


def _place(version: Version, layout: Layout) -> _Placed:
    """Return which files of a version are frozen."""
    inventory = classify([(path, FILE) for path in version.contents], layout)
    left_out = {refusal.path: refusal.message for refusal in inventory.refused}
    left_out |= dict.fromkeys(inventory.notes, f"is a note, which is not frozen ({NOTE})")
    left_out |= dict.fromkeys(version.contents.keys() & SETTINGS, "does not belong to a release")
    contents = {path: version.contents[path] for path in inventory.published}
    return _Placed(contents, len(inventory.documents), left_out | dict(version.unread))


def _explain_empty(version: Version, part: _Placed) -> str:
    """Say that a version has no document, and what its first file that might be one is instead."""
    first = min(part.left_out.items(), key=lambda item: (not item[0].endswith(NOTATIONS[".json"]), item), default=None)
    about = f": {first[0]} {first[1]}" if first else ""
    return f"{version.name} has no document according to {REGISTRY_FILE}{about}; nothing was imported"


def _freeze(store: Store, versions: Sequence[Version], placed: Mapping[str, _Placed]) -> None:
    """Freeze the placed files of every version."""
    lock = dict(store.lock)
    for name, part in placed.items():
        lock[name] = lock_release(lock, part.contents, store.layout)
    moments = {version.name: version.moment for version in versions if version.moment is not None}
    dates = with_dates(store.root, moments) or _NO_DATES
    freeze_contents(store, {name: part.contents for name, part in placed.items()}, lock, {DATES_FILE: dates.encode()})


@contextmanager
def _settings_in_place(root: Path, proposed: str | None) -> Iterator[None]:
    """Write `registry.toml` where it is proposed, and take it back where the import fails."""
    schemas, made = root / "schemas", not root.exists()
    if (root / REGISTRY_FILE).exists():
        with nullcontext() if proposed is None else _settings_replaced(root / REGISTRY_FILE, proposed):
            yield
        return
    if proposed is None or schemas.exists():
        raise ReleaseError(f"{schemas} has no registry.toml: write one, or move the folder away to get a proposal")
    try:
        (root / _NEW).mkdir(parents=True, exist_ok=True)
        (root / _NEW / "registry.toml").write_text(proposed, encoding="utf-8")
        (root / _NEW).rename(schemas)
    except OSError as error:
        raise ReleaseError(f"{schemas} cannot be written: {error.strerror}; nothing was imported") from error
    try:
        yield
    except BaseException:
        shutil.rmtree(schemas, ignore_errors=True)
        if made:
            with suppress(OSError):
                root.rmdir()
        raise


@contextmanager
def _settings_replaced(registry: Path, proposed: str) -> Iterator[None]:
    """Write another text of `registry.toml`, and the old one again where the import fails."""
    old = registry.read_bytes()
    try:
        _write_whole(registry, proposed.encode())
    except OSError as error:
        raise ReleaseError(f"{registry} cannot be written: {error.strerror}; nothing was imported") from error
    try:
        yield
    except BaseException:
        _write_whole(registry, old)
        raise


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old text or the new one."""
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(content)
    new.rename(file)


def _move_on(store: Store, newest: str, contents: Mapping[str, bytes]) -> None:
    """Make the newest imported version the working set, where that has no work of its own."""
    working = store.release(None)
    if working.documents and not _is_untouched(store, working):
        return
    if store.releases and precedence(newest) < precedence(store.releases[-1]):
        return
    schemas, new, old = store.root / "schemas", store.root / _NEW, store.root / _OLD
    try:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(schemas, new, symlinks=True)
        for path in working.files:
            (new / path).unlink()
        for folder in sorted((path for path in new.rglob("*") if path.is_dir()), reverse=True):
            with suppress(OSError):
                folder.rmdir()  # fails, as it should, where something else is in it
        for path, content in contents.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(content)
        registry = new / "registry.toml"
        registry.write_bytes(_VERSION_LINE.sub(rb'\g<1>"' + newest.encode() + b'"', registry.read_bytes(), count=1))
        schemas.rename(old)
        new.rename(schemas)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        remedy = "the releases are imported; copy the newest to schemas/ yourself"
        raise ReleaseError(f"{schemas} cannot be written: {error.strerror}; {remedy}") from error


def _is_untouched(store: Store, working: Release) -> bool:
    """Return whether the working set is the newest release, as nobody has worked on the next one."""
    if not store.releases or working.version != store.releases[-1]:
        return False
    return contents_of(working) == contents_of(store.release(working.version))
