"""The rules for a JSON Schema document: one function each, all in one table."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.json_schema.dialects import DIALECTS
from arrakis_schema.json_schema.identifiers import read_identifiers
from arrakis_schema.json_schema.judge.values import comparable
from arrakis_schema.json_schema.positions import Positions, nearest, positions_in
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.lint.documentation_rules import (
    default_invalid,
    description_missing,
    example_accepted,
    example_invalid,
    example_missing,
    null_undescribed,
    omission_undescribed,
    title_missing,
    unit_missing,
)
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.keyword_rules import (
    dialect_unknown,
    excess_of_patterns,
    keyword_ineffective,
    keyword_unknown,
    meta_schema_invalid,
    pattern_exponential,
    pattern_slow,
    pattern_unbounded,
)
from arrakis_schema.lint.subject import Fault, LintRule, Subject, findings_of, too_large
from arrakis_schema.store.dialects import read_aliased
from arrakis_schema.store.documents import Document
from arrakis_schema.store.files import DEEPEST_DOCUMENT, LONGEST_NUMBER, YAML
from arrakis_schema.store.parsing import longest_number, parse_text

Faults = Iterator[Fault]
_IN_PLACE = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if"})
"""What applies further schemas to the same object, which may declare members as well."""

_BOUNDS = [
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
    ("minimum", "maximum"),
]
UNREADABLE = {
    "json-invalid": "The document is a JSON object or boolean in UTF-8, without repeated names or NaN.",
}
_POSITION = re.compile(r"line (\d+) column (\d+)")


def _pattern_invalid(json_subject: JsonSubject) -> Faults:
    """Every pattern is a regular expression."""
    return _faults(json_subject.soundness.pattern_problems(json_subject.schema, json_subject.reading))


def _ref_unresolvable(json_subject: JsonSubject) -> Faults:
    """Every `$ref` points to a schema of the release; nothing is ever fetched."""
    return _faults(json_subject.dangling)


def _ref_circular(json_subject: JsonSubject) -> Faults:
    """No `$ref` leads back to itself for the same value."""
    return _faults(json_subject.in_document(json_subject.references.loops() if json_subject.references else ()))


def _anchor_clash(json_subject: JsonSubject) -> Faults:
    """No two schemas of one resource have the same anchor."""
    for name, first, pointer in read_identifiers(json_subject.schema, "").repeated:
        if name.startswith("#"):
            remedy = "a reference could lead to either, so rename one"
            yield Fault(pointer, f"{short_json(name)} is already the anchor of {first or 'the document'}: {remedy}")


def _unsatisfiable(json_subject: JsonSubject) -> Faults:
    """At least one value satisfies the document."""
    from arrakis_schema.compat.satisfiability import find_conflict  # noqa: PLC0415 - it needs an extra

    schema = json_subject.bundle.schema
    is_sound = schema is not False and not json_subject.bundle.problems
    if is_sound and (contradiction := find_conflict(schema)) is not None:
        document, pointer = json_subject.bundle.origin(contradiction.pointer)
        contradiction = replace(contradiction, pointer=pointer)
        where = "" if document == json_subject.bundle.path else f"in {document}, "
        yield Fault("" if where else pointer, f"no value satisfies this document: {where}{contradiction}")


def _validation_exponential(json_subject: JsonSubject) -> Faults:
    """No value is checked exponentially often."""
    return _faults(json_subject.in_document(json_subject.cost_problems) if json_subject.sound else ())


def _id_mismatch(json_subject: JsonSubject) -> Faults:
    """`$id` is the document's own version URL, or what `id` of its entry in `[[documents]]` says."""
    keyword = DIALECTS[json_subject.dialect].identifier
    if json_subject.subject.url is None or isinstance(json_subject.schema, bool):  # has no room for one
        return
    identifier = json_subject.schema.get(keyword)
    if identifier != json_subject.subject.url:
        named = f"there is no {keyword}" if identifier is None else f"{keyword} is {short_json(identifier)}"
        yield Fault(f"/{keyword}", f"{named}: expected {json_subject.subject.url}")


def _enum_duplicate(json_subject: JsonSubject) -> Faults:
    """No value occurs twice in `enum`."""
    for node in json_subject.objects():
        members = node.schema.get("enum")
        before: set[str] = set()
        for index, member in enumerate(members if isinstance(members, list) else []):
            text = json.dumps(member, sort_keys=True)
            if text in before:
                yield Fault(node.pointer_of("enum", index), f"{short_json(member)} occurs twice in enum")
            before.add(text)


