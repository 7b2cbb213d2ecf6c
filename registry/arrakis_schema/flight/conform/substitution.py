"""Requests that ask a server for what it has: the names in an example give way to names that the server told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.conform.client import CallError, Peer, TimedOutError, UnreachableError
from arrakis_schema.flight.release_contract import Contract, Sample
from arrakis_schema.flight.request_forms import form_of

Names = Mapping[str, Sequence[str]]
Row = Mapping[str, Any]


class NothingOwnError(ArrakisSchemaError):
    """A request names what a server has nothing of."""


def own_names(contract: Contract, peer: Peer, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return for each argument that names something what the server has: by its listing, or by an action."""
    keys = varying(contract)
    found = {}
    for name, said in contract.flight.names.items():
        if said.action:
            found[name] = list(_named_by(peer, said.action))
        else:
            ordered = sorted(rows, key=lambda row: str(row.get(said.column)))
            values = (row.get(said.column) for row in varied(ordered, keys))
            found[name] = list(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    return found


def adopted(contract: Contract, endpoint: str, request: Any, names: Names) -> Any:
    """Return a request with the server's names in place of the example's; raises `NothingOwnError`."""
    place = form_of(endpoint, contract.release).place
    args = request.get(place) if place and isinstance(request, dict) else request
    if not isinstance(args, dict):
        return request
    changed = {name: _adopted(name, value, names[name]) if name in names else value for name, value in args.items()}
    return {**request, place: changed} if place else changed


def still_refused(contract: Contract, endpoint: str, sample: Sample, names: Names) -> Any:
    """Return a refused request with the server's names, if the release refuses it then too; or else as it is."""
    try:
        changed = adopted(contract, endpoint, sample.request, names)
        contract.accept(changed)
    except NothingOwnError:
        return sample.request
    except ArrakisSchemaError:
        return changed
    return sample.request


def varying(contract: Contract) -> list[str]:
    """Return the columns of a listing that the columns of a stream depend on, but for its name."""
    return [
        placeholder
        for endpoint, columns in contract.flight.columns.items()
        for placeholder in getattr(contract.payload(endpoint), "repeated", ())
        if placeholder not in {columns.column, *columns.aliases}
    ]


def varied(rows: Iterable[Row], keys: Sequence[str]) -> list[Row]:
    """Return the rows with one of each kind first."""
    first: dict[tuple[str, ...], Row] = {}
    rest = []
    for row in rows:
        kind = kind_of(row, keys)
        if kind in first:
            rest.append(row)
        else:
            first[kind] = row
    return [*first.values(), *rest]


def kind_of(row: Row, keys: Sequence[str]) -> tuple[str, ...]:
    """Return what is the same for rows of a kind: a server may have put anything there."""
    return tuple(repr(row.get(key)) for key in keys)


def _adopted(name: str, value: Any, own: Sequence[str]) -> Any:
    """Return the value of an argument with the server's names for those in it."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
        return value
    if not own:
        raise NothingOwnError(f"it names {name}, and the server tells of none")
    given = dict(zip(dict.fromkeys(values), own, strict=False))
    return given[value] if isinstance(value, str) else [given[one] for one in values if one in given]


def _named_by(peer: Peer, action: str) -> Iterator[str]:
    """Yield the names in the object that an action answers; none where it does not."""
    try:
        answered = peer.action(action)
    except (UnreachableError, TimedOutError):
        raise
    except CallError:
        return
    if isinstance(answered, dict):
        yield from answered
