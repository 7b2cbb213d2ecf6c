"""What a server sends, held against what is registered: schemas column by column, and every row."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.children import children
from arrakis_schema.compat.arrow_schemas import read_by
from arrakis_schema.compat.verdicts import Effect, Kind
from arrakis_schema.findings import Severity
from arrakis_schema.flight.texts import shortened

_WIDEST = 1000


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
    if len(sent) > len(promised) + _WIDEST:
        message = f"the server sends {len(sent):,} columns, and {len(promised)} are registered"
        yield Fault("", "column-added", Severity.ERROR, message)
        return
    meaningful = {key.decode("utf-8", "replace") for key in _keys(promised)}
    verdict = read_by(promised, sent, refuses_unknown=refuses_unknown, exact=False, meaningful=meaningful)
    if verdict.kind is Kind.UNDECIDED:
        yield Fault("", "rows-invalid", Severity.ERROR, f"nobody can tell its columns apart: {verdict.reason}")
    changes = [change for change in verdict.findings if change.effect is not Effect.ANNOTATION]
    for change in changes:
        severity = Severity.ERROR if change.at_fault else Severity.WARNING
        shown = json.dumps(change.witness, ensure_ascii=False, default=str) if change.at_fault else ""
        yield Fault(change.new, change.rule, severity, shortened(_told(change.message)), shortened(shown))
    if not changes and verdict.kind is not Kind.UNDECIDED and not sent.equals(promised, check_metadata=True):
        name = _first_other(sent, promised)
        yield Fault(name, "type-changed", Severity.WARNING, "what lies inside bears other names or metadata")


def _first_other(sent: pa.Schema, promised: pa.Schema) -> str:
    """Return the name of the first column that differs."""
    pairs = zip(sent, promised, strict=False)
    return next((one.name for one, other in pairs if not one.equals(other, check_metadata=True)), "")


def row_faults(batch: pa.RecordBatch, promised: pa.Schema) -> Iterator[Fault]:
    """Yield what is wrong with the rows of a batch: broken data, or nulls where the promise has none."""
    try:
        batch.validate(full=True)
    except (pa.ArrowException, ValueError) as error:
        yield Fault("", "rows-invalid", Severity.ERROR, f"the rows are damaged: {shortened(error)}")
        return
    names = set(batch.schema.names)
    for field in promised:
        if field.name in names:
            yield from _nulls(batch.column(batch.schema.get_field_index(field.name)), field, field.name)


def _nulls(array: Any, field: pa.Field, path: str) -> Iterator[Fault]:
    """Yield a fault for a null where a field, or one inside it, has none."""
    if not field.nullable and array.null_count:
        yield Fault(path, "rows-invalid", Severity.ERROR, f"{path}: a null, in a column that has none")
    if pa.types.is_list(field.type) and pa.types.is_list(array.type):
        yield from _nulls(array.flatten(), field.type.value_field, f"{path}.{field.type.value_field.name}")
    elif pa.types.is_struct(field.type) and array.type == field.type:
        for child, inside in zip(array.drop_null().flatten(), field.type, strict=True):
            yield from _nulls(child, inside, f"{path}.{inside.name}")


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
        fields += children(field.type)
