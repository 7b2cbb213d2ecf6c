"""Ask a server by the examples of a release, or for the flights that it lists. Nothing makes it write."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.errors import ArrakisSchemaError, MalformedRequestError
from arrakis_schema.flight.adoption.observations import Observation, Observed, Unanswered, first_rows, plain_name
from arrakis_schema.flight.conform.call_errors import (
    BrokenError,
    CallError,
    TimedOutError,
    UnimplementedError,
    UnreachableError,
)
from arrakis_schema.flight.conform.client import Peer
from arrakis_schema.flight.conform.listing import server_names, substitute_names
from arrakis_schema.flight.release_contract import Contract, form_of
from arrakis_schema.flight.tickets import descriptor_of
from arrakis_schema.json_schema.packets import write_request
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.text.printable import clean_line

MOST_FLIGHTS = 200
MOST_REQUESTS = 6
_MOST_ENDPOINTS = 8
_LONGEST_PATH = 4
_REUSE = "arrow-flight-reuse-connection:"


class Asker(Peer):
    """A connection that can also list the flights of a server."""

    def flights(self) -> list[flight.FlightInfo]:
        """Return the flights that the server lists, up to a limit."""
        with self._translate_errors("ListFlights"):
            return list(islice(self._client.list_flights(b"", self._call()), MOST_FLIGHTS))

    def info_of(self, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        """Return the FlightInfo of a descriptor."""
        with self._translate_errors("GetFlightInfo"):
            return self._client.get_flight_info(descriptor, self._call())

    def observe(self, endpoint: str, request: Any, info: flight.FlightInfo, *, read: bool = True) -> Observation:
        """Follow a FlightInfo to its data, on this server alone; raises `CallError`."""
        schemas, batches = [_schema_of(info)], list[pa.RecordBatch]()
        with suppress(UnimplementedError):  # then the FlightInfo is all that there is
            for place in info.endpoints[:_MOST_ENDPOINTS] if read else ():
                if self._is_here(place):
                    with self.stream(place) as stream:
                        schemas.append(stream.schema)
                        batches += stream.batches()
        return Observation(endpoint, request, tuple(schemas), tuple(batches))

    def observe_ticket(self, endpoint: str, request: Any) -> Observation:
        """Send a request as a ticket, without GetFlightInfo; raises `CallError`."""
        with self.stream(flight.FlightEndpoint(write_request(request), [])) as stream:
            return Observation(endpoint, request, (stream.schema,), tuple(stream.batches()), by_ticket=True)

    def _is_here(self, place: flight.FlightEndpoint) -> bool:
        """Return whether data lies at the host that was named: a server does not decide where this connects."""
        uris = [location.uri.decode("utf-8", "replace") for location in place.locations][:1]
        host = urlsplit(self.access.location).hostname
        return not uris or uris[0].startswith(_REUSE) or urlsplit(uris[0]).hostname == host


def observe_release(contract: Contract, peer: Asker, only: Sequence[str], requests: Mapping[str, Any]) -> Observed:
    """Ask by the examples of a release, with the names that the server has; the listing first."""
    listing = contract.flight.listing
    names: dict[str, list[str]] = {}
    for endpoint in sorted(contract.endpoints, key=lambda endpoint: endpoint != listing):
        included = _is_wanted(endpoint, only, requests)
        if not included and endpoint != listing:
            continue
        examples = [sample.request for sample in contract.samples(endpoint) if not sample.refused]
        if endpoint == listing:
            form = form_of(endpoint, contract.release)
            examples.insert(0, form.request(form.defaults))
        observed = list(_ask_each(contract, peer, endpoint, examples, names))
        if endpoint == listing:
            rows = [row for it in observed if isinstance(it, Observation) for row in first_rows(it.batches, 1000)]
            names = server_names(contract, peer, rows)
        yield from observed if included else ()
    yield from observe_requests(peer, requests)


def _is_wanted(endpoint: str, only: Sequence[str], requests: Mapping[str, Any]) -> bool:
    """Return whether an endpoint is requested as listed, because no request of its own was given."""
    return (not only or endpoint in only) and endpoint not in requests


def _ask_each(
    contract: Contract, peer: Asker, endpoint: str, requests: Sequence[Any], names: Mapping[str, Sequence[str]]
) -> Observed:
    """Ask each of these requests once."""
    read = endpoint not in {*contract.flight.writes, *contract.flight.exchange}
    asked: dict[bytes, Any] = {}
    for request in requests:
        try:
            changed = substitute_names(contract, endpoint, request, names) if names else request
            contract.accept(changed, endpoint)
            asked[write_request(changed, contract.flight.leading)] = changed
        except ArrakisSchemaError as error:
            yield Unanswered(endpoint, clean_line(error))
    for request in islice(asked.values(), MOST_REQUESTS):
        yield _answer(peer, endpoint, request, descriptor_of(contract.flight, endpoint, request), read=read)


def observe_flights(peer: Asker, only: Sequence[str], requests: Mapping[str, Any]) -> Observed:
    """Ask for each flight that the server lists, and for the endpoints that are named, by a path of one part."""
    counts: dict[str, int] = {}
    try:
        infos = peer.flights()
    except (UnreachableError, TimedOutError):
        raise
    except CallError as error:
        infos = []
        yield Unanswered("", f"no flights are listed: {error.reason}")
    member = discriminator_of(infos)
    for info in infos:
        endpoint, request = name_of_flight(info.descriptor, member)
        counts[endpoint] = counts.get(endpoint, 0) + 1
        if counts[endpoint] <= MOST_REQUESTS and _is_wanted(endpoint, only, requests):
            answer = _follow(peer, endpoint, request, info)
            if isinstance(answer, Observation) and not info.endpoints:  # a listing may leave out where the data is
                answer_again = _answer(peer, endpoint, request, info.descriptor)
                answer = answer_again if isinstance(answer_again, Observation) else answer
            yield _describe_flight(answer, info.descriptor) if isinstance(answer, Observation) else answer
    for name in only:
        if name not in counts and name not in requests:
            descriptor = flight.FlightDescriptor.for_path(name)
            answer = _answer(peer, name, None, descriptor)
            yield _describe_flight(answer, descriptor) if isinstance(answer, Observation) else answer
    yield from observe_requests(peer, requests)


def observe_requests(peer: Asker, requests: Mapping[str, Any]) -> Observed:
    """Ask the requests that are given, by the name of their endpoint."""
    for endpoint, request in requests.items():
        try:
            yield _ask(peer, endpoint, request)
        except UnreachableError:
            raise
        except CallError as error:
            yield Unanswered(endpoint, error.reason)


def _ask(peer: Asker, endpoint: str, request: Any) -> Observation:
    """Ask a request by a command, or as a ticket where the server has no GetFlightInfo."""
    try:
        info = peer.info_of(flight.FlightDescriptor.for_command(write_request(request)))
    except UnimplementedError:
        return peer.observe_ticket(endpoint, request)
    return peer.observe(endpoint, request, info)


def _answer(
    peer: Asker, endpoint: str, request: Any, descriptor: flight.FlightDescriptor, *, read: bool = True
) -> Observation | Unanswered:
    """Send a request; a rejection is noted, a server that is gone is an error."""
    try:
        info = peer.info_of(descriptor)
    except (UnreachableError, TimedOutError):
        raise
    except CallError as error:
        return Unanswered(endpoint, error.reason)
    return _follow(peer, endpoint, request, info, read=read)


def _follow(
    peer: Asker, endpoint: str, request: Any, info: flight.FlightInfo, *, read: bool = True
) -> Observation | Unanswered:
    """Read the data of a FlightInfo."""
    try:
        return peer.observe(endpoint, request, info, read=read)
    except UnreachableError:
        raise
    except CallError as error:
        return Unanswered(endpoint, error.reason)


def discriminator_of(infos: Sequence[flight.FlightInfo]) -> str:
    """Return the member that distinguishes the requests of these flights; empty if there is none.

    It is `request`, or else the first text that is in each of them, and that the schema of the answer depends on.
    """
    requested = [(request, info) for info in infos if (request := request_of(info.descriptor)) is not None]
    names = [
        name
        for name in (requested[0][0] if requested else ())
        if all(isinstance(it.get(name), str) for it, _ in requested)
    ]
    schemas = [_schema_text(info) for _, info in requested]
    for name in () if "request" in names else names:
        pairs = {(request[name], schema) for (request, _), schema in zip(requested, schemas, strict=True)}
        if 1 < len({value for value, _ in pairs}) == len(pairs) and len(set(schemas)) > 1:
            return name
    return "request" if "request" in names else ""


def _schema_text(info: flight.FlightInfo) -> str:
    """Return the schema in a FlightInfo as text; empty where it cannot be read."""
    try:
        return str(_schema_of(info))
    except BrokenError:
        return ""


def request_of(descriptor: flight.FlightDescriptor) -> dict[str, Any] | None:
    """Return the request of a descriptor: the JSON object in its command, or in a path of one part."""
    parts = _parts(descriptor)
    try:
        request = parse_json(parts[0]) if len(parts) == 1 else None
    except MalformedRequestError:
        return None
    return request if isinstance(request, dict) else None


def name_of_flight(descriptor: flight.FlightDescriptor, member: str = "request") -> tuple[str, Any]:
    """Return the name of the endpoint of a descriptor, which a member of its request says, and that request."""
    request = request_of(descriptor)
    if request is not None:
        name = request.get(member)
        return plain_name(name) if isinstance(name, str) else "flight", request
    return plain_name("-".join(part.decode("utf-8", "replace") for part in _parts(descriptor))), None


def _parts(descriptor: flight.FlightDescriptor) -> list[bytes]:
    """Return the command of a descriptor as one part, or the parts of its path."""
    if descriptor.descriptor_type == flight.DescriptorType.CMD:
        return [bytes(descriptor.command)]
    return [bytes(part) for part in descriptor.path]


def _describe_flight(answer: Observation, descriptor: flight.FlightDescriptor) -> Observation:
    """Return the observation of a flight that is not a JSON request, its path, or why no document can request it."""
    if answer.request is not None:
        return answer
    path = tuple(part.decode("utf-8", "replace") for part in _parts(descriptor))
    if descriptor.descriptor_type == flight.DescriptorType.CMD:
        return replace(answer, unasked=f"its command {clean_line(path[0], 60)!r} is not a JSON object")
    if not path or len(path) > _LONGEST_PATH or any(plain_name(part) != part for part in path):
        return replace(answer, unasked=f"its path {clean_line('/'.join(path), 60)!r} cannot be the name of a folder")
    return replace(answer, path=path)


def _schema_of(info: flight.FlightInfo) -> pa.Schema:
    """Return the schema in a FlightInfo; raises `BrokenError` for bytes that are none."""
    try:
        return info.schema
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BrokenError(f"the schema in its FlightInfo cannot be read: {clean_line(error)}") from error
