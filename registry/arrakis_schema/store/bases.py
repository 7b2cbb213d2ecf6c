"""The bases that the working set is compared with: releases, or a git commit."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.store.append_only import history_findings
from arrakis_schema.store.documents import Document, Documents
from arrakis_schema.store.git import GIT, Commit, open_commit
from arrakis_schema.store.lock import LOCK_FILE
from arrakis_schema.store.parsing import parse_toml
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import Release, Store
from arrakis_schema.store.versions import NEXT

_WORKING = "schemas"


@dataclass(frozen=True, slots=True)
class Base:
    """One base: its documents by path, and the findings of reading it.

    `findings` are about frozen releases that have changed since. `unread` says, for the documents that are not plain
    files, what they are instead; `corrected` are the paths of documents that are taken with corrections.
    """

    name: str
    documents: Mapping[str, Document]
    findings: tuple[Finding, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    corrected: tuple[str, ...] = ()


def open_bases(store: Store, against: str | None, *, transitive: bool, as_documented: bool = False) -> list[Base]:
    """Return the bases to compare with, the nearest last; raises `BaseError` and `UnknownSchemaError`.

    A release is taken with its corrections, unless `as_documented`.
    """
    if against is not None and against.startswith(GIT):
        return [_base_of_commit(store, open_commit(store.root, against.removeprefix(GIT)))]
    releases = store.releases
    if not releases and against is None:
        return []
    newest = store.release(against or releases[-1])
    bases = [newest]
    if transitive:
        same = [name for name in releases if name.partition(".")[0] == newest.version.partition(".")[0]]
        bases = [store.release(name) for name in same[: same.index(newest.version) + 1]]
    return [base_of_release(base.held(as_documented=as_documented)) for base in bases]


def base_of_release(release: Release) -> Base:
    """Return a release, with its corrections or without, as a base."""
    return Base(release.version, documents_of(release), corrected=tuple(sorted(release.corrected)))


def documents_of(release: Release) -> dict[str, Document]:
    """Return the documents of a release by path."""
    return {document.path: document for document in release.every_document()}


def _base_of_commit(store: Store, commit: Commit) -> Base:
    """Return the documents of the working set of a commit, and how `versions/` changed since."""
    paths = [path for path in commit.under(_WORKING) if store.layout.is_document(path.removeprefix(f"{_WORKING}/"))]
    contents = commit.read(paths)
    files = {path.removeprefix(f"{_WORKING}/"): content for path, content in contents.files.items()}
    aliases = store.settings.aliases
    among = Documents(files, tuple(_folders(store, commit)), aliases, store.layout)
    layout = store.layout
    documents = {
        path: Document(path, content, layout.aliases_of(path, aliases), among, layout)
        for path, content in files.items()
    }
    unread = {path.removeprefix(f"{_WORKING}/"): problem for path, problem in contents.unread.items()}
    findings = list(_history(store, commit))
    if not paths:
        message = f"{commit.name} has no documents in {store.root / _WORKING}: there was nothing to compare with"
        findings.append(Finding("schemas/registry.toml", 1, 1, "base-empty", Severity.WARNING, "", message))
    return Base(commit.name, documents, tuple(findings), unread)


def _folders(store: Store, commit: Commit) -> Iterator[str]:
    """Yield the URLs of the folder of a commit's working set, by its own settings if they can be read."""
    content = commit.read([REGISTRY_FILE]).files.get(REGISTRY_FILE) if REGISTRY_FILE in commit.entries else None
    with suppress(DamagedStoreError):
        table = {} if content is None else parse_toml(content, REGISTRY_FILE)
        if isinstance(table.get("base_url"), str):
            yield from (f"{table['base_url']}versions/{place}/" for place in (table.get("version"), NEXT))
    yield from (store.settings.url(place, "") for place in (store.settings.version, NEXT))


def _history(store: Store, commit: Commit) -> Iterator[Finding]:
    """Yield how `versions/` changed since a commit; a damaged lock is a warning, as it cannot be compared."""
    try:
        yield from history_findings(store, commit)
    except DamagedStoreError as error:
        for problem in error.problems:
            message = f"not compared with {commit.name}: {problem}"
            yield Finding(LOCK_FILE, 1, 1, "not-compared", Severity.WARNING, "", message)
