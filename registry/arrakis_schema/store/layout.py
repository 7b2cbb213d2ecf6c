"""The layout of a release: which paths are documents, of which kind and language, and whose examples are where.

It reads no file: the path alone decides.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from posixpath import basename, dirname, splitext

from arrakis_schema.store.dialects import Aliases
from arrakis_schema.store.files import NOTATIONS, YAML
from arrakis_schema.text.short_repr import short_repr


class DocumentKind(StrEnum):
    """What a document describes."""

    ENVELOPE = "envelope"
    REQUEST = "request"
    PAYLOAD = "payload"
    PUBLICATION = "publication"
    SHARED = "shared"

    @property
    def is_answer(self) -> bool:
        """Whether the server writes it in answer to a request: true only of a payload."""
        return self is DocumentKind.PAYLOAD

    @property
    def is_sent(self) -> bool:
        """Whether messages of it are sent: not so where other documents only refer to it."""
        return self is not DocumentKind.SHARED


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
        *(
            Format(
                "json-schema",
                "a JSON Schema in YAML",
                suffix,
                "application/yaml; charset=utf-8",
                ("yaml", "json", "bundle"),
                "arrakis_schema.languages.yaml",
            )
            for suffix in YAML
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

EXAMPLE = ".json"
"""The suffix of examples."""


_ROLES = {
    DocumentKind.PAYLOAD: ("server", "client"),
    DocumentKind.PUBLICATION: ("publisher", "subscriber"),
    DocumentKind.SHARED: ("writer", "reader"),
}
"""Who writes the messages of a document and who reads them, by its kind; those of requests are the other way round."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where some documents of a team and their examples are: one entry of `[[documents]]` in `registry.toml`.

    `pattern` matches their paths and has what the name leaves out, such as `.schema.json`, as the group `rest`;
    `examples` are patterns of paths relative to the folder of a document, with `{name}` for its file name without
    that rest. `language` is the name of the language of these documents, `dialect` the meta-schema of those that name
    none, `writer` and `reader` the words for who writes and who reads, `id` the form of each `$id`; each is empty
    where the entry does not say.
    """

    files: str
    kind: DocumentKind
    pattern: re.Pattern[str]
    examples: tuple[str, ...] = ()
    language: str = ""
    dialect: str = ""
    writer: str = ""
    reader: str = ""
    id: str = ""

    __repr__ = short_repr

    def is_example(self, path: str) -> bool:
        """Return whether a path has the form of an example, of whatever document."""
        return any(re.search(f"(?:^|/){form.format(name='[^/]+')}$", path) for form in self.examples)

    def name_of(self, path: str) -> str:
        """Return the name of a document here: its path without what all of them end with, or its folder."""
        match = self.pattern.fullmatch(path)
        return (path[: match.start("rest")].rstrip("/") if match and match["rest"] else "") or splitext(path)[0]

    def stem_of(self, path: str) -> str:
        """Return the file name of a document here without what all of them end with."""
        name = self.name_of(path)
        return basename(name) if dirname(name) == dirname(path) else splitext(basename(path))[0]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the documents of a release are: what is a document, its kind, its name, and its examples, by paths alone.

    Without placements it is the layout of the package's own schemas, which serves every API of requests and payloads.
    Of several placements that match a path, the first one holds.
    """

    placements: tuple[Placement, ...] = ()

    __repr__ = short_repr

    @property
    def declared(self) -> bool:
        """Whether `[[documents]]` of `registry.toml` declares where the documents are."""
        return bool(self.placements)

    def is_document(self, path: str) -> bool:
        """Return whether this path, relative to a release's folder, is a schema file and not an example or a note."""
        if not self.declared:
            return _is_standard_document(path)
        form, placement = FORMATS.get(splitext(path)[1]), self._placement(path)
        placed = form is not None and placement is not None and placement.language in {"", form.name}
        return placed and not any(placement.is_example(path) for placement in self.placements)

    def kind_of(self, path: str) -> DocumentKind:
        """Return the kind of the document at this path."""
        if not self.declared:
            return _standard_kind(path)
        placement = self._placement(path)
        return DocumentKind.PUBLICATION if placement is None else placement.kind

    def name_of(self, path: str) -> str:
        """Return the short name of the document at this path, that people and `load_schema` use."""
        if not self.declared:
            return _standard_name(path)
        placement = self._placement(path)
        return splitext(path)[0] if placement is None else placement.name_of(path)

    def roles_of(self, path: str) -> tuple[str, str]:
        """Return what the writers and the readers of the messages of the document at this path are called."""
        writer, reader = _ROLES.get(self.kind_of(path), ("client", "server"))
        placement = self._placement(path)
        return (writer, reader) if placement is None else (placement.writer or writer, placement.reader or reader)

    def sides_of(self, path: str) -> tuple[str, str]:
        """Return what the two sides of a document are called: who asks or sends, and who answers or receives."""
        writer, reader = self.roles_of(path)
        return (reader, writer) if self.kind_of(path).is_answer else (writer, reader)

    def aliases_of(self, path: str, aliases: Aliases) -> Aliases:
        """Return the aliases of meta-schemas with what the document at this path is written in if it names none."""
        placement = self._placement(path)
        return aliases if placement is None or not placement.dialect else (*aliases, ("", placement.dialect))

    def identifier_of(self, path: str, version: str) -> str | None:
        """Return the `$id` that the document at this path has in a version; None where the layout requires none."""
        placement = self._placement(path)
        if placement is None or not placement.id:
            return None
        words = {"PATH": path, "NAME": self.name_of(path), "VERSION": version}
        return re.sub("|".join(words), lambda word: words[word[0]], placement.id)

    def examples(self, paths: Iterable[str], documents: Collection[str]) -> dict[str, str]:
        """Return those of some paths that are examples of one of the documents, each with its document."""
        if not self.declared:
            owners = {path: _standard_owner(path, documents) for path in paths if path.endswith(EXAMPLE)}
            return {path: owner for path, owner in owners.items() if owner is not None}
        others = sorted({path for path in paths if path.endswith(EXAMPLE)}.difference(documents))
        found = dict[str, str]()
        for document in sorted(documents, key=lambda path: len(self.name_of(path))):  # the longest name wins
            form = self._examples_of(document)
            found |= {path: document for path in others if form is not None and form.fullmatch(path)}
        return {path: found[path] for path in others if path in found}

    def _examples_of(self, document: str) -> re.Pattern[str] | None:
        """Return the pattern of the paths of a document's examples; None where it has none."""
        placement = self._placement(document)
        if placement is None or not placement.examples:
            return None
        folder, stem = dirname(document), placement.stem_of(document)
        forms = "|".join(form.format(name=re.escape(stem)) for form in placement.examples)
        return re.compile(f"{re.escape(f'{folder}/' if folder else '')}(?:{forms})")

    def _placement(self, path: str) -> Placement | None:
        """Return the first placement that matches a path."""
        return next((placement for placement in self.placements if placement.pattern.fullmatch(path)), None)


