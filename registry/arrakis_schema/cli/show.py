"""The views of `show`: the documents as they are, in another form, or as a summary for people."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from arrakis_schema.documents import Document, Format
from arrakis_schema.errors import MissingExtraError, UnknownSchemaError
from arrakis_schema.loading import parse_schema
from arrakis_schema.store import Release, Store

View = Callable[[Store, Release, Sequence[Document]], bytes]


def summary(store: Store, release: Release, documents: Sequence[Document]) -> bytes:
    """Return each document in short: what it is, where it stands, its fields."""
    parts = []
    for document in documents:
        head = f"{document.name}: {document.kind.value}, release {release.version}\n{release.folder}/{document.path}"
        body = _fields(parse_schema(document.content, document.path)) if _is_json(document) else document.text
        parts.append(f"{head}\n\n{body.rstrip()}\n")
    _ = store
    return "\n".join(parts).encode()


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
    from arrakis_schema.arrow import Template, parse_document  # noqa: PLC0415 - an extra

    parsed = parse_document(document.text)
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


def _fields(schema: dict[str, Any], path: str = "") -> str:
    """Return one line for each property, with its type and description, those inside it below."""
    lines = [] if path else [str(schema.get("description", schema.get("title", "")))]
    required, properties = schema.get("required", []), schema.get("properties", {})
    for name, field in properties.items():
        kind = field.get("type", "any") if isinstance(field, dict) else "any"
        words = [f"{path}{name}", kind if isinstance(kind, str) else " or ".join(kind)]
        words += [] if name in required else ["optional"]
        words += [f"in {field['x-unit']}"] if isinstance(field, dict) and "x-unit" in field else []
        told = field.get("description", "") if isinstance(field, dict) else ""
        lines.append(f"  {', '.join(words)}{f': {told}' if told else ''}")
        if isinstance(field, dict) and "properties" in field:
            lines.append(_fields(field, f"{path}{name}."))
    return "\n".join(lines)


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
