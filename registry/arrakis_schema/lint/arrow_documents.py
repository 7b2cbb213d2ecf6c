"""Lint of one Arrow document, by every rule for Arrow schemas."""

from collections.abc import Iterator

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.errors import SchemaTextError, TooManyColumnsError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.lint.arrow_rules import ARROW_RULES, ArrowSubject
from arrakis_schema.lint.faults import findings_of, too_large
from arrakis_schema.lint.subject import Subject

UNREADABLE = {
    "text-invalid": "The document is the text of an Arrow schema, as pyarrow prints it.",
    "template-without-placeholder": "A template, which `...` makes it, has a placeholder.",
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
    """Return the finding for a text that is no Arrow schema."""
    if not isinstance(error, SchemaTextError):
        return Finding(subject.file, 1, 1, "text-invalid", Severity.ERROR, "", f"byte {error.start} is not UTF-8")
    bare = "\n...\n" in subject.document.text and "{" not in subject.document.text
    rule = "template-without-placeholder" if bare else "text-invalid"
    return Finding(subject.file, error.line, 1, rule, Severity.ERROR, "", error.problem)


def arrow_rule_summaries() -> dict[str, str]:
    """Return the summary of each rule for Arrow schemas, by its id."""
    return {**UNREADABLE, **{name: rule.summary for name, rule in ARROW_RULES.items()}}
