"""Lint of one JSON Schema document, by every rule for JSON Schemas."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.json_schema.keywords import walk
from arrakis_schema.json_schema.positions import Positions, nearest, positions_in
from arrakis_schema.lint.faults import findings_of, too_large
from arrakis_schema.lint.json_rules import JSON_RULES
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.pattern_rules import excess_of_patterns
from arrakis_schema.lint.subject import Fault, Subject
from arrakis_schema.store.dialects import read_aliased
from arrakis_schema.store.documents import Document
from arrakis_schema.store.files import YAML
from arrakis_schema.store.limits import DEEPEST_DOCUMENT, LONGEST_NUMBER
from arrakis_schema.store.strict_json import longest_number, parse_text

UNREADABLE = {
    "json-invalid": "The document is one JSON object or boolean in UTF-8; no name stands twice, no number is NaN.",
}
_POSITION = re.compile(r"line (\d+) column (\d+)")


def lint_schema(subject: Subject) -> Iterator[Finding]:
    """Yield the findings of a JSON Schema document."""
    try:
        schema = read_aliased(_schema(subject.document), subject.document.aliases)
    except MalformedRequestError as error:
        match = _POSITION.search(error.problem)
        line, column = (int(number) for number in match.groups()) if match else (1, 1)
        notation = "YAML that JSON can hold" if subject.document.path.endswith(YAML) else "JSON"
        yield Finding(
            subject.file, line, column, "json-invalid", Severity.ERROR, "", f"not {notation}: {error.problem}"
        )
        return
    places = positions_in(subject.document.text, subject.document.path)
    json_subject = JsonSubject(subject, schema, tuple(walk(schema)), places)
    if (excess := excess_of_patterns(json_subject)) is not None:
        yield too_large(subject, excess)
        return
    yield from findings_of(subject, json_subject, JSON_RULES, partial(_position_of, places))


def _schema(document: Document) -> Any:
    """Return the JSON of a schema."""
    schema = parse_text(document.content, document.path, DEEPEST_DOCUMENT)
    if not isinstance(schema, dict | bool):
        raise MalformedRequestError("it is neither an object nor a boolean")
    if longest_number(schema) > LONGEST_NUMBER:
        raise MalformedRequestError(f"a number has {longest_number(schema)} digits: {LONGEST_NUMBER} are allowed")
    return schema


def _position_of(places: Positions, fault: Fault) -> tuple[int, int]:
    """Return the line and column of a fault."""
    return nearest(places, fault.location)


def json_rule_summaries() -> dict[str, str]:
    """Return the summary of each rule for JSON Schemas, by its id."""
    return {**UNREADABLE, **{name: rule.summary for name, rule in JSON_RULES.items()}}
