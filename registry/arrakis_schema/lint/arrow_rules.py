"""The rules for an Arrow document, `schema.txt`: one function each, all in one table. Needs pyarrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arrakis_schema.arrow.promises import problem_of, promises_of
from arrakis_schema.arrow.rows import record_batch
from arrakis_schema.arrow.template import Template, format_document, parse_document
from arrakis_schema.arrow.tokens import PLACEHOLDER
from arrakis_schema.errors import ArrakisSchemaError, MalformedRequestError, SchemaTextError, TooManyColumnsError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.lint.documentation_rules import missing_examples
from arrakis_schema.lint.subject import Fault, LintRule, Subject, findings_of, too_large
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.parsing import parse_json

if TYPE_CHECKING:
    import pyarrow as pa

Faults = Iterator[Fault]
UNREADABLE = {
    "text-invalid": "The document is the text of an Arrow schema, as pyarrow prints it.",
    "template-without-placeholder": "A template (a text with `...`) has a placeholder.",
}


@dataclass(frozen=True, slots=True)
class ArrowSubject:
    """An Arrow document that has been read: the schema or template, and its columns with the line of each.

    The columns of a template are those it has when each placeholder stands for itself, and each data type for the first
    one allowed.
    """

    subject: Subject
    document: pa.Schema | Template
    columns: tuple[pa.Field, ...]
    lines: tuple[int, ...]

    def faults(self, problem_in: Callable[[pa.Field], str | None]) -> Faults:
        """Yield a fault for each column of which something is wrong."""
        for column, line in zip(self.columns, self.lines, strict=True):
            message = problem_in(column)
            if message is not None:
                yield Fault(column.name, message, line)


def _text_not_canonical(arrow_subject: ArrowSubject) -> Faults:
    """The text is written as `format_document` prints the schema, with one newline at the end."""
    written, printed = arrow_subject.subject.document.text, format_document(arrow_subject.document)
    if written != printed:
        pairs = enumerate(zip(written.split("\n"), printed.split("\n"), strict=False), 1)
        lines = ((line, repr(new)) for line, (old, new) in pairs if old != new)
        line, expected = next(lines, (1, "one newline at the end"))
        yield Fault("", f"not written as pyarrow prints it: expected {expected}", line)


def _field_name_duplicate(arrow_subject: ArrowSubject) -> Faults:
    """No two columns have the same name."""
    counts = Counter(column.name for column in arrow_subject.columns)
    return arrow_subject.faults(
        lambda column: f"{counts[column.name]} columns have this name" if counts[column.name] > 1 else None
    )


def _field_name_empty(arrow_subject: ArrowSubject) -> Faults:
    """Every column has a name."""
    return arrow_subject.faults(lambda column: None if column.name.strip() else "the column has no name")


def _description_missing(arrow_subject: ArrowSubject) -> Faults:
    """Every column has a description in its metadata."""
    return arrow_subject.faults(
        lambda column: None if _says(column, b"description") else f"{column.name} has no description"
    )


def _unit_missing(arrow_subject: ArrowSubject) -> Faults:
    """Every column of numbers or durations has a unit in its metadata, "1" for plain numbers."""

    def problem_in(column: pa.Field) -> str | None:
        return (
            f'{column.name} is a number, but its metadata has no unit (write "1" if it has no unit)'
            if _measures(column.type)
            else None
        )

    return arrow_subject.faults(lambda column: None if _says(column, b"unit") else problem_in(column))


def _null_undescribed(arrow_subject: ArrowSubject) -> Faults:
    """Every column that may be null says in its metadata what null means."""

    def problem_in(column: pa.Field) -> str | None:
        silent = column.nullable and not _says(column, b"null")
        return f"{column.name} may be null, but its metadata has no null that says what null means" if silent else None

    return arrow_subject.faults(problem_in)


def _promise_invalid(arrow_subject: ArrowSubject) -> Faults:
    """Every promise in the metadata of a column can be checked."""
    return arrow_subject.faults(
        lambda column: None if (problem := problem_of(column)) is None else f"{column.name}: {problem}"
    )


def _placeholder_unlimited(arrow_subject: ArrowSubject) -> Faults:
    """Every placeholder for a data type lists the types that it may stand for."""
    for column in arrow_subject.document.columns if isinstance(arrow_subject.document, Template) else ():
        name, _, data_type = column.lines[0].partition(": ")
        for placeholder in PLACEHOLDER.findall(data_type):
            if placeholder not in column.allowed:
                yield Fault(name, f"{{{placeholder}}} does not list the types that it may stand for", column.line)


def _example_missing(arrow_subject: ArrowSubject) -> Faults:
    """Every publication has examples that must be accepted, and some that must be rejected."""
    if arrow_subject.subject.document.kind is DocumentKind.PUBLICATION:
        yield from missing_examples(arrow_subject.subject)


def _example_invalid(arrow_subject: ArrowSubject) -> Faults:
    """Every accepted example fits the columns."""
    for example in arrow_subject.subject.examples:
        problem = None if example.refused else rows_problem(arrow_subject.document, example.content)
        if problem is not None:
            yield Fault("", f"this example must be accepted, but is rejected: {problem}", example=example.path)


def _example_accepted(arrow_subject: ArrowSubject) -> Faults:
    """Every example in `refused` is rejected."""
    for example in arrow_subject.subject.examples:
        if example.refused and rows_problem(arrow_subject.document, example.content) is None:
            yield Fault("", "this example must be rejected, but the document accepts it", example=example.path)


def rows_problem(document: pa.Schema | Template, content: bytes) -> str | None:
    """Return why an example of rows does not fit a schema, or None."""
    try:
        example = parse_json(content)
        bind = document.bind if isinstance(document, Template) else None
        schema = bind(example.get("columns", ()), **example.get("values", {})) if bind else document
        batch = record_batch(schema, example["rows"])
    except MalformedRequestError as error:
        return f"it cannot be read: {error.problem}"
    except ArrakisSchemaError as error:
        return str(error)
    except (KeyError, AttributeError, TypeError):
        return 'it is not an object with "rows" (and "columns" or "values" for a template)'
    return _broken_promise(schema, batch)


def _broken_promise(schema: pa.Schema, batch: pa.RecordBatch) -> str | None:
    """Return the first promise that the rows of an example break, or None."""
    for promise in promises_of(schema):
        row, problem = next(promise.broken(batch.column(promise.column)), (0, None))
        if problem is not None:
            return f"row {row}, column {promise.column!r}: {problem}"
    return None


def _says(column: pa.Field, key: bytes) -> bool:
    """Return whether a column's metadata has a value for a key."""
    return bool((column.metadata or {}).get(key, b"").strip())


