"""The views of `show`: the documents as they are, in another form, or as a summary for people."""

import sys
from collections.abc import Sequence

from arrakis_schema.errors import UnknownSchemaError
from arrakis_schema.languages import language_of
from arrakis_schema.store.documents import FORMATS, Document
from arrakis_schema.store.store import Release
from arrakis_schema.text.printable import printable

SUMMARY = "summary"


def views() -> list[str]:
    """Return the names of all views."""
    return [SUMMARY, *(view for form in FORMATS.values() for view in form.views)]


def view_of(release: Release, documents: Sequence[Document], view: str) -> bytes:
    """Return documents in short, or the first one that has this view in it; raises `UnknownSchemaError`."""
    if view == SUMMARY:
        return "\n".join(_summary(release, document) for document in documents).encode()
    found = next((document for document in documents if view in document.format.views), None)
    if found is None:
        form = next(one.name for one in FORMATS.values() if view in one.views)
        what = f"{documents[0].name} has no document in the format {form} in release {release.version}"
        raise UnknownSchemaError(what, [document.path for document in documents])
    return language_of(found).view(found, view)


def _summary(release: Release, document: Document) -> str:
    """Return a document in short: what it is, where it stands, its fields."""
    title = f"{document.name}: {document.kind.value}, release {release.version}"
    shown = [title, f"{release.folder}/{document.path}", "", *language_of(document).lines(document)]
    return "".join(f"{printable(line, sys.maxsize)}\n" for line in shown)
