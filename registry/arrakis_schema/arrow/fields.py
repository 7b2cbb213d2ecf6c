"""The columns of an Arrow document as fields."""

import pyarrow as pa

from arrakis_schema.arrow.template import Template, parse_document
from arrakis_schema.store.documents import Document
from arrakis_schema.store.fields import Field

_PROMISES = {"rows": "{} in all rows", "length": "{} items"}


def column_fields(document: Document) -> list[Field]:
    """Return the columns of a document; those of a template with its placeholders."""
    parsed = parse_document(document.text)
    if not isinstance(parsed, Template):
        return [_column(column, str(column.type)) for column in parsed]
    texts = [column.lines[0].partition(": ")[2].removesuffix(" not null") for column in parsed.columns]
    allowed = [tuple(value for values in column.allowed.values() for value in values) for column in parsed.columns]
    return [_column(*parts) for parts in zip(parsed.preview(), texts, allowed, strict=True)]


def _column(column: pa.Field, kind: str, allowed: tuple[str, ...] = ()) -> Field:
    """Return a column as a field."""
    pairs = (column.metadata or {}).items()
    metadata = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in pairs}
    words = {name: metadata.get(name, "") for name in ("description", "unit", "null")}
    values = tuple(metadata.get("values", "").split()) or allowed
    bounds = tuple(template.format(metadata[key]) for key, template in _PROMISES.items() if key in metadata)
    return Field(column.name, "", kind, column.nullable, required=True, values=values, bounds=bounds, **words)
