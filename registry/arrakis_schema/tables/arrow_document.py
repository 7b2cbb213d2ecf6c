"""An Arrow document of a release, and what is held against it: the schema and the values that a server sends.

Each difference is a finding at the line of its column.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from arrakis_schema.arrow.matching import bound_like
from arrakis_schema.arrow.members import line_of
from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.arrow.promises import Promise, promises_of, strip_annotations
from arrakis_schema.arrow.template import Template
from arrakis_schema.compat.arrow.schemas import compare_schemas
from arrakis_schema.errors import TemplateError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.findings.verdicts import Change
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release

MOST_COLUMNS = 1000
_MOST_FINDINGS = 20
MOST_ROWS = 3


class ArrowDocument:
    """An Arrow document, the file that findings name, and its schema, or the template that depends on the request."""

    def __init__(self, document: Document, file: str, parsed: pa.Schema | Template) -> None:
        """Take the document with what was parsed from it."""
        self.document, self.file, self.parsed = document, file, parsed

    def __repr__(self) -> str:
        """Show the file that it is read from."""
        return f"{type(self).__name__}({self.file!r})"

    @property
    def size(self) -> int | None:
        """The number of columns, None where it depends on the request."""
        if isinstance(self.parsed, Template):
            return None if self.parsed.repeated else len(self.parsed.columns)
        return len(self.parsed)

    def finding(self, rule: str, column: str, message: str) -> Finding:
        """Return an error at the line of a column, or at the head of the document where `column` is empty."""
        line = line_of(self.document.text, column) if column else 1
        return Finding(self.file, line, 1, rule, Severity.ERROR, column, message)


def arrow_document(release: Release, path: str) -> ArrowDocument:
    """Return an Arrow document of a release, read once; raises `DamagedStoreError` where it is none."""
    return release.derived(_read_document, path)


def _read_document(release: Release, path: str) -> ArrowDocument:
    """Read an Arrow document."""
    return ArrowDocument(release.document(path), f"{release.folder}/{path}", payload_of(release, path))


def compare_sent_schema(document: ArrowDocument, sent: pa.Schema) -> tuple[pa.Schema | None, list[Finding]]:
    """Return the schema of the document, bound like the one that is sent, and each way in which that one differs.

    The schema is None where there is none to compare with.
    """
    incomparable = _find_incomparable(document, sent)
    if incomparable is not None:
        return None, [incomparable]
    try:
        expected_schema = (
            bound_like(document.parsed, sent) if isinstance(document.parsed, Template) else document.parsed
        )
    except TemplateError as error:
        return None, [document.finding("value-unknown", "", f"the schema fits no binding of the document: {error}")]
    return expected_schema, list(_differences(document, strip_annotations(expected_schema), sent))


def _find_incomparable(document: ArrowDocument, sent: pa.Schema) -> Finding | None:
    """Return why a schema cannot be compared column by column, or None."""
    if document.size is not None and len(sent) > document.size + MOST_COLUMNS:
        message = f"expected {format_count(document.size, 'column')}, found {len(sent):,}"
        return document.finding("column-added", "", message)
    name, count = next(iter(Counter(sent.names).most_common(1)), ("", 0))
    if count > 1:
        return document.finding("column-added", name, f"{name}: {count} columns have this name")
    return None


def _differences(document: ArrowDocument, expected_schema: pa.Schema, sent: pa.Schema) -> Iterator[Finding]:
    """Yield a finding for each difference, the first of them where there are many."""
    changes = compare_schemas(expected_schema, sent, refuses_unknown=True, exact=True, reader_is_new=False).findings
    for change in changes[:_MOST_FINDINGS]:
        describe = _DESCRIPTIONS.get(change.rule, _word_difference)
        yield document.finding(change.rule, change.new, describe(change, expected_schema, sent))
    if len(changes) > _MOST_FINDINGS:
        omitted = changes[_MOST_FINDINGS:]
        yield document.finding(
            omitted[0].rule, "", f"and {format_count(len(omitted), 'more difference')}, from {omitted[0].new} on"
        )


def _word_added(change: Change, _: pa.Schema, sent: pa.Schema) -> str:
    field = sent.field(change.new) if change.new in sent.names else None
    return f"{change.new}: expected no such column, found {'one' if field is None else _describe_type(field)}"


def _word_removed(change: Change, expected_schema: pa.Schema, _: pa.Schema) -> str:
    field = expected_schema.field(change.new) if change.new in expected_schema.names else None
    return f"{change.new}: expected {'a field' if field is None else _describe_type(field)}, found no such column"


def _word_reordered(change: Change, expected_schema: pa.Schema, sent: pa.Schema) -> str:
    if change.new:
        return f"{change.new}: the fields inside are in another order"
    shared = [name for name in expected_schema.names if name in sent.names]
    return f"expected the columns in the order {', '.join(shared)}, found {', '.join(sent.names)}"


def _word_metadata_change(change: Change, expected_schema: pa.Schema, sent: pa.Schema) -> str:
    path, _, key = change.new.rpartition("#")
    if path and path not in expected_schema.names:
        return change.message
    sides = [_metadata_value(schema, path, key) for schema in (expected_schema, sent)]
    return f"{path or 'the schema'}: expected {sides[0]} in the metadata {key!r}, found {sides[1]}"


def _metadata_value(schema: pa.Schema, path: str, key: str) -> str:
    """Return the metadata value of a schema or one of its columns for a key."""
    holder: Any = schema.field(path) if path else schema
    value = (holder.metadata or {}).get(key.encode())
    return "nothing" if value is None else repr(value.decode("utf-8", "replace"))[:80]


def _word_difference(change: Change, *_: pa.Schema) -> str:
    types = change.witness if isinstance(change.witness, dict) else {}
    return f"{types.get('column', change.new)}: expected {types.get('reader')}, found {types.get('writer')}"


def _describe_type(field: pa.Field) -> str:
    """Return the type and nullability of a field."""
    return f"{field.type}{'' if field.nullable else ' not null'}"


_DESCRIPTIONS: dict[str, Callable[[Change, pa.Schema, pa.Schema], str]] = {
    "column-added": _word_added,
    "column-removed": _word_removed,
    "column-reordered": _word_reordered,
    "metadata-changed": _word_metadata_change,
}


def batch_findings(document: ArrowDocument, expected_schema: pa.Schema, batch: pa.RecordBatch) -> Iterator[Finding]:
    """Yield what is wrong with the values of the columns that have the expected type."""
    try:
        batch.validate(full=True)
    except pa.ArrowException as error:
        yield document.finding("message-malformed", "", f"the values cannot be read: {error}")
        return
    promises = promises_of(expected_schema)
    for field in expected_schema:
        index = batch.schema.get_field_index(field.name)
        if index >= 0 and batch.schema.field(index).type == field.type:
            array = batch.column(index)
            yield from _null_findings(document, field, array)
            for promise in promises:
                if promise.column == field.name:
                    yield from broken_promise_findings(document, promise, array)


def broken_promise_findings(document: ArrowDocument, promise: Promise, array: pa.Array) -> Iterator[Finding]:
    """Yield a finding for each row that breaks a promise: the first rows, and how many more there are."""
    if promise.holds(array):
        return
    broken_rows = list(promise.broken(array))
    for row, problem in broken_rows[:MOST_ROWS]:
        yield document.finding(promise.rule, promise.column, f"{promise.column}, row {row}: {problem}")
    if len(broken_rows) > MOST_ROWS:
        hidden = format_count(len(broken_rows) - MOST_ROWS, "more row")
        remainder = f"{promise.column}: and {hidden}, to row {broken_rows[-1][0]}"
        yield document.finding(promise.rule, promise.column, remainder)


def _null_findings(document: ArrowDocument, field: pa.Field, array: pa.Array) -> Iterator[Finding]:
    """Yield a finding for each field, at any depth, that holds null and must not."""
    for path, row in _find_nulls(field, array, pa.array(range(len(array)), pa.int64()), field.name):
        yield document.finding("null-sent", field.name, f"{path}, row {row}: null in a field that is not nullable")


def _find_nulls(field: pa.Field, array: pa.Array, rows: pa.Array, path: str) -> Iterator[tuple[str, int]]:
    """Yield the first row in which a field that is not nullable is null, for it and for those inside it."""
    if not field.nullable and array.null_count:
        yield path, pc.filter(rows, array.is_null())[0].as_py()
    fields = [child for child in _inner_fields(field.type) if not _allows_any_null(child)]
    if not fields:
        return
    if isinstance(array, pa.StructArray):
        valid = array.is_valid()
        for child in fields:
            values = pc.filter(array.field(child.name), valid)
            yield from _find_nulls(child, values, pc.filter(rows, valid), f"{path}.{child.name}")
    else:
        parents = pc.list_parent_indices(array)
        values = array.flatten()
        yield from _find_nulls(field.type.field(0), values, rows.take(parents), f"{path}[]")


def _inner_fields(data_type: pa.DataType) -> list[pa.Field]:
    """Return the fields inside a struct or a list; those of a map are checked by Arrow, which allows no null keys."""
    is_nested = isinstance(data_type, pa.StructType | pa.ListType | pa.LargeListType | pa.FixedSizeListType)
    return [data_type.field(number) for number in range(data_type.num_fields)] if is_nested else []


def _allows_any_null(field: pa.Field) -> bool:
    """Return whether a field and all fields inside it are nullable."""
    return field.nullable and all(map(_allows_any_null, _inner_fields(field.type)))
