"""When to build again: once the sources have changed and nobody is writing any more."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

POLL = 0.5
"""Seconds between two looks at the sources; they count as changed once two looks in a row see the same."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a site is built from: `look` gives something else when they changed, `tell` is told what became of it."""

    look: Callable[[], object]
    tell: Callable[[str], None]


class Watch:
    """The looks at the sources, and what the site was built from."""

    def __init__(self, look: Callable[[], object]) -> None:
        self._look = look
        self._built = self._seen = look()
        self._next = monotonic() + POLL

    def changed(self) -> bool:
        """Tell whether the sources differ from what was built, and are the same as at the look before."""
        if monotonic() < self._next:
            return False
        self._next = monotonic() + POLL
        before, self._seen = self._seen, self._look()
        return self._built != self._seen == before

    def note_build(self) -> None:
        """Note that what was seen last is being built; what changed since then will count as a change."""
        self._built = self._seen
