"""Members that the reader of a message does not know and rejects, as `registry.toml` says, by all its documents."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from arrakis_schema.json_schema.declared_members import (
    Declared,
    NeedsInstanceError,
    Unknown,
    declared_at,
    rejected_places,
    undeclared_violation,
    unknown_members,
)
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.violations import Violation


class UnknownMembers:
    """The members that documents declare together, at the places where their reader rejects others.

    What a place declares is computed once, unless it depends on the instance.
    """

    def __init__(self, judges: Sequence[Judge], unknown: Unknown) -> None:
        """Compute what is declared where the reader rejects what it does not know."""
        self._judges, self._unknown = judges, unknown
        self._places = _declared_places(judges, unknown)

    @property
    def rejects(self) -> bool:
        """Whether anything can be rejected."""
        return self._places is None or any(not declared.is_open for _, declared in self._places)

    @property
    def only(self) -> tuple[str, frozenset[str]] | None:
        """The only member of the instance in which something is rejected, and the names that it may have."""
        match [(path, declared.names) for path, declared in self._places or () if not declared.is_open]:
            case [((member,), names)]:
                return member, names
        return None

    def declared(self, path: tuple[str, ...]) -> Declared | None:
        """Return what a place declares in every instance; None where nothing is rejected, or where that varies."""
        known = dict(self._places or ()).get(path)
        return None if known is None or known.is_open else known

    def first(self, instance: Any) -> Violation | None:
        """Return one violation, or None."""
        if self._places is None:
            return next(self.every(instance), None)
        for path, declared in self._places:
            value = instance
            for name in path:
                value = value.get(name) if isinstance(value, dict) else None
            if isinstance(value, dict) and (names := declared.undeclared_names(value)):
                return undeclared_violation(path, names[0], declared)
        return None

    def every(self, instance: Any) -> Iterator[Violation]:
        """Yield every violation."""
        applied = [judge.applied() for judge in self._judges]
        yield from unknown_members(applied, instance, self._unknown)


def without_strangers(judge: Judge, instance: Any) -> Any:
    """Return a copy of an instance without the members that a document does not declare where they are."""
    kept = deepcopy(instance)
    for undeclared in unknown_members([judge.applied()], instance, "rejected"):
        *path, name = undeclared.path
        holder = kept
        for step in path:
            holder = holder[step]
        del holder[name]
    return kept


def _declared_places(judges: Sequence[Judge], unknown: Unknown) -> list[tuple[tuple[str, ...], Declared]] | None:
    """Return what each place declares, or None if that depends on the instance: a number names a member or an item."""
    paths = rejected_places(unknown)
    if paths is None or any(name.isdecimal() for path in paths for name in path):
        return None
    for judge in judges:
        judge.prepare()
    try:
        return [(path, declared_at([judge.plainly_applied() for judge in judges], path)) for path in paths]
    except NeedsInstanceError:
        return None