def _required_undeclared(json_subject: JsonSubject) -> Faults:
    """Every member in `required` is declared in `properties` beside it, unless other schemas can declare it."""
    for node in json_subject.objects():
        required, properties = node.schema.get("required"), node.schema.get("properties")
        if not (node.declares and isinstance(required, list) and isinstance(properties, dict)):
            continue
        if _IN_PLACE & node.schema.keys():
            continue
        for index, name in enumerate(required):
            if isinstance(name, str) and name not in properties:
                yield Fault(
                    node.pointer_of("required", index), f"{short_json(name)} is required but not declared in properties"
                )


def _bounds_empty(json_subject: JsonSubject) -> Faults:
    """Every pair of bounds allows at least one value."""
    for node in json_subject.objects():
        for low, high in _BOUNDS:
            least, most = node.schema.get(low), node.schema.get(high)
            if _number(least) and _number(most) and comparable(least) > comparable(most):
                yield Fault(
                    node.pointer_of(low), f"{low} is {least} and {high} is {most}: no value is within both bounds"
                )


def _faults(problems: Iterable[Any]) -> Faults:
    """Yield a fault for each problem that the validator reports about a document."""
    return (Fault(problem.location, problem.text) for problem in problems)


def _number(value: Any) -> bool:
    """Return whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rule(severity: Severity, check: Callable[[Any], Faults], convention: str = "") -> LintRule:
    """Return the rule whose summary is the first line of its function's docstring."""
    return LintRule(severity, (check.__doc__ or "").partition("\n")[0], check, convention)


JSON_RULES: dict[str, LintRule] = {
    "dialect-unknown": _rule(Severity.ERROR, dialect_unknown),
    "meta-schema-invalid": _rule(Severity.ERROR, meta_schema_invalid),
    "keyword-unknown": _rule(Severity.ERROR, keyword_unknown),
    "keyword-ineffective": _rule(Severity.ERROR, keyword_ineffective),
    "pattern-invalid": _rule(Severity.ERROR, _pattern_invalid),
    "pattern-exponential": _rule(Severity.WARNING, pattern_exponential),
    "pattern-unbounded": _rule(Severity.ERROR, pattern_unbounded),
    "pattern-slow": _rule(Severity.WARNING, pattern_slow),
    "ref-unresolvable": _rule(Severity.ERROR, _ref_unresolvable),
    "ref-circular": _rule(Severity.ERROR, _ref_circular),
    "validation-exponential": _rule(Severity.ERROR, _validation_exponential),
    "anchor-clash": _rule(Severity.ERROR, _anchor_clash),
    "id-mismatch": _rule(Severity.ERROR, _id_mismatch),
    "default-invalid": _rule(Severity.ERROR, default_invalid),
    "enum-duplicate": _rule(Severity.ERROR, _enum_duplicate),
    "required-undeclared": _rule(Severity.ERROR, _required_undeclared),
    "bounds-empty": _rule(Severity.ERROR, _bounds_empty),
    "unsatisfiable": _rule(Severity.ERROR, _unsatisfiable),
    "example-invalid": _rule(Severity.ERROR, example_invalid),
    "example-accepted": _rule(Severity.ERROR, example_accepted),
    "title-missing": _rule(Severity.WARNING, title_missing),
    "description-missing": _rule(Severity.WARNING, description_missing),
    "unit-missing": _rule(Severity.WARNING, unit_missing, "x-unit"),
    "null-undescribed": _rule(Severity.WARNING, null_undescribed, "x-null"),
    "omission-undescribed": _rule(Severity.WARNING, omission_undescribed, "x-omitted"),
    "example-missing": _rule(Severity.WARNING, example_missing),
}


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
    json_subject = JsonSubject(subject, schema, places)
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
        raise MalformedRequestError(
            f"a number has {longest_number(schema)} digits, but at most {LONGEST_NUMBER} are allowed"
        )
    return schema


def _position_of(places: Positions, fault: Fault) -> tuple[int, int]:
    """Return the line and column of a fault."""
    return nearest(places, fault.location)


def json_rule_summaries() -> dict[str, str]:
    """Return the summary of each rule for JSON Schemas, by its id."""
    return {**UNREADABLE, **{name: rule.summary for name, rule in JSON_RULES.items()}}
