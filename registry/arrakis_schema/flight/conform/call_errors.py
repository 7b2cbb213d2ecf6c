"""The ways in which a call to a server ends without an answer, and which of them an error of pyarrow is."""

import re
from collections.abc import Mapping

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.text.printable import clean_line

LARGEST_MESSAGE = 64 * 1024 * 1024
_NOT_CONNECTED = re.compile(
    r"failed to connect|errors resolving|socket closed|connection (refused|reset|aborted)|broken pipe|goaway",
    re.IGNORECASE,
)
_NO_FLIGHT = re.compile(r"received http2 header with status|unknown service|method not found!", re.IGNORECASE)
_FROM_THERE = re.compile(r" Detail: |^Flight returned")
_ONE_OF_MANY = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b")
_EXPLAINED = (
    pa.ArrowKeyError,
    pa.ArrowInvalid,
)  # "not found" and "invalid argument", which a server says with a reason
_UNCAUGHT = "Detail: Python exception: "
_CONTEXT = re.compile(r"\.? (Detail|gRPC client debug context|Client context): .*", re.DOTALL)
_PREFIX = re.compile(r"^Flight (returned|cancelled|error)[^:]*, with message: |^Flight error: ")


class CallError(ArrakisSchemaError):
    """A call that did not end in an answer; `reason` is the text of the server or the transport."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


class UnreachableError(CallError):
    """There is no connection, or not to a Flight server."""


class TimedOutError(CallError):
    """The time ran out before the answer was complete."""


class NotAllowedError(CallError):
    """The server requires credentials, or rejects those it got."""


class UnavailableError(CallError):
    """The server says that it does not have the requested data."""


class RefusedError(CallError):
    """The server refuses the request; `internal` where it reports only an internal error."""

    def __init__(self, reason: str, *, internal: bool = False) -> None:
        """Keep the reason."""
        self.internal = internal
        super().__init__(reason)


class UnimplementedError(RefusedError):
    """The server has not implemented an RPC of Flight."""


class BrokenError(CallError):
    """The response is not an answer: cut off, not Arrow data, or unreasonably large."""


class ElsewhereError(CallError):
    """The data is at another host, which is not to be asked."""


FAILURES: Mapping[type[BaseException], type[CallError]] = {
    flight.FlightTimedOutError: TimedOutError,
    flight.FlightUnauthenticatedError: NotAllowedError,
    flight.FlightUnauthorizedError: NotAllowedError,
    flight.FlightUnavailableError: UnavailableError,
    flight.FlightCancelledError: BrokenError,
    flight.FlightServerError: RefusedError,
    pa.ArrowInvalid: RefusedError,
    pa.ArrowNotImplementedError: RefusedError,
    pa.ArrowKeyError: RefusedError,
    pa.ArrowTypeError: RefusedError,
    MemoryError: BrokenError,
    OSError: BrokenError,
}


def failure(error: BaseException, rpc: str, label: str = "") -> CallError:
    """Return the `CallError` for an error of pyarrow; `label` is another server than the one that is examined."""
    text, reason = str(error), error_text(error)
    if problem := _no_connection(error, reason):
        elsewhere = f"the location {label} of its data cannot be reached: {problem}"
        return BrokenError(elsewhere) if label else UnreachableError(problem)
    from_there = bool(_FROM_THERE.search(text))
    if from_there and (refusal := _server_failure(error, rpc, reason)):
        return refusal
    if isinstance(error, MemoryError):
        return BrokenError(f"the answer needs more memory than is available: {reason}")
    if isinstance(error, flight.FlightCancelledError):
        limit = f"messages of more than {LARGEST_MESSAGE // 1024 // 1024} MiB are rejected"
        return BrokenError(f"the answer was cut off ({limit}){f': {reason}' if reason else ''}")
    if isinstance(error, pa.ArrowInvalid) and not from_there:
        return BrokenError(f"not Arrow data: {reason}")
    kind = next((failed for raised, failed in FAILURES.items() if isinstance(error, raised)), BrokenError)
    return kind(reason or type(error).__name__)


def _server_failure(error: BaseException, rpc: str, reason: str) -> RefusedError | None:
    """Return the refusal of a server that has no such RPC, or that fails without a reason it chose; None otherwise."""
    if isinstance(error, pa.ArrowNotImplementedError):
        return UnimplementedError(f"it does not implement {rpc}{f': {reason}' if reason else ''}")
    explained = bool(reason) and isinstance(error, _EXPLAINED)
    if isinstance(error, flight.FlightInternalError) or (_UNCAUGHT in str(error) and not explained):
        return RefusedError(reason or "internal error", internal=True)
    return None


def _no_connection(error: BaseException, reason: str) -> str:
    """Return why there is no connection to a Flight server; empty where there is one."""
    if _NO_FLIGHT.search(reason):
        return f"what answers there is not a Flight server: {reason}"
    unavailable = isinstance(error, flight.FlightUnavailableError) and _NOT_CONNECTED.search(str(error))
    return reason if unavailable else ""


def error_text(error: BaseException) -> str:
    """Return the message of an error without the text of the transport, the server's stack trace and call numbers."""
    return _ONE_OF_MANY.sub("…", clean_line(_PREFIX.sub("", _CONTEXT.sub("", str(error)))).strip("'\" "))
