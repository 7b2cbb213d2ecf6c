"""Read a document once, and hold every rule of its format against it."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from posixpath import join
from typing import Any

from arrakis_schema.errors import MalformedRequestError, MissingExtraError, SchemaTextError, TooManyColumnsError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.json_schema.keywords import walk
from arrakis_schema.json_schema.positions import Positions, positions
from arrakis_schema.lint.json_rules import JSON_RULES
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.pattern_rules import excess_of_patterns
from arrakis_schema.lint.reach import SET_RULES
from arrakis_schema.lint.subject import Fault, Rule, Subject
from arrakis_schema.store.documents import Format
from arrakis_schema.store.inventory import FILE_RULES
from arrakis_schema.store.limits import DEEPEST_DOCUMENT, LARGEST_FILE, LONGEST_NUMBER, MOST_FINDINGS, mebibytes
from arrakis_schema.store.strict_json import longest_number, parse_json

UNREADABLE = {
    "document-too-large": "The document is no larger than anybody needs: 8 MiB, 10,000 columns, 1,000 patterns.",
    "json-invalid": "The document is one JSON object or boolean in UTF-8; no name stands twice, no number is NaN.",
    "text-invalid": "The document is the text of an Arrow schema, as pyarrow prints it.",
    "template-without-placeholder": "A template, which `...` makes it, has a placeholder.",
}
_PLACE = re.compile(r"line (\d+) column (\d+)")


def lint(subject: Subject) -> list[Finding]:
    """Return what is wrong with a document, in the order of its text; one that cannot be read has one finding."""
    size = len(subject.document.content)
    if size > LARGEST_FILE:
        return [_too_large(subject, f"{mebibytes(size)}: {mebibytes(LARGEST_FILE)} are allowed")]
    return sorted(READERS[subject.document.format](subject))


def rules() -> dict[str, str]:
    """Return the summary of every rule by its id."""
    from arrakis_schema.lint.arrow_rules import ARROW_RULES  # noqa: PLC0415 - pyarrow is an extra

    return {
        **FILE_RULES,
        **SET_RULES,
        **UNREADABLE,
        **{name: rule.summary for name, rule in {**ARROW_RULES, **JSON_RULES}.items()},
    }


def _json(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of a JSON Schema document."""
    try:
        schema = _schema(subject.document.content)
    except MalformedRequestError as error:
        place = _PLACE.search(error.problem)
        line, column = (int(number) for number in place.groups()) if place else (1, 1)
        yield Finding(subject.file, line, column, "json-invalid", Severity.ERROR, "", f"not JSON: {error.problem}")
        return
    places = positions(subject.document.text)
    seen = JsonSubject(subject, schema, tuple(walk(schema)), places)
    if (excess := excess_of_patterns(seen)) is not None:
        yield _too_large(subject, excess)
        return
    yield from _findings(subject, seen, JSON_RULES, partial(_at, places))


def _schema(content: bytes) -> Any:
    """Return the JSON of a schema."""
    schema = parse_json(content, DEEPEST_DOCUMENT)
    if not isinstance(schema, dict | bool):
        raise MalformedRequestError("it is neither an object nor a boolean")
    if longest_number(schema) > LONGEST_NUMBER:
        raise MalformedRequestError(f"a number has {longest_number(schema)} digits: {LONGEST_NUMBER} are allowed")
    return schema


def _arrow(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of an Arrow document."""
    try:
        from arrakis_schema.arrow import Template, parse_document  # noqa: PLC0415 - an extra
        from arrakis_schema.lint.arrow_rules import ARROW_RULES, ArrowSubject  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("pyarrow", "arrow") from error
    try:
        text = subject.document.text
        document = parse_document(text)
    except TooManyColumnsError as error:
        yield _too_large(subject, error.problem)
        return
    except (SchemaTextError, UnicodeDecodeError) as error:
        yield _unreadable(subject, error)
        return
    if isinstance(document, Template):
        columns, lines = tuple(document.preview()), tuple(column.line for column in document.columns)
    else:
        starts = [number for number, line in enumerate(text.split("\n"), 1) if line and not line.startswith(" ")]
        columns, lines = tuple(document), tuple(starts[: len(document)])
    seen = ArrowSubject(subject, document, columns, lines)
    yield from _findings(subject, seen, ARROW_RULES, lambda fault: (fault.line or 1, 1))


def _too_large(subject: Subject, excess: str) -> Finding:
    """Return the finding for a document that no rule looks at."""
    message = f"the document has {excess}; split it"
    return Finding(subject.file, 1, 1, "document-too-large", Severity.ERROR, "", message)


def _unreadable(subject: Subject, error: SchemaTextError | UnicodeDecodeError) -> Finding:
    """Return the finding for a text that is no Arrow schema."""
    if not isinstance(error, SchemaTextError):
        return Finding(subject.file, 1, 1, "text-invalid", Severity.ERROR, "", f"byte {error.start} is not UTF-8")
    bare = "\n...\n" in subject.document.text and "{" not in subject.document.text
    rule = "template-without-placeholder" if bare else "text-invalid"
    return Finding(subject.file, error.line, 1, rule, Severity.ERROR, "", error.problem)


def _findings(
    subject: Subject, seen: Any, table: dict[str, Rule], place: Callable[[Fault], tuple[int, int]]
) -> Iterator[Finding]:
    """Yield what each rule of a table finds."""
    folder = subject.file.removesuffix(subject.document.path)
    for name, rule in table.items():
        faults = rule.check(seen)
        for fault in islice(faults, MOST_FINDINGS):
            if fault.example is not None:
                yield Finding(join(folder, fault.example), 1, 1, name, rule.severity, fault.location, fault.message)
            else:
                yield Finding(subject.file, *place(fault), name, rule.severity, fault.location, fault.message)
        if more := sum(1 for _ in faults):
            message = f"{more:,} more findings of this rule in this document are not listed"
            yield Finding(subject.file, 1, 1, name, rule.severity, "", message)


def _at(places: Positions, fault: Fault) -> tuple[int, int]:
    """Return the line and column of a pointer; of the nearest thing around it, where it points to what is missing."""
    pointer = fault.location
    while pointer not in places and pointer:
        pointer = pointer.rpartition("/")[0]
    return places.get(pointer, (1, 1))


READERS: dict[Format, Callable[[Subject], Iterator[Finding]]] = {Format.JSON_SCHEMA: _json, Format.ARROW: _arrow}
