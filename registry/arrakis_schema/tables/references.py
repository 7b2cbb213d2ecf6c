"""Rows that refer to records: which record a row belongs to, and how long its lists must be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from arrakis_schema.arrow.matching import match_placeholders
from arrakis_schema.arrow.promises import Length, parse_length
from arrakis_schema.arrow.template import Template
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.reports import format_count
from arrakis_schema.tables.arrow_document import MOST_ROWS, ArrowDocument


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a record says of its rows: the length of each list, and the values of the placeholders of the schema."""

    lengths: tuple[int | None, ...]
    values: Mapping[str, Any]


Expected = Mapping[int, Expectation]


@dataclass(frozen=True, slots=True)
class References:
    """The column that refers to records, the member of theirs that it holds, and the columns with a length.

    `placeholders` are those of the document's schema, each with its unbound column: a record has a member of the
    same name, which is what the placeholder is bound to in a message of its rows.
    """

    column: str
    member: str
    lengths: tuple[tuple[str, Length], ...]
    placeholders: tuple[tuple[str, pa.Field], ...] = ()

    @property
    def members(self) -> set[str]:
        """The members that a record must have for these checks."""
        terms = {name for _, length in self.lengths for name, _ in length.terms}
        return {self.member, *terms, *(name for name, _ in self.placeholders)}

    def expectations(self, records: Iterable[Mapping[str, Any]]) -> dict[int, Expectation]:
        """Return what each record says, by its number; a length is None if the record does not declare it."""
        numbered = ((record.get(self.member), record) for record in records)
        return {
            number: Expectation(self.lengths_for(record), {name: record.get(name) for name, _ in self.placeholders})
            for number, record in numbered
            if isinstance(number, int)
        }

    def lengths_for(self, record: Mapping[str, Any]) -> tuple[int | None, ...]:
        """Return the length of each column for one record."""
        return tuple(length.of(record) for _, length in self.lengths)


def row_references(document: ArrowDocument) -> References | None:
    """Return how the rows of a document refer to records, or None where they do not."""
    parsed = document.parsed
    schema = pa.schema(parsed.preview()) if isinstance(parsed, Template) else parsed
    metadata_by_column = {field.name: field.metadata or {} for field in schema}
    column = next((name for name, metadata in metadata_by_column.items() if b"refers_to" in metadata), None)
    if column is None:
        return None
    texts = (
        (name, metadata[b"length"].decode()) for name, metadata in metadata_by_column.items() if b"length" in metadata
    )
    lengths = tuple((name, length) for name, text in texts if (length := parse_length(text)) is not None)
    return References(column, metadata_by_column[column][b"refers_to"].decode(), lengths, _placeholders(document))


def _placeholders(document: ArrowDocument) -> tuple[tuple[str, pa.Field], ...]:
    """Return the placeholders of a document that are bound once for a message, each with its unbound column."""
    if not isinstance(document.parsed, Template):
        return ()
    pairs = zip(document.parsed.columns, document.parsed.unbound, strict=True)
    return tuple((name, field) for column, field in pairs if not column.repeated for name in column.placeholders)


def reference_findings(
    document: ArrowDocument, references: References, batch: pa.RecordBatch, expected: Expected
) -> Iterator[Finding]:
    """Yield a finding for the first rows that belong to no record, or differ from it in data type or in length."""
    numbers = batch.column(references.column).to_pylist()
    unknown = [(row, number) for row, number in enumerate(numbers) if number is not None and number not in expected]
    for row, number in unknown[:MOST_ROWS]:
        message = f"{references.column}, row {row}: {number} is the {references.member} of no known record"
        yield document.finding("reference-unknown", references.column, message)
    if len(unknown) > MOST_ROWS:
        remainder = f"{references.column}: and {format_count(len(unknown) - MOST_ROWS, 'more row')} of no known record"
        yield document.finding("reference-unknown", references.column, remainder)
    yield from _binding_findings(document, references, batch, expected)
    for index, (name, length) in enumerate(references.lengths):
        actual_lengths = pc.list_value_length(batch.column(name)).to_pylist()
        known: list[Any] = [expected[number].lengths[index] if number in expected else None for number in numbers]
        pairs = enumerate(zip(known, actual_lengths, strict=True))
        mismatches = ((row, *pair) for row, pair in pairs if None not in pair and pair[0] != pair[1])
        for row, length_expected, length_found in islice(mismatches, MOST_ROWS):
            count = format_count(length_expected, "item")
            message = f"{name}, row {row}: expected {count} ({length.text}), found {length_found:,}"
            yield document.finding("length-differs", name, message)


def _binding_findings(
    document: ArrowDocument, references: References, batch: pa.RecordBatch, expected: Expected
) -> Iterator[Finding]:
    """Yield a finding for each placeholder that is not bound to the value in the record of a row."""
    for name, unbound in references.placeholders:
        index = batch.schema.get_field_index(unbound.name)
        values = match_placeholders(unbound, batch.schema.field(index)) if index >= 0 else {}
        sent = (
            _spell_binding(document.parsed, name, values.get(name)) if isinstance(document.parsed, Template) else None
        )
        for row, number in enumerate(batch.column(references.column).to_pylist() if sent is not None else ()):
            recorded = expected[number].values.get(name) if number in expected else None
            if recorded is not None and str(recorded) != sent:
                message = f"{unbound.name}, row {row}: {sent} was sent, but the {name} of its record is {recorded}"
                yield document.finding("record-differs", unbound.name, message)
                break


def _spell_binding(template: Template, name: str, value: object) -> str | None:
    """Return what a placeholder is bound to as the document writes it: `float64`, and not `double`."""
    if not isinstance(value, pa.DataType):
        return None if value is None else str(value)
    spellings = (spelling for spelling in template.allowed.get(name, ()) if pa.type_for_alias(spelling) == value)
    return next(spellings, str(value))
