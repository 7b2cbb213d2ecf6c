"""The promised schema of an answer: the registered payload, bound, without annotations; and an assertion about it."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.matching import bound_like
from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.arrow.printer import format_schema
from arrakis_schema.arrow.promises import strip_annotations
from arrakis_schema.arrow.template import Template
from arrakis_schema.errors import TemplateError
from arrakis_schema.store.flight_settings import Columns
from arrakis_schema.store.store import Release, open_release
from arrakis_schema.text.printable import clean_line

Rows = Iterable[Mapping[str, Any]]


def payload_schema(
    endpoint: str,
    version: str | Release | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    as_documented: bool = False,
    **args: Any,
) -> pa.Schema:
    """Return the payload schema of an endpoint as it is sent: without annotations.

    If the columns depend on the request, pass the argument that selects them, with rows instead of names: the rows
    that a server returned, as a list of dicts or a `pyarrow.Table`. Other arguments have no effect. A frozen release is
    used with its corrections, which describe what is really sent, or without them if `as_documented`.

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
        expected = f"{columns.argument}= with the rows that {columns.rows} returns: names alone do not determine types"
        raise TemplateError(f"the columns of {endpoint} depend on the request: pass {expected}")
    return rows


_LONGEST = 120


def assert_payload(
    sent: Any,
    endpoint: str,
    version: str | Release | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    as_documented: bool = False,
    **args: Any,
) -> None:
    """Raise `AssertionError`, which names the first difference, unless a schema is the payload schema of an endpoint.

    `sent` is a `pyarrow.Schema`, or a table, batch or reader that has one. If the columns depend on the request,
    pass the argument that selects them as for `payload_schema`; without it, any allowed columns are accepted. A
    frozen release is used with its corrections, which describe what is really sent, or without them if `as_documented`.

    Raises `UnknownSchemaError` for a payload that does not exist.
    """
    __tracebackhide__ = True
    schema = sent if isinstance(sent, pa.Schema) else getattr(sent, "schema", None)
    if not isinstance(schema, pa.Schema):
        raise TypeError(f"expected a pyarrow.Schema, or a table, batch or reader that has one, found {type(sent)}")
    release = open_release(version, root).held(as_documented=as_documented)
    difference = next(schema_differences(schema, schema_to_compare(schema, endpoint, release, args)), None)
    if difference is not None:
        raise AssertionError(f"{endpoint}: {difference} ({release.title})")


def schema_to_compare(sent: pa.Schema, endpoint: str, release: Release, args: dict[str, Any]) -> pa.Schema:
    """Return the promised schema for these arguments, or for the columns of the schema that is sent."""
    payload = payload_of(release, release.path_of(endpoint, ".txt"))
    columns = release.settings.flight.columns.get(endpoint)
    if not isinstance(payload, Template) or (columns.argument in args if columns else args):
        return sent_schema(release, endpoint, args)
    fields = sorted(sent, key=lambda field: field.name) if columns and columns.sorted else list(sent)
    __tracebackhide__ = True
    try:
        return strip_annotations(bound_like(payload, pa.schema(fields)))
    except TemplateError as error:
        name = next((field.name for field in fields if not _binds(payload, field)), None)
        place = endpoint if name is None else f"{endpoint}: column {name!r}"
        raise AssertionError(f"{place}: {error} ({release.title})") from error


def _binds(template: Template, field: pa.Field) -> bool:
    """Return whether a template can be bound to a column."""
    try:
        bound_like(template, pa.schema([field]))
    except TemplateError:
        return False
    return True


def schema_differences(sent: pa.Schema, promised: pa.Schema) -> Iterator[str]:
    """Yield a sentence for each difference between two schemas: the columns first, then their order and the rest."""
    yield from (f"column {name!r} is sent {times} times" for name, times in Counter(sent.names).items() if times > 1)
    yield from _column_differences(sent, promised)
    for number, (name, expected) in enumerate(zip_longest(sent.names, promised.names), 1):
        if name != expected:
            yield f"column {number} is sent as {name!r}, but {expected!r} is expected there"
    if (sent.metadata or {}) != (promised.metadata or {}):
        yield f"the schema is sent with {_metadata(sent.metadata)}, but {_metadata(promised.metadata)} is promised"


def _column_differences(sent: pa.Schema, promised: pa.Schema) -> Iterator[str]:
    """Yield a sentence for each column that is missing, unknown or different."""
    for field in promised:
        index = sent.get_field_index(field.name)
        if index < 0:
            yield f"column {field.name!r} is not sent, but {_describe(field)} is promised"
        elif not sent.field(index).equals(field, check_metadata=True):
            ours, theirs = _described_apart(sent.field(index), field)
            yield f"column {field.name!r} is sent as {ours}, but {theirs} is promised"
    for field in sent:
        if promised.get_field_index(field.name) < 0:
            yield f"column {field.name!r} is sent as {_describe(field)}, but no such column is promised"


def _described_apart(sent: pa.Field, promised: pa.Field) -> tuple[str, str]:
    """Describe two fields that differ; by all their lines where what differs lies deeper inside."""
    short = _describe(sent), _describe(promised)
    return short if short[0] != short[1] else (_all_lines(sent), _all_lines(promised))


def _describe(field: pa.Field) -> str:
    """Return the type of a column, whether it may be null, and its metadata."""
    metadata = f" with {_metadata(field.metadata)}" if field.metadata else ""
    return clean_line(f"{field.type}{'' if field.nullable else ' not null'}", _LONGEST) + metadata


def _all_lines(field: pa.Field) -> str:
    """Return the whole text of a column in one line."""
    return clean_line(format_schema(pa.schema([field])), 2 * _LONGEST)


def _metadata(metadata: dict[bytes, bytes] | None) -> str:
    """Return metadata in words."""
    texts = {
        key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in (metadata or {}).items()
    }
    return clean_line(f"the metadata {texts}" if texts else "no metadata", _LONGEST)
