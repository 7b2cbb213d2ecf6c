"""The rules for a JSON Schema document: one function each, all in one table."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.json_schema.keywords import DRAFT_07, KEYWORDS, KINDS, Node, dialect_of
from arrakis_schema.json_schema.positions import escape_token
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.pattern_rules import (
    pattern_exponential,
    pattern_slow,
    pattern_unbounded,
)
from arrakis_schema.lint.subject import Fault, Rule, Subject
from arrakis_schema.store.documents import DocumentKind
from arrakis_schema.store.strict_json import parse_json

Faults = Iterator[Fault]
_LONGEST_KEYWORD, _MOST_HINTS = 40, 100
_BOUNDS = [
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
    ("minimum", "maximum"),
]


def dialect_unknown(seen: JsonSubject) -> Faults:
    """`$schema` names a dialect that is known, the same in the whole document."""
    if not isinstance(seen.schema, dict) or "$schema" not in seen.schema or dialect_of(seen.schema) is None:
        yield Fault("/$schema", seen.soundness.dialect_problem(seen.schema))
    for node in seen.objects():
        if "$schema" in node.schema and node.pointer and dialect_of(node.schema) != seen.dialect:
            named = short_json(node.schema["$schema"])
            yield Fault(_below(node, "$schema"), f"$schema is {named}: the whole document is read as {seen.dialect}")


def meta_schema_invalid(seen: JsonSubject) -> Faults:
    """The document is valid against the meta-schema of its dialect."""
    for problem in seen.meta_schema_problems:
        yield Fault(problem.location, f"not a valid schema: {problem.text}")


def keyword_unknown(seen: JsonSubject) -> Faults:
    """Every keyword is one of the dialect's, or an annotation whose name begins with `x-`."""
    known = KEYWORDS[seen.dialect]
    folded = {keyword.lower(): keyword for keyword in known}
    unknown = 0
    for node in seen.objects():
        for keyword in node.schema:
            if keyword not in known and not keyword.startswith("x-"):
                unknown += 1
                near = folded.get(keyword.lower()) or _nearest(keyword, known if unknown < _MOST_HINTS else ())
                hint = f"did you mean {near!r}?" if near else "an annotation of your own begins with x-"
                yield Fault(_member(node, keyword), f"there is no keyword {keyword!r} and it has no effect; {hint}")


def _nearest(keyword: str, known: Collection[str]) -> str | None:
    """Return the known keyword that is most like one; a long one is like none."""
    matches = get_close_matches(keyword, known, 1, 0.7) if len(keyword) <= _LONGEST_KEYWORD else []
    return matches[0] if matches else None


def keyword_ineffective(seen: JsonSubject) -> Faults:
    """No keyword stands where it cannot act: beside a `type` that it says nothing of, or in draft-07 beside `$ref`."""
    for node in seen.objects():
        for keyword in node.schema:
            kinds, place = KINDS.get(keyword), _member(node, keyword)
            if kinds and node.types and not kinds & node.types:
                yield Fault(place, f"{keyword} has no effect on type {short_json(node.schema['type'])}")
            elif seen.dialect == DRAFT_07 and "$ref" in node.schema and keyword != "$ref" and node.pointer:
                yield Fault(place, f"{keyword} has no effect beside $ref in draft-07")


def pattern_invalid(seen: JsonSubject) -> Faults:
    """Every pattern is a regular expression."""
    return _faults(seen.soundness.pattern_problems(seen.schema))


def ref_unresolvable(seen: JsonSubject) -> Faults:
    """Every `$ref` points to a schema of the document: nothing is ever fetched."""
    return _faults(seen.references.unresolved if seen.references else ())


def ref_circular(seen: JsonSubject) -> Faults:
    """No `$ref` leads back to itself without going into the instance."""
    return _faults(seen.references.loops() if seen.references else ())


def unsatisfiable(seen: JsonSubject) -> Faults:
    """Some value satisfies the document."""
    from arrakis_schema.compat.satisfiability import conflict  # noqa: PLC0415 - it needs an extra

    if seen.schema is not False and (found := conflict(seen.schema)) is not None:
        yield Fault(found.pointer, f"nothing satisfies this document: {found}")


