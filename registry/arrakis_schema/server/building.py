"""Build the site in a separate process, which runs one build after another.

So a build can reuse results of the previous one. The process is forked from one that never builds. It is replaced after
an internal error, and if a build takes too long; then nothing is reused.
"""

import gc
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from multiprocessing import Pipe, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import recv_handle, send_handle
from tempfile import TemporaryFile
from threading import Thread
from time import monotonic
from typing import IO, Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.server.listening import ServeError
from arrakis_schema.server.resources import PreparedResource, Tree, prepare_resource, prepare_tree
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.caching import Memo

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
class Builder:
    """The process that builds; its channel takes files to write to, and returns outcomes. It ends when that closes."""

    process: BaseProcess
    channel: Connection

    def start_build(self) -> "Build":
        """Start a build; raises `OSError` where the process is gone."""
        file = TemporaryFile()  # noqa: SIM115 - open as long as the site is served
        try:
            send_handle(self.channel, file.fileno(), self.process.pid)
        except OSError:
            file.close()
            raise
        return Build(self, file)

    def end(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.join()
        self.channel.close()


@dataclass(frozen=True, slots=True)
class Build:
    """A running build; the site is written to `file`, which has no name and vanishes when it is closed everywhere."""

    builder: Builder
    file: IO[bytes]
    started: float = field(default_factory=monotonic)

    @property
    def has_ended(self) -> bool:
        """Whether there is an outcome."""
        return self.builder.channel.poll() or not self.builder.process.is_alive()

    def outcome(self) -> Outcome:
        """Wait for the end of the build, and return its outcome."""
        try:
            outcome: Outcome = self.builder.channel.recv()
        except (EOFError, OSError):
            self.builder.process.join()
            outcome = Outcome(failure=f"the build process was ended {describe_end(self.builder.process)}")
        return outcome


def start_builder(load: Load, close_inherited: Callable[[], None]) -> Builder:
    """Start the process; `close_inherited` is called in it, and closes what belongs to the parent."""
    ours, theirs = Pipe()

    def close_all() -> None:
        ours.close()
        close_inherited()

    process = FORK.Process(target=_run_builds, args=(load, theirs, close_all), daemon=True)
    process.start()
    theirs.close()
    return Builder(process, ours)


def _run_builds(load: Load, channel: Connection, close_inherited: Callable[[], None]) -> None:
    """Build into each file that comes, in the child."""
    leave_signals_to_parent()
    close_inherited()
    Thread(target=_end_with_parent, daemon=True).start()
    reusable: dict[Hashable, Any] = {}
    while True:
        try:
            handle = recv_handle(channel)
        except EOFError:
            return
        prepared = Memo(reusable)
        with os.fdopen(handle, "wb") as file:
            outcome = _build(load, file, prepared)
        reusable = reusable if outcome.failure else prepared.used
        channel.send(outcome)
        _freeze_kept_objects()


def _freeze_kept_objects() -> None:
    """Exclude what is kept for the next build from garbage collection, which would take longer than that build."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _build(load: Load, file: IO[bytes], prepared: Memo) -> Outcome:
    """Build, and return the outcome; what has not changed since an earlier build is reused."""

    def prepare(representation: Representation) -> PreparedResource:
        return prepared.recall((representation,), lambda: prepare_resource(representation))

    try:
        site = prepare_tree(load(), prepare)
        pickle.dump(site, file, protocol=pickle.HIGHEST_PROTOCOL)
        file.flush()
    except (ArrakisSchemaError, OSError) as error:
        return Outcome(failure=str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the earlier site stays up
        failure = f"{UNEXPECTED}{type(error).__name__}: {error}"
        return Outcome(failure=failure, trace=traceback.format_exc())
    return Outcome(files=site.files)


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
