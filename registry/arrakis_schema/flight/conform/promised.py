"""The schema that a contract promises for the answer to a request, with what it promises of the values."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import Template
from arrakis_schema.arrow.promises import PROMISED
from arrakis_schema.errors import TemplateError
from arrakis_schema.flight.conform.client import BrokenError
from arrakis_schema.flight.conform.listing import Listing
from arrakis_schema.flight.conform.substitution import NothingOfferedError
from arrakis_schema.flight.payloads import bind_template
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.request_forms import form_of
from arrakis_schema.flight.texts import clean_line

_KEYS = {name.encode() for name in PROMISED}


def arguments_of(contract: Contract, endpoint: str, request: Any) -> Mapping[str, Any]:
    """Return the arguments of a request."""
    member = form_of(endpoint, contract.release).argument_member
    arguments = request.get(member, {}) if member and isinstance(request, Mapping) else request
    return arguments if isinstance(arguments, Mapping) else {}


def promised_schema(contract: Contract, endpoint: str, request: Any, listing: Listing) -> pa.Schema | None:
    """Return the schema promised for a request; None where the release promises none."""
    payload = contract.payload(endpoint)
    if not isinstance(payload, Template):
        return payload
    columns = contract.flight.columns.get(endpoint)
    if columns is None:
        return None
    requested = arguments_of(contract, endpoint, request).get(columns.argument) or []
    is_key = columns.column == contract.flight.key
    rows = listing.by_key if is_key else {str(row.get(columns.column)): row for row in listing.rows}
    missing = [column for column in requested if not isinstance(column, str) or column not in rows]
    if missing:
        raise BrokenError(f"a ticket asks for {clean_line(missing[0], 60)}, which was not asked")
    try:
        return bind_template(endpoint, payload, columns, [rows[column] for column in requested])
    except TemplateError as error:
        raise NothingOfferedError(f"its columns cannot be bound: {error}") from error


def borrow_promises(promised: pa.Schema, newer: pa.Schema | None) -> pa.Schema:
    """Return a schema whose columns also promise what those of the same name and type promise in a newer document.

    What is promised of values came late, and says what was always meant: releases without it are held to it, too.
    """
    if newer is None or newer is promised:
        return promised
    return pa.schema([_borrow(field, newer) for field in promised], metadata=promised.metadata)


def _borrow(field: pa.Field, newer: pa.Schema) -> pa.Field:
    """Return a column with the promises of its namesake."""
    index = newer.get_field_index(field.name)
    if index < 0 or newer.field(index).type != field.type:
        return field
    borrowed = {key: text for key, text in (newer.field(index).metadata or {}).items() if key in _KEYS}
    metadata = {**borrowed, **(field.metadata or {})}
    return field.with_metadata(metadata) if metadata else field
