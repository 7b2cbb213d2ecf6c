"""The fields of a document with their places on its page."""

from dataclasses import replace

from arrakis_schema.json_schema.positions import unescape_token
from arrakis_schema.languages import language_of
from arrakis_schema.reference.places import anchor
from arrakis_schema.store.documents import Document
from arrakis_schema.store.fields import Field


def fields_of(document: Document) -> list[Field]:
    """Return the fields of a document, each with an anchor of its own."""
    prefix, taken, fields = "column-" if document.format.tabular else "", set[str](), []
    for field in language_of(document).fields(document):
        fields.append(replace(field, anchor=anchor(field.path, taken, prefix=prefix)))
        taken.add(fields[-1].anchor)
    return fields


def path_of(location: str) -> str:
    """Return the path of the field at a location: a JSON Pointer into a schema, or the name of a column."""
    if not location.startswith("/"):
        return location
    parts, names = [unescape_token(part) for part in location.split("/")[1:]], []
    while parts:
        keyword = parts.pop(0)
        if keyword == "properties" and parts:
            names.append(parts.pop(0))
        elif keyword == "items" and names:
            names[-1] += "[]"
    return ".".join(names)
