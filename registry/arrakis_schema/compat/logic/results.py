"""The answers to "is there an instance of which these formulas hold?", and the steps within which they are found."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import NoReturn, TypeAlias

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


class Budget:
    """The steps for one pair, and the seconds: what takes more raises `OutOfStepsError`.

    Steps are the same on every machine, however busy. Seconds are the last resort, for a step that takes too long.
    """

    __slots__ = ("_end", "_left", "_seconds", "_steps")

    def __init__(self, steps: int = STEPS, seconds: float = SECONDS) -> None:
        """Begin with nothing spent."""
        self._steps, self._seconds = steps, seconds
        self._end, self._left = monotonic() + seconds, steps

    @property
    def spent(self) -> int:
        """The steps that were taken."""
        return self._steps - self._left

    def tick(self) -> None:
        """Take one step."""
        self._left -= 1
        if self._left < 0 or monotonic() > self._end:
            self._refuse()

    def spend(self, steps: int) -> None:
        """Take the steps of something that was done before, so that a verdict never depends on that."""
        self._left -= steps
        if self._left < 0 or monotonic() > self._end:
            self._refuse()

    def _refuse(self) -> NoReturn:
        """Raise the error for what is used up."""
        limit = f"{self._steps:,} steps" if self._left < 0 else f"{self._seconds:g} seconds"
        raise OutOfStepsError(f"not decided within {limit}")
