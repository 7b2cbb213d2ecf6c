"""Formulas over one instance: literals (a schema holds, or fails), atoms, and several of them together.

Every formula is a value that can be compared and put into sets; a *state* is a set of formulas that hold together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from arrakis_schema.compat.logic.nodes import SchemaNode


@dataclass(frozen=True, slots=True)
class Constant:
    """True or false of every instance."""

    holds: bool


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A schema holds, or fails; each node has one of each, so that they are compared by identity, which is fast."""

    node: SchemaNode
    holds: bool

    @property
    def opposite(self) -> Formula:
        """The formula that the schema fails, or holds."""
        return self.node.pair[self.holds]


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Listed:
    """The instance is one of these values, or none of them; each is written as `canonical` writes it."""

    values: tuple[str, ...]

    def __contains__(self, text: str) -> bool:
        """Return whether a canonical text is one of the values."""
        return text in self._members

    @cached_property
    def _members(self) -> frozenset[str]:
        return frozenset(self.values)


class OneOf(Listed):
    """The instance is one of these values."""


class NoneOf(Listed):
    """The instance is none of these values."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The instance is of this type."""

    name: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number is at least the bound, or more than it if `exclusive`."""

    bound: Fraction
    exclusive: bool


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number is at most the bound, or less than it if `exclusive`."""

    bound: Fraction
    exclusive: bool


@dataclass(frozen=True, slots=True)
class MultipleOf:
    """A number is a multiple of the factor, or is not."""

    factor: Fraction
    holds: bool


@dataclass(frozen=True, slots=True)
class MinSize:
    """There are at least `size` characters, items or members."""

    size: int


@dataclass(frozen=True, slots=True)
class MaxSize:
    """There are at most `size` characters, items or members."""

    size: int


@dataclass(frozen=True, slots=True)
class Matches:
    """One part of a pattern matches a string, or does not."""

    pattern: str
    part: int
    holds: bool


@dataclass(frozen=True, slots=True)
class EveryItem:
    """The formula holds of each item from `start` up to `stop` (None: the last), exclusive."""

    start: int
    stop: int | None
    formula: Formula


@dataclass(frozen=True, slots=True)
class SomeItem:
    """The formula holds of at least `count` items from `start` up to `stop`."""

    start: int
    stop: int | None
    formula: Formula
    count: int = 1


@dataclass(frozen=True, slots=True)
class FewItems:
    """At most `count` items satisfy a formula; `otherwise` is what holds of those that do not."""

    count: int
    formula: Formula
    otherwise: Formula


@dataclass(frozen=True, slots=True)
class Unique:
    """No two items are equal, or two are."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Present:
    """An object has a member of this name, or has none."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class EveryMember:
    """The formula holds of the value of each member whose name is in `names`."""

    names: Names
    formula: Formula


@dataclass(frozen=True, slots=True)
class SomeMember:
    """There is a member whose name is in `names` and of whose value the formula holds."""

    names: Names
    formula: Formula


@dataclass(frozen=True, slots=True)
class EveryName:
    """The formula holds of each name of a member."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class SomeName:
    """There is a member of whose name the formula holds."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Opaque:
    """A keyword that is not decided holds, or fails: all that is known is that it cannot do both.

    `node` is its subschema if the meaning of the keyword depends on its siblings.
    """

    keyword: str
    value: str
    holds: bool
    node: SchemaNode | None = None

    @property
    def reason(self) -> str:
        """The reason why a verdict that depends on it is undecided, as a clause."""
        if self.keyword in {"$ref", "$dynamicRef"}:
            return f"the reference to {self.value} leads to nothing in any of the documents"
        return f"{self.keyword} is not decided ({self.value})"


@dataclass(frozen=True, slots=True)
class Named:
    """The member of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Matching:
    """The members whose name matches a pattern."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Others:
    """The members with none of these names that match none of these patterns."""

    names: tuple[str, ...]
    patterns: tuple[str, ...]


Names: TypeAlias = Named | Matching | Others
Atom: TypeAlias = (
    OneOf | NoneOf | Typed | AtLeast | AtMost | MultipleOf | MinSize | MaxSize | Matches | EveryItem | SomeItem
    | FewItems | Unique | Present | EveryMember | SomeMember | EveryName | SomeName | Opaque
)  # fmt: skip
Formula: TypeAlias = Constant | Literal | All | Some | Atom


class State(frozenset["Formula"]):
    """Formulas that hold together, in order of insertion, so that a search is the same in every run."""

    _ordered: tuple[Formula, ...]

    def __new__(cls, formulas: Iterable[Formula] = ()) -> Self:
        """Take the formulas, each once."""
        ordered = tuple(dict.fromkeys(formulas))
        state = super().__new__(cls, ordered)
        state._ordered = ordered
        return state

    def __iter__(self) -> Iterator[Formula]:
        """Iterate in order."""
        return iter(self._ordered)

    def having(self, formulas: Iterable[Formula]) -> State:
        """Return the state in which more formulas hold."""
        return State((*self, *formulas))


TRUE, FALSE = Constant(holds=True), Constant(holds=False)
