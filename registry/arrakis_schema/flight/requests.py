"""Requests as Flight descriptors, and tickets as requests."""

import json
import os
from typing import Any

from pyarrow import flight

from arrakis_schema.flight.request_forms import form_of
from arrakis_schema.json_schema.packets import Request, parse_request, write_request
from arrakis_schema.store.store import Release, open_release

_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False)
Root = str | os.PathLike[str] | None


def descriptor(
    endpoint: str, version: str | Release | None = None, *, root: Root = None, **args: Any
) -> flight.FlightDescriptor:
    """Return the descriptor that asks an endpoint, with the arguments that are given; the request is checked.

    What is required and left out is filled in: the name of the request and the release, the defaults that
    `registry.toml` declares, and null where the release allows it. What has no default stays missing, and is refused.
    `version` is a release, an alias or None (this package's own).

    Raises `InvalidRequestError` that says which argument and why, also for an argument that the release does not
    describe, and `UnknownSchemaError` for an endpoint or a release that there is not.
    """
    form = form_of(endpoint, open_release(version, root))
    given = {**form.defaults, **args}
    request = form.request(given)
    if form.known is not None and not args.keys() <= form.known:
        form.refuse(args)
    for check in form.checks:
        check(request)
    try:
        inside = _ENCODER.encode(given).encode("ascii") if form.place else b""
    except (TypeError, ValueError, RecursionError):
        inside = b""
    if inside.count(b"{") == 1 and b"[[" not in inside and b"\\ud" not in inside:  # plainly what write_request writes
        return flight.FlightDescriptor.for_command(form.head + inside + form.tail)
    return flight.FlightDescriptor.for_command(write_request(request))


def parse_ticket(ticket: flight.Ticket | flight.FlightEndpoint | bytes) -> Request:
    """Return the request in a ticket, or in the ticket of an endpoint; raises `MalformedRequestError`.

    It is not held against a schema: a server may write its tickets by another release.
    """
    if isinstance(ticket, flight.FlightEndpoint):
        ticket = ticket.ticket
    return parse_request(ticket.ticket if isinstance(ticket, flight.Ticket) else ticket)
