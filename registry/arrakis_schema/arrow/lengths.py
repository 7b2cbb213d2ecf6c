"""The promised length of the lists in a column, as a product: `rate * seconds / 60`.

The names are members of the record that a row refers to, such as a station. Numbers are exact (fractions).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_TERM = r"(?:[A-Za-z_][A-Za-z0-9_]*|[1-9][0-9]*)"
_PRODUCT = re.compile(rf"{_TERM}(?: [*/] {_TERM})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Length:
    """A product: its terms, each with True if it is a divisor."""

    text: str
    terms: tuple[tuple[str, bool], ...]

    def of(self, record: Mapping[str, Any]) -> int | None:
        """Return the length for a record; None if it lacks a member, or if the length is not an integer."""
        result = Fraction(1)
        for term, divides in self.terms:
            value = int(term) if term.isdecimal() else record.get(term)
            if isinstance(value, bool) or not isinstance(value, int | float) or (divides and not value):
                return None
            result = result / Fraction(value) if divides else result * Fraction(value)
        return int(result) if result.denominator == 1 else None


def parse_length(text: str) -> Length | None:
    """Return the product that a text denotes, or None if it is not a product."""
    if not _PRODUCT.fullmatch(text):
        return None
    words = text.split(" ")
    signs = ["*", *words[1::2]]
    return Length(text, tuple((term, sign == "/") for term, sign in zip(words[::2], signs, strict=True)))
