"""What is really sent, held against the document: schemas and values. Needs the extra `check`."""

from arrakis_schema.tables.contract import Contract, contract_of, load_contract
from arrakis_schema.tables.schemas import compared
from arrakis_schema.tables.table import check_table
from arrakis_schema.tables.values import batch_findings

__all__ = ["Contract", "batch_findings", "check_table", "compared", "contract_of", "load_contract"]
