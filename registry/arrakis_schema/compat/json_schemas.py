"""Containment of JSON Schemas: a model of "the writer's schema holds, the reader's fails", or the proof that none is.

A model is confirmed by a validator that knows nothing of this; a proof holds in both readings of the patterns.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any

from arrakis_schema.compat.confirm import meta_schema_problem, refusals
from arrakis_schema.compat.fault import worded
from arrakis_schema.compat.logic.evaluation import Interpretation
from arrakis_schema.compat.logic.nodes import Closure, Nodes, UndecidedError
from arrakis_schema.compat.logic.results import Closed, Model, Open, Result
from arrakis_schema.compat.logic.values import Json
from arrakis_schema.compat.regex import Reading, UnsupportedPatternError
from arrakis_schema.compat.solve.tableau import Tableau
from arrakis_schema.compat.verdicts import Kind, Verdict
from arrakis_schema.compat.witnesses import likeliest
from arrakis_schema.dialect.keywords import dialect_of
from arrakis_schema.errors import InvalidSchemaError
from arrakis_schema.validation.soundness import dialect_problem, number_problems

_MOST_ERRORS = 20
UNKNOWN = "the reader refuses members that it does not know"
OPEN, CLOSED_EVERYWHERE = Closure(), Closure(everywhere=True)


class OutOfTimeError(UndecidedError):
    """The time for one pair has run out."""


@dataclass(frozen=True, slots=True)
class Question:
    """A pair of schemas, how either is closed, and how long may be thought about it, in seconds."""

    reader: Any
    writer: Any
    reader_closure: Closure = OPEN
    writer_closure: Closure = OPEN
    timeout: float = 2.0
    assert_formats: bool = False
    examples: tuple[Any, ...] = ()


def contained(question: Question) -> Verdict:
    """Return whether the reader accepts every instance that the writer's schema accepts; without findings."""
    try:
        return _Case(question).verdict()
    except (UndecidedError, UnsupportedPatternError) as error:
        return Verdict(Kind.UNDECIDED, reason=str(error))
    except RecursionError:
        return Verdict(Kind.UNDECIDED, reason="schemas that nest too deep")


def checked(schema: Any, name: str) -> str:
    """Return the dialect of a schema; raises `InvalidSchemaError` where it is not valid in it."""
    label = f"the {name}"
    if not isinstance(schema, dict | bool):
        raise InvalidSchemaError(label, "a schema is an object or a boolean")
    dialect = dialect_of(schema)
    if dialect is None:
        raise InvalidSchemaError(label, dialect_problem(schema))
    try:
        problem = next(number_problems(schema), None) or meta_schema_problem(schema, dialect)
    except RecursionError as error:
        raise UndecidedError("schemas that nest too deep") from error
    if problem is not None:
        raise InvalidSchemaError(label, problem.text, problem.location)
    return dialect


def clock(seconds: float) -> Callable[[], None]:
    """Return a function that raises `OutOfTimeError` once so much time has passed."""
    end = monotonic() + seconds

    def tick() -> None:
        if monotonic() > end:
            raise OutOfTimeError(f"not decided within {seconds:g} seconds")

    return tick


class _Case:
    """One question while it is answered."""

    def __init__(self, question: Question) -> None:
        self.question, self.tick = question, clock(question.timeout)
        self.reader_dialect = checked(question.reader, "reader's schema")
        self.writer_dialect = checked(question.writer, "writer's schema")
        nodes = Nodes(self.tick, assert_formats=question.assert_formats)
        reader = nodes.root(question.reader, self.reader_dialect, question.reader_closure)
        writer = nodes.root(question.writer, self.writer_dialect, question.writer_closure)
        self.state = frozenset([nodes.literal(writer, holds=True), nodes.literal(reader, holds=False)])
        self.ecma = Interpretation(Reading.ECMA, self.tick)

    def verdict(self) -> Verdict:
        """Return the verdict."""
        result = self.solved(self.ecma)
        if isinstance(result, Closed) and self.has_patterns():
            result = self.closed_in_python_too()
        if isinstance(result, Closed):
            return Verdict(Kind.COMPATIBLE)
        if isinstance(result, Open):
            return Verdict(Kind.UNDECIDED, reason=result.reason)
        return self.confirmed(result.value)

    def solved(self, interpretation: Interpretation) -> Result:
        """Search for a model of the writer without the reader."""
        return Tableau(interpretation).solve(self.state)

    def has_patterns(self) -> bool:
        """Tell whether a regular expression takes part."""
        return '"pattern' in json.dumps([self.question.reader, self.question.writer])

    def closed_in_python_too(self) -> Result:
        """Return whether the proof holds when the patterns are read as Python reads them."""
        result = self.solved(Interpretation(Reading.PYTHON, self.tick))
        if not isinstance(result, Model):
            return result
        return Open(f"ECMA-262 and Python read a pattern differently: {_short(result.value)} shows it")

    def refused(self, value: Json) -> bool:
        """Tell whether a value is a witness, by our meaning of both schemas."""
        return self.ecma.satisfied(self.state, value)

    def confirmed(self, value: Json) -> Verdict:
        """Return the verdict for a witness, which the validator must confirm; a likelier one is preferred."""
        verdict = self.judged(value)
        likely = likeliest(value, self.question.examples, self.refused)
        if verdict.kind is not Kind.INCOMPATIBLE or likely == value:
            return verdict
        better = self.judged(likely)
        return better if better.kind is Kind.INCOMPATIBLE else verdict

    def judged(self, value: Json) -> Verdict:
        """Return what the validator says of a witness."""
        if next(refusals(self.question.writer, self.writer_dialect, value, self.tick), None) is not None:
            return Verdict(Kind.UNDECIDED, reason=f"a validator refuses {_short(value)} for the writer already")
        errors = list(islice(refusals(self.question.reader, self.reader_dialect, value, self.tick), _MOST_ERRORS))
        if not errors and not self.undeclared(value):
            return Verdict(Kind.UNDECIDED, reason=f"a validator accepts {_short(value)} for the reader")
        return Verdict(Kind.INCOMPATIBLE, value, errors=tuple(errors), at=worded(errors[0]) if errors else UNKNOWN)

    def undeclared(self, value: Json) -> bool:
        """Tell whether the reader refuses a value only because it holds members that are not declared."""
        return self.question.reader_closure != OPEN and self.refused(value)


def _short(value: Json) -> str:
    """Return a value as short JSON."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:97]}..."  # noqa: PLR2004
