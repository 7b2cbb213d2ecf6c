"""What a contract promises for the answer to a request, schema and values, and the checks of what comes against it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields
from arrakis_schema.arrow.promises import PROMISED, strip_annotations
from arrakis_schema.arrow.rows import rows_of
from arrakis_schema.arrow.template import Template
from arrakis_schema.compat.arrow.schemas import compare_schemas
from arrakis_schema.errors import TemplateError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.verdicts import Effect, Kind
from arrakis_schema.flight.conform.call_errors import BrokenError
from arrakis_schema.flight.conform.listing import Listing, NothingOfferedError, row_kind, varying_columns
from arrakis_schema.flight.conform.observations import Deviation, Notes
from arrakis_schema.flight.payloads import bind_template
from arrakis_schema.flight.release_contract import Contract, form_of
from arrakis_schema.store.corrections import Correction, CorrectionError
from arrakis_schema.store.store import Release
from arrakis_schema.tables import arrow_document
from arrakis_schema.tables.arrow_document import ArrowDocument, batch_findings
from arrakis_schema.text.printable import clean_line

_KEYS = {name.encode() for name in PROMISED}
_WIDEST = 1000
_MOST = 20


def arguments_of(contract: Contract, endpoint: str, request: Any) -> Mapping[str, Any]:
    """Return the arguments of a request."""
    member = form_of(endpoint, contract.release).argument_member
    arguments = request.get(member, {}) if member and isinstance(request, Mapping) else request
    return arguments if isinstance(arguments, Mapping) else {}


def promised_schema(contract: Contract, endpoint: str, request: Any, listing: Listing) -> pa.Schema | None:
    """Return the schema promised for a request; None where the release promises none."""
    payload = contract.payload(endpoint)
    if not isinstance(payload, Template):
        return payload
    columns = contract.flight.columns.get(endpoint)
    if columns is None:
        return None
    requested = arguments_of(contract, endpoint, request).get(columns.argument) or []
    is_key = columns.column == contract.flight.key
    rows = listing.by_key if is_key else {str(row.get(columns.column)): row for row in listing.rows}
    missing = [column for column in requested if not isinstance(column, str) or column not in rows]
    if missing:
        raise BrokenError(f"a ticket asks for {clean_line(missing[0], 60)}, which was not requested")
    try:
        return bind_template(endpoint, payload, columns, [rows[column] for column in requested])
    except TemplateError as error:
        raise NothingOfferedError(f"its columns cannot be bound: {error}") from error


def with_newer_promises(promised: pa.Schema, newer: pa.Schema | None) -> pa.Schema:
    """Return a schema whose columns also promise what those of the same name and type promise in a newer document.

    Promises about values were added late, but describe what was always meant: older releases are checked against them,
    too.
    """
    if newer is None or newer is promised:
        return promised
    return pa.schema([_borrow(field, newer) for field in promised], metadata=promised.metadata)


def _borrow(field: pa.Field, newer: pa.Schema) -> pa.Field:
    """Return a column with the promises of its namesake."""
    index = newer.get_field_index(field.name)
    if index < 0 or newer.field(index).type != field.type:
        return field
    borrowed = {key: text for key, text in (newer.field(index).metadata or {}).items() if key in _KEYS}
    metadata = {**borrowed, **(field.metadata or {})}
    return field.with_metadata(metadata) if metadata else field


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


@dataclass(frozen=True, slots=True)
class Drift:
    """The frozen documents of a release, beside its contract."""

    documented: Contract

    def of_schema(self, endpoint: str, request: Any, sent: pa.Schema, listing: Listing) -> Iterator[Deviation]:
        """Yield the corrections of a payload that a sent schema needs: none, if it is as documented."""
        corrections = self._corrections(self.documented.payload_path(endpoint))
        if not corrections:
            return
        try:
            promised = promised_schema(self.documented, endpoint, request, listing)
        except NothingOfferedError:
            return
        if promised is not None and any(schema_deviations(promised, sent, refuses_unknown=True)):
            yield from (_describe(correction, is_payload=True) for correction in corrections)

    def of_refusal(self, endpoint: str, request: Any) -> Iterator[Deviation]:
        """Yield the corrections by which a request is refused that the frozen document accepts."""
        path = self.documented.request_path(endpoint)
        corrections = self._corrections(path)
        if corrections and not self.documented.refuses(request, endpoint):
            for correction in corrections:
                if self._refuses_with(correction, endpoint, request):
                    yield _describe(correction, is_payload=False)

    def _corrections(self, path: str) -> list[Correction]:
        """Return the corrections of a document that change it."""
        return [correction for correction in self.documented.release.corrections_of(path) if correction.has_effect]

    def _refuses_with(self, correction: Correction, endpoint: str, request: Any) -> bool:
        """Return whether the release with one correction alone refuses a request."""
        release, path = self.documented.release, self.documented.request_path(endpoint)
        try:
            corrected = {path: correction.apply(release.read(path))}
        except CorrectionError:
            return False
        alone = Release(release.store, release.version, release.folder, release.inventory, corrected)
        return Contract(alone).refuses(request, endpoint)


def _describe(correction: Correction, *, is_payload: bool) -> Deviation:
    """Return the notice of a correction; its place is in a document of the endpoint."""
    since = f" since {correction.seen[0]}" if correction.seen else ""
    right = f", fixed in {correction.fixed}" if correction.fixed else ""
    column = correction.location if is_payload else ""
    return Deviation(column, "drift-known", Severity.NOTICE, clean_line(f"known{since}{right}: {correction.reason}"))


@dataclass(frozen=True, slots=True)
class PromiseCheck:
    """Checks what comes against the promises of a contract, and notes each difference.

    `newer` is the contract whose promises of values are held where `contract` makes none, `drift` the documents that
    it corrects.
    """

    contract: Contract
    listing: Listing
    newer: Contract | None
    drift: Drift | None

    def check_values(
        self, where: str, name: str, promised: pa.Schema | None, batches: list[pa.RecordBatch], notes: Notes
    ) -> None:
        """Check the values of the batches of an answer against the promise, if any: as one, where they are alike."""
        if promised is None or not batches:
            return
        document = arrow_document(self.contract.release, self.contract.payload_path(name))
        for batch in _join_batches(batches):
            for fault in row_deviations(document, promised, batch):
                notes.add_value_fault(where, fault)

    def check_schema(self, where: str, name: str, request: Any, sent: pa.Schema, notes: Notes) -> None:
        """Check a schema against the promise, if any."""
        promised = self.promised_to(name, request)
        if promised is None:
            return
        refuses = self.contract.release.settings.reader("payload").rejects_columns
        for fault in schema_deviations(promised, sent, refuses_unknown=refuses):
            notes.add_fault(where, fault)
        for fault in self.drift.of_schema(name, request, sent, self.listing) if self.drift else ():
            notes.add_fault(where, fault)

    def promised_to(self, name: str, request: Any) -> pa.Schema | None:
        """Return the schema promised for a request, with what newer documents promise of its values."""
        promised = promised_schema(self.contract, name, request, self.listing)
        if promised is None or self.newer is None or name not in self.newer.endpoints:
            return promised
        try:
            return with_newer_promises(promised, promised_schema(self.newer, name, request, self.listing))
        except NothingOfferedError:
            return promised

    def check_bindable(self, batch: pa.RecordBatch, notes: Notes) -> None:
        """Note each kind of row of a listing that the columns of a stream cannot be bound to."""
        rows = rows_of(batch)
        keys = varying_columns(self.contract)
        for endpoint, columns in self.contract.flight.columns.items():
            template = self.contract.payload(endpoint)
            if not isinstance(template, Template) or not {columns.column, *keys} <= set(batch.schema.names):
                continue
            for row in {row_kind(row, keys): row for row in rows}.values():
                try:
                    bind_template(endpoint, template, columns, [row])
                except TemplateError as error:
                    message = f"{row.get(columns.column)} cannot be asked of {endpoint}: {error}"
                    notes.add_fault(
                        "stream", Deviation((*keys, "")[0], "value-unknown", Severity.ERROR, clean_line(message))
                    )


def _join_batches(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """Return the batches as one, so that what holds between rows is held over all of them; apart, if they differ."""
    if len(batches) == 1:
        return batches
    try:
        joined: list[pa.RecordBatch] = pa.Table.from_batches(batches).combine_chunks().to_batches()
    except (pa.ArrowException, ValueError):
        return batches
    return joined
