"""The answers to "is there an instance of which these formulas hold?"."""

from dataclasses import dataclass
from typing import TypeAlias

from arrakis_schema.compat.logic.values import Json


@dataclass(frozen=True, slots=True)
class Model:
    """An instance of which a state holds."""

    value: Json


@dataclass(frozen=True, slots=True)
class Closed:
    """There is no instance of which a state holds."""


@dataclass(frozen=True, slots=True)
class Open:
    """It could not be told whether there is an instance."""

    reason: str


Result: TypeAlias = Model | Closed | Open
CLOSED = Closed()
