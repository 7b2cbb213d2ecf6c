"""The views of `show`: the documents as they are, in another form, or as a summary for people."""

import sys
from collections.abc import Sequence

from arrakis_schema.errors import UnknownSchemaError
from arrakis_schema.languages import language_of
from arrakis_schema.store.documents import Document
from arrakis_schema.store.layout import FORMATS
from arrakis_schema.store.store import Release
from arrakis_schema.text.printable import printable

SUMMARY = "summary"


def views() -> list[str]:
    """Return the names of all views."""
    return list(dict.fromkeys([SUMMARY, *(view for form in FORMATS.values() for view in form.views)]))


def view_of(release: Release, documents: Sequence[Document], view: str) -> bytes:
    """Return a summary of the documents, or the first that has this view in that view; raises `UnknownSchemaError`."""
    if view == SUMMARY:
        return "\n".join(_summary(release, candidate) for candidate in documents).encode()
    document = next((candidate for candidate in documents if view in candidate.format.views), None)
    if document is None:
        what = f"{documents[0].name} has no document that can be shown as {view} in release {release.version}"
        raise UnknownSchemaError(what, [candidate.path for candidate in documents])
    return language_of(document).view(document, view)


def _summary(release: Release, document: Document) -> str:
    """Return a summary of a document: its kind, its path, its fields."""
    title = f"{document.name}: {document.kind.value}, {release.title}"
    lines = [title, f"{release.folder}/{document.path}", "", *language_of(document).lines(document)]
    return "".join(f"{printable(line, sys.maxsize)}\n" for line in lines)
