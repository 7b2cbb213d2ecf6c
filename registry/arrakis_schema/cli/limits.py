"""The last rope of a command: a limit of time and of memory for the process, ended by a sentence.

Everything below counts its steps; this is for what nobody thought of. It holds in the main thread, and where the system
knows such limits: not on Windows.
"""

import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from arrakis_schema.errors import LimitError

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment]

SECONDS, MEBIBYTES = 600.0, 4096
_AGAIN = 1.0
UNLIMITED = frozenset({"conform", "mock", "serve"})
"""The commands that run as long as they are wanted, or keep limits of their own."""


class _OutOfTime(BaseException):
    """The time is up; no `except Exception` may take this for something else."""


def add(parser: ArgumentParser) -> None:
    """Add the options for the limits."""
    seconds = f"end after so many seconds; 0 is no limit (default: {SECONDS:g})"
    parser.add_argument("--max-seconds", type=_at_least_zero, default=SECONDS, metavar="S", help=seconds)
    memory = f"use no more MiB of memory than this; 0 is no limit (default: {MEBIBYTES})"
    parser.add_argument("--max-memory", type=_at_least_zero, default=MEBIBYTES, metavar="MIB", help=memory)


@contextmanager
def limited(options: Namespace) -> Iterator[None]:
    """Run a command within its limits; raises `LimitError` that says what was being worked on."""
    seconds, memory = getattr(options, "max_seconds", 0), getattr(options, "max_memory", 0)
    try:
        with _limited_memory(int(memory)), _limited_time(seconds):
            yield
    except _OutOfTime as error:
        problem = f"not done within {seconds:g} seconds{_work(error)}: simplify it, or raise --max-seconds"
        raise LimitError(problem) from None
    except MemoryError as error:
        problem = f"{memory:g} MiB of memory are not enough{_work(error)}: make it smaller, or raise --max-memory"
        raise LimitError(problem) from None


def _work(error: BaseException) -> str:
    """Say what was being worked on, if that is known."""
    return "".join(f" for {note}" for note in getattr(error, "__notes__", ())[:1])


@contextmanager
def _limited_time(seconds: float) -> Iterator[None]:
    """Raise `_OutOfTime` in the main thread when the time is up, and again while something holds on to it."""
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
def _limited_memory(mebibytes: int) -> Iterator[None]:
    """Let the process have no more memory than this, where the system can say so."""
    if resource is None or not mebibytes:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = mebibytes * 1024 * 1024
    bounds = [wanted, *(bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY)]
    _set_memory(min(bounds), hard)
    try:
        yield
    finally:
        _set_memory(soft, hard)


def _set_memory(soft: int, hard: int) -> None:
    """Set the limits of memory; some systems know them and do not keep them."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _at_least_zero(text: str) -> float:
    """Return a number of at least zero."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise ArgumentTypeError(f"{text} is not a number of at least 0")
    return number