def _measures(data_type: pa.DataType) -> bool:
    """Return whether values of a type, or the items of its lists, are numbers or durations that want a unit."""
    from pyarrow import types  # noqa: PLC0415 - `arrakis_schema.arrow` says first where it is missing

    if types.is_nested(data_type):
        return hasattr(data_type, "value_type") and not types.is_map(data_type) and _measures(data_type.value_type)
    kinds = (types.is_integer, types.is_floating, types.is_decimal)
    return any(matches(data_type) for matches in kinds)


def _rule(severity: Severity, check: Callable[[ArrowSubject], Faults]) -> LintRule:
    """Return the rule whose summary is the first line of its function's docstring."""
    return LintRule(severity, (check.__doc__ or "").partition("\n")[0], check)


ARROW_RULES: dict[str, LintRule] = {
    "text-not-canonical": _rule(Severity.ERROR, _text_not_canonical),
    "field-name-duplicate": _rule(Severity.ERROR, _field_name_duplicate),
    "field-name-empty": _rule(Severity.ERROR, _field_name_empty),
    "promise-invalid": _rule(Severity.ERROR, _promise_invalid),
    "example-invalid": _rule(Severity.ERROR, _example_invalid),
    "example-accepted": _rule(Severity.ERROR, _example_accepted),
    "description-missing": _rule(Severity.WARNING, _description_missing),
    "unit-missing": _rule(Severity.WARNING, _unit_missing),
    "null-undescribed": _rule(Severity.WARNING, _null_undescribed),
    "placeholder-unlimited": _rule(Severity.WARNING, _placeholder_unlimited),
    "example-missing": _rule(Severity.WARNING, _example_missing),
}


def lint_columns(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of an Arrow document."""
    try:
        text = subject.document.text
        document = parse_document(text)
    except TooManyColumnsError as error:
        yield too_large(subject, error.problem)
        return
    except (SchemaTextError, UnicodeDecodeError) as error:
        yield _unreadable(subject, error)
        return
    if isinstance(document, Template):
        columns, lines = tuple(document.preview()), tuple(column.line for column in document.columns)
    else:
        starts = [number for number, line in enumerate(text.split("\n"), 1) if line and not line.startswith(" ")]
        columns, lines = tuple(document), tuple(starts[: len(document)])
    arrow_subject = ArrowSubject(subject, document, columns, lines)
    yield from findings_of(subject, arrow_subject, ARROW_RULES, lambda fault: (fault.line or 1, 1))


def _unreadable(subject: Subject, error: SchemaTextError | UnicodeDecodeError) -> Finding:
    """Return the finding for a text that is not an Arrow schema."""
    if not isinstance(error, SchemaTextError):
        return Finding(subject.file, 1, 1, "text-invalid", Severity.ERROR, "", f"byte {error.start} is not UTF-8")
    bare = "\n...\n" in subject.document.text and "{" not in subject.document.text
    rule = "template-without-placeholder" if bare else "text-invalid"
    return Finding(subject.file, error.line, 1, rule, Severity.ERROR, "", error.problem)


def arrow_rule_summaries() -> dict[str, str]:
    """Return the summary of each rule for Arrow schemas, by its id."""
    return {**UNREADABLE, **{name: rule.summary for name, rule in ARROW_RULES.items()}}
