"""A server that is examined: every call is bounded in time and size, and ends in an answer or one of few failures."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.errors import ArrakisSchemaError, MalformedRequestError
from arrakis_schema.flight.texts import shortened
from arrakis_schema.store.strict_json import parse_json
from arrakis_schema.text.short_repr import short_repr

LARGEST_MESSAGE = 64 * 1024 * 1024
MOST_BATCHES = 64
_PATIENCE = 0.25
_SHARE = 6  # of the time, that one call may take
_OPTIONS = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.max_metadata_size", 1024 * 1024)]
_NOT_CONNECTED = re.compile(
    r"failed to connect|errors resolving|socket closed|connection (refused|reset|aborted)|broken pipe|goaway",
    re.IGNORECASE,
)
_FROM_THERE = re.compile(r" Detail: |^Flight returned")
_ONE_OF_MANY = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b")
_UNCAUGHT = "Detail: Python exception: "
_CONTEXT = re.compile(r"\.? (Detail|gRPC client debug context|Client context): .*", re.DOTALL)
_PREFIX = re.compile(r"^Flight (returned|cancelled|error)[^:]*, with message: |^Flight error: ")


class CallError(ArrakisSchemaError):
    """A call that did not end in an answer; `said` is what the other side or the transport says."""

    def __init__(self, said: str) -> None:
        """Keep what is said."""
        self.said = said
        super().__init__(said)


class UnreachableError(CallError):
    """There is no connection, or not to a Flight server."""


class TimedOutError(CallError):
    """The time was over before the answer was."""


class NotAllowedError(CallError):
    """The server wants to know who asks, or does not let them."""


class UnavailableError(CallError):
    """The server says that it does not have what is asked for."""


class RefusedError(CallError):
    """The server refuses the request; `internal` where it only says that it failed."""

    def __init__(self, said: str, *, internal: bool = False) -> None:
        """Keep what is said."""
        self.internal = internal
        super().__init__(said)


class BrokenError(CallError):
    """What came is not an answer: cut off, no Arrow data, or larger than anybody would send."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to get at a server: where, how many seconds everything together may take, who asks, and whom to believe."""

    location: str
    seconds: float = 30.0
    token: str = ""
    root_certs: bytes = b""

    __repr__ = short_repr


