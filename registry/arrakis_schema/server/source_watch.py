"""Decide when to rebuild: once the sources have changed and are no longer being written."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

POLL = 0.5
"""Seconds between two looks at the sources; a change counts once two looks in a row see the same state."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a site: the value of `look` differs after a change, `tell` is called with messages."""

    look: Callable[[], object]
    tell: Callable[[str], None]


class Watch:
    """Compares the state of the sources with the one that the site was built from."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._built = self._latest = look()
        self._next = monotonic() + POLL

    def has_changed(self) -> bool:
        """Tell whether the sources differ from what was built, and have not changed since the previous look."""
        if monotonic() < self._next:
            return False
        self._next = monotonic() + POLL
        before, self._latest = self._latest, self._look()
        return self._built != self._latest == before

    def note_build(self) -> None:
        """Note that the latest state is being built; later differences count as changes."""
        self._built = self._latest
