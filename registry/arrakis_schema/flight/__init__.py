"""Arrow Flight: build and validate requests, parse tickets, look up promised schemas, mock a server, examine a server.

Needs pyarrow, the extra `arrow`; examining a server needs the extra `check`.
"""

from arrakis_schema.errors import MissingExtraError

try:
    from arrakis_schema.flight.payloads import assert_payload, payload_schema
    from arrakis_schema.flight.requests import RefusedRequestError, RequestValidator, descriptor
    from arrakis_schema.flight.tickets import parse_ticket
except ModuleNotFoundError as error:
    raise MissingExtraError(str(error.name).partition(".")[0], "arrow") from error

__all__ = [
    "RefusedRequestError",
    "RequestValidator",
    "assert_payload",
    "descriptor",
    "parse_ticket",
    "payload_schema",
]
