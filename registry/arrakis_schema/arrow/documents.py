"""A `schema.txt` as it is stored: a schema or a template, with a newline at its end."""

import pyarrow as pa

from arrakis_schema.arrow.printer import format_schema
from arrakis_schema.arrow.template import Template


def format_document(document: pa.Schema | Template) -> str:
    """Return the text of a `schema.txt`, which ends with one newline."""
    return document.text if isinstance(document, Template) else f"{format_schema(document)}\n"
