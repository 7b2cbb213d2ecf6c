"""Build the site again when its sources changed, while the one before goes on answering."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

from arrakis_schema.server.tree import Tree

POLL = 0.5
"""Seconds between two looks at the sources; they count as changed once two looks in a row see the same."""


@dataclass(slots=True)
class Current:
    """The site that workers answer with: those that are started later take the one that is here then."""

    site: Tree


@dataclass(frozen=True, slots=True)
class Sources:
    """What a site is built from: `look` gives something else when they changed, `tell` is told of each build."""

    look: Callable[[], object]
    tell: Callable[[str], None]


def keep_current(
    current: Current, sources: Sources, build: Callable[[], Tree], restart: Callable[[], None], stopped: Event
) -> None:
    """Start a thread that replaces the current site whenever its sources changed; a failed build changes nothing."""

    def watch() -> None:
        built = seen = sources.look()
        while not stopped.wait(POLL):
            before, seen = seen, sources.look()
            if seen == built or seen != before:
                continue
            built = seen
            try:
                current.site = build()
            except Exception as error:  # noqa: BLE001 - whatever it is, the thread must see the next change
                sources.tell(f"the site is as before, for it could not be built again: {error}")
                continue
            restart()
            sources.tell(f"built again: {current.site.files} files")

    Thread(target=watch, daemon=True).start()
