"""The views of `show`: the documents as they are, in another form, or as a summary for people."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from arrakis_schema.arrow.payloads import parse_payload
from arrakis_schema.errors import DamagedStoreError, MissingExtraError, UnknownSchemaError
from arrakis_schema.store.documents import Document, Format
from arrakis_schema.store.loading import parse_schema
from arrakis_schema.store.store import Release, Store
from arrakis_schema.text.printable import printable

View = Callable[[Store, Release, Sequence[Document]], bytes]


def summary(store: Store, release: Release, documents: Sequence[Document]) -> bytes:
    """Return each document in short: what it is, where it stands, its fields."""
    parts = []
    for document in documents:
        title = f"{document.name}: {document.kind.value}, release {release.version}"
        lines = _fields(parse_schema(document.content, document.path)) if _is_json(document) else _lines(document)
        shown = [title, f"{release.folder}/{document.path}", "", *lines]
        parts.append("".join(f"{printable(line, sys.maxsize)}\n" for line in shown))
    _ = store
    return "\n".join(parts).encode()


def _lines(document: Document) -> list[str]:
    """Return the lines of an Arrow document."""
    try:
        return document.text.rstrip().split("\n")
    except UnicodeDecodeError as error:
        raise DamagedStoreError([f"{document.path} is not UTF-8: byte {error.start}"]) from error


def exact(form: Format) -> View:
    """Return the view that shows the bytes of the document in this format."""

    def view(_store: Store, release: Release, documents: Sequence[Document]) -> bytes:
        return _only(documents, form, release).content

    return view


def arrow(_store: Store, release: Release, documents: Sequence[Document]) -> bytes:
    """Return the Arrow schema as an IPC stream."""
    from arrakis_schema.arrow import schema_bytes  # noqa: PLC0415 - an extra

    return schema_bytes(_schema(_only(documents, Format.ARROW, release)))


def arrow_json(_store: Store, release: Release, documents: Sequence[Document]) -> bytes:
    """Return the Arrow schema as JSON."""
    from arrakis_schema.arrow import to_json  # noqa: PLC0415 - an extra

    return (json.dumps(to_json(_schema(_only(documents, Format.ARROW, release))), indent=1) + "\n").encode()


def _schema(document: Document) -> Any:
    """Return the schema of an Arrow document, unbound where it is a template."""
    from arrakis_schema.arrow import Template  # noqa: PLC0415 - an extra

    parsed = parse_payload(document.content, document.path)
    return parsed.unbound if isinstance(parsed, Template) else parsed


def _only(documents: Sequence[Document], form: Format, release: Release) -> Document:
    """Return the first document in this format."""
    found = next((document for document in documents if document.format is form), None)
    if found is None:
        what = f"{documents[0].name} has no document in the format {form.value} in release {release.version}"
        raise UnknownSchemaError(what, [document.path for document in documents])
    return found


def _is_json(document: Document) -> bool:
    """Tell whether a document is a JSON Schema."""
    return document.format is Format.JSON_SCHEMA


def _fields(schema: dict[str, Any]) -> list[str]:
    """Return what a document is about, and one line for each property, those inside it below."""
    return [str(schema.get("description", schema.get("title", ""))), *_properties(schema, "")]


def _properties(schema: dict[str, Any], path: str) -> Iterator[str]:
    """Yield a line for each property, with its type and description."""
    required, properties = schema.get("required", []), schema.get("properties")
    for name, given in properties.items() if isinstance(properties, dict) else ():
        field = given if isinstance(given, dict) else {}
        kind = field.get("type", "any")
        words = [f"{path}{name}", " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)]
        words += [] if isinstance(required, list) and name in required else ["optional"]
        words += [f"in {field['x-unit']}"] if "x-unit" in field else []
        about = field.get("description", "")
        yield f"  {', '.join(words)}{f': {about}' if about else ''}"
        yield from _properties(field, f"{path}{name}.")


def _guarded(view: View) -> View:
    """Return a view that names the extra it lacks."""

    def guarded(store: Store, release: Release, documents: Sequence[Document]) -> bytes:
        try:
            return view(store, release, documents)
        except ImportError as error:
            raise MissingExtraError("pyarrow", "arrow") from error

    return guarded


VIEWS: dict[str, View] = {
    "summary": summary,
    "json": exact(Format.JSON_SCHEMA),
    "text": exact(Format.ARROW),
    "arrow": _guarded(arrow),
    "arrow-json": _guarded(arrow_json),
}
