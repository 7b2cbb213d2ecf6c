"""Lint over `versions/corrections.toml`: each correction is about something, applies cleanly, and leaves it valid."""

import re
from collections.abc import Iterator

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.languages import language_of
from arrakis_schema.store.corrections import CORRECTIONS_FILE, Correction, CorrectionError
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release, Store

RULES = {
    "correction-unknown": "Every correction is about documents that are in the releases it names.",
    "correction-inapplicable": "Every correction can be applied to each of its documents, after those before it.",
    "correction-invalid": "A document with its corrections is still a valid one, and not what it was before.",
}
_ENTRY = re.compile(r"^[ \t]*\[\[\s*correction\s*\]\]", re.MULTILINE)


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
            elif correction.computes:
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
            yield "correction-invalid", f"it changes nothing in {where}: remove it, or give what really holds"
    except (ArrakisSchemaError, UnicodeDecodeError) as error:
        yield "correction-invalid", f"it makes {where} invalid: {error}"
