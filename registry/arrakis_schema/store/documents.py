"""What a document and an example are; no file is read here.

A *document* is one schema file. Its folder determines its kind, its suffix its format.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from posixpath import basename, dirname, splitext
from typing import Any, Protocol

from arrakis_schema.store.dialects import Aliases
from arrakis_schema.text.short_repr import short_repr


class DocumentKind(StrEnum):
    """What a document describes."""

    ENVELOPE = "envelope"
    REQUEST = "request"
    PAYLOAD = "payload"
    PUBLICATION = "publication"

    @property
    def answers(self) -> bool:
        """Whether the server writes it in answer to a request: true only of a payload."""
        return self is DocumentKind.PAYLOAD


@dataclass(frozen=True, slots=True)
class Format:
    """A language that documents are written in: the facts about it that need no document.

    `title` is what a document is called, with its article; `media_type` is that of a document, `views` are the ways to
    print one (the first is its exact bytes). The documents of a `tabular` language describe the columns of a table,
    those of another one the members of a message. Its functions are in `LANGUAGE` of its `module`.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    views: tuple[str, ...]
    module: str
    tabular: bool = False


FORMATS: dict[str, Format] = {
    language.suffix: language
    for language in (
        Format(
            "json-schema",
            "a JSON Schema",
            ".json",
            "application/schema+json",
            ("json", "bundle"),
            "arrakis_schema.languages.json_schema",
        ),
        Format(
            "arrow",
            "an Arrow schema",
            ".txt",
            "text/plain; charset=utf-8",
            ("text", "arrow", "arrow-json"),
            "arrakis_schema.languages.arrow",
            tabular=True,
        ),
    )
}
"""The table of languages, by the suffix of their documents."""


class DocumentSet(Protocol):
    """Documents that may refer to each other, such as those of a release."""

    @property
    def documents(self) -> Collection[str]:
        """Their paths."""

    @property
    def dialect_aliases(self) -> Aliases:
        """The meta-schemas of the team's own that they may name their dialect by."""

    def read(self, path: str) -> bytes:
        """Return the bytes of one of them; raises an `ArrakisSchemaError`."""

    def urls(self, path: str) -> tuple[str, ...]:
        """Return the URLs of a path; references without another base are relative to the first."""

    def derived(self, make: Callable[..., Any], *args: Any) -> Any:
        """Return `make(self, ...)`, called once."""


@dataclass(frozen=True, slots=True)
class Document:
    """One schema file of a release: `path` is relative to the release's folder, `content` its exact bytes.

    `aliases` are the meta-schemas of the team's own that it may name its dialect by, `among` the documents that it may
    refer to; None if it stands alone.
    """

    path: str
    content: bytes
    aliases: Aliases = ()
    among: DocumentSet | None = field(default=None, compare=False, repr=False)

    __repr__ = short_repr

    @property
    def kind(self) -> DocumentKind:
        """The kind, which the document's folder determines."""
        return kind_of(self.path)

    @property
    def format(self) -> Format:
        """The format, which the document's suffix determines."""
        return FORMATS[splitext(self.path)[1]]

    @property
    def text(self) -> str:
        """The document's characters."""
        return self.content.decode("utf-8")

    @property
    def name(self) -> str:
        """The short name that people and `load_schema` use."""
        return name_of(self.path)


def kind_of(path: str) -> DocumentKind:
    """Return the kind of the document at this path."""
    if path.startswith("publication/"):
        return DocumentKind.PUBLICATION
    if splitext(basename(path))[0] == "schema":
        return DocumentKind.PAYLOAD
    return DocumentKind.ENVELOPE if path.count("/") == 1 else DocumentKind.REQUEST


def name_of(path: str) -> str:
    """Return the name of the document at this path: its endpoint, or its file name without the suffix."""
    stem = splitext(basename(path))[0]
    folder = basename(dirname(path))
    return folder if stem in {"descriptor", "schema"} and folder != "endpoints" else stem


def is_document(path: str) -> bool:
    """Tell whether this path, relative to a release's folder, is a schema file and not an example or a note."""
    parts = path.split("/")
    if "examples" in parts or splitext(path)[1] not in FORMATS:
        return False
    if parts[0] == "publication":
        return len(parts) == 2  # noqa: PLR2004
    if parts[0] != "endpoints":
        return False
    stem, suffix = splitext(path)
    if suffix == ".json":
        return path in {"endpoints/descriptor.json", f"endpoints/{parts[1]}/descriptor.json"}
    return stem == f"endpoints/{parts[1]}/schema"


@dataclass(frozen=True, slots=True)
class Example:
    """One message beside a document, which must accept it, or refuse it where it lies in a folder named `refused`.

    A request's or a JSON publication's example is the message itself. An example of an Arrow document is an object with
    `rows` (one object a row) and, where the document is a template, what to bind: `values` and `columns`.
    """

    path: str
    content: bytes

    __repr__ = short_repr

    @property
    def refused(self) -> bool:
        """Whether the document must not accept this message."""
        return "/refused/" in self.path

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return splitext(basename(self.path))[0]


def documented_by(path: str, documents: Collection[str]) -> str | None:
    """Return the path of the document, one of `documents`, that the example at this path belongs to.

    An example in `examples/<stem>/` belongs to the document `<stem>.*` of that folder; one directly in `examples/` to
    the folder's main document, `descriptor.json` or else `schema.txt`.
    """
    folder, separator, file = path.partition("/examples/")
    if not separator:
        return None
    inner = [part for part in file.split("/")[:-1] if part != "refused"]
    stems = inner or ["descriptor", "schema"]
    candidates = (f"{folder}/{stem}{suffix}" for stem in stems for suffix in FORMATS)
    return next((candidate for candidate in candidates if candidate in documents), None)
