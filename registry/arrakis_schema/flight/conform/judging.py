"""What a server sends, held against what is registered: schemas column by column, and every row."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from arrakis_schema.arrow import strip_annotations
from arrakis_schema.arrow.children import child_fields
from arrakis_schema.compat.arrow.schemas import compare_schemas
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.verdicts import Effect, Kind
from arrakis_schema.flight.texts import shortened
from arrakis_schema.tables.arrow_document import ArrowDocument
from arrakis_schema.tables.values import batch_findings

_WIDEST = 1000
_MOST = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which something sent is not what is registered: where, the rule, how bad, and the words for it."""

    location: str
    rule: str
    severity: Severity
    message: str
    witness: str = ""


def schema_faults(promised: pa.Schema, sent: pa.Schema, *, refuses_unknown: bool) -> Iterator[Fault]:
    """Yield each difference of the schema that is sent from the one that is promised.

    An error is what breaks a client that reads by the promise; a warning, what such a client does not notice.
    """
    promised = strip_annotations(promised)
    if len(sent) > len(promised) + _WIDEST:
        message = f"the server sends {len(sent):,} columns, and {len(promised)} are registered"
        yield Fault("", "column-added", Severity.ERROR, message)
        return
    meaningful = {key.decode("utf-8", "replace") for key in _keys(promised)}
    how = {"refuses_unknown": refuses_unknown, "exact": False, "reader_is_new": False}
    verdict = compare_schemas(promised, sent, meaningful=meaningful, **how)
    if verdict.kind is Kind.UNDECIDED:
        yield Fault("", "column-added", Severity.ERROR, shortened(verdict.reason))
    changes = [change for change in verdict.findings if change.effect is not Effect.ANNOTATION]
    for change in changes:
        severity = Severity.ERROR if change.at_fault else Severity.WARNING
        shown = json.dumps(change.witness, ensure_ascii=False, default=str) if change.at_fault else ""
        yield Fault(change.new, change.rule, severity, shortened(_told(change.meeting)), shortened(shown))
    if not changes and verdict.kind is not Kind.UNDECIDED and not sent.equals(promised, check_metadata=True):
        name = _first_other(sent, promised)
        yield Fault(name, "type-changed", Severity.WARNING, "what lies inside bears other names or metadata")


def _first_other(sent: pa.Schema, promised: pa.Schema) -> str:
    """Return the name of the first column that differs."""
    pairs = zip(sent, promised, strict=False)
    return next((one.name for one, other in pairs if not one.equals(other, check_metadata=True)), "")


def row_faults(document: ArrowDocument, promised: pa.Schema, batch: pa.RecordBatch) -> Iterator[Fault]:
    """Yield what is wrong with the values of a batch, as `check_table` says it of one that is to be sent."""
    for found in islice(batch_findings(document, promised, batch), _MOST):
        yield Fault(found.location, found.rule, found.severity, shortened(found.message))


def _told(message: str) -> str:
    """Return the words for a difference with the two sides by their names."""
    return message.replace("the writer", "the server").replace("the reader", "a client")


def _keys(schema: pa.Schema) -> Iterator[bytes]:
    """Yield every key of the metadata in a schema."""
    yield from schema.metadata or {}
    fields = list(schema)
    while fields:
        field = fields.pop()
        yield from field.metadata or {}
        fields += child_fields(field.type)
