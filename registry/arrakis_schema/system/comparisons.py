"""Comparisons: whether a client of one release works with a server of another, a publisher with a subscriber.

A request is written by the client and read by the server; a payload the other way round; a publication by the publisher
and read by the subscriber. Documents of the same bytes that refer to documents of the same bytes are compared once.
"""

import json
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from arrakis_schema.compat.logic.results import SECONDS, STEPS, UndecidedError
from arrakis_schema.errors import ArrakisSchemaError, InvalidSchemaError
from arrakis_schema.findings.verdicts import Break, Change, Kind, Verdict
from arrakis_schema.findings.working_on import working_on
from arrakis_schema.languages import Pair, language_of, refusal_of, sent_example
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.store import Release, Store, settings_identity
from arrakis_schema.store.versions import precedence
from arrakis_schema.system.relations import (
    Answer,
    Exchange,
    Relation,
    answer_of,
    documents_named,
    paths_named,
    undocumented_exchange,
)


@dataclass(slots=True)
class Comparisons:
    """The documents of a store, parsed once, and the verdicts on pairs of them, found once.

    With `words=False` documents that differ only in words are the same, and no finding is about words.
    `unknown_columns` is what clients do with columns that they do not know, instead of what `registry.toml` says.
    """

    store: Store
    timeout: float = SECONDS
    steps: int = STEPS
    words: bool = True
    unknown_columns: str = ""
    _parsed: dict[bytes, Any] = field(default_factory=dict)
    _places: dict[bytes, Callable[[str], tuple[int, int]]] = field(default_factory=dict)
    _problems: dict[bytes, str] = field(default_factory=dict)
    _meanings: dict[bytes, bytes] = field(default_factory=dict)
    _exactly: dict[bytes, Hashable] = field(default_factory=dict)
    _verdicts: dict[tuple[str, bytes, bytes], Verdict] = field(default_factory=dict)
    _exchanges: dict[tuple[str, str, Release, Release], Exchange] = field(default_factory=dict)
    _examples: dict[str, list[Any]] = field(default_factory=dict)
    _breaks: dict[tuple[str, bytes, bytes, bool], list[Break]] = field(default_factory=dict)
    _sent: dict[tuple[str, Release], tuple[Example, ...]] = field(default_factory=dict)
    _kept: dict[str, Any] = field(default_factory=dict)

    def relation(self, name: str, client: Release, server: Release) -> Relation:
        """Return whether a client and a server of these releases work together for one endpoint or publication."""
        client_documents, server_documents = self.documents(client, name), self.documents(server, name)
        exchanges = []
        for path in self.paths(name):
            if path in client_documents and path in server_documents:
                writer, reader = (server, client) if client_documents[path].kind.is_answer else (client, server)
                exchanges.append(self.exchange(path, writer, reader))
            elif path in client_documents and client_documents[path].kind is DocumentKind.REQUEST:
                gone = Verdict(Kind.INCOMPATIBLE, reason=f"release {server.version} has no {path}")
                exchanges.append(Exchange(path, client.version, server.version, Answer.BREAKS, gone))
            elif client_documents and server_documents and self.kind_of(path) is not DocumentKind.REQUEST:
                exchanges.append(undocumented_exchange(path, client, server, client_documents, server_documents))
        return Relation(name, client.version, server.version, tuple(exchanges))

    def paths(self, name: str) -> tuple[str, ...]:
        """Return the paths of the documents of a name in any release."""
        return self.store.derived(paths_named, name)

    def kind_of(self, path: str) -> DocumentKind:
        """Return the kind of the documents at a path."""
        return self.store.layout.kind_of(path)

    def documents(self, release: Release, name: str) -> dict[str, Document]:
        """Return the documents of an endpoint or publication in a release, by path."""
        return release.derived(documents_named, name)

    def exchange(self, path: str, writer: Release, reader: Release) -> Exchange:
        """Return whether a reader of one release accepts what a writer of another one sends."""
        key = path, self._how_columns_are_read(self.kind_of(path)), writer, reader
        if key not in self._exchanges:
            self._exchanges[key] = self._exchange(path, writer, reader)
        return self._exchanges[key]

    def _exchange(self, path: str, writer: Release, reader: Release) -> Exchange:
        """Decide whether a reader of one release accepts what a writer of another one sends."""
        new = precedence(reader.version) >= precedence(writer.version)
        pair = reader.document(path), writer.document(path)
        verdict = self.verdict(*pair, reader_is_new=new)
        if writer.version == reader.version and verdict.kind is Kind.UNDECIDED and not self.problem(pair[0]):
            verdict = Verdict(Kind.COMPATIBLE)  # a document accepts what it accepts, wherever a reference leads
        answer = answer_of(verdict, reader_is_new=new)
        if answer is Answer.BREAKS and self.accepts_examples(path, writer, reader):
            answer = Answer.EDGE
        schema = self.parsed_schema(pair[0]) if answer.breaks else None
        return Exchange(path, writer.version, reader.version, answer, verdict, new, schema)

    def accepts_examples(self, path: str, writer: Release, reader: Release) -> bool:
        """Return whether a reader takes every message that the writer is known to send: its examples.

        False where there is none, and for tables: each of their streams has all columns.
        """
        document = reader.document(path)
        if document.format.tabular:
            return False
        messages = self._sent.get((path, writer))
        if messages is None:
            messages = self._sent[path, writer] = tuple(messages_sent(writer, path))
        return bool(messages) and not any(refusal_of(reader, document, sent) for sent in messages)

    def verdict(self, reader: Document, writer: Document, *, reader_is_new: bool = True) -> Verdict:
        """Return the verdict on two documents of one path; undecided where one of them cannot be compared."""
        problem = self.problem(reader) or self.problem(writer)
        if problem:
            return Verdict(Kind.UNDECIDED, reason=f"not compared: {problem}")
        how, meanings = self._how_columns_are_read(reader.kind), (self.meaning(reader), self.meaning(writer))
        reader_is_new = reader_is_new or meanings[0] == meanings[1]
        key = f"{reader.path} {reader_is_new} {how}", *meanings
        if key not in self._verdicts:
            verdict = self.store.memo.recall(
                ("verdict", *self._all_of(reader, writer, reader_is_new)),
                lambda: self._compare(reader, writer, reader_is_new),
                lambda known: known.kind is not Kind.UNDECIDED,  # that may have been for want of time
            )
            named = [_with_origin(change, reader if reader_is_new else writer) for change in verdict.findings]
            self._verdicts[key] = replace(verdict, findings=tuple(named))
        return self._verdicts[key]

    def _compare(self, reader: Document, writer: Document, reader_is_new: bool) -> Verdict:  # noqa: FBT001 - private
        """Find the verdict on two documents of one path."""
        try:
            with working_on(reader.path):
                return language_of(reader).compare(self._pair(reader, writer, reader_is_new))
        except ArrakisSchemaError as error:
            return Verdict(Kind.UNDECIDED, reason=f"not compared: {error}")

    def _all_of(self, reader: Document, writer: Document, reader_is_new: bool) -> tuple[Hashable, ...]:  # noqa: FBT001 - private
        """Return all that is known of two documents when they are compared, to remember what is found by."""
        examples = self.store.release(None).examples_of(reader.path)
        how = settings_identity(self.store), self._how_columns_are_read(reader.kind), reader_is_new
        return (reader.path, self.steps, self.timeout, how, examples, self._exact(reader), self._exact(writer))

    def _exact(self, document: Document) -> Hashable:
        """Return what is compared of a document: without its words, but in its order."""
        key = self._content(document)
        if key not in self._exactly:
            parsed = self.parsed_schema(document)
            exactly = repr(parsed) if isinstance(parsed, dict | bool) else key
            self._exactly[key] = self.meaning(document), exactly
        return self._exactly[key]

    def changes(self, old: Document, new: Document) -> tuple[Change, ...]:
        """Return the differences of two documents of one path, as those of the older one meet them."""
        reader, writer = (old, new) if new.kind.is_answer else (new, old)
        return self.verdict(reader, writer, reader_is_new=reader is new).findings

    def problem(self, document: Document) -> str:
        """Return why a document can be compared with nothing: it does not parse, or is not a schema; mostly nothing."""
        key = self._content(document)
        if key not in self._problems:
            self._problems[key] = self._problem(document)
        return self._problems[key]

    def _problem(self, document: Document) -> str:
        """Find out why a document can be compared with nothing."""
        try:
            language_of(document).check(self.parsed_schema(document))
        except UndecidedError:
            return ""  # the verdict says why
        except UnicodeDecodeError as error:
            return f"byte {error.start} is not UTF-8"
        except RecursionError:
            return "it nests too deeply"
        except InvalidSchemaError as error:
            return f"{error.location}: {error.problem}" if error.location else error.problem
        except ArrakisSchemaError as error:
            return str(error)
        return ""

    def breaks(self, reader: Document, writer: Document, *, reader_is_new: bool) -> list[Break]:
        """Return every change between two documents that breaks the reader by itself."""
        how = self._how_columns_are_read(reader.kind)
        key = f"{reader.path} {how}", self.meaning(reader), self.meaning(writer), reader_is_new
        if key not in self._breaks:
            verdict = self.verdict(reader, writer, reader_is_new=reader_is_new)
            messages = tuple(change.message for change in verdict.findings)
            breaks = self.store.memo.recall(
                ("breaks", messages, *self._all_of(reader, writer, reader_is_new)),
                lambda: list(language_of(reader).breaks(self._pair(reader, writer, reader_is_new), verdict)),
            )
            new = reader if reader_is_new else writer
            self._breaks[key] = [replace(breaking, change=_with_origin(breaking.change, new)) for breaking in breaks]
        return self._breaks[key]

    def _pair(self, reader: Document, writer: Document, reader_is_new: bool) -> Pair:  # noqa: FBT001 - private
        """Return two documents as they are compared."""
        how, examples = self.store.settings.reader(reader.kind.value), tuple(self.examples(reader.path))
        if unknown := self._how_columns_are_read(reader.kind):
            how = replace(how, unknown=unknown)
        parsed = self.parsed_schema(reader), self.parsed_schema(writer)
        return Pair(*parsed, how, reader_is_new, examples, self.steps, self.timeout, kept=self._kept)

    def _how_columns_are_read(self, kind: DocumentKind) -> str:
        """Return what clients do with unknown columns of these documents; empty where `registry.toml` says it."""
        return self.unknown_columns if kind is DocumentKind.PAYLOAD else ""

    def with_unknown_columns(self, unknown: str) -> "Comparisons":
        """Return the same, with the verdicts found so far, for clients that do something else with unknown columns."""
        return replace(self, unknown_columns=unknown)

    def place(self, document: Document, location: str) -> tuple[int, int]:
        """Return the line and column of a location in a document."""
        if document.content not in self._places:
            self._places[document.content] = language_of(document).places(document)
        return self._places[document.content](location)

    def parsed_schema(self, document: Document) -> Any:
        """Return the schema that a document holds."""
        key = self._content(document)
        if key not in self._parsed:
            language = language_of(document)
            parsed = language.parse(document)
            self._parsed[key] = parsed if self.words else language.without_words(parsed)
        return self._parsed[key]

    @staticmethod
    def reach(document: Document) -> bytes:
        """Return bytes that are equal for documents of equal bytes that refer to documents of equal bytes."""
        return language_of(document).reach(document)

    def _content(self, document: Document) -> bytes:
        """Return bytes that are equal for documents that are parsed once.

        The number of the release in an `$id` is a word, too: no reference depends on it.
        """
        return self.reach(document) if self.words else language_of(document).unversioned(document)

    def newest_schema(self, path: str) -> Any:
        """Return the schema at a path of the working set, with its words; None where it has none."""
        working = self.store.release(None)
        if path not in working.documents:
            return None
        with suppress(ArrakisSchemaError):
            document = working.document(path)
            return language_of(document).parse(document)
        return None

    def meaning(self, document: Document) -> bytes:
        """Return bytes that are equal for documents that are the same."""
        if self.words or self.problem(document):
            return self.reach(document)
        key = self._content(document)
        if key not in self._meanings:
            self._meanings[key] = language_of(document).meaning(document, self.parsed_schema(document))
        return self._meanings[key]

    def examples(self, path: str) -> list[Any]:
        """Return the examples that stand beside a document of the working set; those that are not JSON are left out."""
        if path not in self._examples:
            examples = self.store.release(None).examples_of(path)
            self._examples[path] = [
                value for example in examples if not example.refused for value in _example(example.content)
            ]
        return self._examples[path]


def messages_sent(writer: Release, path: str) -> Iterator[Example]:
    """Yield the messages that a release is known to send: its examples, or those of the working set as it has them."""
    document = writer.document(path)
    examples = writer.examples_of(path) or writer.store.release(None).examples_of(path)
    for example in examples:
        if not example.refused:
            sent = sent_example(writer, document, example)
            if not refusal_of(writer, document, sent):
                yield sent


def _with_origin(change: Change, new: Document) -> Change:
    """Return a change whose message names the document that it is in, if that is another than the one compared."""
    path, _ = language_of(new).origin(new, change.new)
    return change if path == new.path else replace(change, message=f"{change.message}, in {path}")


def _example(content: bytes) -> Iterator[Any]:
    """Yield the message that an example holds, or nothing where it is not JSON: lint reports that."""
    with suppress(ValueError, RecursionError):
        yield json.loads(content)
