"""The client of an examination: each call is bounded in time and size, and ends in an answer or a `CallError`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import flight

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.conform.call_errors import (
    LARGEST_MESSAGE,
    BrokenError,
    ElsewhereError,
    NotAllowedError,
    RefusedError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
    error_text,
    failure,
)
from arrakis_schema.flight.tickets import descriptor_of, ticket_info
from arrakis_schema.store.flight_settings import Flight
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.text.printable import clean_line
from arrakis_schema.text.short_repr import short_repr

MOST_BATCHES = 64
_PATIENCE = 0.25
_SHARE = 6  # of the time, that one call may take
_OPTIONS = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.max_metadata_size", 1024 * 1024)]


@dataclass(frozen=True, slots=True)
class Access:
    """How to access a server: its location, the seconds for the whole examination, the token, trusted certificates.

    A server says where its data is: hosts other than its own are asked only if they are in `follow`, where `all` stands
    for any; with `replicas` the data is read at each of its locations, and not only at the first.
    """

    location: str
    seconds: float = 30.0
    token: str = ""
    root_certs: bytes = b""
    follow: tuple[str, ...] = ()
    replicas: bool = False

    __repr__ = short_repr


class Peer:
    """The connection to a server."""

    def __init__(self, access: Access) -> None:
        """Take the access; nothing is sent yet."""
        self.access = access
        self._until = monotonic() + access.seconds
        try:
            self._client = self._connect(access.location)
        except (pa.ArrowException, ValueError, OSError) as error:
            raise UnreachableError(
                f"{access.location} is not a location of a Flight server: {error_text(error)}"
            ) from error

    def require_flight(self) -> None:
        """List the actions, and ignore them: a server that answers or refuses is a Flight server."""
        with suppress(RefusedError, UnavailableError, NotAllowedError), self._translate_errors("ListActions"):
            next(iter(self._client.list_actions(self._call())), None)

    def action(self, name: str) -> Any:
        """Return the JSON value that an action returns."""
        with self._translate_errors("DoAction"):
            body = next(
                (result.body for result in self._client.do_action(flight.Action(name, b""), self._call())), None
            )
        try:
            return parse_json(b"" if body is None else body.to_pybytes())
        except MalformedRequestError as error:
            raise BrokenError(f"the action {name} does not answer JSON: {clean_line(error.problem)}") from error

    def info(self, settings: Flight, endpoint: str, request: Any) -> flight.FlightInfo:
        """Return the FlightInfo of a request; where its ticket alone is sent, one with that."""
        if settings.calls == "ticket":
            return ticket_info(settings, request)
        descriptor = descriptor_of(settings, endpoint, request)
        with self._translate_errors("GetFlightInfo"):
            return self._client.get_flight_info(descriptor, self._call())

    @contextmanager
    def stream(self, endpoint: flight.FlightEndpoint, replica: int = 0) -> "Iterator[Stream]":
        """Open the stream of an endpoint, at one of its locations or else at the server; it is cancelled at the end."""
        location = self._location(endpoint, replica)
        client, call, label = self._client, self._call(), ""
        if location is not None:
            label = clean_line(location, 60)
            client, call = self._connect_to(location)
        with self._translate_errors("DoGet", label):
            reader = client.do_get(endpoint.ticket, call)
        try:
            yield Stream(reader, label)
        finally:
            with suppress(pa.ArrowException):
                reader.cancel()

    def replicas(self, endpoint: flight.FlightEndpoint) -> int:
        """Return how many locations of an endpoint are to be read: one, unless all are."""
        return max(1, len(self._locations_to_ask(endpoint))) if self.access.replicas else 1

    def is_elsewhere(self, endpoint: flight.FlightEndpoint) -> bool:
        """Return whether the data of an endpoint is only at other servers."""
        return bool(endpoint.locations) and not any(map(self._is_own, _locations(endpoint)))

    def exchange(self, descriptor: flight.FlightDescriptor, batch: pa.RecordBatch) -> pa.Table:
        """Send one batch and return the answer. This is the only call that may change data on the server."""
        with self._translate_errors("DoExchange"):
            writer, reader = self._client.do_exchange(descriptor, self._call())
            with writer:
                writer.begin(batch.schema)
                writer.write_batch(batch)
                writer.done_writing()
                table = reader.read_all()
                table.validate(full=True)
                return table

    def _call(self, *, trusted: bool = True) -> flight.FlightCallOptions:
        """Return the options of a call; the token is sent to the requested server only."""
        token = self.access.token if trusted else ""
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        left = self._until - monotonic()
        if left <= 0:
            raise TimedOutError(f"the {self.access.seconds:g} s are over")
        return flight.FlightCallOptions(timeout=min(left, self.access.seconds / _SHARE), headers=headers)

    def _is_own(self, location: str) -> bool:
        """Return whether a location is the server itself."""
        return location.startswith("arrow-flight-reuse-connection:") or location == self.access.location

    def _locations_to_ask(self, endpoint: flight.FlightEndpoint) -> list[str]:
        """Return the locations of an endpoint that may be asked."""
        return [location for location in _locations(endpoint) if self._may_follow(location)]

    def _may_follow(self, location: str) -> bool:
        """Return whether a location may be contacted: the server itself, its host, or a host to follow."""
        host = _host(location)[1]
        own = self._is_own(location) or (host is not None and host == _host(self.access.location)[1])
        return own or "all" in self.access.follow or host in self.access.follow

    def _location(self, endpoint: flight.FlightEndpoint, replica: int) -> str | None:
        """Return a location of an endpoint, None for the server itself; raises `ElsewhereError`."""
        followed = self._locations_to_ask(endpoint)
        if endpoint.locations and not followed:
            first = _locations(endpoint)[0]
            host = clean_line(_host(first)[1] or "all", 60)
            raise ElsewhereError(f"the data is at {clean_line(first, 60)}: allow it with --follow {host}")
        location = followed[replica % len(followed)] if followed else None
        return None if location is None or self._is_own(location) else location

    def _connect_to(self, location: str) -> tuple[flight.FlightClient, flight.FlightCallOptions]:
        """Return a client for another location, which connects with its first call, and the options of that."""
        try:
            client = self._connect(location)
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            message = f"the location {clean_line(location, 60)} of its data cannot be reached: {error_text(error)}"
            raise BrokenError(message) from error
        own = self.access.location
        return client, self._call(trusted=_host(location) == _host(own))

    def _connect(self, location: str) -> flight.FlightClient:
        """Return a client; nothing is sent yet."""
        certs = {"tls_root_certs": self.access.root_certs} if self.access.root_certs else {}
        return flight.connect(location, generic_options=_OPTIONS, **certs)

    @staticmethod
    @contextmanager
    def _translate_errors(rpc: str, label: str = "") -> Iterator[None]:
        """Translate the errors of an RPC to `CallError`s; `label` is another server than the one that is examined."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, KeyError, UnicodeDecodeError, MemoryError) as error:
            raise failure(error, rpc, label) from error


