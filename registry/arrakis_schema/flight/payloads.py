"""The schema that an answer is promised to have: the registered payload, bound, without annotations."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import Template, strip_annotations
from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.errors import TemplateError
from arrakis_schema.store.flight_settings import Columns
from arrakis_schema.store.store import Release, open_release

Rows = Iterable[Mapping[str, Any]]


def payload_schema(
    endpoint: str, version: str | Release | None = None, *, root: str | os.PathLike[str] | None = None, **args: Any
) -> pa.Schema:
    """Return the schema that the answer of an endpoint is promised to have, as it is sent: without annotations.

    Where the columns depend on the request, the argument that asks for them is given as rows instead of names: those
    that a server answered, a list of dicts or a `pyarrow.Table`. Other arguments change nothing.

    Raises `TemplateError` for what is missing or not allowed, `UnknownSchemaError` for a payload that there is not.
    """
    release = open_release(version, root)
    payload = payload_of(release, release.path_of(endpoint, ".txt"))
    if isinstance(payload, pa.Schema):
        return strip_annotations(payload)
    columns = release.settings.flight.columns.get(endpoint)
    if columns is None:
        return strip_annotations(payload.bind(**args))
    return strip_annotations(bound(endpoint, payload, columns, _rows(endpoint, columns, args)))


def bound(endpoint: str, template: Template, columns: Columns, rows: Rows) -> pa.Schema:
    """Return the schema of a template for these rows, in the order that the settings say."""
    given = list(rows)
    if columns.sorted and columns.column:
        try:
            given = sorted(given, key=lambda row: str(row[columns.column]))
        except KeyError as error:
            raise TemplateError(f"{endpoint}: a row has no {columns.column!r}") from error
    aliases = columns.aliases.items()
    filled = [{**row, **{alias: row[column] for alias, column in aliases if column in row}} for row in given]
    return template.bind(filled)


def _rows(endpoint: str, columns: Columns, args: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows in the arguments that bind the columns of an answer."""
    given = args.get(columns.argument)
    if isinstance(given, pa.Table | pa.RecordBatch):
        given = given.to_pylist()
    if isinstance(given, str | bytes | Mapping):
        given = [None]
    if not isinstance(given, Iterable):
        given = [given]
    rows = list(given)
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        wanted = (
            f"{columns.argument}= as the rows that {columns.rows} answers: their names alone do not tell data types"
        )
        raise TemplateError(f"the columns of {endpoint} depend on the request: give {wanted}")
    return rows
