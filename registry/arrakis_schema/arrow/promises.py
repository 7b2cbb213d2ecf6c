"""What the metadata of a column promises about its values, beyond its Arrow type: one function for each key.

Writers keep a promise; readers need not know it, so compatibility treats it as an annotation.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields, with_children
from arrakis_schema.arrow.rows import values_of
from arrakis_schema.regex.matching import ecma_matcher
from arrakis_schema.regex.tree import PatternSyntaxError, UnsupportedPatternError
from arrakis_schema.text.short_repr import short_repr

PROMISED = ("nulls", "rows", "values", "pattern", "above", "at_least", "length", "refers_to")
ANNOTATIONS = ("description", "unit", "null", *PROMISED)
_KEYS = frozenset(name.encode() for name in ANNOTATIONS)


def strip_annotations(schema: pa.Schema) -> pa.Schema:
    """Return the schema without annotations at any depth, as a server sends it."""
    return pa.schema([_strip_field(field) for field in schema], metadata=schema.metadata)


def _strip_field(field: pa.Field) -> pa.Field:
    """Return a field without annotations."""
    children, metadata = child_fields(field.type), field.metadata
    if not children and not metadata:
        return field
    data_type = with_children(field.type, [_strip_field(child) for child in children])
    metadata = {key: value for key, value in (metadata or {}).items() if key not in _KEYS}
    return pa.field(field.name, data_type, field.nullable, metadata or None)


Violations = Iterator[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise about one column: `holds` is a quick test, `broken` yields each row that breaks it, with the reason."""

    column: str
    rule: str
    holds: Callable[[pa.Array], bool]
    broken: Callable[[pa.Array], Violations]

    __repr__ = short_repr


def promises_of(schema: pa.Schema) -> tuple[Promise, ...]:
    """Return the promises of the columns of a schema; lint reports invalid ones (`promise-invalid`)."""
    return tuple(promise for field in schema for promise in _promises(field))


def problem_of(field: pa.Field) -> str | None:
    """Return what is wrong with the promises of a field, or None."""
    for key, requirement in REQUIREMENTS.items():
        text = _metadata_text(field, key)
        if text is not None and not requirement[1](field, text):
            return f"{key}: {text!r} is not a valid promise: {requirement[0]}"
    return None


def nulls(field: pa.Field, _text: str) -> Promise:
    """No value is null, though the column is nullable."""

    def find_violations(array: pa.Array) -> Violations:
        yield from ((row, "null, which is never sent") for row, value in enumerate(values_of(array)) if value is None)

    return Promise(field.name, "null-sent", lambda array: array.null_count == 0, find_violations)


def rows(field: pa.Field, text: str) -> Promise:
    """The value is the same in every row of a batch (`alike`), or no two rows have the same one (`distinct`)."""
    return _alike(field) if text == "alike" else _distinct(field)


def _distinct(field: pa.Field) -> Promise:
    """No two rows have the same value; nulls are not compared."""

    def holds(array: pa.Array) -> bool:
        import pyarrow.compute as pc  # noqa: PLC0415 - it takes 10 MB, which the pages do not need

        return bool(pc.count_distinct(array).as_py() == len(array) - array.null_count)

    def find_violations(array: pa.Array) -> Violations:
        first: dict[object, int] = {}
        for row, value in enumerate(values_of(array)):
            if value is not None and first.setdefault(value, row) != row:
                yield row, f"{value!r}, as in row {first[value]}: no two rows are alike"

    return Promise(field.name, "row-repeated", holds, find_violations)


def _alike(field: pa.Field) -> Promise:
    """The value is the same in every row of a batch."""
    width = field.type.bit_width // 8 if pa.types.is_primitive(field.type) else 0

    def holds(array: pa.Array) -> bool:
        last = len(array) - 1
        if last < 1:
            return True
        if width and not array.offset and not array.null_count:
            values = array.buffers()[1].to_pybytes()[: (last + 1) * width]
            if values[width:] == values[:-width]:  # three times as fast as what follows
                return True
        return bool(array.slice(1).equals(array.slice(0, last)))

    def find_violations(array: pa.Array) -> Violations:
        sent = values_of(array)
        first = sent[0]
        differing = ((row, value) for row, value in enumerate(sent) if value != first)
        yield from ((row, f"{value!r}, but {first!r} in row 0: all rows are alike") for row, value in differing)

    return Promise(field.name, "row-differs", holds, find_violations)