STANDARD = Layout()
"""The layout of the package's own schemas: `endpoints/` and `publication/`."""


def _standard_kind(path: str) -> DocumentKind:
    """Return the kind of the document at this path."""
    if path.startswith("publication/"):
        return DocumentKind.PUBLICATION
    if path.rpartition("/")[2].rpartition(".")[0] == "schema":
        return DocumentKind.PAYLOAD
    return DocumentKind.ENVELOPE if path.count("/") == 1 else DocumentKind.REQUEST


def _standard_name(path: str) -> str:
    """Return the name of the document at this path: its endpoint, or its file name without the suffix."""
    stem = splitext(basename(path))[0]
    folder = basename(dirname(path))
    return folder if stem in {"descriptor", "schema"} and folder != "endpoints" else stem


def _is_standard_document(path: str) -> bool:
    """Return whether this path, relative to a release's folder, is a schema file and not an example or a note."""
    parts = path.split("/")
    if "examples" in parts or splitext(path)[1] not in FORMATS:
        return False
    if parts[0] == "publication":
        return len(parts) == 2  # noqa: PLR2004
    if parts[0] != "endpoints":
        return False
    stem, suffix = splitext(path)
    if suffix in NOTATIONS[".json"]:
        return stem in {"endpoints/descriptor", f"endpoints/{parts[1]}/descriptor"}
    return stem == f"endpoints/{parts[1]}/schema"


def _standard_owner(path: str, documents: Collection[str]) -> str | None:
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
