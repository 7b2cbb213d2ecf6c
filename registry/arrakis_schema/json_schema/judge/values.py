"""JSON values as every check of this package reads them: equality, order and exact multiples.

https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.2: numbers are equal by value, and true is not 1. A
number with decimals or an exponent is the one that its shortest text says: 0.1 is a tenth, and 1e31 is 10^31.
"""

import math
from collections.abc import Hashable
from fractions import Fraction
from typing import Any

_EXACT_DOUBLES = 2**53  # up to here every double is what its shortest text says, or has decimals


def equality_key(value: Any) -> Hashable:
    """Return a key that is the same for equal values only."""
    if isinstance(value, bool):
        return bool, value
    if isinstance(value, list | tuple):
        return list, tuple(map(equality_key, value))
    if isinstance(value, dict):
        return dict, frozenset((name, equality_key(member)) for name, member in value.items())
    if isinstance(value, float):
        return comparable(value)
    return value if isinstance(value, Hashable) else (object, id(value))


def is_finite(number: float) -> bool:
    """Return whether JSON has a number: it has neither NaN nor the infinities."""
    return isinstance(number, int) or math.isfinite(number)


def all_finite(instance: Any) -> bool:
    """Return whether JSON has all numbers in a value."""
    todo = [instance]
    while todo:
        value = todo.pop()
        if value.__class__ is dict:
            todo += value.values()
        elif isinstance(value, list | tuple):
            todo += value
        elif value.__class__ is float and not math.isfinite(value):
            return False
    return True


def is_multiple(number: float, divisor: float) -> bool:
    """Return whether a number is a multiple of a divisor, both as JSON writes them: 19.99 is a multiple of 0.01."""
    if isinstance(number, int) and isinstance(divisor, int):
        return number % divisor == 0
    try:
        return (exact_fraction(number) / exact_fraction(divisor)).denominator == 1
    except ValueError:  # NaN or an infinity, which no JSON text holds
        return False


def exact_fraction(number: float) -> Fraction:
    """Return the exact value of a JSON number, which is neither NaN nor an infinity."""
    return Fraction(number if isinstance(number, int) else float.__repr__(number))


def comparable(number: float) -> float:
    """Return a number that Python compares with others as JSON does: a large double as the integer that it says."""
    if isinstance(number, int) or abs(number) <= _EXACT_DOUBLES or not math.isfinite(number):
        return number
    return exact_fraction(number).numerator


def compares_alike(number: float) -> bool:
    """Return whether Python itself compares a number with every double as JSON does."""
    if abs(number) <= _EXACT_DOUBLES:
        return True
    exact = comparable(number)
    try:
        near = float(exact)
    except OverflowError:  # it is beyond every double
        return True
    doubles = (math.nextafter(near, -math.inf), near, math.nextafter(near, math.inf))
    return number == exact and all(
        (double > exact, double == exact) == (comparable(double) > exact, comparable(double) == exact)
        for double in doubles
    )
