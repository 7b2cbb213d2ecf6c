"""Checks of sent tables, schemas and values against an Arrow document: `check_table`. Needs the extra `check`."""

import os
from itertools import islice

import pyarrow as pa

from arrakis_schema.findings.finding import Finding
from arrakis_schema.store.store import Release, open_release
from arrakis_schema.tables.arrow_document import ArrowDocument, arrow_document, batch_findings, compare_sent_schema

__all__ = ["ArrowDocument", "arrow_document", "batch_findings", "check_table", "compare_sent_schema"]
_MOST = 100


def check_table(
    table: pa.Table | pa.RecordBatch,
    name: str,
    version: str | Release | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    as_documented: bool = False,
) -> list[Finding]:
    """Return the findings about a table, checked against the payload of an endpoint or the `publication`.

    The list is empty if the table is valid. This checks the columns with their order, types, nullability and metadata,
    and the values; the message of a finding names the column, the row and the value. `version` is a release, an alias
    or None (this package's own). A frozen release is used with its corrections, which describe what is really sent, or
    without them if `as_documented`. A table counts as one batch, so a promise about all rows of a batch applies to the
    whole table.

    Raises `UnknownSchemaError` if there is no such document. Needs the extra `check`.
    """
    release = open_release(version, root).held(as_documented=as_documented)
    document = arrow_document(release, release.path_of(name, ".txt"))
    expected_schema, findings = compare_sent_schema(document, table.schema)
    if expected_schema is None:
        return findings
    batch = table if isinstance(table, pa.RecordBatch) else _single_batch(table)
    return [*findings, *islice(batch_findings(document, expected_schema, batch), _MOST)]


def _single_batch(table: pa.Table) -> pa.RecordBatch:
    """Return a table as one batch."""
    columns = [_single_array(column) for column in table.columns]
    return pa.RecordBatch.from_arrays(columns, schema=table.schema)


def _single_array(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
