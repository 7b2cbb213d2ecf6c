"""The promised schema of an answer: the registered payload, bound, without annotations."""

import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import Template, strip_annotations
from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.errors import TemplateError
from arrakis_schema.store.flight_settings import Columns
from arrakis_schema.store.store import Release, open_release

Rows = Iterable[Mapping[str, Any]]


def payload_schema(
    endpoint: str,
    version: str | Release | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    as_documented: bool = False,
    **args: Any,
) -> pa.Schema:
    """Return the promised schema of an endpoint's answer as it is sent: without annotations.

    Where the columns depend on the request, pass the argument that selects them as rows instead of names: the rows
    that a server answered, as a list of dicts or a `pyarrow.Table`. Other arguments have no effect. A frozen release is
    taken with its corrections, which is what is really sent, or `as_documented`.

    Raises `TemplateError` for missing or disallowed values, `UnknownSchemaError` for a payload that does not exist.
    """
    return sent_schema(open_release(version, root).held(as_documented=as_documented), endpoint, args)


def sent_schema(release: Release, endpoint: str, args: Mapping[str, Any] = MappingProxyType({})) -> pa.Schema:
    """Return the schema that a release, taken as it is, promises for an endpoint's answer; see `payload_schema`."""
    payload = release.derived(_payload_as_sent, endpoint)
    if isinstance(payload, pa.Schema):
        return payload
    columns = release.settings.flight.columns.get(endpoint)
    if columns is None:
        return strip_annotations(payload.bind(**args))
    return strip_annotations(bind_template(endpoint, payload, columns, _rows(endpoint, columns, args)))


def _payload_as_sent(release: Release, endpoint: str) -> pa.Schema | Template:
    """Return the payload of an endpoint without annotations; a template keeps them until it is bound."""
    payload = payload_of(release, release.path_of(endpoint, ".txt"))
    return strip_annotations(payload) if isinstance(payload, pa.Schema) else payload


def bind_template(endpoint: str, template: Template, columns: Columns, rows: Rows) -> pa.Schema:
    """Bind a template to rows, in the order that the settings declare."""
    ordered = list(rows)
    if columns.sorted and columns.column:
        try:
            ordered = sorted(ordered, key=lambda row: str(row[columns.column]))
        except KeyError as error:
            raise TemplateError(f"{endpoint}: a row has no {columns.column!r}") from error
    aliases = columns.aliases.items()
    filled = [{**row, **{alias: row[column] for alias, column in aliases if column in row}} for row in ordered]
    return template.bind(filled)


def _rows(endpoint: str, columns: Columns, args: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows in the arguments that bind the columns of an answer."""
    argument = args.get(columns.argument)
    if isinstance(argument, pa.Table | pa.RecordBatch):
        argument = argument.to_pylist()
    if isinstance(argument, str | bytes | Mapping):
        argument = [None]
    if not isinstance(argument, Iterable):
        argument = [argument]
    rows = list(argument)
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        expected = (
            f"{columns.argument}= as the rows that {columns.rows} answers: their names alone do not tell data types"
        )
        raise TemplateError(f"the columns of {endpoint} depend on the request: give {expected}")
    return rows
