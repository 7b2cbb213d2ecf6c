"""Whether `versions/` holds all that it held in a commit, unchanged: releases and dates are added and never edited.

The base's own lock says what its releases are; `verify` proves that today's files match today's lock.
Records about releases (corrections, software, conformance results) are not frozen: changes to them are only reported.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.store.corrections import CORRECTIONS_FILE, ERRATA_FILE, parse_corrections, parse_errata
from arrakis_schema.store.git import GIT, BaseError, Commit, open_commit
from arrakis_schema.store.loading import parse_file
from arrakis_schema.store.lock import LOCK_FILE, Entry, Lock, digest, parse_lock
from arrakis_schema.store.records import (
    DATES_FILE,
    SOFTWARE_FILE,
    SUMMARIES_FILE,
    parse_dates,
    parse_software,
    parse_summaries,
    timestamp,
)
from arrakis_schema.store.store import Store
from arrakis_schema.store.versions import is_release
from arrakis_schema.text.printable import join_names

_MOST_NAMED = 5
_NEVER = "a release never changes: restore it from"
_RECORDS: dict[str, Callable[[bytes, str], object]] = {
    CORRECTIONS_FILE: parse_corrections,
    ERRATA_FILE: parse_errata,
    SOFTWARE_FILE: parse_software,
    SUMMARIES_FILE: parse_summaries,
    "versions/conformance.json": parse_file,
}


def history_findings(store: Store, base: Commit) -> Iterator[Finding]:
    """Yield a finding for each difference of the releases from those of the base; added releases are notices."""
    old, new = _releases_of(base), store.lock
    for release in sorted(old.keys() | new.keys()):
        if release not in old:
            message = f"release {release} is new since {base.name}: {format_count(len(new[release]), 'file')}"
            yield Finding(LOCK_FILE, 1, 1, "release-added", Severity.NOTICE, "", message)
        elif release not in new:
            remedy = f"restore it, or update this branch from {base.name}"
            message = f"release {release} of {base.name} was removed; a release is never removed or renamed: {remedy}"
            yield _error("release-removed", LOCK_FILE, message)
        else:
            yield from _file_changes(base.name, f"versions/{release}", old[release], new[release])
    yield from _dates(store, base)
    yield from chain.from_iterable(_record(store, base, path) for path in _RECORDS)


def history_since(store: Store, against: str) -> list[Finding]:
    """Return what changed in `versions/` since a commit, `git:COMMIT`; raises `BaseError`."""
    if not against.startswith(GIT):
        raise BaseError(f"{against} is not a commit, and history is in git: write {GIT}{against}, if git knows it")
    return list(history_findings(store, open_commit(store.root, against.removeprefix(GIT))))


def _releases_of(base: Commit) -> Lock:
    """Return the lock of the base, completed with the digests of releases that it does not list."""
    content = base.file(LOCK_FILE)
    lock = {} if content is None else parse_lock(content, f"{LOCK_FILE} of {base.name}")
    placed = [(path.split("/"), path) for path in base.under("versions")]
    unlocked = {path: parts for parts, path in placed if is_release(parts[1]) and parts[1] not in lock and parts[2:]}
    contents = base.read(path for path, parts in unlocked.items() if not any(part.startswith(".") for part in parts))
    for path, content in contents.files.items():
        lock.setdefault(unlocked[path][1], {})["/".join(unlocked[path][2:])] = Entry(digest(content))
    return lock


def _file_changes(base: str, folder: str, old: dict[str, Entry], new: dict[str, Entry]) -> Iterator[Finding]:
    """Yield a finding for each file of a release whose entry in the lock differs from the base."""
    for path in sorted(old.keys() | new.keys()):
        file = f"{folder}/{path}"
        if path not in new:
            problem = f"{file} was removed from a release of {base}"
        elif path not in old:
            problem = f"{file} was added to a release of {base}"
        elif new[path].sha256 != old[path].sha256:
            problem = f"{file} is not what it was in {base}, although {LOCK_FILE} has its new sha256"
        elif old[path].id is not None and new[path].id != old[path].id:
            problem = f"the id of {file} was {old[path].id} in {base}, and is {new[path].id}"
        else:
            continue
        yield _error("release-rewritten", file, f"{problem}; {_NEVER} {base}")


def _dates(store: Store, base: Commit) -> Iterator[Finding]:
    """Yield a finding for each release whose date has changed."""
    content = base.file(DATES_FILE)
    old = {} if content is None else parse_dates(content, f"{DATES_FILE} of {base.name}")
    new = store.dates
    for release, moment in old.items():
        if new.get(release) != moment:
            now = f"is {timestamp(new[release])}" if release in new else "was removed"
            problem = f"the date of {release} was {timestamp(moment)} in {base.name}, and {now}"
            yield _error("release-rewritten", DATES_FILE, f"{problem}; {_NEVER} {base.name}")


def _record(store: Store, base: Commit, path: str) -> Iterator[Finding]:
    """Yield how a record about releases changed: it may change, but must neither disappear nor be damaged."""
    old, new = base.file(path), store.snapshot.read_if_there(path)
    if new is None:
        if old is not None:
            message = f"{path} of {base.name} was deleted: correct what is wrong in it, and keep the file"
            yield _error("record-changed", path, message)
        return
    if new == old:
        return
    try:
        _RECORDS[path](new, path)
    except DamagedStoreError as error:
        yield _error("record-changed", path, f"{path} was changed since {base.name}, and cannot be read: {error}")
    else:
        message = f"{path} {'is new' if old is None else 'was changed'} since {base.name}"
        corrected = _corrected_anew(old, new) if path == CORRECTIONS_FILE else ()
        if corrected:
            message += (
                f": the corrections of {join_names(corrected, _MOST_NAMED)} changed. Review each: comparisons apply"
                " corrections, so a false one hides a break"
            )
        yield Finding(path, 1, 1, "record-changed", Severity.WARNING if corrected else Severity.NOTICE, "", message)


def _corrected_anew(old: bytes | None, new: bytes) -> tuple[str, ...]:
    """Return the frozen documents of which other corrections hold than before, as release and path."""
    try:
        before = parse_corrections(old or b"")
    except DamagedStoreError:
        before = ()
    after = parse_corrections(new)
    changed = [entry for entry in (*after, *before) if entry.has_effect and (entry in before) is not (entry in after)]
    pairs = {(release, document) for entry in changed for release in entry.releases for document in entry.documents}
    return tuple(f"{release}/{document}" for release, document in sorted(pairs))


def _error(rule: str, file: str, message: str) -> Finding:
    """Return an error."""
    return Finding(file, 1, 1, rule, Severity.ERROR, "", message)
