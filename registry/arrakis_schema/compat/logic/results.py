"""The answers to "is there an instance of which these formulas hold?"."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from arrakis_schema.compat.logic.values import Json


@dataclass(frozen=True, slots=True)
class Model:
    """An instance of which a state holds."""

    value: Json


@dataclass(frozen=True, slots=True)
class Closed:
    """A state has no model."""


@dataclass(frozen=True, slots=True)
class Open:
    """It is undecided whether a state has a model."""

    reason: str


Result: TypeAlias = Model | Closed | Open
CLOSED = Closed()


def first_model(results: Iterable[Result]) -> Result:
    """Return the first model, or else the first open result, or closed if all results are."""
    opened: Open | None = None
    for result in results:
        if isinstance(result, Model):
            return result
        opened = opened or (result if isinstance(result, Open) else None)
    return opened or CLOSED
