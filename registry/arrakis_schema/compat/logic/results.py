"""The answers to "is there an instance of which these formulas hold?", and the steps within which they are found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

from arrakis_schema.compat.logic.values import Json
from arrakis_schema.errors import ArrakisSchemaError


class UndecidedError(ArrakisSchemaError):
    """A verdict could not be reached; the text is the reason."""


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
STEPS, SECONDS = 100_000, 60.0


CLOSED = Closed()


def first_model(results: Iterable[Result]) -> Result:
    """Return the first model, or else the first open result, or closed if all results are."""
    opened: Open | None = None
    for result in results:
        if isinstance(result, Model):
            return result
        opened = opened or (result if isinstance(result, Open) else None)
    return opened or CLOSED


class OutOfStepsError(UndecidedError):
    """The steps or seconds for one pair are used up."""


def budget(steps: int = STEPS, seconds: float = SECONDS) -> Callable[[], None]:
    """Return a function to call at each step; it raises `OutOfStepsError` after too many.

    Steps are the same on every machine, however busy. Seconds are the last resort, for a step that takes too long.
    """
    end, left = monotonic() + seconds, steps

    def tick() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OutOfStepsError(f"not decided within {steps:,} steps")
        if monotonic() > end:
            raise OutOfStepsError(f"not decided within {seconds:g} seconds")

    return tick
