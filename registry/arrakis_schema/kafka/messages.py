"""`check_message`: whether bytes are one complete Arrow IPC stream (schema, one batch, end) of the publication.

A schema is parsed once: messages of one topic begin with the same bytes, which are the key of a cache.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.promises import Promise, promises_of
from arrakis_schema.arrow.rows import values_of
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.reports import format_count
from arrakis_schema.kafka.frames import END_OF_STREAM, LARGEST, FrameError, first_line, frames, head_size, unpacked_size
from arrakis_schema.store.store import Release, open_release
from arrakis_schema.tables import ArrowDocument, arrow_document, batch_findings, compare_sent_schema
from arrakis_schema.tables.references import Expected, References, reference_findings, row_references

_MOST_CACHED, _LARGEST_CACHED = 256, 64 * 1024
_MOST_FINDINGS = 50
_MOST_FRAMES = 100
_LARGEST_HEAD = 16 * 1024 * 1024
ExpectRows = Callable[[References], Expected]
_UNREADABLE = (pa.ArrowException, OSError, ValueError, EOFError)


def check_message(  # noqa: PLR0913 - each is a question of the user
    data: bytes,
    version: str | Release | None = None,
    *,
    records: Iterable[Mapping[str, Any]] | None = None,
    channels: Iterable[Mapping[str, Any]] | None = None,
    root: str | os.PathLike[str] | None = None,
    as_documented: bool = False,
) -> list[Finding]:
    """Return the findings about the bytes of a Kafka message, checked against the `publication` of a release.

    The list is empty if the message is valid.

    `records` are the records that rows refer to (`refers_to` in the metadata of a column), as a server lists them for
    the topic; with them, rows without a record and lists of a wrong length are found, too. `channels` is an older name
    of this argument. `version` is a release, an alias or None (this package's own). A frozen release is used with its
    corrections, or without them if `as_documented`. Any bytes are checked in bounded memory. Needs the extra `check`.
    """
    checker = open_release(version, root).held(as_documented=as_documented).derived(_checker)
    rows = channels if records is None else records
    if rows is None:
        return checker.check(data)
    referred = list(rows)
    return checker.check(data, lambda references: references.expectations(referred))


def _checker(release: Release) -> "Checker":
    """Return the checker of a release's publication."""
    path = release.path_of("publication", ".txt")
    return Checker(arrow_document(release, path), least_rows(release, path))


def least_rows(release: Release, path: str) -> int:
    """Return how many rows a message of a document has at least, as the settings say."""
    return max((topics.least_rows for topics in release.settings.topics if topics.document == path), default=0)


@dataclass(frozen=True, slots=True)
class _MatchingSchema:
    """A schema that matches the document: how to read its batches, and what to check in them."""

    sent: pa.Schema
    expected_schema: pa.Schema
    promises: tuple[tuple[int, tuple[Promise, ...]], ...]
    references: References | None
    takes_null: bool

    def holds(self, batch: pa.RecordBatch) -> bool:
        """Tell quickly whether the values of a batch are valid; pyarrow does not check for nulls."""
        for index, promises in self.promises:
            column = batch.column(index)
            for promise in promises:
                if not promise.holds(column):
                    return False
        return self.takes_null


class Checker:
    """Checks messages against one Arrow document; it caches the heads of messages with a valid schema."""

    def __init__(self, document: ArrowDocument, least: int = 0) -> None:
        """Take the document, and how many rows a message has at least."""
        self.document, self._least = document, least
        self._references = row_references(document)
        self._schemas: dict[bytes, _MatchingSchema] = {}
        self._uncompressed: set[bytes] = set()

    @property
    def references(self) -> References | None:
        """How the rows of the document refer to records, or None where they do not."""
        return self._references

    def check(self, data: bytes, expected: ExpectRows | None = None) -> list[Finding]:
        """Return what is wrong with the bytes of one message; `expected` returns what the records require."""
        if type(data) is not bytes:
            data = bytes(data)
        try:
            head = data[: head_size(data)]
            schema = self._schemas.get(head)
            if schema is None:
                schema, findings = self._read_schema(head)
                if schema is None:
                    return findings
            batch = self._batch(data, len(head), schema)
        except FrameError as error:
            return [self._malformed_finding(str(error))]
        if isinstance(batch, Finding):
            return [batch]
        if batch.num_rows < self._least:
            message = f"expected at least {format_count(self._least, 'row')}, found {batch.num_rows}"
            return [self.document.finding("message-empty", "", message)]
        if expected is None and schema.holds(batch):
            return []
        return list(islice(self._findings(schema, batch, expected), _MOST_FINDINGS))

    def columns(self, data: bytes, names: tuple[str, ...]) -> list[list[Any]] | None:
        """Return the values of columns in a message; None where it cannot be read as one."""
        try:
            head = data[: head_size(data)]
            schema = self._schemas.get(head)
            batch = self._batch(data, len(head), schema) if schema is not None else None
        except FrameError:
            return None
        if not isinstance(batch, pa.RecordBatch) or not set(names) <= set(batch.schema.names):
            return None
        return [values_of(batch.column(name)) for name in names]

    def _read_schema(self, head: bytes) -> tuple[_MatchingSchema | None, list[Finding]]:
        """Return the schema in a message's head; None and the findings where it is not the document's."""
        if len(head) > _LARGEST_HEAD:
            raise FrameError(f"its schema takes {len(head):,} bytes")
        try:
            sent = pa.ipc.read_schema(pa.py_buffer(head))
            sent.names  # noqa: B018 - a name that is not UTF-8 shows here
            expected_schema, findings = compare_sent_schema(self.document, sent)
        except (*_UNREADABLE, RecursionError) as error:
            raise FrameError(f"it does not begin with a schema: {first_line(error)}") from error
        if expected_schema is None or findings:
            return None, findings
        all_promises = promises_of(expected_schema)
        by_column = (
            (index, tuple(promise for promise in all_promises if promise.column == name))
            for index, name in enumerate(sent.names)
        )
        promises = tuple((index, column_promises) for index, column_promises in by_column if column_promises)
        schema = _MatchingSchema(
            sent, expected_schema, promises, self._references, all(field.nullable for field in expected_schema)
        )
        if len(self._schemas) < _MOST_CACHED and len(head) <= _LARGEST_CACHED:
            self._schemas[head] = schema
        return schema, []

    def _batch(self, data: bytes, start: int, schema: _MatchingSchema) -> pa.RecordBatch | Finding:
        """Return the batch after the schema, complete and valid, or what is wrong with it."""
        reader = pa.BufferReader(data)
        reader.seek(start)
        try:
            message = pa.ipc.read_message(reader)
        except _UNREADABLE:
            return self._frame_finding(data)
        if message.type != "record batch" or data[reader.tell() :] != END_OF_STREAM:
            return self._frame_finding(data)
        self._refuse_large_batch(message)
        try:
            batch = pa.ipc.read_record_batch(message, schema.sent)
            batch.validate(full=True)
        except _UNREADABLE as error:
            return self._malformed_finding(f"its batch cannot be read: {first_line(error)}")
        return batch

    def _refuse_large_batch(self, message: pa.Message) -> None:
        """Refuse a batch whose declared size exceeds the limit; the heads of uncompressed batches are cached."""
        metadata = message.metadata.to_pybytes()
        if metadata in self._uncompressed:
            return
        size = unpacked_size(metadata, message.body)
        if size is None:
            if len(self._uncompressed) < _MOST_CACHED and len(metadata) <= _LARGEST_CACHED:
                self._uncompressed.add(metadata)
        elif size > LARGEST:
            raise FrameError(
                f"its batch decompresses to {size:,} bytes, according to its header; at most {LARGEST:,} are read"
            )

    def _frame_finding(self, data: bytes) -> Finding:
        """Return what is wrong with the messages of a stream after its schema."""
        kinds: list[str] = []
        end = 0
        for frame in islice(frames(data), _MOST_FRAMES):
            kinds.append(frame.kind)
            end = frame.end
        batches = kinds.count("record batch")
        if kinds[-1] != "end" and len(kinds) < _MOST_FRAMES:
            return self._malformed_finding(
                f"its end of stream is missing (the bytes ff ff ff ff 00 00 00 00 at byte {end:,})"
            )
        if batches != 1:
            return self._malformed_finding(f"expected one batch, found {batches}")
        if len(kinds) > 3:  # noqa: PLR2004 - schema, batch, end
            return self._malformed_finding(f"expected a schema, a batch and an end, found {', '.join(kinds)}")
        return self._malformed_finding(f"{len(data) - end:,} bytes follow the end of the stream at byte {end:,}")

    def _findings(
        self, schema: _MatchingSchema, batch: pa.RecordBatch, expected: ExpectRows | None
    ) -> Iterator[Finding]:
        """Yield what is wrong with the values of a batch."""
        if not schema.holds(batch):
            yield from batch_findings(self.document, schema.expected_schema, batch)
        if expected is not None and schema.references is not None:
            yield from reference_findings(self.document, schema.references, batch, expected(schema.references))

    def _malformed_finding(self, problem: str) -> Finding:
        """Return the finding for bytes that are not such a stream."""
        message = f"the message is not one complete Arrow IPC stream: {problem}"
        return self.document.finding("message-malformed", "", message)
