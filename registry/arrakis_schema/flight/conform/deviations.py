"""Check what a server sends against the registered payload: schemas column by column, and every row."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields
from arrakis_schema.arrow.promises import strip_annotations
from arrakis_schema.compat.arrow.schemas import compare_schemas
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.verdicts import Effect, Kind
from arrakis_schema.tables.arrow_document import ArrowDocument, batch_findings
from arrakis_schema.text.printable import clean_line

_WIDEST = 1000
_MOST = 20


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way in which sent data differs from the registered payload."""

    location: str
    rule: str
    severity: Severity
    message: str
    witness: str = ""


def schema_deviations(promised: pa.Schema, sent: pa.Schema, *, refuses_unknown: bool) -> Iterator[Deviation]:
    """Yield each difference of the sent schema from the promised one.

    An error breaks a client that relies on the promise; a warning does not affect it.
    """
    promised = strip_annotations(promised)
    if len(sent) > len(promised) + _WIDEST:
        message = f"the server sends {len(sent):,} columns, but {len(promised):,} are registered"
        yield Deviation("", "column-added", Severity.ERROR, message)
        return
    meaningful = {key.decode("utf-8", "replace") for key in _keys(promised)}
    how = {"refuses_unknown": refuses_unknown, "exact": False, "reader_is_new": False}
    verdict = compare_schemas(promised, sent, meaningful=meaningful, **how)
    if verdict.kind is Kind.UNDECIDED:
        yield Deviation("", "column-added", Severity.ERROR, clean_line(verdict.reason))
    changes = [change for change in verdict.findings if change.effect is not Effect.ANNOTATION]
    for change in changes:
        severity = Severity.ERROR if change.at_fault else Severity.WARNING
        witness = json.dumps(change.witness, ensure_ascii=False, default=str) if change.at_fault else ""
        yield Deviation(
            change.new, change.rule, severity, clean_line(_name_both_sides(change.meeting)), clean_line(witness)
        )
    if not changes and verdict.kind is not Kind.UNDECIDED and not sent.equals(promised, check_metadata=True):
        name = _first_difference(sent, promised)
        yield Deviation(name, "type-changed", Severity.WARNING, "nested fields have other names or metadata")


def _first_difference(sent: pa.Schema, promised: pa.Schema) -> str:
    """Return the name of the first column that differs."""
    pairs = zip(sent, promised, strict=False)
    return next((column.name for column, expected in pairs if not column.equals(expected, check_metadata=True)), "")


def row_deviations(document: ArrowDocument, promised: pa.Schema, batch: pa.RecordBatch) -> Iterator[Deviation]:
    """Yield what is wrong with the values of a batch, in the words of `check_table`."""
    for finding in islice(batch_findings(document, promised, batch), _MOST):
        yield Deviation(finding.location, finding.rule, finding.severity, clean_line(finding.message))


def _name_both_sides(message: str) -> str:
    """Return a message with the two sides called server and client."""
    return message.replace("the writer", "the server").replace("the reader", "a client")


def _keys(schema: pa.Schema) -> Iterator[bytes]:
    """Yield every key of the metadata in a schema."""
    yield from schema.metadata or {}
    fields = list(schema)
    while fields:
        field = fields.pop()
        yield from field.metadata or {}
        fields += child_fields(field.type)
