"""Field metadata that explains a field, or promises something of its values, and never travels."""

import pyarrow as pa

from arrakis_schema.arrow.children import children, with_children

PROMISED = ("nulls", "rows", "values", "length", "refers_to")
ANNOTATIONS = ("description", "unit", "null", *PROMISED)
_KEYS = frozenset(name.encode() for name in ANNOTATIONS)


def strip_annotations(schema: pa.Schema) -> pa.Schema:
    """Return the schema without annotations at any depth: what is really sent."""
    return pa.schema([_stripped(field) for field in schema], metadata=schema.metadata)


def _stripped(field: pa.Field) -> pa.Field:
    """Return a field without annotations."""
    data_type = with_children(field.type, [_stripped(child) for child in children(field.type)])
    metadata = {key: value for key, value in (field.metadata or {}).items() if key not in _KEYS}
    return pa.field(field.name, data_type, field.nullable, metadata or None)
