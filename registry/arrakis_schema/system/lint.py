"""Lint over a release: each document with its URL and its examples, and the files and documents as a set."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial

from arrakis_schema.errors import DamagedStoreError, TooLargeError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.working_on import working_on
from arrakis_schema.json_schema.resolver import schemas_of
from arrakis_schema.languages import every_language, language_of
from arrakis_schema.lint.release_rules import SET_RULES, find_id_clashes, find_unreachable
from arrakis_schema.lint.subject import CONVENTIONS, REFUSED_EXAMPLES, Subject, too_large
from arrakis_schema.store.documents import Example
from arrakis_schema.store.inventory import FILE_RULES
from arrakis_schema.store.limits import LARGEST_FILE, mebibytes
from arrakis_schema.store.lint_settings import with_settings
from arrakis_schema.store.portable_names import fault_of_name
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import Release
from arrakis_schema.system.corrections import RULES as CORRECTION_RULES
from arrakis_schema.system.corrections import lint_corrections

RULES = {
    "document-too-large": "The document is no larger than anybody needs: 8 MiB, 10,000 columns, 1,000 patterns.",
    **FILE_RULES,
    **SET_RULES,
    **CORRECTION_RULES,
}
"""The rules for documents of every language, and for all files together."""


def lint(subject: Subject) -> list[Finding]:
    """Return what is wrong with a document, in the order of its text; one that cannot be read has one finding."""
    size = len(subject.document.content)
    if size > LARGEST_FILE:
        return [too_large(subject, f"{mebibytes(size)}: {mebibytes(LARGEST_FILE)} are allowed")]
    return sorted(language_of(subject.document).lint(subject))


def rules() -> dict[str, str]:
    """Return the summary of every rule by its id."""
    return {
        **RULES,
        **{name: summary for language in reversed(every_language()) for name, summary in language.rules().items()},
    }


def lint_release(release: Release, paths: Iterable[str] | None = None) -> Iterator[Finding]:
    """Yield what lint finds in a release, as severe as its settings say: in all of it, or in some documents alone."""
    yield from with_settings(_findings_of(release, paths), release.settings.lint, release.folder)


def _findings_of(release: Release, paths: Iterable[str] | None) -> Iterator[Finding]:
    """Yield what lint finds in a release, whatever its settings say."""
    settings, requested = release.settings, None if paths is None else list(paths)
    readable, conventions = {}, _conventions(release)
    for path in release.documents if requested is None else requested:
        file = f"{release.folder}/{path}"
        with working_on(file):
            try:
                document = readable[path] = release.document(path)
            except TooLargeError as error:
                yield Finding(file, 1, 1, "document-too-large", Severity.ERROR, "", str(error))
                continue
            reader = settings.reader(document.kind.value)
            url, examples = _expected_url(release, path), release.examples_of(path)
            yield from lint(Subject(document, url, file, examples, reader, conventions))
    if requested is None or set(requested) == set(release.documents):
        yield from find_refused(release)
        yield from _find_wrong_version(release)
        yield from _find_unreadable_programs(release)
        yield from find_unreachable(readable.values(), release)
        if not release.frozen:
            yield from lint_corrections(release.store)
        yield from find_id_clashes(schemas_of(release), readable, release.folder)


def _conventions(release: Release) -> frozenset[str]:
    """Return the conventions of lint that are asked for: all, or those that a team with a layout of its own begins."""
    if not release.layout.declared:
        return CONVENTIONS
    begun = set[str]()
    for path in release.documents:
        with suppress(DamagedStoreError):
            content = release.read(path)
            begun |= {word for word in CONVENTIONS if f'"{word}"'.encode() in content}
    refused = any(Example(path, b"").refused for path in release.examples)
    return frozenset(begun - {REFUSED_EXAMPLES} | ({REFUSED_EXAMPLES} if refused else set()))


def _expected_url(release: Release, path: str) -> str | None:
    """Return the URL that the `$id` of a document is to be; None where the team declares a layout: it names them."""
    return None if release.layout.declared else release.settings.url(release.version, path)


def find_refused(release: Release) -> Iterator[Finding]:
    """Yield a finding for each thing below the folder of a release that must not be there."""
    for refused_file in release.inventory.refused:
        yield Finding(
            f"{release.folder}/{refused_file.path}", 1, 1, refused_file.rule, Severity.ERROR, "", refused_file.message
        )


def _find_wrong_version(release: Release) -> Iterator[Finding]:
    """Yield a finding where the declared version cannot name a folder beside the releases on every system."""
    if release.frozen:
        return
    version, finding = release.version, partial(Finding, REGISTRY_FILE, 1, 1)
    if reason := fault_of_name(version):
        yield finding("file-name-invalid", Severity.ERROR, "", f"the version names a folder, and {reason}: shorten it")
    for released in release.store.releases:
        if released != version and released.lower() == version.lower():
            message = f"the version differs from the release {released} in case alone: declare another"
            yield finding("file-name-clash", Severity.ERROR, "", message)


def _find_unreadable_programs(release: Release) -> Iterator[Finding]:
    """Yield a finding for each program that is not text."""
    for path in release.inventory.programs:
        try:
            release.read(path).decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"byte {error.start} is not UTF-8: a program is text"
            yield Finding(f"{release.folder}/{path}", 1, 1, "file-unexpected", Severity.ERROR, "", message)
