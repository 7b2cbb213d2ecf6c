"""Checks of sent schemas and values against an Arrow document. Needs the extra `check`."""

from arrakis_schema.tables.arrow_document import ArrowDocument, arrow_document
from arrakis_schema.tables.schemas import compare_sent_schema
from arrakis_schema.tables.table import check_table
from arrakis_schema.tables.values import batch_findings

__all__ = ["ArrowDocument", "arrow_document", "batch_findings", "check_table", "compare_sent_schema"]
