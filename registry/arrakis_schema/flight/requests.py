"""Requests as Flight sends them: as the command of a descriptor, at the end of a path, or as a ticket."""

import json
import os
from collections.abc import Collection
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.flight.request_forms import form_of
from arrakis_schema.json_schema.packets import Request, parse_request, write_request
from arrakis_schema.store.flight_settings import Flight
from arrakis_schema.store.store import Release, open_release
from arrakis_schema.store.strict_json import parse_json


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


_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False)
Root = str | os.PathLike[str] | None


def descriptor(
    endpoint: str,
    version: str | Release | None = None,
    *,
    root: Root = None,
    as_documented: bool = False,
    **args: Any,
) -> flight.FlightDescriptor:
    """Return the descriptor of a request to an endpoint with these arguments, after validating the request.

    Missing required members are filled in: the name of the request and the release, the defaults that
    `registry.toml` declares, and null where the release allows it. A member without a default stays missing.
    `version` is a release, an alias or None (this package's own). A frozen release is used with its corrections, or
    without them if `as_documented`.

    Raises `InvalidRequestError`, which names the argument and the reason, also for an argument that the release does
    not describe, and `UnknownSchemaError` for an endpoint or a release that does not exist.
    """
    release = open_release(version, root).held(as_documented=as_documented)
    form = form_of(endpoint, release)
    arguments = {**form.defaults, **args}
    request = form.request(arguments)
    for check in form.checks:
        check(request)
    if release.settings.flight.calls == "path":
        return descriptor_of(release.settings.flight, endpoint, request)
    try:
        encoded = _ENCODER.encode(arguments).encode("ascii") if form.argument_member else b""
    except (TypeError, ValueError, RecursionError):
        encoded = b""
    if (
        encoded.count(b"{") == 1 and b"[[" not in encoded and b"\\ud" not in encoded
    ):  # plainly what write_request writes
        return flight.FlightDescriptor.for_command(form.head + encoded + form.tail)
    return flight.FlightDescriptor.for_command(write_request(request))


def parse_ticket(ticket: flight.Ticket | flight.FlightEndpoint | bytes) -> Request:
    """Return the request in a ticket, or in the ticket of an endpoint; raises `MalformedRequestError`.

    The request is not validated: the tickets of a server may belong to another release.
    """
    if isinstance(ticket, flight.FlightEndpoint):
        ticket = ticket.ticket
    return parse_request(ticket.ticket if isinstance(ticket, flight.Ticket) else ticket)
