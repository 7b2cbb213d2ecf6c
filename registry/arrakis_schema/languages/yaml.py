"""JSON Schema in YAML: the same language in another notation, which the site has as JSON as well."""

import json
from collections.abc import Iterator
from dataclasses import replace

from arrakis_schema.languages import json_schema
from arrakis_schema.store.documents import Document
from arrakis_schema.store.loading import parse_file

_JSON = ".json"


def _files(document: Document) -> Iterator[tuple[str, bytes]]:
    """Yield the document as JSON, and with all that it refers to."""
    yield _JSON, _as_json(document)
    yield from json_schema.LANGUAGE.files(document)


def _as_json(document: Document) -> bytes:
    """Return a document as JSON, in the order of its text."""
    return (json.dumps(parse_file(document.content, document.path), indent=2, ensure_ascii=False) + "\n").encode()


def _view(document: Document, view: str) -> bytes:
    """Return a document as it is, as JSON, or with all that it refers to."""
    if view == "yaml":
        return document.content
    return _as_json(document) if view == "json" else json_schema.LANGUAGE.view(document, view)


LANGUAGE = replace(json_schema.LANGUAGE, files=_files, suffixes=(_JSON,), view=_view)
