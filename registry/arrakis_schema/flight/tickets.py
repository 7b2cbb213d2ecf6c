"""Requests as Flight sends them: as the command of a descriptor, at the end of a path, or as a ticket."""

import json
from collections.abc import Collection
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.json_schema.packets import Request, parse_request, write_request
from arrakis_schema.store.flight_settings import Flight
from arrakis_schema.store.parsing import parse_json


def descriptor_of(settings: Flight, endpoint: str, request: Any) -> flight.FlightDescriptor:
    """Return the descriptor of a request."""
    command = write_request(request, settings.leading)
    if settings.calls != "path":
        return flight.FlightDescriptor.for_command(command)
    return flight.FlightDescriptor.for_path(*endpoint.split("/"), *([command] if request else []))


def read_path(path: list[bytes], endpoints: Collection[str]) -> tuple[str, bytes]:
    """Return the endpoint that a path begins with, and the request behind it; empty where the path has none."""
    for length in range(len(path), 0, -1):
        endpoint = b"/".join(path[:length]).decode("utf-8", "replace")
        if endpoint in endpoints and len(path) - length <= 1:
            return endpoint, b"".join(path[length:])
    return "", b""


def ticket_info(settings: Flight, request: Any) -> flight.FlightInfo:
    """Return what a server would say of a request that is sent as a ticket."""
    ticket = flight.FlightEndpoint(write_request(request, settings.leading), [])
    return flight.FlightInfo(pa.schema([]), flight.FlightDescriptor.for_path(), [ticket], -1, -1)


def write_ticket(settings: Flight, endpoint: str, request: Any) -> bytes:
    """Return a ticket: the request, with its endpoint where no member of it names that."""
    command = write_request(request, settings.leading)
    return command if settings.discriminator else json.dumps([endpoint, json.loads(command)]).encode()


def read_ticket(settings: Flight, ticket: bytes) -> tuple[str, bytes]:
    """Return the endpoint in a ticket, empty where it has none, and the request."""
    if not settings.discriminator and ticket.startswith(b"["):
        parsed = parse_json(ticket)
        if len(parsed) == 2 and isinstance(parsed[0], str) and isinstance(parsed[1], dict):  # noqa: PLR2004
            return parsed[0], write_request(parsed[1])
        raise MalformedRequestError("it is not a ticket of this server")
    parse_request(ticket)
    return "", ticket


def parse_ticket(ticket: flight.Ticket | flight.FlightEndpoint | bytes) -> Request:
    """Return the request in a ticket, or in the ticket of an endpoint; raises `MalformedRequestError`.

    The request is not validated: the tickets of a server may belong to another release.
    """
    if isinstance(ticket, flight.FlightEndpoint):
        ticket = ticket.ticket
    return parse_request(ticket.ticket if isinstance(ticket, flight.Ticket) else ticket)
