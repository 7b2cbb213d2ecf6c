"""`check_message`: whether bytes are one complete Arrow IPC stream (schema, one batch, end) of the publication.

What a schema says is read once: messages of one topic begin with the same bytes, and are known by them.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import Promise, Template, promises_of
from arrakis_schema.findings.finding import Finding
from arrakis_schema.kafka.frames import END_OF_STREAM, LARGEST, FrameError, first_line, frames, head_size, unpacked_size
from arrakis_schema.store.store import Release, open_release
from arrakis_schema.tables import ArrowDocument, arrow_document, batch_findings, compared
from arrakis_schema.tables.references import Expected, References, reference_findings, references_of

_MOST_KNOWN, _LARGEST_KNOWN = 256, 64 * 1024
_MOST_FINDINGS = 50
_MOST_FRAMES = 100
_LARGEST_HEAD = 16 * 1024 * 1024
Expecting = Callable[[References], Expected]
_UNREADABLE = (pa.ArrowException, OSError, ValueError, EOFError)


def check_message(
    data: bytes,
    version: str | Release | None = None,
    *,
    records: Iterable[Mapping[str, Any]] | None = None,
    channels: Iterable[Mapping[str, Any]] | None = None,
    root: str | os.PathLike[str] | None = None,
) -> list[Finding]:
    """Return what is wrong with the bytes of a Kafka message as the `publication` of a release; nothing if it is right.

    `records` are what the rows refer to (`refers_to` in the metadata of a column), as a server lists them for the
    topic: with them, rows of no record and lists of another length than the record says are found too; `channels` is an
    older name for the same. `version` is a release, an alias or None (this package's own). Any bytes get an answer, in
    bounded memory. Needs the extra `check`.
    """
    checker = open_release(version, root).derived(_checker)
    given = channels if records is None else records
    if given is None:
        return checker.check(data)
    referred = list(given)
    return checker.check(data, lambda references: references.expected(referred))


def _checker(release: Release) -> "Checker":
    """Return the checker of a release's publication."""
    return Checker(arrow_document(release, release.path_of("publication", ".txt")))


@dataclass(frozen=True, slots=True)
class _Known:
    """A schema that is the document's: how to read its batches, and what to hold against them."""

    sent: pa.Schema
    wanted: pa.Schema
    promises: tuple[tuple[int, tuple[Promise, ...]], ...]
    references: References | None
    takes_null: bool

    def holds(self, batch: pa.RecordBatch) -> bool:
        """Tell quickly whether nothing is wrong with the values of a batch; pyarrow does not look for stray nulls."""
        for place, promises in self.promises:
            column = batch.column(place)
            for promise in promises:
                if not promise.holds(column):
                    return False
        return self.takes_null


class Checker:
    """The check of one Arrow document; it remembers the heads of messages whose schema is right."""

    def __init__(self, document: ArrowDocument) -> None:
        """Take the document."""
        self.document = document
        self._known: dict[bytes, _Known] = {}
        self._plain: set[bytes] = set()

    @property
    def references(self) -> References | None:
        """How the rows of the document refer to records, or None where they do not."""
        parsed = self.document.parsed
        return references_of(pa.schema(parsed.preview()) if isinstance(parsed, Template) else parsed)

    def check(self, data: bytes, expected: Expecting | None = None) -> list[Finding]:
        """Return what is wrong with the bytes of one message; `expected` returns what is known of the records."""
        if type(data) is not bytes:
            data = bytes(data)
        try:
            head = data[: head_size(data)]
            known = self._known.get(head)
            if known is None:
                known, found = self._read_schema(head)
                if known is None:
                    return found
            batch = self._batch(data, len(head), known)
        except FrameError as error:
            return [self._malformed(str(error))]
        if isinstance(batch, Finding):
            return [batch]
        if expected is None and known.holds(batch):
            return []
        return list(islice(self._findings(known, batch, expected), _MOST_FINDINGS))

    def _read_schema(self, head: bytes) -> tuple[_Known | None, list[Finding]]:
        """Return the schema in a message's head; None with what is wrong with it where it is not the document's."""
        if len(head) > _LARGEST_HEAD:
            raise FrameError(f"its schema takes {len(head):,} bytes")
        try:
            sent = pa.ipc.read_schema(pa.py_buffer(head))
            sent.names  # noqa: B018 - a name that is not UTF-8 shows here
            wanted, found = compared(self.document, sent)
        except (*_UNREADABLE, RecursionError) as error:
            raise FrameError(f"it does not begin with a schema: {first_line(error)}") from error
        if wanted is None or found:
            return None, found
        made = promises_of(wanted)
        by_place = ((place, tuple(one for one in made if one.column == name)) for place, name in enumerate(sent.names))
        promises = tuple((place, some) for place, some in by_place if some)
        known = _Known(sent, wanted, promises, references_of(wanted), all(field.nullable for field in wanted))
        if len(self._known) < _MOST_KNOWN and len(head) <= _LARGEST_KNOWN:
            self._known[head] = known
        return known, []

    def _batch(self, data: bytes, start: int, known: _Known) -> pa.RecordBatch | Finding:
        """Return the batch behind the schema, whole and valid, or what is wrong with it."""
        reader = pa.BufferReader(data)
        reader.seek(start)
        try:
            message = pa.ipc.read_message(reader)
        except _UNREADABLE:
            return self._misframed(data)
        if message.type != "record batch" or data[reader.tell() :] != END_OF_STREAM:
            return self._misframed(data)
        self._refuse_bomb(message)
        try:
            batch = pa.ipc.read_record_batch(message, known.sent)
            batch.validate(full=True)
        except _UNREADABLE as error:
            return self._malformed(f"its batch cannot be read: {first_line(error)}")
        return batch

    def _refuse_bomb(self, message: pa.Message) -> None:
        """Refuse a batch that says that it unpacks to more than is read; heads of unpacked batches are remembered."""
        metadata = message.metadata.to_pybytes()
        if metadata in self._plain:
            return
        size = unpacked_size(metadata, message.body)
        if size is None:
            if len(self._plain) < _MOST_KNOWN and len(metadata) <= _LARGEST_KNOWN:
                self._plain.add(metadata)
        elif size > LARGEST:
            raise FrameError(f"its batch unpacks to {size:,} bytes, by what it says; at most {LARGEST:,} are read")

    def _misframed(self, data: bytes) -> Finding:
        """Return what is wrong with the messages of a stream behind its schema."""
        kinds: list[str] = []
        end = 0
        for frame in islice(frames(data), _MOST_FRAMES):
            kinds.append(frame.kind)
            end = frame.end
        batches = kinds.count("record batch")
        if kinds[-1] != "end" and len(kinds) < _MOST_FRAMES:
            return self._malformed(f"its end of stream is missing (the bytes ff ff ff ff 00 00 00 00 at byte {end:,})")
        if batches != 1:
            return self._malformed(f"expected one batch, found {batches}")
        if len(kinds) > 3:  # noqa: PLR2004 - schema, batch, end
            return self._malformed(f"expected a schema, a batch and an end, found {', '.join(kinds)}")
        return self._malformed(f"{len(data) - end:,} bytes follow the end of the stream at byte {end:,}")

    def _findings(self, known: _Known, batch: pa.RecordBatch, expected: Expecting | None) -> Iterator[Finding]:
        """Yield what is wrong with the values of a batch."""
        if not known.holds(batch):
            yield from batch_findings(self.document, known.wanted, batch)
        if expected is not None and known.references is not None:
            yield from reference_findings(self.document, known.references, batch, expected(known.references))

    def _malformed(self, problem: str) -> Finding:
        """Return the finding for bytes that are no such stream."""
        message = f"the message is not one complete Arrow IPC stream: {problem}"
        return self.document.finding("message-malformed", "", message)
