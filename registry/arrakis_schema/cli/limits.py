"""The limits on the time and memory of a command, which end it with a message.

Searches count their own steps; these limits are a last resort. They work in the main thread, and where the system
supports them: not on Windows.
"""

import signal
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from arrakis_schema.cli.argument_values import parse_limit
from arrakis_schema.errors import LimitError

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment]

SECONDS, MEBIBYTES = 600.0, 4096
_AGAIN = 1.0
UNLIMITED = frozenset({"adopt", "conform", "mock", "serve"})
"""The commands that run until they are stopped, or have limits of their own."""


class _OutOfTime(BaseException):
    """The time is up; not an `Exception`, so that no handler swallows it."""


def add_options(parser: ArgumentParser) -> None:
    """Add the options for the limits."""
    seconds = f"the time limit of the command, in seconds; 0 means none (default: {SECONDS:g})"
    parser.add_argument("--max-seconds", type=parse_limit, default=SECONDS, metavar="S", help=seconds)
    memory = f"the memory limit of the command, in MiB; 0 means none (default: {MEBIBYTES})"
    parser.add_argument("--max-memory", type=parse_limit, default=MEBIBYTES, metavar="MIB", help=memory)


@contextmanager
def enforce_limits(options: Namespace) -> Iterator[None]:
    """Run a command within its limits; raises `LimitError`, which says what was in progress."""
    seconds, memory = getattr(options, "max_seconds", 0), getattr(options, "max_memory", 0)
    try:
        with _limit_memory(int(memory)), _limit_time(seconds):
            yield
    except _OutOfTime as error:
        problem = f"not finished within {seconds:g} seconds{_work(error)}: simplify it, or raise --max-seconds"
        raise LimitError(problem) from None
    except MemoryError as error:
        problem = f"{memory:g} MiB of memory are not enough{_work(error)}: make it smaller, or raise --max-memory"
        raise LimitError(problem) from None


def _work(error: BaseException) -> str:
    """Return what was in progress, if that is known."""
    return "".join(f" for {note}" for note in getattr(error, "__notes__", ())[:1])


@contextmanager
def _limit_time(seconds: float) -> Iterator[None]:
    """Raise `_OutOfTime` in the main thread when the time is up, and again while something suppresses it."""
    if not seconds or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _limit_memory(mebibytes: int) -> Iterator[None]:
    """Limit the memory of the process, where the system supports that."""
    if resource is None or not mebibytes:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = mebibytes * 1024 * 1024
    bounds = [limit, *(bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY)]
    _set_memory(min(bounds), hard)
    try:
        yield
    finally:
        _set_memory(soft, hard)


def _set_memory(soft: int, hard: int) -> None:
    """Set the limits of memory; some systems define them without supporting them."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
