"""What the complete validator says of a schema or a witness, within limits; and witnesses that are easier to read."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, TypeAlias

from referencing.exceptions import Unresolvable

from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.compat.logic.values import Json
from arrakis_schema.errors import InvalidSchemaError, LimitError
from arrakis_schema.json_schema.dialects import DIALECTS, dialect_of
from arrakis_schema.json_schema.judge.complete import errors_of
from arrakis_schema.json_schema.judge.meta_schemas import is_plainly_valid
from arrakis_schema.json_schema.judge.patterns import PatternError
from arrakis_schema.json_schema.judge.references import SchemaProblem
from arrakis_schema.json_schema.judge.soundness import dialect_problem, meta_schema_problems, number_problems

_DEEPEST = 120
_ENCODER = json.JSONEncoder(allow_nan=False)
_MOST_PATHS = 200
_MISSING = object()


@dataclass(slots=True)
class _Limits:
    """What is called at each step of a validator and may raise, and how deep the validator is in schemas."""

    tick: Callable[[], None]
    depth: int = 0


_limits: ContextVar[_Limits] = ContextVar("limits")


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


def check_schema(schema: Any, name: str) -> str:
    """Return the dialect of a schema; raises `InvalidSchemaError` for an invalid schema."""
    label = f"the {name}"
    if not isinstance(schema, dict | bool):
        raise InvalidSchemaError(label, "a schema is an object or a boolean")
    dialect = dialect_of(schema)
    if dialect is None:
        raise InvalidSchemaError(label, dialect_problem(schema))
    try:
        problem = schema_problem(schema, dialect)
    except RecursionError as error:
        raise UndecidedError("schemas that nest too deeply") from error
    if problem is not None:
        raise InvalidSchemaError(label, problem.text, problem.location)
    return dialect


def validation_errors(make_validator: Callable[[], Any], value: Json, tick: Callable[[], None], most: int) -> list[Any]:
    """Return the first errors of a validator with limits; raises `UndecidedError` if it takes too long or fails."""
    token = _limits.set(_Limits(tick))
    try:
        return errors_of(make_validator(), value, most)
    except LimitError as error:
        raise UndecidedError(f"the validator cannot tell: {error}") from error
    except (RecursionError, ArithmeticError, PatternError, Unresolvable, TypeError, ValueError) as error:
        raise UndecidedError(f"the validator cannot tell: {type(error).__name__}") from error
    finally:
        _limits.reset(token)


def limit_keyword(_name: str, run: Any) -> Any:
    """Return the check of a keyword with limits of time and depth."""

    @wraps(run)
    def run_limited(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        limits = _limits.get()
        limits.tick()
        if limits.depth > _DEEPEST:
            raise UndecidedError("schemas that nest too deeply for the validator")
        limits.depth += 1
        try:
            yield from run(validator, value, instance, schema) or ()
        finally:
            limits.depth -= 1

    return run_limited


Path: TypeAlias = tuple[str, ...]


def pick_witness(witness: Json, examples: Sequence[Json], is_witness: Callable[[Json], bool]) -> Json:
    """Return an example that is a witness, unchanged or with one member as in the witness, or the witness itself.

    `is_witness` tells whether the writer may send a value and the reader rejects it.
    """
    ordered = sorted(examples, key=_size)
    plain_example = next((example for example in ordered if is_witness(example)), None)
    if plain_example is not None:
        return plain_example
    candidates = (candidate for example in ordered for candidate in _grafts(example, witness))
    return next((candidate for candidate in candidates if is_witness(candidate)), witness)


def _grafts(example: Json, witness: Json) -> Iterator[Json]:
    """Yield the example with one member set, or left out, as in the witness; the deepest members first."""
    paths = sorted({*_paths(example), *_paths(witness)}, key=lambda path: (-len(path), path))
    for path in paths[:_MOST_PATHS]:
        if _get(example, path) != _get(witness, path):
            grafted = copy.deepcopy(example)
            parent = _get(grafted, path[:-1])
            if not isinstance(parent, dict):
                continue
            parent.pop(path[-1], None)
            value = _get(witness, path)
            if value is not _MISSING:
                parent[path[-1]] = value
            yield grafted


def _paths(value: object) -> Iterator[Path]:
    """Yield the path of every member."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (name,)
            yield from ((name, *path) for path in _paths(member))


def _get(value: Json, path: Path) -> object:
    """Return the value at a path."""
    member: object = value
    for name in path:
        if not isinstance(member, dict) or name not in member:
            return _MISSING
        member = member[name]
    return member


def _size(value: Json) -> int:
    return len(json.dumps(value))