def validation_exponential(seen: JsonSubject) -> Faults:
    """No schema is asked of one value so often that validators do not come to an end."""
    return _faults(seen.cost_problems if seen.sound else ())


def title_missing(seen: JsonSubject) -> Faults:
    """The document has a title."""
    if isinstance(seen.schema, dict) and not seen.schema.get("title"):
        yield Fault("", "the document has no title")


def description_missing(seen: JsonSubject) -> Faults:
    """The document and every property have a description."""
    if isinstance(seen.schema, dict) and not seen.schema.get("description"):
        yield Fault("", "the document has no description")
    for node in seen.properties():
        if not node.schema.get("description") and "$ref" not in node.schema:
            yield Fault(node.pointer, f"{node.name} has no description")


def unit_missing(seen: JsonSubject) -> Faults:
    """Every number has a unit: `x-unit`, "1" for a plain number."""
    for node in seen.properties():
        if "number" in node.types and not node.schema.get("x-unit"):
            yield Fault(node.pointer, f'{node.name} is a number without x-unit ("1" for a plain number)')


def null_undescribed(seen: JsonSubject) -> Faults:
    """Every property that may be null says what null means: `x-null`."""
    for node in seen.properties():
        if "null" in node.types and not node.schema.get("x-null"):
            yield Fault(node.pointer, f"{node.name} may be null, and x-null does not say what that means")


def omission_undescribed(seen: JsonSubject) -> Faults:
    """Every property that may be left out says what that means: `x-omitted`."""
    for node in seen.properties():
        if node.optional and not node.schema.get("x-omitted"):
            yield Fault(node.pointer, f"{node.name} may be left out, and x-omitted does not say what that means")


def id_mismatch(seen: JsonSubject) -> Faults:
    """`$id` is the document's own version URL."""
    found = seen.schema.get("$id") if isinstance(seen.schema, dict) else None
    if seen.subject.url is not None and found != seen.subject.url:
        named = "there is no $id" if found is None else f"$id is {short_json(found)}"
        yield Fault("/$id", f"{named}: expected {seen.subject.url}")


def default_invalid(seen: JsonSubject) -> Faults:
    """Every `default` and every member of `examples` is valid under its own schema."""
    for node in seen.objects():
        examples = node.schema.get("examples")
        values = {
            f"examples/{index}": value for index, value in enumerate(examples if isinstance(examples, list) else [])
        }
        if "default" in node.schema:
            values["default"] = node.schema["default"]
        for place, value in values.items():
            if (problem := seen.refuses(node.schema, value)) is not None:
                yield Fault(_below(node, place), f"{place.partition('/')[0]} is not valid here: {problem}")


def enum_duplicate(seen: JsonSubject) -> Faults:
    """No member of `enum` stands twice."""
    for node in seen.objects():
        members = node.schema.get("enum")
        before: set[str] = set()
        for index, member in enumerate(members if isinstance(members, list) else []):
            text = json.dumps(member, sort_keys=True)
            if text in before:
                yield Fault(_below(node, f"enum/{index}"), f"{short_json(member)} stands twice in enum")
            before.add(text)


def required_undeclared(seen: JsonSubject) -> Faults:
    """Every required member is declared, where members are declared at all."""
    for node in seen.objects():
        required, properties = node.schema.get("required"), node.schema.get("properties")
        if not (node.declares and isinstance(required, list) and isinstance(properties, dict)):
            continue
        for index, name in enumerate(required):
            if isinstance(name, str) and name not in properties:
                yield Fault(
                    _below(node, f"required/{index}"), f"{short_json(name)} is required but not declared in properties"
                )


def bounds_empty(seen: JsonSubject) -> Faults:
    """Some value lies between every pair of bounds."""
    for node in seen.objects():
        for low, high in _BOUNDS:
            least, most = node.schema.get(low), node.schema.get(high)
            if _number(least) and _number(most) and least > most:
                yield Fault(_below(node, low), f"nothing is at least {least} and at most {most} ({low}, {high})")


