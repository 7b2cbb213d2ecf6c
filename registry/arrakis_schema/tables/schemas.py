"""The schema that is sent beside the one of the document: each difference is a finding."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import Template, bound_like, strip_annotations
from arrakis_schema.compat.arrow.schemas import compare_schemas
from arrakis_schema.errors import TemplateError
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.verdicts import Change
from arrakis_schema.tables.arrow_document import ArrowDocument

MOST_COLUMNS = 1000
_MOST_FINDINGS = 20


def compared(document: ArrowDocument, sent: pa.Schema) -> tuple[pa.Schema | None, list[Finding]]:
    """Return the schema of the document, bound like the one that is sent, and each way in which that one differs.

    The schema is None where there is none to compare with.
    """
    unfit = _unfit(document, sent)
    if unfit is not None:
        return None, [unfit]
    try:
        wanted = bound_like(document.parsed, sent) if isinstance(document.parsed, Template) else document.parsed
    except TemplateError as error:
        return None, [document.finding("value-unknown", "", f"the schema fits no binding of the document: {error}")]
    return wanted, list(_differences(document, strip_annotations(wanted), sent))


def _unfit(document: ArrowDocument, sent: pa.Schema) -> Finding | None:
    """Return why a schema cannot be compared column by column, or None."""
    if document.size is not None and len(sent) > document.size + MOST_COLUMNS:
        message = f"expected {document.size} columns, found {len(sent):,}"
        return document.finding("column-added", "", message)
    name, count = next(iter(Counter(sent.names).most_common(1)), ("", 0))
    if count > 1:
        return document.finding("column-added", name, f"{name}: {count} columns have this name")
    return None


def _differences(document: ArrowDocument, wanted: pa.Schema, sent: pa.Schema) -> Iterator[Finding]:
    """Yield a finding for each difference, the first of them where there are many."""
    found = compare_schemas(wanted, sent, refuses_unknown=True, exact=True, reader_is_new=False).findings
    for change in found[:_MOST_FINDINGS]:
        worded = WORDS.get(change.rule, _other)
        yield document.finding(change.rule, change.new, worded(change, wanted, sent))
    if len(found) > _MOST_FINDINGS:
        rest = found[_MOST_FINDINGS:]
        yield document.finding(rest[0].rule, "", f"and {len(rest):,} more differences, from {rest[0].new} on")


def _added(change: Change, _: pa.Schema, sent: pa.Schema) -> str:
    field = sent.field(change.new) if change.new in sent.names else None
    return f"{change.new}: expected no such column, found {'one' if field is None else _said(field)}"


def _removed(change: Change, wanted: pa.Schema, _: pa.Schema) -> str:
    field = wanted.field(change.new) if change.new in wanted.names else None
    return f"{change.new}: expected {'a field' if field is None else _said(field)}, found no such column"


def _reordered(change: Change, wanted: pa.Schema, sent: pa.Schema) -> str:
    if change.new:
        return f"{change.new}: the fields inside come in another order"
    shared = [name for name in wanted.names if name in sent.names]
    return f"expected the columns in the order {', '.join(shared)}, found {', '.join(sent.names)}"


def _metadata(change: Change, wanted: pa.Schema, sent: pa.Schema) -> str:
    path, _, key = change.new.rpartition("#")
    if path and path not in wanted.names:
        return change.message
    sides = [_value(schema, path, key) for schema in (wanted, sent)]
    return f"{path or 'the schema'}: expected {sides[0]} in the metadata {key!r}, found {sides[1]}"


def _value(schema: pa.Schema, path: str, key: str) -> str:
    """Return what a schema or one of its columns says under a key of metadata."""
    holder: Any = schema.field(path) if path else schema
    value = (holder.metadata or {}).get(key.encode())
    return "nothing" if value is None else repr(value.decode("utf-8", "replace"))[:80]


def _other(change: Change, *_: pa.Schema) -> str:
    held = change.witness if isinstance(change.witness, dict) else {}
    return f"{held.get('column', change.new)}: expected {held.get('reader')}, found {held.get('writer')}"


def _said(field: pa.Field) -> str:
    """Return the type and nullability of a field."""
    return f"{field.type}{'' if field.nullable else ' not null'}"


WORDS: dict[str, Callable[[Change, pa.Schema, pa.Schema], str]] = {
    "column-added": _added,
    "column-removed": _removed,
    "column-reordered": _reordered,
    "metadata-changed": _metadata,
}
