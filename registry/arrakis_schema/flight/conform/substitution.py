"""Adapt example requests to a server: replace the names in an example by names of what the server has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.conform.client import CallError, Peer, TimedOutError, UnreachableError
from arrakis_schema.flight.release_contract import Contract, Sample
from arrakis_schema.flight.request_forms import form_of

Names = Mapping[str, Sequence[str]]
Row = Mapping[str, Any]


class NothingOfferedError(ArrakisSchemaError):
    """A request names things of which the server has none."""


def server_names(contract: Contract, peer: Peer, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the names that the server has for each argument of names: from its listing, or from an action."""
    keys = varying_columns(contract)
    names = {}
    for name, setting in contract.flight.names.items():
        if setting.action:
            names[name] = list(_named_by(peer, setting.action))
        else:
            ordered = sorted(rows, key=lambda row: str(row.get(setting.column)))
            values = (row.get(setting.column) for row in distinct_first(ordered, keys))
            names[name] = list(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    return names


def substitute_names(contract: Contract, endpoint: str, request: Any, names: Names) -> Any:
    """Return a request with the server's names in place of the example's; raises `NothingOfferedError`."""
    member = form_of(endpoint, contract.release).argument_member
    args = request.get(member) if member and isinstance(request, dict) else request
    if not isinstance(args, dict):
        return request
    changed = {name: _substitute(name, value, names[name]) if name in names else value for name, value in args.items()}
    return {**request, member: changed} if member else changed


def refused_request(contract: Contract, endpoint: str, sample: Sample, names: Names) -> Any:
    """Return a refused example with the server's names, if the release still refuses it; otherwise unchanged."""
    try:
        changed = substitute_names(contract, endpoint, sample.request, names)
        contract.accept(changed, endpoint)
    except NothingOfferedError:
        return sample.request
    except ArrakisSchemaError:
        return changed
    return sample.request


def varying_columns(contract: Contract) -> list[str]:
    """Return the columns of a listing, other than the name, that the columns of a stream depend on."""
    return [
        placeholder
        for endpoint, columns in contract.flight.columns.items()
        for placeholder in getattr(contract.payload(endpoint), "repeated", ())
        if placeholder not in {columns.column, *columns.aliases}
    ]


def distinct_first(rows: Iterable[Row], keys: Sequence[str]) -> list[Row]:
    """Return the rows in a new order: first one of each kind, then the others."""
    first: dict[tuple[str, ...], Row] = {}
    repeats = []
    for row in rows:
        kind = row_kind(row, keys)
        if kind in first:
            repeats.append(row)
        else:
            first[kind] = row
    return [*first.values(), *repeats]


def row_kind(row: Row, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the key of a row's kind; a server may send values of any type."""
    return tuple(repr(row.get(key)) for key in keys)


def _substitute(name: str, value: Any, available: Sequence[str]) -> Any:
    """Return the value of an argument with its names replaced by those of the server."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(item, str) for item in values):
        return value
    if not available:
        raise NothingOfferedError(f"it names {name}, and the server tells of none")
    replacements = dict(zip(dict.fromkeys(values), available, strict=False))
    return (
        replacements[value]
        if isinstance(value, str)
        else [replacements[item] for item in values if item in replacements]
    )


def _named_by(peer: Peer, action: str) -> Iterator[str]:
    """Yield the names in the object that an action returns; none where the call fails."""
    try:
        answer = peer.action(action)
    except (UnreachableError, TimedOutError):
        raise
    except CallError:
        return
    if isinstance(answer, dict):
        yield from answer
