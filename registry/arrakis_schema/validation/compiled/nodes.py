"""What a compiled schema is made of, and how a keyword reads its value."""

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple, Protocol

from arrakis_schema.validation.patterns import PatternError, Searcher, searcher


class Failure(NamedTuple):
    """Where an instance breaks its schema: the path in the instance, the keyword with its value, and what is there."""

    path: tuple[str | int, ...]
    keyword: str
    value: Any
    instance: Any


Check = Callable[[Any], Failure | None]
NUMBERS: tuple[type, ...] = (int, float)
ARRAYS: tuple[type, ...] = (list, tuple)
KINDS: tuple[type, ...] = (bool, *NUMBERS, str, *ARRAYS, dict, type(None))
"""The Python types of JSON values; `bool` stands before `int`, of which it is a subclass."""


class Node(dict[type, "Check | None"]):
    """A compiled schema: the check of an instance by its Python type, None where every such instance is accepted.

    `otherwise` is the check of what is of no JSON type. `sweep` tells of a whole array at once that it accepts all the
    items; False where it cannot tell.
    """

    __slots__ = ("otherwise", "sweep")

    def __init__(self) -> None:
        """Begin with a schema that accepts everything."""
        super().__init__(dict.fromkeys(KINDS))
        self.otherwise: Check | None = None
        self.sweep: Callable[[Any], bool] | None = None

    def __missing__(self, kind: type) -> Check | None:
        """Return the check for a subclass of a type, or for what is of no JSON type."""
        return next((self[known] for known in KINDS if issubclass(kind, known)), self.otherwise)


class Compiler(Protocol):
    """What keywords need that hold schemas."""

    def node(self, schema: Any) -> Node:
        """Return a subschema, compiled."""

    def target(self, reference: Any) -> Node:
        """Return what a reference leads to, compiled."""


Keyword = Callable[[Compiler, Any, dict[str, Any]], Check | None]


class NotCompiledError(Exception):
    """A schema says something that is not compiled: the complete validator judges its document."""


def ask(node: Node, instance: Any) -> Failure | None:
    """Return what a compiled schema has against an instance."""
    check = node[type(instance)]
    return None if check is None else check(instance)


def below(step: str | int, failure: Failure) -> Failure:
    """Return the failure of a member or an item as one of the object or the array."""
    return failure._replace(path=(step, *failure.path))


def joined(checks: list[Check]) -> Check | None:
    """Return the check that makes all of these in turn; None where there are none."""
    if len(checks) <= 1:
        return checks[0] if checks else None

    def check(instance: Any) -> Failure | None:
        for one in checks:
            failure = one(instance)
            if failure is not None:
                return failure
        return None

    return check


def wanted(value: Any, kind: type) -> Any:
    """Return a keyword's value, which must be of this type."""
    if not isinstance(value, kind):
        raise NotCompiledError
    return value


def number_in(value: Any) -> Any:
    """Return a keyword's value, which must be a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotCompiledError
    if isinstance(value, float) and not isfinite(value):
        raise NotCompiledError
    return value


def names_in(value: Any) -> list[str]:
    """Return a keyword's value, which must be an array of names."""
    return [wanted(name, str) for name in wanted(value, list)]


def finder(pattern: Any) -> Searcher:
    """Return the function that finds the pattern which is a keyword's value."""
    try:
        return searcher(wanted(pattern, str))
    except PatternError as error:
        raise NotCompiledError from error
