"""What the working set is compared with: a release, the releases of the same major version, or a commit of git."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from arrakis_schema.arrow import parse_document
from arrakis_schema.documents import Document, Format, is_document
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings import Finding, Severity
from arrakis_schema.loading import parse_file
from arrakis_schema.store import Release, Store
from arrakis_schema.system.append_only import history_findings
from arrakis_schema.system.commits import GIT, Commit, open_commit

_WORKING = "schemas"


@dataclass(frozen=True, slots=True)
class Base:
    """One base: its documents by path, and what was found while it was read.

    `findings` are about frozen releases that are not what they were in it, and about what could not be compared.
    """

    name: str
    documents: Mapping[str, Document]
    findings: tuple[Finding, ...] = ()

    @property
    def undecided(self) -> bool:
        """Whether a document of the base could not be compared."""
        return any(finding.rule == "undecided" for finding in self.findings)


def open_bases(store: Store, against: str | None, *, transitive: bool) -> list[Base]:
    """Return the bases to compare with, the nearest last; raises `BaseError` and `UnknownSchemaError`."""
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
    return [Base(base.version, documents_of(store, base)) for base in bases]


def documents_of(store: Store, release: Release) -> dict[str, Document]:
    """Return the documents of a release by path."""
    return {document.path: document for document in store.documents(release)}


def _base_of_commit(store: Store, commit: Commit) -> Base:
    """Return the documents of the working set of a commit, and how `versions/` changed since."""
    paths = [path for path in commit.under(_WORKING) if is_document(path.removeprefix(f"{_WORKING}/"))]
    contents = commit.read(paths)
    read = (Document(path.removeprefix(f"{_WORKING}/"), content) for path, content in contents.files.items())
    documents = {document.path: document for document in read}
    broken = {f"{_WORKING}/{path}": problem for path, problem in _problems(documents)}
    findings = [*history_findings(store, commit), *_unread(commit.name, {**contents.unread, **broken})]
    if not paths:
        message = f"{commit.name} has no documents in {store.root / _WORKING}: there was nothing to compare with"
        findings.append(Finding("schemas/registry.toml", 1, 1, "base-empty", Severity.WARNING, "", message))
    sound = {path: document for path, document in documents.items() if f"{_WORKING}/{path}" not in broken}
    return Base(commit.name, sound, tuple(findings))


def _problems(documents: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    """Yield path and problem of each document that cannot be parsed."""
    for path, document in documents.items():
        try:
            if document.format is Format.ARROW:
                parse_document(document.text)
            elif not isinstance(parse_file(document.content, path), dict | bool):
                yield path, "neither an object nor a boolean"
        except (ArrakisSchemaError, UnicodeDecodeError) as error:
            yield path, f"damaged ({error})"


def _unread(base: str, problems: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each document of the base that could not be compared."""
    for path, problem in problems.items():
        message = f"{path} of {base} is {problem}: whether anybody breaks is not decided"
        yield Finding(path, 1, 1, "undecided", Severity.WARNING, "", message)
