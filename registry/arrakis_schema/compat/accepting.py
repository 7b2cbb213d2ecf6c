"""`accepts`: whether a reader accepts everything that a writer sends."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, Literal, get_args

from arrakis_schema.compat.blame import RefusedWitness, mark_faults
from arrakis_schema.compat.changes import changes
from arrakis_schema.compat.closure import CLOSED_EVERYWHERE, OPEN, closure_of
from arrakis_schema.compat.containment import Question, decide_containment
from arrakis_schema.compat.logic.results import SECONDS, STEPS
from arrakis_schema.compat.satisfiability import find_conflict
from arrakis_schema.compat.sides import Sides
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.verdicts import Change, Effect, Kind, Verdict
from arrakis_schema.json_schema.declared_members import Unknown
from arrakis_schema.json_schema.judge.patterns import READINGS
from arrakis_schema.store.settings import COLUMNS, WAYS
from arrakis_schema.text.short_repr import short_value

Policy = Literal["additive", "strict"]
Patterns = Literal["ecma", "python"]


class NotComparableError(ArrakisSchemaError, TypeError):
    """The two documents have different formats, or an unknown one; the message says which side has which."""


def accepts(  # noqa: PLR0913 - each option is a fact about the two sides
    reader: Any,
    writer: Any,
    *,
    policy: Policy = "additive",
    unknown: Unknown = "ignored",
    columns: Literal["by-name", "exact"] = "by-name",
    metadata: Collection[str] = (),
    patterns: Patterns = "ecma",
    examples: Sequence[Any] = (),
    steps: int = STEPS,
    timeout: float = SECONDS,
    formats: bool = False,
    reader_is_new: bool = True,
) -> Verdict:
    """Return whether the reader accepts everything that the writer sends: proved, refuted, or undecided with a reason.

    `reader` and `writer` are JSON Schemas (an object or a boolean, in the dialect of its `$schema` or in draft-07), or
    Arrow schemas (`pyarrow.Schema` or a payload template).

    JSON Schema: with the policy `additive` the writer sends only the members that it declares; with `strict`, all that
    its schema accepts. `unknown` is what the reader does with undeclared members: one value for all objects, or one for
    each JSON Pointer, as in `{"/args": "rejected"}`. A witness is made from `examples` if possible, `formats` makes
    `format` an assertion, and `patterns` are as in ECMA-262 or as in Python's `re`, with `$` at the end alone.

    Arrow: `unknown` is what the reader does with unknown columns (of several values, the one for `""`),
    `columns="exact"` is a reader whose schema must equal the stream's, and `metadata` has the keys that it relies on.

    `unknown` is `"ignored"` or `"rejected"`. `steps` limits the search alike on every machine; `timeout`, in seconds,
    is the last resort. The findings run from the writer's document to the reader's, or back if `reader_is_new` is
    False. Raises `InvalidSchemaError` for an invalid schema, `NotComparableError` for documents of two formats, and
    `ValueError` for a value that an option does not have.
    """
    _check_options(policy, unknown, columns, patterns)
    _check_values(metadata, examples, steps, timeout)
    if isinstance(reader, dict | bool) and isinstance(writer, dict | bool):
        question = question_of(reader, writer, policy, unknown, patterns, examples, steps, timeout)
        return explain_verdict(replace(question, assert_formats=formats), reader_is_new=reader_is_new)
    reading = {"refuses_unknown": closure_of(unknown).here, "exact": columns == "exact", "meaningful": metadata}
    return _compare_arrow(reader, writer, **reading, reader_is_new=reader_is_new)


def question_of(  # noqa: PLR0913, PLR0917 - as `accepts`
    reader: Any,
    writer: Any,
    policy: str,
    unknown: Unknown,
    patterns: str,
    examples: Sequence[Any],
    steps: int,
    timeout: float,
) -> Question:
    """Return the question that `accepts` asks of two JSON Schemas with these options."""
    closures = closure_of(unknown), OPEN if policy == "strict" else CLOSED_EVERYWHERE
    reading = READINGS[patterns]
    return Question(reader, writer, *closures, timeout, examples=tuple(examples), steps=steps, patterns=reading)


def _check_options(policy: str, unknown: Unknown, columns: str, patterns: str) -> None:
    """Raise `ValueError` for an unknown value of an option, which would otherwise act as the lenient one."""
    treatments = unknown.values() if isinstance(unknown, Mapping) else [unknown]
    for name, value, choices in (
        ("policy", policy, get_args(Policy)),
        *(("unknown", treatment, WAYS) for treatment in treatments),
        ("columns", columns, COLUMNS),
        ("patterns", patterns, get_args(Patterns)),
    ):
        if value not in choices:
            raise ValueError(f"{name} is {value!r}: expected {' or '.join(map(repr, choices))}")
    for pointer in unknown if isinstance(unknown, Mapping) else ():
        if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
            raise ValueError(f"unknown names the place {pointer!r}: expected a JSON Pointer, such as '/args'")


def _check_values(metadata: Collection[str], examples: Sequence[Any], steps: int, timeout: float) -> None:
    """Raise `ValueError` for a value of an option that is not of its type."""
    for name, value, is_right, expected in (
        ("metadata", metadata, _is_collection(metadata), "a collection of keys, such as ['rate']"),
        ("examples", examples, _is_collection(examples), "a list of messages, such as [{'days': 3}]"),
        ("steps", steps, isinstance(steps, Integral) and _is_positive(steps), "a positive integer, such as 100_000"),
        ("timeout", timeout, _is_positive(timeout), "a positive number of seconds, such as 5.0"),
    ):
        if not is_right:
            raise ValueError(f"{name} is {short_value(value)}: expected {expected}")


def _is_collection(value: object) -> bool:
    """Return whether a value is a collection, and no text or mapping, of which each letter or name would be an item."""
    return isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping)


def _is_positive(number: object) -> bool:
    """Return whether a value is a number above zero."""
    return isinstance(number, Real) and not isinstance(number, bool) and bool(number > 0)  # type: ignore[operator]


def _compare_arrow(reader: Any, writer: Any, **options: Any) -> Verdict:
    """Return the verdict on two Arrow schemas; raises `NotComparableError` if one of them is something else."""
    from arrakis_schema.compat.arrow.schemas import compare_schemas, is_arrow  # noqa: PLC0415 - an extra

    for name, side in (("reader", reader), ("writer", writer)):
        if not isinstance(side, dict | bool) and not is_arrow(side):
            kind = type(side).__name__
            raise NotComparableError(f"the {name} is neither a JSON Schema nor an Arrow schema, but {kind}")
    if not (is_arrow(reader) and is_arrow(writer)):
        raise NotComparableError("one of the two is a JSON Schema and the other an Arrow schema")
    return compare_schemas(reader, writer, **options)


def explain_verdict(question: Question, *, reader_is_new: bool) -> Verdict:
    """Return the verdict on two JSON Schemas, with their differences and the ones at fault."""
    verdict = decide_containment(question)
    old, new = (question.writer, question.reader) if reader_is_new else (question.reader, question.writer)
    differences = _differences(old, new, question.sides)
    if verdict.kind is Kind.COMPATIBLE and verdict.reason:
        why = find_conflict(question.writer) or "no message has only declared members"
        empty = Change("writer-empty", "", "", Effect.CHANGED, f"{verdict.reason}: {why}")
        return replace(verdict, findings=(*differences, empty), reason=empty.message)
    if verdict.kind is Kind.INCOMPATIBLE:
        refusal = RefusedWitness(verdict.witness, verdict.errors, question.reader, question.reader_closure)
        return replace(verdict, findings=mark_faults(differences, refusal, reader_is_new=reader_is_new))
    return replace(verdict, findings=differences)


def _differences(old: Any, new: Any, sides: Sides) -> tuple[Change, ...]:
    """Return the differences of two documents, which are found once for both directions; none if they are too deep."""
    key = id(old), id(new)
    if key not in sides.differences:
        try:
            differences = tuple(changes(old, new))
        except RecursionError:
            differences = ()
        sides.differences[key] = old, new, differences
    return sides.differences[key][2]