class Stream:
    """A stream from a server: a schema, then batches, read up to the limits."""

    def __init__(self, reader: flight.FlightStreamReader, label: str = "") -> None:
        """Take the reader, and the label of a server that is not the examined one; the schema is read on access."""
        self._reader, self._label = reader, label
        self.ended = False

    @property
    def schema(self) -> pa.Schema:
        """The schema of the stream."""
        try:
            return self._reader.schema
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            raise failure(error, "DoGet", self._label) from error

    def begin(self) -> None:
        """Read the schema and the first batch, if one arrives in time; a refusal may replace either."""
        _ = self.schema
        with suppress(TimedOutError):
            next(self.batches(), None)

    def batches(self, *, patient: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield batches until the end, or up to the limits; an open stream may be idle for long.

        A patient reader takes any time for a stream that has an end.
        """
        since, size = 0.0, 0
        for number in range(MOST_BATCHES):
            try:
                batch = self._reader.read_chunk().data
                if batch is not None:
                    batch.validate(full=True)
            except StopIteration:
                self.ended = True
                return
            except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
                failed = failure(error, "DoGet", self._label)
                if isinstance(failed, TimedOutError) and number:
                    return
                if isinstance(failed, RefusedError) and number:
                    raise BrokenError(
                        f"it ends abruptly after {format_count(number, 'batch', 'batches')}: {failed.reason}"
                    ) from error
                raise failed from error
            if batch is None:
                continue
            yield batch
            size += batch.nbytes
            since = since or monotonic()
            if size > LARGEST_MESSAGE or (monotonic() - since > _PATIENCE and not patient):
                return


def _locations(endpoint: flight.FlightEndpoint) -> list[str]:
    """Return the locations of an endpoint."""
    return [location.uri.decode("utf-8", "replace") for location in endpoint.locations]


def _host(location: str) -> tuple[str, str | None]:
    """Return scheme and host of a location; the token may be sent to any port of the same host by the same scheme."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "", None
    return parts.scheme, parts.hostname
