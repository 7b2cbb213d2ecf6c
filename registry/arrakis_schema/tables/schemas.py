"""Comparison of a sent schema with the document: each difference is a finding."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.matching import bound_like
from arrakis_schema.arrow.promises import strip_annotations
from arrakis_schema.arrow.template import Template
from arrakis_schema.compat.arrow.schemas import compare_schemas
from arrakis_schema.errors import TemplateError
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.text import format_count
from arrakis_schema.findings.verdicts import Change
from arrakis_schema.tables.arrow_document import ArrowDocument

MOST_COLUMNS = 1000
_MOST_FINDINGS = 20


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
