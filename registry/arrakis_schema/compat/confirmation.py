"""Confirms a witness with the complete validator, within limits of time and depth."""

import json
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any

from referencing import Registry
from referencing.exceptions import Unresolvable

from arrakis_schema.compat.logic.nodes import UndecidedError
from arrakis_schema.compat.logic.values import Json
from arrakis_schema.errors import LimitError
from arrakis_schema.json_schema.dialects import DIALECTS
from arrakis_schema.json_schema.judge.complete import errors_of, make_validator
from arrakis_schema.json_schema.judge.meta_schemas import is_plainly_valid
from arrakis_schema.json_schema.judge.patterns import PatternError
from arrakis_schema.json_schema.judge.references import SchemaProblem
from arrakis_schema.json_schema.judge.soundness import meta_schema_problems, number_problems
from arrakis_schema.regex import Reading

_DEEPEST = 120
_ENCODER = json.JSONEncoder(allow_nan=False)
_depth: ContextVar[int] = ContextVar("depth", default=0)
_tick: ContextVar[Callable[[], None]] = ContextVar("tick", default=lambda: None)


def schema_problem(schema: Any, dialect: str) -> SchemaProblem | None:
    """Return why a schema is not valid in its dialect, or None; an `$id` has a syntax of its own."""
    try:
        text = _ENCODER.encode(schema)
    except (TypeError, ValueError):  # a number that JSON does not have, or no JSON text to use as a cache key
        return next(number_problems(schema), None) or next(meta_schema_problems(schema, dialect), None)
    if f'"{DIALECTS[dialect].identifier}"' not in text and is_plainly_valid(schema, dialect):
        return None
    return _cached_problem(text, dialect)


@lru_cache(maxsize=256)
def _cached_problem(text: str, dialect: str) -> SchemaProblem | None:
    """Return what is wrong with the schema in a JSON text, or None."""
    return next(meta_schema_problems(json.loads(text), dialect), None)


def refusals(  # noqa: PLR0913, PLR0917 - the question and its limits
    schema: Any,
    dialect: str,
    value: Json,
    tick: Callable[[], None],
    most: int,
    reading: Reading,
    registry: Registry[Any] | None = None,
) -> list[Any]:
    """Return the first errors of the validator; raises `UndecidedError` if it takes too long or fails."""
    token = _tick.set(tick)
    try:
        return errors_of(make_validator(schema, dialect, _limit_keyword, registry, reading), value, most)
    except LimitError as error:
        raise UndecidedError(f"the validator cannot tell: {error}") from error
    except (RecursionError, ArithmeticError, PatternError, Unresolvable, TypeError, ValueError) as error:
        raise UndecidedError(f"the validator cannot tell: {type(error).__name__}") from error
    finally:
        _tick.reset(token)


def _limit_keyword(_name: str, run: Any) -> Any:
    """Return the check of a keyword with limits of time and depth."""

    @wraps(run)
    def run_limited(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        _tick.get()()
        if _depth.get() > _DEEPEST:
            raise UndecidedError("schemas that nest too deep for the validator")
        depth = _depth.set(_depth.get() + 1)
        try:
            yield from run(validator, value, instance, schema) or ()
        finally:
            _depth.reset(depth)

    return run_limited
