"""Lint over a release: each document with its URL and examples, the files as a set, and the corrections of a store."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError, TooLargeError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.working_on import working_on
from arrakis_schema.json_schema.resolver import schemas_of
from arrakis_schema.languages import every_language, language_of
from arrakis_schema.lint.release_rules import SET_RULES, find_id_clashes, find_unreachable
from arrakis_schema.lint.subject import CONVENTIONS, REFUSED_EXAMPLES, Subject, too_large
from arrakis_schema.store.corrections import CORRECTIONS_FILE, Correction, CorrectionError
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.files import LARGEST_FILE, mebibytes
from arrakis_schema.store.inventory import FILE_RULES, fault_of_name
from arrakis_schema.store.settings import REGISTRY_FILE, with_settings
from arrakis_schema.store.store import Release, Store

_CORRECTION_RULES = {
    "correction-unknown": "Every correction names existing releases, and documents of these releases.",
    "correction-inapplicable": "Every correction can be applied to each of its documents, after the ones before it.",
    "correction-invalid": "A corrected document is a valid document, and differs from the frozen one.",
}
_ENTRY = re.compile(r"^[ \t]*\[\[\s*correction\s*\]\]", re.MULTILINE)

RULES = {
    "document-too-large": "The document is within the limits: 8 MiB, 10,000 columns, 1,000 patterns.",
    **FILE_RULES,
    **SET_RULES,
    **_CORRECTION_RULES,
}
"""The rules for documents of every language, and for all files together."""


def lint(subject: Subject) -> list[Finding]:
    """Return what is wrong with a document, in the order of its text; one that cannot be read has one finding."""
    size = len(subject.document.content)
    if size > LARGEST_FILE:
        return [too_large(subject, f"{mebibytes(size)}, but at most {mebibytes(LARGEST_FILE)} are allowed")]
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
            yield from lint(Subject(document, url, file, examples, reader, conventions, settings.annotations))
    if requested is None or set(requested) == set(release.documents):
        yield from find_refused(release)
        yield from _find_wrong_version(release)
        yield from _find_unreadable_programs(release)
        yield from find_unreachable(readable.values(), release)
        if not release.frozen:
            yield from lint_corrections(release.store)
        yield from find_id_clashes(schemas_of(release), readable, release.folder)


def _conventions(release: Release) -> frozenset[str]:
    """Return the conventions to check: all, or with a layout of the team's own those that some document follows."""
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
    """Return the URL that the `$id` of a document must be; None where the declared layout requires none."""
    if release.layout.declared:
        return release.layout.identifier_of(path, release.version)
    return release.settings.url(release.version, path)


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


def lint_corrections(store: Store) -> Iterator[Finding]:
    """Yield what is wrong with the corrections of a store, or why their file cannot be read."""
    try:
        corrections = store.corrections
    except DamagedStoreError as error:
        for problem in error.problems:
            yield Finding(CORRECTIONS_FILE, 1, 1, "correction-inapplicable", Severity.ERROR, "", problem)
        return
    lines = _lines(store)
    corrected: dict[tuple[str, str], bytes] = {}
    for number, correction in enumerate(corrections):
        line = lines[number] if number < len(lines) else 1
        for rule, message in _problems(store, correction, corrected):
            yield Finding(CORRECTIONS_FILE, line, 1, rule, Severity.ERROR, "", message)


def _lines(store: Store) -> list[int]:
    """Return the line of each entry of the file."""
    text = (store.snapshot.read_if_there(CORRECTIONS_FILE) or b"").decode("utf-8", "replace")
    return [text.count("\n", 0, match.start()) + 1 for match in _ENTRY.finditer(text)]


def _problems(
    store: Store, correction: Correction, corrected: dict[tuple[str, str], bytes]
) -> Iterator[tuple[str, str]]:
    """Yield the rule and the message for each problem of a correction; `corrected` holds what those before it made."""
    for version in correction.releases:
        if version not in store.releases:
            yield "correction-unknown", f"there is no release {version}: a correction is about frozen documents"
            continue
        release = store.release(version)
        for path in correction.documents:
            if path not in release.documents:
                yield "correction-unknown", f"release {version} has no document {path}"
            elif correction.has_effect:
                yield from _application(release, path, correction, corrected)


def _application(
    release: Release, path: str, correction: Correction, corrected: dict[tuple[str, str], bytes]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a correction of one document, and note the result."""
    where = f"{release.folder}/{path}"
    before = corrected.get((release.version, path)) or release.read(path)
    try:
        after = correction.apply(before)
    except CorrectionError as error:
        yield "correction-inapplicable", f"it cannot be applied to {where}: {error}"
        return
    corrected[release.version, path] = after
    try:
        language, old, new = language_of(Document(path, after)), Document(path, before), Document(path, after)
        parsed = language.parse(new)
        language.check(parsed)
        if language.meaning(new, parsed) == language.meaning(old, language.parse(old)):
            yield "correction-invalid", f"it changes nothing in {where}: remove it, or state what really holds"
    except (ArrakisSchemaError, UnicodeDecodeError) as error:
        yield "correction-invalid", f"it makes {where} invalid: {error}"
