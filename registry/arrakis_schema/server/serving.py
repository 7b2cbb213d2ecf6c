"""Run the site's application: bind, answer, and stop without breaking off an answer.

Nothing is printed here; whoever calls `serve` is told the URL once it answers.
"""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Callable, Iterable
from functools import partial
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, cast

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from starlette.types import ASGIApp

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.representations import Representation
from arrakis_schema.server.application import assembled
from arrakis_schema.server.tree import tree
from arrakis_schema.server.watching import Current, Sources, keep_current

GRACE = 5
"""Seconds that a client has to take the answer it asked for when the server is told to stop."""

OVERLAP = 0.5
"""Seconds that workers with the new site have to start listening before those with the old one stop."""

PORTS = range(65536)
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class ServeError(ArrakisSchemaError):
    """The server cannot start, or ended by itself."""


class Interrupt:
    """What the parent waits on and its signal handler sets, both in one thread.

    A `threading.Event` would lock itself out where the signal comes while `wait` holds the lock that `set` asks for;
    a `SimpleQueue` is made for that.
    """

    def __init__(self) -> None:
        self._signals: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Let one `wait` return, the present or the next."""
        self._signals.put(None)

    def wait(self) -> None:
        """Return when `set` was called."""
        self._signals.get()

    def clear(self) -> None:
        """Do nothing: `wait` has taken away what it waited for."""


def serve(  # noqa: PLR0913 - each is one option of the command line
    load: Callable[[], Iterable[Representation]],
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    workers: int = 1,
    root_path: str = "",
    announce: Callable[[str], None] = lambda _: None,
    sources: Sources | None = None,
) -> None:
    """Answer over HTTP with what `load` gives, until SIGINT or SIGTERM; a request in flight is answered first.

    `load` is called here, and again whenever the `sources` changed. Port 0 takes a free one. `announce` is called with
    the URL once that answers.
    """
    address, free_port = bindable(host, port)
    root_path = f"/{root_path.strip('/')}".rstrip("/")
    current = Current(tree(load()))
    server = _granian(address, free_port, workers, root_path)
    server.main_loop_interrupt = cast("Event", Interrupt())
    stopped = Event()
    url = f"http://{f'[{host}]' if ':' in host else host}:{free_port}{root_path}/"
    server.on_startup(lambda: _when_listening(address, free_port, stopped, lambda: announce(url)))
    if sources is not None:
        keep_current(current, sources, lambda: tree(load()), lambda: _restart(server), stopped)
    os.register_at_fork(after_in_child=lambda: None if stopped.is_set() else _let_sigterm_wait())
    try:
        server.serve(target_loader=partial(_in_worker, current), wrap_loader=False)
    except SystemExit as ended:
        if not server.interrupt_signal:
            raise ServeError("a worker of the server ended unexpectedly, and the server with it") from ended
    finally:
        stopped.set()


def _granian(address: str, port: int, workers: int, root_path: str) -> Any:
    """Return the server that is to listen there, quietly."""
    return Granian(
        "arrakis_schema.server",
        address=address,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        url_path_prefix=root_path or None,
        workers_kill_timeout=GRACE,
        respawn_interval=OVERLAP,
    )


def _restart(server: Any) -> None:
    """Let new workers take the place of the old ones, as SIGHUP does."""
    server.reload_signal = True
    server.main_loop_interrupt.set()


def _in_worker(current: Current) -> ASGIApp:
    """Return the application, in a worker that leaves Ctrl-C to its parent and does not outlive it.

    A terminal sends SIGINT to both, and a worker that ends by itself looks like one that failed. SIGTERM waits for the
    event loop: uvloop forgets a signal that comes after its handler is set and before it runs.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    asyncio.get_event_loop().call_soon(signal.pthread_sigmask, signal.SIG_UNBLOCK, {signal.SIGTERM})
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    return assembled(current.site)


def _let_sigterm_wait() -> None:
    """Hold SIGTERM back in a forked worker, whose inherited handler is the parent's and would stop nothing."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _end_with(parent: BaseProcess | None) -> None:
    """Stop this worker when its parent is gone: it would hold the port, with nobody to stop it."""
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def bindable(host: str, port: int) -> tuple[str, int]:
    """Return the address and the port to bind; raise ServeError where they cannot be.

    Granian's workers share their port (SO_REUSEPORT) with whoever does the same, even another server; this does not.
    """
    if port not in PORTS:
        raise ServeError(f"{port} is no port: choose one from 0 to 65535 with --port")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            address, free_port = probe.getsockname()[:2]
            return address, free_port
    except (OSError, UnicodeError) as refused:
        raise ServeError(_reason(host, port, refused)) from refused


def _reason(host: str, port: int, refused: Exception) -> str:
    number = refused.errno if isinstance(refused, OSError) else None
    if number == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: choose another with --port"
    if number == errno.EACCES:
        return f"port {port} on {host} needs privileges: choose one above 1023 with --port"
    return f"{host} is no address of this machine: choose another with --host"


def _when_listening(address: str, port: int, stopped: Event, then: Callable[[], None]) -> None:
    """Call `then`, in a thread, once a connection is accepted."""
    reachable = EVERY_ADDRESS.get(address, address)

    def watch() -> None:
        while not stopped.wait(0.02):
            try:
                socket.create_connection((reachable, port), timeout=1).close()
            except OSError:
                continue
            then()
            return

    Thread(target=watch, daemon=True).start()
