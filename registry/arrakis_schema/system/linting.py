"""Lint over the documents of a release: each with its URL and its examples."""

from collections.abc import Iterable, Iterator

from arrakis_schema.findings import Finding
from arrakis_schema.lint import Subject, lint
from arrakis_schema.store import Release, Store


def lint_release(store: Store, release: Release, paths: Iterable[str]) -> Iterator[Finding]:
    """Yield what lint finds in some documents of a release."""
    settings = store.settings
    for path in paths:
        document, url = store.document(release, path), settings.url(release.version, path)
        yield from lint(Subject(document, url, f"{release.folder}/{path}", store.examples(release, path)))
