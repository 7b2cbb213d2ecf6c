"""A second opinion on a witness: the validator `jsonschema`, kept within its time and never fetching anything."""

import json
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache, lru_cache, wraps
from typing import Any

import jsonschema
from referencing import Registry
from referencing.exceptions import Unresolvable

from arrakis_schema.compat.logic.nodes import UndecidedError
from arrakis_schema.compat.logic.values import Json
from arrakis_schema.dialect.keywords import DRAFT_07, DRAFT_2020_12

_BASES = {DRAFT_07: jsonschema.Draft7Validator, DRAFT_2020_12: jsonschema.Draft202012Validator}
_UNBOUNDED = re.compile(r"(?<!\\)[*+]|(?<!\\)\{\d+,\}")
_REPEATED_GROUP = re.compile(r"(?<!\\)\)[*+?{]")
_MOST_STEPS = 10_000_000
_LONGEST_REPEATED = 20
_DEEPEST = 120
_depth: ContextVar[int] = ContextVar("depth", default=0)
_tick: ContextVar[Callable[[], None]] = ContextVar("tick", default=lambda: None)


def invalid_schema(schema: Any, dialect: str) -> str | None:
    """Return what is wrong with a schema by its meta-schema, or None; a schema is looked at once."""
    try:
        text = json.dumps(schema)
    except (TypeError, ValueError):  # no JSON, so nothing to remember it by
        return _problem(schema, dialect)
    return _remembered(text, dialect)


@lru_cache(maxsize=256)
def _remembered(text: str, dialect: str) -> str | None:
    """Return what is wrong with the schema that a text holds."""
    return _problem(json.loads(text), dialect)


def _problem(schema: Any, dialect: str) -> str | None:
    """Return what the meta-schema has against a schema."""
    error = jsonschema.exceptions.best_match(_BASES[dialect](_BASES[dialect].META_SCHEMA).iter_errors(schema))
    if error is None:
        return None
    place = "/".join(map(str, error.absolute_path))
    return f"/{place}: {error.message}" if place else error.message


def refusals(
    schema: Any, dialect: str, value: Json, tick: Callable[[], None], registry: Registry[Any] | None = None
) -> Iterator[Any]:
    """Yield the errors of the validator; raises `UndecidedError` where it would take too long or cannot tell."""
    token = _tick.set(tick)
    try:
        yield from _bounded(dialect)(schema, registry=Registry() if registry is None else registry).iter_errors(value)
    except (RecursionError, ArithmeticError, re.error, Unresolvable, TypeError, ValueError) as error:
        raise UndecidedError(f"the validator cannot tell: {type(error).__name__}") from error
    finally:
        _tick.reset(token)


@cache
def _bounded(dialect: str) -> Any:
    """Return the validator of a dialect whose keywords look at the clock and beware of slow patterns."""
    base = _BASES[dialect]
    extend: Any = jsonschema.validators.extend
    return extend(base, {name: _watched(name, run) for name, run in base.VALIDATORS.items()})


def _watched(name: str, run: Any) -> Any:
    """Return a keyword's check that gives up in time."""

    @wraps(run)
    def watched(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        _tick.get()()
        if _depth.get() > _DEEPEST:
            raise UndecidedError("schemas that nest too deep for the validator")
        if name == "pattern" and isinstance(instance, str):
            _refuse_slow([value], [instance])
        elif name in {"patternProperties", "additionalProperties"} and isinstance(instance, dict):
            _refuse_slow(schema.get("patternProperties", ()), instance)
        depth = _depth.set(_depth.get() + 1)
        try:
            yield from run(validator, value, instance, schema) or ()
        finally:
            _depth.reset(depth)

    return watched


def _refuse_slow(patterns: Any, texts: Any) -> None:
    """Raise `UndecidedError` where the search of `re` may take for ever."""
    longest = max(map(len, texts), default=0)
    for pattern in patterns:
        many = longest ** len(_UNBOUNDED.findall(pattern)) > _MOST_STEPS
        if many or (longest > _LONGEST_REPEATED and _REPEATED_GROUP.search(pattern)):
            raise UndecidedError(f"the validator may take for ever on the pattern {pattern}")
