"""Which releases say the same about a name: the pages of the others lead to that of the first.

Most releases change few documents. So what the pages are made of is compared first, and the pages themselves only
where that differs, or names one of the releases.
"""

import re
from typing import Any

from arrakis_schema.languages import language_of
from arrakis_schema.reference.examples import programs_beside
from arrakis_schema.reference.facts.descriptions import described_members, sent_members
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.places import RELEASES
from arrakis_schema.reference.sections import document_sections, names_of_users
from arrakis_schema.store.documents import Document
from arrakis_schema.store.lock import digest
from arrakis_schema.store.store import Release

Facts = tuple[tuple[Any, ...], tuple[Any, ...]]
"""What sections are made of: what only counts, or follows the word "since", and what is shown as it is."""


def first_alike(history: History, release: Release, name: str) -> Release:
    """Return the first of the consecutive releases, up to this one, whose pages about a name are the same.

    They may differ in the number of the release, as in a `$id`. The page of the current release is always complete,
    and so is that of the last one that has the name.
    """
    return history.derived(_first_alike, name)[release.version]


def _first_alike(history: History, name: str) -> dict[str, Release]:
    """Find the first of the consecutive releases whose pages about a name are the same, for each that has the name."""
    first = dict[str, Release]()
    complete, facts, shown = history.page_release(name) or history.last_release(name), None, ""
    for release in (release for release in history.releases if history.documents(release, name)):
        before, facts_before = history.previous_release(release), facts
        facts = _facts(history, release, name)
        if facts != facts_before:
            shown = repr(facts[1])
        first[release.version] = release
        if before and before.version in first and release.frozen and release is not complete:
            old = first[before.version]
            has_number = before.version in shown or release.version in shown
            if (facts == facts_before and not has_number) or _have_same_content(history, old, release, name):
                first[release.version] = old
    return first


def _facts(history: History, release: Release, name: str) -> Facts:
    """Return all that the sections of a frozen release about a name are made of, apart from the release itself."""
    documents = history.documents(release, name)
    of_documents = [_document_facts(history, release, name, document) for document in documents.values()]
    hidden, shown = zip(*of_documents, strict=True)
    return (release.documents, *hidden), (names_of_users(release, documents), *shown)


def _document_facts(history: History, release: Release, name: str, document: Document) -> Facts:
    """Return all that the sections about one document are made of."""
    numberless, tabular = language_of(document).numberless, document.format.tabular
    contents = numberless(document), numberless(release.contract.document(document.path))
    members = (sent_members if tabular else described_members)(history, release, name, document)
    times = [(described.since, described.seen) for described in members]
    words = [
        (described.member, described.documented, described.described_in, described.seen_in, described.software)
        for described in members
    ]
    examples = [
        (judged.example, judged.reason, judged.home is release, judged.home is history.newest, programs_beside(judged))
        for judged in history.examples(release, document)
    ]
    problems = history.known_problems(release, document.path), history.earlier_problems(release, document.path)
    return (contents, times), (document.content if tabular else b"", words, examples, problems)


def _have_same_content(history: History, old: Release, new: Release, name: str) -> bool:
    """Return whether the pages of two releases about a name differ only in the number of the release."""
    return history.derived(_content_digest, old, name) == history.derived(_content_digest, new, name)


def _content_digest(history: History, release: Release, name: str) -> str:
    """Return the digest of what the page of a release says about a name, without its number except in "since"."""
    folder = f"{RELEASES}{release.version}"
    sections = history.derived(document_sections, release, name, folder)
    content = "\n".join(sections).replace(f"{folder}/", f"{history.folder}/")
    return digest(re.sub(rf"(?<!since )(?<!\| )(?<![\d.]){re.escape(release.version)}(?![\d.])", "", content).encode())
