"""Solves numbers: exact fractions between bounds, on a lattice of multiples, off others, without some values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from math import ceil, floor, lcm

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import Atom
from arrakis_schema.compat.logic.results import CLOSED, Model, Open, Result
from arrakis_schema.compat.logic.values import number_of, parse_canonical_values, type_of
from arrakis_schema.json_schema.judge.values import exact_fraction

_MOST_STEPS = 20_000
_MOST_DECIMALS = 30
_TRIES = 40


@dataclass(slots=True)
class _Range:
    """The numbers that the atoms allow: an interval, the step of a lattice (0: every number), and exceptions."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    step: Fraction = Fraction(0)
    off: list[Fraction] = field(default_factory=list)
    excluded: set[Fraction] = field(default_factory=set)

    def add(self, atom: Atom) -> None:
        """Narrow the range by one atom."""
        match atom:
            case f.AtLeast(bound, exclusive):
                if self.low is None or (bound, exclusive) > (self.low, self.low_open):
                    self.low, self.low_open = bound, exclusive
            case f.AtMost(bound, exclusive):
                if self.high is None or (-bound, exclusive) > (-self.high, self.high_open):
                    self.high, self.high_open = bound, exclusive
            case f.MultipleOf(factor, holds):
                if holds:
                    self.step = common_multiple(self.step, factor) if self.step else factor
                else:
                    self.off.append(factor)
            case f.NoneOf(texts):
                values = parse_canonical_values(texts)
                self.excluded |= {exact_fraction(value) for value in values if type_of(value) == "number"}  # type: ignore[arg-type]

    @property
    def empty(self) -> bool:
        """Whether the interval has no number at all."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def is_between(self, number: Fraction) -> bool:
        """Return whether a number lies between the bounds."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        return above and (self.high is None or number < self.high or (number == self.high and not self.high_open))

    def is_allowed(self, number: Fraction) -> bool:
        """Return whether a number is between the bounds and not an exception."""
        apart = all((number / factor).denominator != 1 for factor in self.off)
        return apart and self.is_between(number) and number not in self.excluded

    @property
    def nearest(self) -> Fraction:
        """The number in the closed interval that is nearest to zero."""
        if self.low is not None and self.low > 0:
            return self.low
        return self.high if self.high is not None and self.high < 0 else Fraction(0)


def number(atoms: Iterable[Atom]) -> Result:
    """Return the simplest number of which all atoms hold."""
    span = _Range()
    for atom in atoms:
        span.add(atom)
    if span.empty:
        return CLOSED
    return _on_lattice(span) if span.step else _anywhere(span)


def common_multiple(left: Fraction, right: Fraction) -> Fraction:
    """Return the least number that is a multiple of both."""
    shared = left.denominator * right.denominator
    return Fraction(lcm(left.numerator * right.denominator, right.numerator * left.denominator), shared)


def _on_lattice(span: _Range) -> Result:
    """Return a multiple of the step that is off the other lattices, which repeat with their common period."""
    low = None if span.low is None else ceil(span.low / span.step)
    high = None if span.high is None else floor(span.high / span.step)
    periods = [(span.step / factor).denominator for factor in span.off]
    if 1 in periods or (low is not None and high is not None and low > high):
        return CLOSED
    period = lcm(*periods) if periods else 1
    enough = (period + 1) * (len(span.excluded) + 3)
    for index in islice(_outward(low, high), min(enough, _MOST_STEPS)):
        if span.is_allowed(span.step * index):
            return _model(span.step * index)
    if enough <= _MOST_STEPS or (low is not None and high is not None and high - low < _MOST_STEPS):
        return CLOSED
    return _far_off(span, low, high, period)


def _far_off(span: _Range, low: int | None, high: int | None, period: int) -> Result:
    """Return a multiple next to a multiple of the common period, which is off every other lattice."""
    start = low if low is not None else -period if high is None else high - 2 * period
    for turn in range(len(span.excluded) + 3):
        for beside in (1, -1):
            index = (start // period + turn) * period + beside
            if span.is_allowed(span.step * index):
                return _model(span.step * index)
    return Open("multiples that meet too seldom")


def _outward(low: int | None, high: int | None) -> Iterator[int]:
    """Yield the integers of an interval, from the one nearest to zero outward."""
    start = max(low or 0, 0) if low is not None and low > 0 else min(high or 0, 0) if high is not None else 0
    yield start
    distance = 1
    while True:
        above, below = start + distance, start - distance
        if high is None or above <= high:
            yield above
        if low is None or below >= low:
            yield below
        if high is not None and above > high and low is not None and below < low:
            return
        distance += 1


def _anywhere(span: _Range) -> Result:
    """Return a number with as few decimals as possible."""
    if span.low is not None and span.low == span.high:
        return _model(span.low) if span.is_allowed(span.low) else CLOSED
    for decimals in range(_MOST_DECIMALS):
        scale = 10**decimals
        start = round(span.nearest * scale)
        if decimals == 1 and span.is_allowed(half := Fraction(start // 10 * 10 + 5, scale)):
            return _model(half)
        for distance in range(_TRIES + len(span.excluded)):
            for index in dict.fromkeys((start + distance, start - distance)):
                if span.is_allowed(Fraction(index, scale)) and number_of(Fraction(index, scale)) is not None:
                    return _model(Fraction(index, scale))
    return Open("numbers too close to each other")


def _model(exact: Fraction) -> Result:
    """Return a number as a model."""
    value = number_of(exact)
    return Open(f"the number {exact} has no usual text") if value is None else Model(value)
