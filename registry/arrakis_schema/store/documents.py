"""What a document, a set of documents and an example are; no file is read here."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from posixpath import basename, splitext
from typing import Any, Protocol

from arrakis_schema.store.caching import Deriving
from arrakis_schema.store.dialects import Aliases
from arrakis_schema.store.layout import FORMATS, STANDARD, DocumentKind, Format, Layout
from arrakis_schema.text.short_repr import short_repr


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

    @property
    def layout(self) -> Layout:
        """Where they are."""

    def derived(self, make: Callable[..., Any], *args: Any) -> Any:
        """Return `make(self, ...)`, called once."""


@dataclass(frozen=True, eq=False)
class Documents(Deriving):
    """Documents that may refer to each other and belong to no release: their bytes by path.

    They are published below each of the `folders`, which are URLs that end with a slash.
    """

    contents: Mapping[str, bytes] = field(repr=False)
    folders: tuple[str, ...]
    dialect_aliases: Aliases = ()
    layout: Layout = STANDARD
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def documents(self) -> Collection[str]:
        """Their paths."""
        return self.contents.keys()

    def read(self, path: str) -> bytes:
        """Return the bytes of one of them."""
        return self.contents[path]

    def urls(self, path: str) -> tuple[str, ...]:
        """Return the URLs of a path."""
        return tuple(f"{folder}{path}" for folder in self.folders)


@dataclass(frozen=True, slots=True)
class Document:
    """One schema file of a release: `path` is relative to the release's folder, `content` its exact bytes.

    `aliases` are the meta-schemas of the team's own that it may name its dialect by, `among` the documents that it may
    refer to; None if it stands alone. `layout` is that of its release.
    """

    path: str
    content: bytes
    aliases: Aliases = ()
    among: DocumentSet | None = field(default=None, compare=False, repr=False)
    layout: Layout = field(default=STANDARD, compare=False, repr=False)

    __repr__ = short_repr

    @property
    def kind(self) -> DocumentKind:
        """The kind, which the layout determines."""
        return self.layout.kind_of(self.path)

    @property
    def format(self) -> Format:
        """The format, which the document's suffix determines."""
        return FORMATS[self.path[self.path.rindex(".") :]]

    @property
    def text(self) -> str:
        """The document's characters."""
        return self.content.decode("utf-8")

    @property
    def name(self) -> str:
        """The short name that people and `load_schema` use."""
        return self.layout.name_of(self.path)


@dataclass(frozen=True, slots=True)
class Example:
    """One message beside a document, which must accept it, or reject it if it is in a folder named `refused`.

    A request's or a JSON publication's example is the message itself. An example of an Arrow document is an object with
    `rows` (one object a row) and, where the document is a template, what to bind: `values` and `columns`.
    """

    path: str
    content: bytes

    __repr__ = short_repr

    @property
    def refused(self) -> bool:
        """Whether the document must not accept this message."""
        return "/refused/" in f"/{self.path}"

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return splitext(basename(self.path))[0]
