"""The channel from the supervisor to a worker: it carries the health, and the open file of the site."""

import json
import os
import socket
from dataclasses import asdict
from typing import IO

from arrakis_schema.server.health import Health

LONGEST = 64 * 1024
MOST_FILES = 16


def send(channel: socket.socket, health: Health, site: IO[bytes]) -> None:
    """Send without blocking; raises `OSError` where the worker is gone, or does not read."""
    message = json.dumps(asdict(health)).encode() + b"\n"
    if socket.send_fds(channel, [message], [site.fileno()]) != len(message):
        raise BlockingIOError


def receive(channel: socket.socket) -> tuple[Health, IO[bytes]] | None:
    """Return the newest message; None where the supervisor is gone, or has closed the channel."""
    content, files, _, _ = socket.recv_fds(channel, LONGEST, MOST_FILES)
    opened = [os.fdopen(file, "rb") for file in files]
    for outdated in opened[:-1]:
        outdated.close()
    if not content:
        return None
    return Health(**json.loads(content.splitlines()[-1])), opened[-1]
