"""The schema languages: for each one a record of the functions that work on its documents.

A row of `store.layout.FORMATS` names the module of its record, which is imported for the first document of the
language: so the packages that a language needs are only needed where it is used. What a release says of an example is
kept on the release, and remembered from one build of the site to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from arrakis_schema.store.layout import FORMATS, Format
from arrakis_schema.store.store import identity_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from arrakis_schema.compat.accepting import Policy
    from arrakis_schema.findings.finding import Finding
    from arrakis_schema.findings.verdicts import Break, Verdict
    from arrakis_schema.lint.subject import Subject
    from arrakis_schema.store.documents import Document, Example
    from arrakis_schema.store.members import Member
    from arrakis_schema.store.settings import Reader
    from arrakis_schema.store.store import Release


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parsed documents of one path: what a reader holds, what a writer sends, and how the reader reads.

    `examples` are messages that the reader accepts; `steps` and `seconds` bound the search; `policy` is what the writer
    may send beside what it declares. In `kept` a language keeps what it derives from documents, for the next pair.
    """

    reader: Any
    writer: Any
    how: Reader
    reader_is_new: bool
    examples: tuple[Any, ...]
    steps: int
    seconds: float
    policy: Policy = "additive"
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Language:
    """The functions of one language. What cannot be read raises an `ArrakisSchemaError`.

    - `parse` a document with all that it refers to, once for each `reach`: bytes that are equal for documents of equal
      bytes that refer to documents of equal bytes; `check` what is parsed, before it is compared;
    - `unversioned` is the same, and also equal for documents that differ only in the number of their release in an
      `$id`: their members are the same;
    - `parse_file` is the schema in the bytes of a file that is in no store, in any encoding of the language; as
      `parse` where it is None; `refers_out` is whether what is parsed refers to other documents;
    - `origin` maps a location in what is parsed to the path of a document and a location in it;
    - `without_words` drops annotations, and `meaning` returns bytes that are equal for equal meanings;
    - `compare` a pair; `breaks` are the changes of an incompatible pair that break the reader, each by itself;
    - `text_at` is what the new document has where a change breaks: an accepted break is accepted for that alone;
    - `members` in their order, those that a location is about (`members_at`), and how people call it (`place_name`);
    - the `summary` of the document, a sentence;
    - `as_sent` is an example as a client of this document of a release sends it: without what it does not declare;
    - `refusal` of an example by a document of a release: why it is not accepted, empty where it is;
    - `lint` a document, by `rules`: what each asks for, by id;
    - `places` in the text of a document: a function from a location to its line and column;
    - `files` that the site has beside a document, each with its suffix; every document has those of `suffixes`;
    - `references` are the other documents that a document refers to, its own references and theirs: path and URI of
      each; such a document has a file of the suffix `bundled` that holds it with all of them;
    - `view` of a document in one of the views of its format; `lines` that sum it up on a terminal;
    - `snippets` to copy, the document itself first, each with a title; what `repeated` columns are named by;
    - `schema_code` is Python that makes the schema which an example is of, empty where there is none;
    - `highlighting` is the name of the language of an example for a highlighter;
    - `topic_holds` is how a Kafka topic holds messages: as JSON `records`, or as `tables`; empty where it holds none.
    """

    parse: Callable[[Document], Any]
    check: Callable[[Any], None]
    without_words: Callable[[Any], Any]
    meaning: Callable[[Document, Any], bytes]
    compare: Callable[[Pair], Verdict]
    breaks: Callable[[Pair, Verdict], Iterable[Break]]
    text_at: Callable[[Any, Break, str], str]
    members: Callable[[Document], Sequence[Member]]
    members_at: Callable[[Document, str], Sequence[Member]]
    summary: Callable[[Document], str]
    refusal: Callable[[Release, Document, Example], str]
    lint: Callable[[Subject], Iterator[Finding]]
    rules: Callable[[], Mapping[str, str]]
    places: Callable[[Document], Callable[[str], tuple[int, int]]]
    lines: Callable[[Document], list[str]]
    view: Callable[[Document, str], bytes]
    parse_file: Callable[[Document], Any] | None = None
    refers_out: Callable[[Any], bool] = lambda _: False
    reach: Callable[[Document], bytes] = lambda document: document.content
    unversioned: Callable[[Document], bytes] = lambda document: document.content
    origin: Callable[[Document, str], tuple[str, str]] = lambda document, location: (document.path, location)
    place_name: Callable[[Document, str], str] = lambda _, location: location
    files: Callable[[Document], Iterable[tuple[str, bytes]]] = lambda _: ()
    suffixes: tuple[str, ...] = ()
    references: Callable[[Document], Iterable[tuple[str, str]]] = lambda _: ()
    bundled: str = ""
    snippets: Callable[[Release, Document], Iterable[tuple[str, str]]] = lambda _, document: [("text", document.text)]
    schema_code: Callable[[Document, Any], str] = lambda _document, _example: ""
    repeated: Callable[[Document], Iterable[str]] = lambda _: ()
    highlighting: str = ""
    topic_holds: Literal["records", "tables", ""] = ""
    as_sent: Callable[[Release, Document, Example], Example] = lambda _release, _document, example: example


def language(form: Format) -> Language:
    """Return the record of a language; raises `MissingExtraError` that names the extra it needs."""
    record: Language = import_module(form.module).LANGUAGE
    return record


def language_of(document: Document) -> Language:
    """Return the record of the language that a document is written in."""
    return language(document.format)


def every_language() -> list[Language]:
    """Return the records of all languages."""
    return [language(form) for form in FORMATS.values()]


def refusal_of(release: Release, document: Document, example: Example) -> str:
    """Return why a release refuses a message as one of a document; empty where it accepts it."""
    return release.derived(_refusal, document, example)


def sent_example(release: Release, document: Document, example: Example) -> Example:
    """Return an example as a client of this document of a release sends it."""
    return release.derived(_sent, document, example)


def _refusal(release: Release, document: Document, example: Example) -> str:
    """Recall or find why a release refuses a message."""
    return release.store.memo.recall(
        ("refusal", identity_of(release), document.path, document.content, example),
        lambda: language_of(document).refusal(release, document, example),
    )


def _sent(release: Release, document: Document, example: Example) -> Example:
    """Recall or make an example as it is sent."""
    return release.store.memo.recall(
        ("as sent", identity_of(release), document.path, example),
        lambda: language_of(document).as_sent(release, document, example),
    )
