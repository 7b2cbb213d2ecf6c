"""Serve a site: one process holds the port, starts builds, keeps workers alive, and sends them each new site.

It has one thread and never builds itself, so that its forks start in a known state: one builds, the others serve.
Nothing is printed here.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import IO, Any

from arrakis_schema.server.application import Health
from arrakis_schema.server.building import FORK, Build, Builder, Load, Outcome, describe_end, start_builder
from arrakis_schema.server.listening import ServeError, Stop, allow_connections, listen, stop_signals
from arrakis_schema.server.worker import WorkerSettings, run_worker, send_site
from arrakis_schema.store.records import now

POLL = 0.2
"""Seconds between two looks at the sources; a change counts once two looks in a row see the same state."""
GRACE = 1.0
"""Seconds that clients have to read pending responses when the server stops."""

EARLY, EARLY_DEATHS = 1.0, 5
"""A worker that lived for fewer seconds died early; after so many early deaths in a row the server gives up."""

LONGEST_BUILD = 60.0
"""Seconds after which a build is abandoned, if the sources have changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a site: `look` returns a value that differs after a change, `report` is called with messages."""

    look: Callable[[], object]
    report: Callable[[str], None]


class Watch:
    """Compares the state of the sources with the one that the site was built from."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._built = self._latest = look()
        self._next = monotonic() + POLL

    def has_changed(self) -> bool:
        """Return whether the sources differ from what was built, and have not changed since the previous look."""
        if monotonic() < self._next:
            return False
        self._next = monotonic() + POLL
        before, self._latest = self._latest, self._look()
        return self._built != self._latest == before

    def note_build(self) -> None:
        """Note that the latest state is being built; later differences count as changes."""
        self._built = self._latest


Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process; its channel carries new sites, and closing it tells the worker to stop."""

    process: BaseProcess
    channel: socket.socket
    started: float = field(default_factory=monotonic)


@dataclass(frozen=True, slots=True)
class Published:
    """What workers serve: the file that holds the site, and its health."""

    site: IO[bytes]
    health: Health


class Supervisor:
    """Manages builds, workers and the health of the site until a request to stop."""

    def __init__(self, load: Load, settings: WorkerSettings, workers: int, watch: Watch | None, stop: Stop) -> None:
        self._load, self._settings, self._worker_count, self._watch, self._stop = load, settings, workers, watch, stop
        self._workers: list[Worker] = []
        self._builder: Builder | None = None
        self._build: Build | None = None
        self._published: Published | None = None
        self._early_deaths = 0

    def run(self, announce: Callable[[], None], report: Report) -> None:
        """Build, announce, serve and rebuild until a request to stop; raises `ServeError`."""
        try:
            self._start_build()
            while not self._stop.requests:
                self._wait(POLL)
                if self._stop.requests:
                    return
                self._take_build(announce, report)
                self._replace_workers(report)
                self._check_sources(report)
        finally:
            self._end()

    def _wait(self, seconds: float) -> None:
        """Wait until something happens."""
        ends = [worker.process.sentinel for worker in self._workers]
        building: list[Any] = []
        if self._build is not None:
            building = [self._build.builder.channel, self._build.builder.process.sentinel]
        if self._stop.reader in wait([self._stop.reader, *ends, *building], seconds):
            self._stop.drain()

    def _start_build(self) -> None:
        if self._builder is not None and not self._builder.process.is_alive():
            self._end_builder()
        if self._builder is None:
            self._builder = start_builder(self._load, self._close_inherited)
        self._build = self._builder.start_build()

    def _end_builder(self) -> None:
        """End the process that builds, with the build that is running."""
        if self._build is not None:
            self._build.file.close()
            self._build = None
        if self._builder is not None:
            self._builder.end()
            self._builder = None

    def _close_inherited(self) -> None:
        """Close what a forked child inherits: it must not keep the port or a channel open."""
        self._stop.close()
        self._settings.listener.close()
        self._close_channels()

    def _close_channels(self) -> None:
        for worker in self._workers:
            worker.channel.close()

    def _take_build(self, announce: Callable[[], None], report: Report) -> None:
        """Publish the site of a finished build, or note its failure."""
        if self._build is None or not self._build.has_ended:
            return
        build, self._build = self._build, None
        outcome = build.outcome()
        if outcome.trace or self._watch is None:
            self._end_builder()
        if outcome.failure:
            build.file.close()
            self._note_failure(outcome, report)
        elif self._published is None:
            self._published = Published(build.file, Health(outcome.files, now()))
            self._replace_workers(report)
            announce()
        else:
            self._published.site.close()
            self._publish(Published(build.file, Health(outcome.files, now(), self._published.health.build + 1)))
            report(f"rebuilt: {outcome.files} files")

    def _note_failure(self, outcome: Outcome, report: Report) -> None:
        """Keep the earlier site, if there is one; otherwise raise the error."""
        if self._published is None:
            raise outcome.error
        health = self._published.health
        health = replace(health, failing_since=health.failing_since or now(), reason=outcome.failure)
        self._publish(Published(self._published.site, health))
        report(f"the site could not be rebuilt and stays as it was: {outcome.failure}")

    def _publish(self, published: Published) -> None:
        """Send the site to each worker; one that does not read it is killed and replaced."""
        self._published = published
        for worker in self._workers:
            try:
                send_site(worker.channel, published.health, published.site)
            except OSError:
                worker.process.kill()

    def _replace_workers(self, report: Report) -> None:
        """Start a new worker for each that has ended."""
        if self._published is None:
            return
        for worker in [candidate for candidate in self._workers if not candidate.process.is_alive()]:
            self._workers.remove(worker)
            worker.channel.close()
            self._early_deaths = self._early_deaths + 1 if monotonic() - worker.started < EARLY else 0
            end = describe_end(worker.process)
            if self._early_deaths >= EARLY_DEATHS:
                raise ServeError(f"{EARLY_DEATHS} workers in a row ended as soon as they had started, the last {end}")
            report(f"worker {worker.process.pid} was ended {end} and is replaced")
        while len(self._workers) < self._worker_count:
            self._workers.append(self._start_worker(self._published))

    def _start_worker(self, published: Published) -> Worker:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - the name says it

        def close_inherited() -> None:
            ours.close()
            self._stop.close()
            self._close_channels()
            if self._builder is not None:
                self._builder.channel.close()
            if self._build is not None:
                self._build.file.close()

        arguments = (self._settings, theirs, published.health, published.site, close_inherited)
        process = FORK.Process(target=run_worker, args=arguments, daemon=True)
        process.start()
        theirs.close()
        return Worker(process, ours)

    def _check_sources(self, report: Report) -> None:
        """Start a new build where the sources have changed."""
        if self._watch is None or self._published is None or not self._watch.has_changed():
            return
        if self._build is not None:
            if monotonic() - self._build.started < LONGEST_BUILD:
                return  # the change is seen again once this build has ended
            self._end_builder()
            report(f"a build was stopped after {LONGEST_BUILD:.0f} s")
        self._watch.note_build()
        self._start_build()

    def _end(self) -> None:
        """Stop accepting, give clients a moment to read their responses, and end every process."""
        self._settings.listener.close()
        self._end_builder()
        self._close_channels()
        deadline = monotonic() + GRACE
        while (left := deadline - monotonic()) > 0 and (alive := self._live_processes()) and self._stop.requests < 2:  # noqa: PLR2004
            if self._stop.reader in wait([self._stop.reader, *(process.sentinel for process in alive)], left):
                self._stop.drain()
        for process in self._live_processes():
            process.kill()
            process.join()
        if self._published is not None:
            self._published.site.close()

    def _live_processes(self) -> list[BaseProcess]:
        return [worker.process for worker in self._workers if worker.process.is_alive()]


def serve(  # noqa: PLR0913 - each is one option of the command line
    load: Load,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    workers: int = 1,
    root_path: str = "",
    announce: Callable[[str], None] = lambda _: None,
    sources: Sources | None = None,
) -> None:
    """Serve the representations that `load` returns over HTTP until SIGINT, SIGTERM or SIGHUP; raises `ServeError`.

    `load` is called in a separate process, and again in a new one whenever the `sources` change. Port 0 selects a
    free port. `announce` is called with the URL once it answers. Only the main thread can serve.
    """
    root_path = f"/{root_path.strip('/')}".rstrip("/")
    with listen(host, port) as listener, stop_signals() as stop:
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{root_path}/"
        settings = WorkerSettings(listener, root_path, max(1, allow_connections() // workers))
        watch, report = (Watch(sources.look), sources.report) if sources else (None, _ignore)
        Supervisor(load, settings, workers, watch, stop).run(lambda: announce(url), report)


def _ignore(_: str) -> None:
    """Discard a message."""
