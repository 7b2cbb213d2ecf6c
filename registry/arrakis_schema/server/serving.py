"""Serve a site: listen, build, and answer requests until a signal to stop.

Nothing is printed here: `announce` reports the URL once it answers.
"""

from collections.abc import Callable

from arrakis_schema.server.building import Load
from arrakis_schema.server.listening import allow_connections, listen
from arrakis_schema.server.source_watch import Sources, Watch
from arrakis_schema.server.stop_signals import stop_signals
from arrakis_schema.server.supervisor import Supervisor
from arrakis_schema.server.worker import WorkerSettings


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
        watch, tell = (Watch(sources.look), sources.tell) if sources else (None, _ignore)
        Supervisor(load, settings, workers, watch, stop).run(lambda: announce(url), tell)


def _ignore(_: str) -> None:
    """Discard a message."""