def values(field: pa.Field, text: str) -> Promise:
    """Every value is one of these words, or null."""
    allowed = text.split()

    def holds(array: pa.Array) -> bool:
        import pyarrow.compute as pc  # noqa: PLC0415 - as above

        fit = pc.is_in(array, value_set=pa.array([*allowed, None], pa.string()))
        return bool(pc.all(fit, min_count=0).as_py())

    def find_violations(array: pa.Array) -> Violations:
        for row, value in enumerate(values_of(array)):
            if value is not None and value not in allowed:
                yield row, f"{value!r} is not one of {', '.join(allowed)}"

    return Promise(field.name, "value-unknown", holds, find_violations)


def text_pattern(field: pa.Field, text: str) -> Promise:
    """Every text contains a match of this regular expression."""
    search = ecma_matcher(text)

    def find_violations(array: pa.Array) -> Violations:
        for row, value in enumerate(values_of(array)):
            if value is not None and not search(value):
                yield row, f"{value!r} does not match the pattern {text!r}"

    def holds(array: pa.Array) -> bool:
        return next(find_violations(array), None) is None

    return Promise(field.name, "value-malformed", holds, find_violations)


def above(field: pa.Field, text: str) -> Promise:
    """Every number is greater than this one, or null."""
    return _bound(field, text, operator.gt, "more than")


def at_least(field: pa.Field, text: str) -> Promise:
    """No number is less than this one."""
    return _bound(field, text, operator.ge, "at least")


def _bound(field: pa.Field, text: str, fits: Callable[[Any, Any], Any], words: str) -> Promise:
    """Every number compares like this with a bound, or is null; NaN compares with nothing."""
    bound = int(text)

    def find_violations(array: pa.Array) -> Violations:
        for row, value in enumerate(values_of(array)):
            if value is not None and not fits(value, bound):
                yield row, f"{value!r} is not {words} {text}"

    def holds(array: pa.Array) -> bool:
        return next(find_violations(array), None) is None

    return Promise(field.name, "value-out-of-range", holds, find_violations)


def _promises(field: pa.Field) -> Iterator[Promise]:
    """Yield the promises of one field that can be checked with the column alone."""
    for key, maker in MAKERS.items():
        text = _metadata_text(field, key)
        if text is not None and REQUIREMENTS[key][1](field, text):
            yield maker(field, text)


def _metadata_text(field: pa.Field, key: str) -> str | None:
    """Return the metadata of a field under a key."""
    text = (field.metadata or {}).get(key.encode())
    return None if text is None else text.decode("utf-8", "replace")


def _can_refer(field: pa.Field, text: str) -> bool:
    return bool(pa.types.is_integer(field.type)) and text.isidentifier()


def _can_measure(field: pa.Field, text: str) -> bool:
    lists = isinstance(field.type, pa.ListType | pa.LargeListType)
    return lists and parse_length(text) is not None


def _can_list(field: pa.Field, text: str) -> bool:
    return bool(pa.types.is_string(field.type) or pa.types.is_large_string(field.type)) and bool(text.split())


def _can_search(field: pa.Field, text: str) -> bool:
    try:
        ecma_matcher(text)
    except (PatternSyntaxError, UnsupportedPatternError, OverflowError, RecursionError):
        return False
    return bool(pa.types.is_string(field.type) or pa.types.is_large_string(field.type))


def _can_be_alike(field: pa.Field, text: str) -> bool:
    simple = pa.types.is_primitive(field.type) or pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    return text == "alike" or (text == "distinct" and bool(simple))


def _can_compare(field: pa.Field, text: str) -> bool:
    numbers = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
    return bool(numbers) and re.fullmatch("-?[0-9]{1,20}", text, re.ASCII) is not None


MAKERS: dict[str, Callable[[pa.Field, str], Promise]] = {
    "nulls": nulls,
    "rows": rows,
    "values": values,
    "pattern": text_pattern,
    "above": above,
    "at_least": at_least,
}
REQUIREMENTS: dict[str, tuple[str, Callable[[pa.Field, str], bool]]] = {
    "nulls": ("expected 'never', in a nullable column", lambda field, text: text == "never" and field.nullable),
    "rows": ("expected 'alike', or 'distinct' in a column of text or numbers", _can_be_alike),
    "values": ("expected words separated by spaces, in a column of text", _can_list),
    "pattern": ("expected a regular expression, in a column of text", _can_search),
    "above": ("expected a whole number, in a column of numbers", _can_compare),
    "at_least": ("expected a whole number, in a column of numbers", _can_compare),
    "length": ("expected a product such as 'rate * stride / 1000', in a column of lists", _can_measure),
    "refers_to": ("expected the name of a member, in a column of integers", _can_refer),
}


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
