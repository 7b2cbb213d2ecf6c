"""Serve a site: listen, have it built, answer, until told to stop.

Nothing is printed here; whoever calls `serve` is told the URL once it answers.
"""

from collections.abc import Callable

from arrakis_schema.server.building import Load
from arrakis_schema.server.listening import allow_connections, listen
from arrakis_schema.server.stopping import stop_signals
from arrakis_schema.server.supervisor import Supervisor
from arrakis_schema.server.watching import Sources, Watch
from arrakis_schema.server.worker import Place


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
    """Answer over HTTP with what `load` gives, until SIGINT, SIGTERM or SIGHUP; raises `ServeError`.

    `load` is called in a process of its own, and again in another one whenever the `sources` changed. Port 0 takes a
    free one. `announce` is called with the URL once that answers. Only the main thread can serve.
    """
    root_path = f"/{root_path.strip('/')}".rstrip("/")
    with listen(host, port) as listener, stop_signals() as stop:
        url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}{root_path}/"
        place = Place(listener, root_path, max(1, allow_connections() // workers))
        watch, tell = (Watch(sources.look), sources.tell) if sources else (None, _ignore)
        Supervisor(load, place, workers, watch, stop).run(lambda: announce(url), tell)


def _ignore(_: str) -> None:
    """Tell nobody."""
