"""JSON values as every check of this package reads them: equality and exact multiples.

https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.2: numbers are equal by value, and true is not 1.
"""

import math
from collections.abc import Hashable
from fractions import Fraction
from typing import Any


def equality_key(value: Any) -> Hashable:
    """Return a key that is the same for equal values only."""
    if isinstance(value, bool):
        return bool, value
    if isinstance(value, list | tuple):
        return list, tuple(map(equality_key, value))
    if isinstance(value, dict):
        return dict, frozenset((name, equality_key(member)) for name, member in value.items())
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
    """Return the exact value of a JSON number: 0.1 is a tenth, not the nearest binary fraction.

    A whole one is the integer that a double holds, as in comparisons: 1e31 is less than 10^31, and no multiple of it.
    """
    return Fraction(number) if number == number // 1 else Fraction(float.__repr__(number))
