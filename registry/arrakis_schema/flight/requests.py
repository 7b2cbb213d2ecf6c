"""Requests as Flight descriptors, and tickets as requests."""

import json
import os
from typing import Any

from pyarrow import flight

from arrakis_schema.flight.calls import descriptor_of
from arrakis_schema.flight.request_forms import form_of
from arrakis_schema.json_schema.packets import Request, parse_request, write_request
from arrakis_schema.store.store import Release, open_release

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
    """Return the descriptor of a request to an endpoint with these arguments; the request is checked.

    Missing required members are filled in: the name of the request and the release, the defaults that
    `registry.toml` declares, and null where the release allows it. A member without a default stays missing.
    `version` is a release, an alias or None (this package's own). A frozen release is taken with its corrections, or
    `as_documented`.

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

    It is not validated: a server may write its tickets by another release.
    """
    if isinstance(ticket, flight.FlightEndpoint):
        ticket = ticket.ticket
    return parse_request(ticket.ticket if isinstance(ticket, flight.Ticket) else ticket)
