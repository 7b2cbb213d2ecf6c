"""The keywords that hold no schemas: one function each, which returns the check of the keyword with this value.

https://json-schema.org/draft-07/draft-handrews-json-schema-validation-01 and
https://json-schema.org/draft/2020-12/json-schema-validation
"""

from typing import Any

from arrakis_schema.validation.compiled.nodes import (
    Check,
    Compiler,
    Failure,
    Keyword,
    NotCompiledError,
    finder,
    names_in,
    number_in,
    wanted,
)
from arrakis_schema.validation.values import is_multiple, key


def enum(_: Compiler, value: Any, __: Any) -> Check:
    members = frozenset(map(key, wanted(value, list)))

    def check(instance: Any) -> Failure | None:
        known = (instance if instance.__class__ is str else key(instance)) in members
        return None if known else Failure((), "enum", value, instance)

    return check


def const(_: Compiler, value: Any, __: Any) -> Check:
    equal = key(value)

    def check(instance: Any) -> Failure | None:
        same = (instance if instance.__class__ is str else key(instance)) == equal
        return None if same else Failure((), "const", value, instance)

    return check


def minimum(_: Compiler, value: Any, __: Any) -> Check:
    bound = number_in(value)
    return lambda number: Failure((), "minimum", bound, number) if number < bound else None


def maximum(_: Compiler, value: Any, __: Any) -> Check:
    bound = number_in(value)
    return lambda number: Failure((), "maximum", bound, number) if number > bound else None


def exclusive_minimum(_: Compiler, value: Any, __: Any) -> Check:
    bound = number_in(value)
    return lambda number: Failure((), "exclusiveMinimum", bound, number) if number <= bound else None


def exclusive_maximum(_: Compiler, value: Any, __: Any) -> Check:
    bound = number_in(value)
    return lambda number: Failure((), "exclusiveMaximum", bound, number) if number >= bound else None


def multiple_of(_: Compiler, value: Any, __: Any) -> Check:
    divisor = number_in(value)
    if divisor <= 0:
        raise NotCompiledError
    return lambda number: None if is_multiple(number, divisor) else Failure((), "multipleOf", divisor, number)


def least(keyword: str) -> Keyword:
    """Return the keyword that is a lower bound of a size."""

    def compiled(_: Compiler, value: Any, __: Any) -> Check:
        bound = number_in(value)
        return lambda sized: Failure((), keyword, bound, sized) if len(sized) < bound else None

    return compiled


def most(keyword: str) -> Keyword:
    """Return the keyword that is an upper bound of a size."""

    def compiled(_: Compiler, value: Any, __: Any) -> Check:
        bound = number_in(value)
        return lambda sized: Failure((), keyword, bound, sized) if len(sized) > bound else None

    return compiled


def pattern(_: Compiler, value: Any, __: Any) -> Check:
    find = finder(value)
    return lambda text: None if find(text) else Failure((), "pattern", value, text)


def unique_items(_: Compiler, value: Any, __: Any) -> Check | None:
    if not wanted(value, bool):
        return None
    return lambda array: Failure((), "uniqueItems", value, array) if len(set(map(key, array))) < len(array) else None


def required(_: Compiler, value: Any, __: Any) -> Check | None:
    names = tuple(names_in(value))

    def check(members: Any) -> Failure | None:
        for name in names:
            if name not in members:
                return Failure((), "required", value, members)
        return None

    return check if names else None


def dependent_required(_: Compiler, value: Any, __: Any, keyword: str = "dependentRequired") -> Check:
    entries = [(name, names_in(others)) for name, others in wanted(value, dict).items()]

    def check(members: Any) -> Failure | None:
        kept = all(other in members for name, others in entries if name in members for other in others)
        return None if kept else Failure((), keyword, value, members)

    return check
