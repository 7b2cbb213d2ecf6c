"""What commands are given to read: files, standard input, URLs, or names in the store."""

import sys
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from arrakis_schema.arrow import SchemaBytesError, parse_document, read_schema_bytes
from arrakis_schema.errors import ArrakisSchemaError, SchemaTextError
from arrakis_schema.store.documents import Kind, kind_of
from arrakis_schema.store.limits import DEEPEST_DOCUMENT
from arrakis_schema.store.store import Store
from arrakis_schema.store.strict_json import parse_json

_LARGEST = 16 * 1024 * 1024
_SECONDS = 10
_URLS = ("http://", "https://", "file://")
_MAGIC = b"\xff\xff\xff\xff"


class SourceError(ArrakisSchemaError):
    """What a command was given cannot be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """One document as it was given: its label, its text, what it says, and what kind it is where that is known.

    `problem` says what is wrong with a document of the store that cannot be read; then `schema` is None.
    """

    label: str
    content: bytes
    schema: Any
    kind: Kind | None = None
    path: str = ""
    problem: str = ""


def sources(store: Store, given: str) -> list[Source]:
    """Return the documents that an argument stands for: one, or all that bear a name (`find@0.5.0`)."""
    if given == "-" or given.startswith(_URLS):
        return [_source(*read(given))]
    name, at, version = given.rpartition("@")
    if at and not Path(given).exists():
        release = store.release(version)
        paths = release.find(name)
        return [_stored(f"{release.folder}/{path}", release.document(path).content, path) for path in paths]
    return [_source(*read(given, "a file, - for standard input, a URL, or NAME@RELEASE"))]


def read(given: str, wanted: str = "a file, - for standard input, or a URL") -> tuple[str, bytes]:
    """Return a label and the bytes of what an argument names; a little more than is allowed of what is too large."""
    if given == "-":
        return "standard input", sys.stdin.buffer.read(_LARGEST + 1)
    if given.startswith(_URLS):
        return given, _fetched(given)
    try:
        with Path(given).open("rb") as file:
            return given, file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{given} cannot be read: {reason} (give {wanted})") from error


def _fetched(url: str) -> bytes:
    """Return what a URL answers."""
    try:
        with urlopen(Request(url, headers={"Accept": "*/*"}), timeout=_SECONDS) as answer:  # noqa: S310 - asked for by name
            content: bytes = answer.read(_LARGEST + 1)
            return content
    except (URLError, OSError, ValueError, HTTPException) as error:
        raise SourceError(f"{url} cannot be fetched: {getattr(error, 'reason', error)}") from error


def _stored(label: str, content: bytes, path: str) -> Source:
    """Return a document of the store, also where it cannot be read: those beside it can be compared."""
    try:
        source = _source(label, content)
    except SourceError as error:
        return Source(label, content, None, kind_of(path), path, str(error))
    return Source(source.label, source.content, source.schema, kind_of(path), path)


def _source(label: str, content: bytes) -> Source:
    """Read a document: JSON Schema, the text of an Arrow schema, or Arrow IPC."""
    if len(content) > _LARGEST:
        raise SourceError(f"{label} is larger than {_LARGEST // 1024 // 1024} MiB: that is no schema")
    try:
        return Source(label, content, _parsed(content))
    except SchemaBytesError as error:
        raise SourceError(f"{label}: {error}") from error
    except (SchemaTextError, UnicodeDecodeError) as error:
        raise SourceError(f"{label} is neither JSON nor the text of an Arrow schema: {error}") from error
    except ArrakisSchemaError as error:
        raise SourceError(f"{label} is no JSON Schema: {getattr(error, 'problem', error)}") from error


def _parsed(content: bytes) -> Any:
    """Return the schema in some bytes."""
    if content.startswith(_MAGIC):
        return read_schema_bytes(content)
    start = content.lstrip()[:1]
    if start in {b"{", b"["} or content.strip() in {b"true", b"false"}:
        return parse_json(content, DEEPEST_DOCUMENT)
    return parse_document(content.decode("utf-8"))
