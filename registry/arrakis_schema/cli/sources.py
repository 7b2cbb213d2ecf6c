"""Read the documents that arguments name: files, standard input, URLs, or names in the store."""

import re
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from posixpath import splitext
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError, MissingExtraError, SchemaTextError
from arrakis_schema.languages import language
from arrakis_schema.store.dialects import Aliases
from arrakis_schema.store.documents import Document, Documents
from arrakis_schema.store.files import FILE, read_file, scan_folder
from arrakis_schema.store.layout import FORMATS, DocumentKind, Format
from arrakis_schema.store.store import Store

_LARGEST = 16 * 1024 * 1024
_MOST_SCANNED = 10_000
_SECONDS = 10
_BY_CONTENT = {".json", ".txt"}
_URLS = ("http://", "https://", "file://")


class SourceError(ArrakisSchemaError):
    """The document that an argument names cannot be read."""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One document that an argument names: its label, its bytes, its format and schema, and its kind where it is known.

    `document` has it among those that it may refer to: those of its release, or the files below its own folder; None
    for one that stands alone. `problem` says what is wrong with a document of the store that cannot be read; then
    `schema` is None.
    """

    label: str
    content: bytes
    format: Format
    schema: Any
    kind: DocumentKind | None = None
    path: str = ""
    problem: str = ""
    document: Document | None = None

    @property
    def whole_schema(self) -> Any:
        """The schema with all that it refers to; raises `InvalidSchemaError` if a reference leads to no schema."""
        return self.schema if self.document is None else language(self.format).parse(self.document)

    @property
    def reach(self) -> bytes:
        """Bytes that are equal for documents of equal bytes that refer to documents of equal bytes."""
        return self.content if self.document is None else language(self.format).reach(self.document)


def read_sources(store: Store, argument: str, *, as_documented: bool = False) -> list[SourceDocument]:
    """Read the documents that an argument refers to: one, or all of one name (`find@0.5.0`).

    Those of a frozen release have its corrections, and the label of their place on the site, unless `as_documented`.
    """
    aliases = store.settings.aliases
    if argument == "-" or argument.startswith(_URLS):
        return [_source(*read_argument(argument), aliases)]
    name, at, version = argument.rpartition("@")
    if at and not Path(argument).exists():
        release = store.release(version).held(as_documented=as_documented)
        labels = {
            path: f"{release.folder}/{'corrected/' * (path in release.corrected)}{path}" for path in release.find(name)
        }
        return [_stored_document(label, release.document(path)) for path, label in labels.items()]
    label, content = read_argument(argument, "a file, - for standard input, a URL, or NAME@RELEASE")
    return [_among_files(_source(label, content, aliases), Path(argument), aliases)]


def _among_files(source: SourceDocument, file: Path, aliases: Aliases) -> SourceDocument:
    """Return the document in a file among the others below its folder, if it refers to any."""
    if not language(source.format).refers_out(source.schema):
        return source
    files = {file.name: source.content}
    suffixes = tuple(form.suffix for form in FORMATS.values() if form.name == source.format.name)
    folder, size = str(file.parent), 0
    try:
        for scanned, (path, kind) in enumerate(scan_folder(folder, ".")):
            if scanned >= _MOST_SCANNED or size > _LARGEST:
                raise SourceError(
                    f"{source.label} refers to other files, and {folder} has too many of them to look there "
                    f"({_MOST_SCANNED:,} files, {_LARGEST // 1024 // 1024} MiB): put it into a folder with only those"
                )
            if kind == FILE and path.endswith(suffixes) and path not in files:
                with suppress(DamagedStoreError):
                    files[path] = read_file(folder, path)
                    size += len(files[path])
    except DamagedStoreError as error:
        raise SourceError(f"{source.label} refers to other files: {error}") from error
    among = Documents(files, (_made_up_url(source.label),), aliases)
    return replace(source, document=Document(file.name, source.content, aliases, among))


def read_argument(argument: str, expected: str = "a file, - for standard input, or a URL") -> tuple[str, bytes]:
    """Return a label and the bytes of what an argument names; of a file that is too large, one byte over the limit."""
    if argument == "-":
        return "standard input", sys.stdin.buffer.read(_LARGEST + 1)
    if argument.startswith(_URLS):
        return argument, _fetch(argument)
    try:
        with Path(argument).open("rb") as file:
            return argument, file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{argument} cannot be read: {reason} (give {expected})") from error


def _fetch(url: str) -> bytes:
    """Return the content of a URL."""
    try:
        with urlopen(Request(url, headers={"Accept": "*/*"}), timeout=_SECONDS) as answer:  # noqa: S310 - the user named it
            content: bytes = answer.read(_LARGEST + 1)
            return content
    except (URLError, OSError, ValueError, HTTPException) as error:
        raise SourceError(f"{url} cannot be fetched: {getattr(error, 'reason', error)}") from error


def _made_up_url(label: str) -> str:
    """Return a URL for the folder of a file, which no other file has: what is missing beside two files may differ."""
    name = re.sub(r"[^a-z0-9]+", "-", label.lower())[-40:].strip("-")
    return f"https://{name}.{sha256(label.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}.invalid/"


def _stored_document(label: str, document: Document) -> SourceDocument:
    """Return a document of the store, with a `problem` where it cannot be read, so that others can be compared."""
    content, path = document.content, document.path
    try:
        source = _source(label, content, document.aliases)
    except SourceError as error:
        return SourceDocument(label, content, _format_of(label, content), None, document.kind, path, str(error))
    return replace(
        source, kind=document.kind, path=path, document=document if source.format is document.format else None
    )


def _source(label: str, content: bytes, aliases: Aliases) -> SourceDocument:
    """Read a document: JSON Schema, the text of an Arrow schema, Arrow IPC, or another language by its suffix."""
    if len(content) > _LARGEST:
        raise SourceError(f"{label} is larger than {_LARGEST // 1024 // 1024} MiB: that is not a schema")
    form = _format_of(label, content)
    try:
        document, record = Document(f"document{form.suffix}", content, aliases), language(form)
        return SourceDocument(label, content, form, (record.parse_file or record.parse)(document))
    except MissingExtraError:
        raise
    except (SchemaTextError, UnicodeDecodeError) as error:
        raise SourceError(f"{label} is neither JSON nor the text of an Arrow schema: {error}") from error
    except ArrakisSchemaError as error:
        raise SourceError(f"{label} is not {form.title}: {getattr(error, 'problem', error)}") from error


def _format_of(label: str, content: bytes) -> Format:
    """Return the format of a document: JSON and Arrow by their content, whatever they are called."""
    suffix = splitext(label)[1]
    if suffix in FORMATS and suffix not in _BY_CONTENT:
        return FORMATS[suffix]
    is_json = content.lstrip()[:1] in {b"{", b"["} or content.strip() in {b"true", b"false"}
    return FORMATS[".json" if is_json else ".txt"]