class Peer:
    """The connection to a server."""

    def __init__(self, access: Access) -> None:
        """Take how to get at it; nothing is sent yet."""
        self.access = access
        self._until = monotonic() + access.seconds
        try:
            self._client = self._connected(access.location)
        except (pa.ArrowException, ValueError, OSError) as error:
            raise UnreachableError(f"{access.location} is no location of a Flight server: {_said(error)}") from error

    def greet(self) -> None:
        """Ask for the list of actions, whatever it is: a server that answers, or refuses, is a Flight server."""
        with suppress(RefusedError, UnavailableError, NotAllowedError), self._calling():
            next(iter(self._client.list_actions(self._call())), None)

    def action(self, name: str) -> Any:
        """Return the JSON value that an action answers."""
        with self._calling():
            body = next(
                (result.body for result in self._client.do_action(flight.Action(name, b""), self._call())), None
            )
        try:
            return parse_json(b"" if body is None else body.to_pybytes())
        except MalformedRequestError as error:
            raise BrokenError(f"the action {name} does not answer JSON: {shortened(error.problem)}") from error

    def info(self, command: bytes) -> flight.FlightInfo:
        """Return what the server says about the answer to a command."""
        with self._calling():
            return self._client.get_flight_info(flight.FlightDescriptor.for_command(command), self._call())

    @contextmanager
    def stream(self, endpoint: flight.FlightEndpoint) -> "Iterator[Stream]":
        """Open the stream of an endpoint, at the server or where the endpoint says; it is cancelled at the end."""
        client, call = self._client_of(endpoint)
        with self._calling():
            reader = client.do_get(endpoint.ticket, call)
        try:
            yield Stream(reader)
        finally:
            with suppress(pa.ArrowException):
                reader.cancel()

    def exchange(self, command: bytes, batch: pa.RecordBatch) -> pa.Table:
        """Send one batch and return what the server answers to it. The only call that may change something there."""
        with self._calling():
            asked = flight.FlightDescriptor.for_command(command)
            writer, reader = self._client.do_exchange(asked, self._call())
            with writer:
                writer.begin(batch.schema)
                writer.write_batch(batch)
                writer.done_writing()
                return reader.read_all()

    def _call(self, *, known: bool = True) -> flight.FlightCallOptions:
        """Return the options of a call; the token goes to the server that was asked for, and nowhere else."""
        token = self.access.token if known else ""
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        left = self._until - monotonic()
        if left <= 0:
            raise TimedOutError(f"the {self.access.seconds:g} s are over")
        return flight.FlightCallOptions(timeout=min(left, self.access.seconds / _SHARE), headers=headers)

    def _client_of(self, endpoint: flight.FlightEndpoint) -> tuple[flight.FlightClient, flight.FlightCallOptions]:
        """Return the connection to the first location of an endpoint."""
        there = [location.uri.decode("utf-8", "replace") for location in endpoint.locations][:1]
        if not there or there[0].startswith("arrow-flight-reuse-connection:") or there[0] == self.access.location:
            return self._client, self._call()
        place = shortened(there[0], 60)
        try:
            known = _host(there[0]) == _host(self.access.location)
            client = self._connected(there[0])
            client.wait_for_available(max(1, int(self.access.seconds / _SHARE)))
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise BrokenError(f"the location {place} of its data is not reached: {_said(error)}") from error
        return client, self._call(known=known)

    def _connected(self, location: str) -> flight.FlightClient:
        """Return a connection; nothing is sent yet."""
        certs = {"tls_root_certs": self.access.root_certs} if self.access.root_certs else {}
        return flight.connect(location, generic_options=_OPTIONS, **certs)

    @staticmethod
    @contextmanager
    def _calling() -> Iterator[None]:
        """Turn what pyarrow raises into the failures above."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, KeyError, UnicodeDecodeError, MemoryError) as error:
            raise failure(error) from error


class Stream:
    """What a server sends: a schema, then batches, read as far as the bounds go."""

    def __init__(self, reader: flight.FlightStreamReader) -> None:
        """Take the reader; the schema is read when it is asked for."""
        self._reader = reader
        self.ended = False

    @property
    def schema(self) -> pa.Schema:
        """The schema of the stream."""
        try:
            return self._reader.schema
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            raise failure(error) from error

    def begin(self) -> None:
        """Read the schema and the first batch, if one comes in time; a refusal may come in place of either."""
        _ = self.schema
        with suppress(TimedOutError):
            next(self.batches(), None)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield batches until the end, or as many as the bounds allow; an open stream may be quiet for long."""
        since, size = 0.0, 0
        for number in range(MOST_BATCHES):
            try:
                batch = self._reader.read_chunk().data
            except StopIteration:
                self.ended = True
                return
            except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
                failed = failure(error)
                if isinstance(failed, TimedOutError) and number:
                    return
                if isinstance(failed, RefusedError) and number:
                    raise BrokenError(
                        f"it breaks off after {_count(number, 'batch', 'batches')}: {failed.said}"
                    ) from error
                raise failed from error
            if batch is None:
                continue
            yield batch
            size += batch.nbytes
            since = since or monotonic()
            if size > LARGEST_MESSAGE or monotonic() - since > _PATIENCE:
                return


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


def failure(error: BaseException) -> CallError:
    """Return the failure that an error of pyarrow stands for."""
    text, said = str(error), _said(error)
    if isinstance(error, flight.FlightUnavailableError) and _NOT_CONNECTED.search(text):
        return UnreachableError(said)
    if isinstance(error, flight.FlightInternalError) or _UNCAUGHT in text:
        return RefusedError(said or "internal error", internal=True)
    if isinstance(error, MemoryError):
        return BrokenError(f"the answer needs more memory than there is: {said}")
    if isinstance(error, flight.FlightCancelledError):
        limit = f"more than {LARGEST_MESSAGE // 1024 // 1024} MiB in one message is not taken"
        return BrokenError(f"the answer was cut off ({limit}){f': {said}' if said else ''}")
    if isinstance(error, pa.ArrowInvalid) and not _FROM_THERE.search(text):
        return BrokenError(f"no Arrow data: {said}")
    kind = next((failed for raised, failed in FAILURES.items() if isinstance(error, raised)), BrokenError)
    return kind(said or type(error).__name__)


def _host(location: str) -> tuple[str, str | None]:
    """Return scheme and host of a location: who may see what is shown to another port of it, as openly."""
    parts = urlsplit(location)
    return parts.scheme, parts.hostname


def _count(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def _said(error: BaseException) -> str:
    """Return the words of an error without those of the transport, the other side's stack, and numbers of the call."""
    return _ONE_OF_MANY.sub("…", shortened(_PREFIX.sub("", _CONTEXT.sub("", str(error)))).strip("'\" "))