def example_missing(seen: JsonSubject) -> Faults:
    """Every request and publication has examples that must be accepted, and some that must be refused."""
    if seen.subject.document.kind is not DocumentKind.ENVELOPE:
        yield from missing_examples(seen.subject)


def missing_examples(subject: Subject) -> Faults:
    """Yield which kinds of examples a document lacks."""
    for refused, words in ((False, "that must be accepted"), (True, "that must be refused (in a folder refused/)")):
        if not any(example.refused == refused for example in subject.examples):
            yield Fault("", f"the document has no example {words}")


def example_invalid(seen: JsonSubject) -> Faults:
    """Every accepted example is valid."""
    for example in seen.subject.examples:
        problem = None if example.refused else _example_problem(seen, example.content)
        if problem is not None:
            yield Fault("", f"this example must be accepted, but {problem}", example=example.path)


def example_accepted(seen: JsonSubject) -> Faults:
    """Every refused example is refused."""
    for example in seen.subject.examples if seen.sound else ():
        if example.refused and _example_problem(seen, example.content) is None:
            yield Fault("", "this example must be refused, but the document accepts it", example=example.path)


def _example_problem(seen: JsonSubject, content: bytes) -> str | None:
    """Return why the document refuses an example, or None."""
    try:
        instance = parse_json(content)
    except MalformedRequestError as error:
        return f"it cannot be read: {error.problem}"
    return seen.refuses(seen.schema, instance)


def _faults(problems: Iterable[Any]) -> Faults:
    """Yield what keeps a document from judging as faults."""
    return (Fault(problem.location, problem.text) for problem in problems)


def _member(node: Node, name: str) -> str:
    """Return the pointer of a member of a schema, whatever its name."""
    return f"{node.pointer}/{escape_token(name)}"


def _below(node: Node, place: str) -> str:
    """Return the pointer of a keyword of a schema; `place` may go on below it."""
    return f"{node.pointer}/{place if '/' in place else escape_token(place)}"


def _number(value: Any) -> bool:
    """Tell whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rule(severity: Severity, check: Callable[[Any], Faults]) -> Rule:
    """Return the rule whose summary is the first line of its function's docstring."""
    return Rule(severity, (check.__doc__ or "").partition("\n")[0], check)


JSON_RULES: dict[str, Rule] = {
    "dialect-unknown": _rule(Severity.ERROR, dialect_unknown),
    "meta-schema-invalid": _rule(Severity.ERROR, meta_schema_invalid),
    "keyword-unknown": _rule(Severity.ERROR, keyword_unknown),
    "keyword-ineffective": _rule(Severity.ERROR, keyword_ineffective),
    "pattern-invalid": _rule(Severity.ERROR, pattern_invalid),
    "pattern-exponential": _rule(Severity.WARNING, pattern_exponential),
    "pattern-unbounded": _rule(Severity.ERROR, pattern_unbounded),
    "pattern-slow": _rule(Severity.WARNING, pattern_slow),
    "ref-unresolvable": _rule(Severity.ERROR, ref_unresolvable),
    "ref-circular": _rule(Severity.ERROR, ref_circular),
    "validation-exponential": _rule(Severity.ERROR, validation_exponential),
    "id-mismatch": _rule(Severity.ERROR, id_mismatch),
    "default-invalid": _rule(Severity.ERROR, default_invalid),
    "enum-duplicate": _rule(Severity.ERROR, enum_duplicate),
    "required-undeclared": _rule(Severity.ERROR, required_undeclared),
    "bounds-empty": _rule(Severity.ERROR, bounds_empty),
    "unsatisfiable": _rule(Severity.ERROR, unsatisfiable),
    "example-invalid": _rule(Severity.ERROR, example_invalid),
    "example-accepted": _rule(Severity.ERROR, example_accepted),
    "title-missing": _rule(Severity.WARNING, title_missing),
    "description-missing": _rule(Severity.WARNING, description_missing),
    "unit-missing": _rule(Severity.WARNING, unit_missing),
    "null-undescribed": _rule(Severity.WARNING, null_undescribed),
    "omission-undescribed": _rule(Severity.WARNING, omission_undescribed),
    "example-missing": _rule(Severity.WARNING, example_missing),
}
