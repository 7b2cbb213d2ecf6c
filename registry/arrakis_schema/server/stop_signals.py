"""The signals that stop the server, as a socket that can be waited for together with processes."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a service manager, and a terminal that is closed."""


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
