"""Arrow schemas as text, IPC bytes and JSON, schema templates, and rows. Needs pyarrow, the extra `arrow`."""

from arrakis_schema.errors import MissingExtraError

try:
    from arrakis_schema.arrow.matching import bound_like
    from arrakis_schema.arrow.parser import parse_schema
    from arrakis_schema.arrow.printer import UnsupportedTypeError, format_schema
    from arrakis_schema.arrow.promises import ANNOTATIONS, Promise, promises_of, strip_annotations
    from arrakis_schema.arrow.rows import record_batch
    from arrakis_schema.arrow.serialization import SchemaBytesError, read_schema_bytes, schema_bytes, to_json
    from arrakis_schema.arrow.template import Template, format_document, parse_document
except ModuleNotFoundError as error:
    raise MissingExtraError(str(error.name).partition(".")[0], "arrow") from error

__all__ = [
    "ANNOTATIONS",
    "Promise",
    "SchemaBytesError",
    "Template",
    "UnsupportedTypeError",
    "bound_like",
    "format_document",
    "format_schema",
    "parse_document",
    "parse_schema",
    "promises_of",
    "read_schema_bytes",
    "record_batch",
    "schema_bytes",
    "strip_annotations",
    "to_json",
]
