"""Where in an instance an object may only hold declared members."""

from __future__ import annotations

from dataclasses import dataclass

from arrakis_schema.json_schema.declared_members import Unknown, rejected_places
from arrakis_schema.text.short_repr import short_repr


@dataclass(frozen=True, slots=True)
class Closure:
    """Where in the instance an object may only hold declared members: everywhere, or at some paths of names."""

    everywhere: bool = False
    places: frozenset[tuple[str, ...]] = frozenset()

    __repr__ = short_repr

    @property
    def here(self) -> bool:
        """Whether the current place is closed."""
        return self.everywhere or () in self.places

    def below(self, name: str | None) -> Closure:
        """Return the closure for the member of this name, or for an item or a member of any name."""
        if self.everywhere:
            return self
        return Closure(places=frozenset(path[1:] for path in self.places if path and path[0] == name))

    @property
    def names(self) -> set[str]:
        """The names of the members, or the indices of the items, that it closes alone or closes something in."""
        return {path[0] for path in self.places if path}


OPEN, CLOSED_EVERYWHERE = Closure(), Closure(everywhere=True)


def closure_of(unknown: Unknown) -> Closure:
    """Return the closure of a reader that rejects unknown members."""
    places = rejected_places(unknown)
    return CLOSED_EVERYWHERE if places is None else Closure(places=frozenset(places))
