"""Counts the steps of one validation, which are limited in proportion to the instance.

Without references a schema is a tree, and each part of it is checked once for each value of the instance. With them it
can be checked 2^40 times for one value, or twice at every level of the instance.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from arrakis_schema.errors import LimitError
from arrakis_schema.json_schema.judge.values import equality_key

_FREE, _EACH = 10_000, 1000


class Steps:
    """How many steps were taken for an instance, and results that are cached meanwhile.

    `results` is keyed by the identities of a schema and a value inside the instance, which live as long as this; None
    if nothing may be cached. `enums` holds the keys of the members of each enum, by the identity of the enum, and
    `active_references` the targets of the dynamic references that are being followed.
    """

    __slots__ = ("active_references", "count", "enums", "instance", "most", "results")

    def __init__(self, instance: Any) -> None:
        """Begin with no step; the instance is measured only after many steps."""
        self.count, self.most, self.instance = 0, _FREE, instance
        self.results: dict[tuple[int, int], Any] | None = {}
        self.enums: dict[int, frozenset[Hashable]] = {}
        self.active_references: set[tuple[str, int, int]] = set()

    def take(self) -> None:
        """Take one step; raises `LimitError` after too many."""
        self.count += 1
        if self.count > self.most:
            size = _size(self.instance)
            self.most = _FREE + _EACH * size
            if self.count > self.most:
                raise LimitError(
                    f"it takes more than {self.most:,} steps for {size:,} values: references check the same value"
                    " against the same schema many times; refer to it only once"
                )


_steps: ContextVar[Steps | None] = ContextVar("steps", default=None)


@contextmanager
def count_steps(instance: Any) -> Iterator[Steps]:
    """Count the steps taken inside the context for an instance."""
    steps = Steps(instance)
    token = _steps.set(steps)
    try:
        yield steps
    finally:
        _steps.reset(token)


def take_step() -> None:
    """Take one step, if steps are counted."""
    steps = _steps.get()
    if steps is not None:
        steps.take()


@contextmanager
def refuse_return(schema: Any, instance: Any, purpose: str = "accepts") -> Iterator[None]:
    """Raise `LimitError` where a reference leads back to a schema for the same instance, if steps are counted."""
    steps = _steps.get()
    if steps is None:
        yield
        return
    key = purpose, id(schema), id(instance)
    if key in steps.active_references:
        raise LimitError("a dynamic reference leads back to itself without descending into the instance")
    steps.active_references.add(key)
    try:
        yield
    finally:
        steps.active_references.discard(key)


def current_steps() -> Steps | None:
    """Return the current count of steps, if steps are counted."""
    return _steps.get()


def enum_keys(values: list[Any]) -> frozenset[Hashable]:
    """Return the keys of the members of an enum, computed once for an instance."""
    steps = _steps.get()
    if steps is None:
        return frozenset(map(equality_key, values))
    if id(values) not in steps.enums:
        steps.enums[id(values)] = frozenset(map(equality_key, values))
    return steps.enums[id(values)]


def _size(value: Any) -> int:
    """Return how many values a JSON value holds."""
    count, todo = 0, [value]
    while todo:
        item = todo.pop()
        count += 1
        todo.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list | tuple) else ())
    return count
