"""Build the site in a separate process, so that no build sees the caches of an earlier one.

The child is forked from a process that never builds: the modules are imported there, and the caches are empty.
"""

import gc
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from multiprocessing import Pipe, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from tempfile import TemporaryFile
from threading import Thread
from time import monotonic
from typing import IO

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.server.listening import ServeError
from arrakis_schema.server.tree import Tree, prepare_tree
from arrakis_schema.site.representations import Representation

FORK = get_context("fork")

UNEXPECTED = "an internal error, "

Load = Callable[[], Iterable[Representation]]


class BuildTraceError(Exception):
    """The traceback of another process, as the cause of an error in this one."""

    def __str__(self) -> str:
        """Return the traceback below this line."""
        return f"in the process that built the site\n{self.args[0]}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a build: the number of files, or the reason of its failure.

    `trace` is the traceback of an unexpected error.
    """

    files: int = 0
    failure: str = ""
    trace: str = ""

    @property
    def error(self) -> Exception:
        """The error to raise where there is no earlier site; one with a traceback is unexpected."""
        if not self.trace:
            return ServeError(self.failure)
        error = RuntimeError(self.failure.removeprefix(UNEXPECTED))
        error.__cause__ = BuildTraceError(self.trace)
        return error


@dataclass(frozen=True, slots=True)
class Build:
    """A running build; the site is written to `file`, which has no name and vanishes when it is closed everywhere."""

    process: BaseProcess
    file: IO[bytes]
    result: Connection
    started: float = field(default_factory=monotonic)

    def outcome(self) -> Outcome:
        """Wait for the end of the build, and return its outcome."""
        self.process.join()
        try:
            outcome: Outcome = self.result.recv()
        except EOFError:
            outcome = Outcome(failure=f"the build process was ended {describe_end(self.process)}")
        self.result.close()
        return outcome

    def stop(self) -> None:
        """Stop the build."""
        self.process.kill()
        self.process.join()
        self.result.close()
        self.file.close()


def start_build(load: Load, close_inherited: Callable[[], None]) -> Build:
    """Start a build; `close_inherited` is called in the child and closes what belongs to the parent."""
    file = TemporaryFile()  # noqa: SIM115 - open as long as the site is served
    result, sender = Pipe(duplex=False)
    process = FORK.Process(target=_build, args=(load, file, sender, close_inherited), daemon=True)
    process.start()
    sender.close()
    return Build(process, file, result)


def _build(load: Load, file: IO[bytes], sender: Connection, close_inherited: Callable[[], None]) -> None:
    """Build, in the child."""
    leave_signals_to_parent()
    close_inherited()
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        site = prepare_tree(load())
        pickle.dump(site, file, protocol=pickle.HIGHEST_PROTOCOL)
        file.flush()
    except (ArrakisSchemaError, OSError) as error:
        sender.send(Outcome(failure=str(error)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the earlier site stays up
        failure = f"{UNEXPECTED}{type(error).__name__}: {error}"
        sender.send(Outcome(failure=failure, trace=traceback.format_exc()))
    else:
        sender.send(Outcome(files=site.files))


def leave_signals_to_parent() -> None:
    """Ignore signals from the terminal in a newly forked child: the parent alone handles them."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end_with_parent() -> None:
    """End this process when its parent is gone."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def read_site(file: IO[bytes]) -> Tree:
    """Read the site that a build wrote, without moving the file's position, which other processes share."""
    gc.disable()  # nothing in it is garbage, and scanning it takes longer than reading it
    try:
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            site: Tree = pickle.loads(content)  # noqa: S301 - a process of ours wrote it
    finally:
        gc.enable()
    return site


def describe_end(process: BaseProcess) -> str:
    """Return how a process ended: `by SIGKILL`, `with exit code 1`."""
    code = process.exitcode or 0
    try:
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    except ValueError:
        return f"by signal {-code}"
