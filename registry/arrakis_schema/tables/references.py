"""Rows that refer to records: which record a row belongs to, and how long its lists must be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from arrakis_schema.arrow.lengths import Length, parse_length
from arrakis_schema.findings.finding import Finding
from arrakis_schema.tables.arrow_document import ArrowDocument
from arrakis_schema.tables.values import SHOWN

Expected = Mapping[int, tuple[int | None, ...]]


@dataclass(frozen=True, slots=True)
class References:
    """The column that refers to records, the member of theirs that it holds, and the columns with a length."""

    column: str
    member: str
    lengths: tuple[tuple[str, Length], ...]

    @property
    def members(self) -> set[str]:
        """The members that a record must have for these checks."""
        return {self.member, *(name for _, length in self.lengths for name, _ in length.terms)}

    def expected_lengths(self, records: Iterable[Mapping[str, Any]]) -> dict[int, tuple[int | None, ...]]:
        """Return the lengths for each record by its number; a length is None where the record does not say it."""
        numbered = ((record.get(self.member), record) for record in records)
        return {number: self.lengths_for(record) for number, record in numbered if isinstance(number, int)}

    def lengths_for(self, record: Mapping[str, Any]) -> tuple[int | None, ...]:
        """Return the length of each column for one record."""
        return tuple(length.of(record) for _, length in self.lengths)


def references_of(schema: pa.Schema) -> References | None:
    """Return how the rows of a schema refer to records, or None where they do not."""
    metadata_by_column = {field.name: field.metadata or {} for field in schema}
    column = next((name for name, metadata in metadata_by_column.items() if b"refers_to" in metadata), None)
    if column is None:
        return None
    texts = (
        (name, metadata[b"length"].decode()) for name, metadata in metadata_by_column.items() if b"length" in metadata
    )
    lengths = tuple((name, length) for name, text in texts if (length := parse_length(text)) is not None)
    return References(column, metadata_by_column[column][b"refers_to"].decode(), lengths)


def reference_findings(
    document: ArrowDocument, references: References, batch: pa.RecordBatch, expected: Expected
) -> Iterator[Finding]:
    """Yield a finding for the first rows that belong to no record, or whose lists differ from it in length."""
    numbers = batch.column(references.column).to_pylist()
    unknown = [(row, number) for row, number in enumerate(numbers) if number is not None and number not in expected]
    for row, number in unknown[:SHOWN]:
        message = f"{references.column}, row {row}: {number} is the {references.member} of no record that is known"
        yield document.finding("reference-unknown", references.column, message)
    if len(unknown) > SHOWN:
        remainder = f"{references.column}: and {len(unknown) - SHOWN:,} more rows of no record that is known"
        yield document.finding("reference-unknown", references.column, remainder)
    for index, (name, length) in enumerate(references.lengths):
        actual_lengths = pc.list_value_length(batch.column(name)).to_pylist()
        expected_lengths = [expected.get(number, (None,) * (index + 1))[index] for number in numbers]
        pairs = enumerate(zip(expected_lengths, actual_lengths, strict=True))
        mismatches = ((row, *pair) for row, pair in pairs if None not in pair and pair[0] != pair[1])
        for row, length_expected, length_found in islice(mismatches, SHOWN):
            message = f"{name}, row {row}: expected {length_expected:,} items ({length.text}), found {length_found:,}"
            yield document.finding("length-differs", name, message)
