"""A worker: it serves its copy of the site, and switches to a newer one from the supervisor without a pause.

It ends when the supervisor closes the channel or is gone: it stops accepting, and finishes pending responses.
"""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import IO, Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server

from arrakis_schema.server.application import Current, Health, make_application
from arrakis_schema.server.building import leave_signals_to_parent, read_site

HEAD_TIMEOUT = 5_000
"""Milliseconds that a client has to send the head of a request, from the connection or the previous response."""

LARGEST_HEAD = 64 * 1024
"""Octets of the head of a request that are read; a longer one is refused."""
LARGEST_MESSAGE = 64 * 1024
MOST_FILES = 16


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Where a worker listens, and how many connections it may hold."""

    listener: socket.socket
    root_path: str
    connections: int


class _Server(Server):
    """Granian on an existing socket: its own would share the port with any other server."""

    listener: socket.socket

    def _init_shared_socket(self) -> None:
        holder: Any = SocketHolder
        self._shd = holder(os.dup(self.listener.fileno()), False, self.backlog)  # noqa: FBT003 - no Unix socket


def run_worker(
    settings: WorkerSettings,
    channel: socket.socket,
    health: Health,
    site: IO[bytes],
    close_inherited: Callable[[], None],
) -> None:
    """Serve, in a newly forked process; `close_inherited` closes what belongs to the parent."""
    leave_signals_to_parent()
    close_inherited()
    with site:
        current = Current(read_site(site), health)
    uvloop.run(_serve(settings, channel, current))


async def _serve(settings: WorkerSettings, channel: socket.socket, current: Current) -> None:
    """Serve until a request to stop."""
    server = _make_server(settings, current)
    loop = asyncio.get_running_loop()

    def receive_from_supervisor() -> None:
        received = receive_site(channel)
        if received is None:
            loop.remove_reader(channel)
            server.stop()
            return
        health, site = received
        with site:
            newer = read_site(site) if health.build != current.health.build else current.site
        current.site, current.health = newer, health

    loop.add_reader(channel, receive_from_supervisor)
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    await server.serve()


def _make_server(settings: WorkerSettings, current: Current) -> Any:
    """Return the server of this process."""
    server = _Server(
        make_application(current),
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_TIMEOUT, max_buffer_size=LARGEST_HEAD),
        websockets=False,
        backpressure=settings.connections,
        log_enabled=False,
        url_path_prefix=settings.root_path or None,
    )
    server.listener = settings.listener
    return server


def send_site(channel: socket.socket, health: Health, site: IO[bytes]) -> None:
    """Send without blocking; raises `OSError` where the worker is gone, or does not read."""
    message = json.dumps(asdict(health)).encode() + b"\n"
    if socket.send_fds(channel, [message], [site.fileno()]) != len(message):
        raise BlockingIOError


def receive_site(channel: socket.socket) -> tuple[Health, IO[bytes]] | None:
    """Return the newest message; None where the supervisor is gone, or has closed the channel."""
    content, files, _, _ = socket.recv_fds(channel, LARGEST_MESSAGE, MOST_FILES)
    opened = [os.fdopen(file, "rb") for file in files]
    for outdated in opened[:-1]:
        outdated.close()
    if not content:
        return None
    return Health(**json.loads(content.splitlines()[-1])), opened[-1]
