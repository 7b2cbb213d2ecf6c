"""What the server listens to: a socket, with as many connections as it can hold, and the signals that stop it."""

import errno
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from arrakis_schema.errors import ArrakisSchemaError

PORTS = range(65536)

BACKLOG = 4096
"""Connections that may wait to be accepted; the kernel may allow fewer (`net.core.somaxconn`)."""

MOST_CONNECTIONS = 16_384
"""Connections that may be open at once: an idle one costs file descriptors and about 10 kB."""

RESERVED_FILES = 64
"""File descriptors that are kept for everything else."""

SEND_BUFFER = 256 * 1024
"""Octets of an answer that wait in the kernel for each connection."""

READ_TIMEOUT = 20_000
"""Milliseconds after which a client that reads nothing of its response is disconnected, where supported."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a service manager, and a terminal that is closed."""


class ServeError(ArrakisSchemaError):
    """The server cannot start, or ended by itself."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket for all workers; raises `ServeError` where that is not possible.

    The address is never shared (no SO_REUSEPORT): a second server must fail, not take half of the requests.
    """
    if port not in PORTS:
        raise ServeError(f"{port} is not a port: choose one from 0 to 65535 with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise ServeError(_explain_error(host, port, error)) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # accepted connections inherit it
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, READ_TIMEOUT)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServeError(_explain_error(host, port, error)) from error
    listener.setblocking(False)  # noqa: FBT003 - the name says it
    return listener


def _explain_error(host: str, port: int, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: choose another with --port"
    if number == errno.EACCES:
        return f"port {port} on {host} needs privileges: choose one above 1023 with --port"
    return f"{host} is not an address of this machine: choose another with --host"


def allow_connections() -> int:
    """Raise the limit of open files as far as needed and permitted; return how many connections fit into it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = MOST_CONNECTIONS + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(ValueError, OSError):  # macOS has a limit of its own below `hard`
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, max(1, soft - RESERVED_FILES))


class Stop:
    """Counts the requests to stop; `reader` becomes readable after each."""

    def __init__(self) -> None:
        self.requests = 0
        self.reader, self.writer = socket.socketpair()
        for end in (self.reader, self.writer):
            end.setblocking(False)  # noqa: FBT003 - the name says it

    def count(self, _number: int, _frame: FrameType | None) -> None:
        """Count a request: the handler of a signal."""
        self.requests += 1

    def drain(self) -> None:
        """Empty `reader`."""
        with suppress(BlockingIOError):
            self.reader.recv(4096)

    def close(self) -> None:
        """Close both ends; a forked child does so too."""
        self.reader.close()
        self.writer.close()


@contextmanager
def stop_signals() -> Iterator[Stop]:
    """Count requests to stop, and restore the earlier handlers at the end; for the main thread only."""
    stop = Stop()
    wakeup = signal.set_wakeup_fd(stop.writer.fileno(), warn_on_full_buffer=False)
    handled = [number for number in STOP_SIGNALS if not _is_ignored_hangup(number)]
    before = {number: signal.signal(number, stop.count) for number in handled}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        stop.close()


def _is_ignored_hangup(number: signal.Signals) -> bool:
    """Return whether this is SIGHUP and nohup started this process."""
    return number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN
