"""The rules for a JSON Schema document: one function each, all in one table."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.json_schema.dialects import DIALECTS, EVERY_KEYWORD, KEYWORDS, Dialect, Role, dialect_of
from arrakis_schema.json_schema.keywords import Node
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.pattern_rules import (
    pattern_exponential,
    pattern_slow,
    pattern_unbounded,
)
from arrakis_schema.lint.subject import REFUSED_EXAMPLES, Fault, LintRule, Subject
from arrakis_schema.store.documents import DocumentKind
from arrakis_schema.store.strict_json import parse_json
from arrakis_schema.text.json_pointer import escape_token

Faults = Iterator[Fault]
_LONGEST_KEYWORD, _MOST_HINTS = 40, 100
_SUCCESSORS = {
    "dependencies": "dependentRequired or dependentSchemas",
    "$recursiveRef": "$dynamicRef",
    "$recursiveAnchor": "$dynamicAnchor",
}
_IN_PLACE = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if"})
"""What applies further schemas to the same object, which may declare members as well."""

_BOUNDS = [
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
    ("minimum", "maximum"),
]


def _dialect_unknown(json_subject: JsonSubject) -> Faults:
    """`$schema` names a dialect that is known, the same in the whole document."""
    if (
        not isinstance(json_subject.schema, dict)
        or "$schema" not in json_subject.schema
        or dialect_of(json_subject.schema) is None
    ):
        yield Fault("/$schema", json_subject.soundness.dialect_problem(json_subject.schema))
    for node in json_subject.objects():
        if "$schema" in node.schema and node.pointer and dialect_of(node.schema) != json_subject.dialect:
            named = short_json(node.schema["$schema"])
            yield Fault(
                _below(node, "$schema"), f"$schema is {named}: the whole document is read as {json_subject.dialect}"
            )


def _meta_schema_invalid(json_subject: JsonSubject) -> Faults:
    """The document is valid against the meta-schema of its dialect."""
    for problem in json_subject.meta_schema_problems:
        yield Fault(problem.location, f"not a valid schema: {problem.text}")


def _keyword_unknown(json_subject: JsonSubject) -> Faults:
    """Every keyword is one of the dialect's, or an annotation whose name begins with `x-`."""
    keywords = KEYWORDS[json_subject.dialect]
    folded = {keyword.lower(): keyword for keyword in keywords}
    unknown = 0
    for node in json_subject.objects():
        for keyword in node.schema:
            if keyword not in keywords and not keyword.startswith("x-"):
                unknown += 1
                if keyword in EVERY_KEYWORD:
                    yield Fault(_member(node, keyword), _foreign(keyword, DIALECTS[json_subject.dialect]))
                    continue
                near = folded.get(keyword.lower()) or _nearest(keyword, keywords if unknown < _MOST_HINTS else ())
                hint = f"did you mean {near!r}?" if near else "an annotation of your own begins with x-"
                yield Fault(_member(node, keyword), f"there is no keyword {keyword!r} and it has no effect; {hint}")


def _foreign(keyword: str, dialect: Dialect) -> str:
    """Return what is wrong with a keyword of other dialects."""
    others = ", ".join(other.name for other in DIALECTS.values() if keyword in other.keywords)
    return f"there is no keyword {keyword!r} in {dialect.name} and it has no effect; it is one of {others}"


def _nearest(keyword: str, keywords: Collection[str]) -> str | None:
    """Return the known keyword that is most like one; a long one is like none."""
    matches = get_close_matches(keyword, keywords, 1, 0.7) if len(keyword) <= _LONGEST_KEYWORD else []
    return matches[0] if matches else None


def _keyword_ineffective(json_subject: JsonSubject) -> Faults:
    """No keyword stands where it cannot act: with a `type` that it says nothing of, or up to draft-07 beside `$ref`."""
    dialect = DIALECTS[json_subject.dialect]
    for node in json_subject.objects():
        for keyword in node.schema:
            known, pointer = dialect.keywords.get(keyword), _member(node, keyword)
            if known and known.role is Role.RETIRED:
                yield Fault(pointer, f"{keyword} has no effect in {dialect.name}: use {_SUCCESSORS[keyword]}")
            elif known and known.types and node.types and not known.types & node.types:
                yield Fault(pointer, f"{keyword} has no effect on type {short_json(node.schema['type'])}")
            elif dialect.ref_alone and "$ref" in node.schema and keyword != "$ref" and node.pointer:
                remedy = 'write "allOf": [{"$ref": …}] instead'
                yield Fault(pointer, f"{keyword} has no effect beside $ref in {dialect.name}: {remedy}")


def _pattern_invalid(json_subject: JsonSubject) -> Faults:
    """Every pattern is a regular expression."""
    return _faults(json_subject.soundness.pattern_problems(json_subject.schema, json_subject.reading))


def _ref_unresolvable(json_subject: JsonSubject) -> Faults:
    """Every `$ref` points to a schema of the release: nothing is ever fetched."""
    return _faults(json_subject.dangling)


def _ref_circular(json_subject: JsonSubject) -> Faults:
    """No `$ref` leads back to itself without going into the instance."""
    return _faults(json_subject.in_document(json_subject.references.loops() if json_subject.references else ()))


def _unsatisfiable(json_subject: JsonSubject) -> Faults:
    """Some value satisfies the document."""
    from arrakis_schema.compat.satisfiability import conflict  # noqa: PLC0415 - it needs an extra

    schema = json_subject.bundle.schema
    if schema is not False and not json_subject.bundle.problems and (contradiction := conflict(schema)) is not None:
        document, pointer = json_subject.bundle.origin(contradiction.pointer)
        contradiction = replace(contradiction, pointer=pointer)
        where = "" if document == json_subject.bundle.path else f"in {document}, "
        yield Fault("" if where else pointer, f"nothing satisfies this document: {where}{contradiction}")


def _validation_exponential(json_subject: JsonSubject) -> Faults:
    """No schema is asked of one value so often that validators do not come to an end."""
    return _faults(json_subject.in_document(json_subject.cost_problems) if json_subject.sound else ())


def _title_missing(json_subject: JsonSubject) -> Faults:
    """The document has a title."""
    if isinstance(json_subject.schema, dict) and not json_subject.schema.get("title"):
        yield Fault("", "the document has no title")


def _description_missing(json_subject: JsonSubject) -> Faults:
    """The document and every property have a description."""
    if isinstance(json_subject.schema, dict) and not json_subject.schema.get("description"):
        yield Fault("", "the document has no description")
    for node in json_subject.properties():
        if not node.schema.get("description") and "$ref" not in node.schema:
            yield Fault(node.pointer, f"{node.name} has no description")


def _unit_missing(json_subject: JsonSubject) -> Faults:
    """Every number has a unit: `x-unit`, "1" for a plain number."""
    for node in json_subject.properties():
        if "number" in node.types and not node.schema.get("x-unit"):
            yield Fault(node.pointer, f'{node.name} is a number without x-unit ("1" for a plain number)')


def _null_undescribed(json_subject: JsonSubject) -> Faults:
    """Every property that may be null says what null means: `x-null`."""
    for node in json_subject.properties():
        if "null" in node.types and not node.schema.get("x-null"):
            yield Fault(node.pointer, f"{node.name} may be null, and x-null does not say what that means")


def _omission_undescribed(json_subject: JsonSubject) -> Faults:
    """Every property that may be left out says what that means: `x-omitted`."""
    for node in json_subject.properties():
        if node.optional and not node.schema.get("x-omitted"):
            alone = "$ref" in node.schema and DIALECTS[json_subject.dialect].ref_alone
            remedy = ': write it beside "allOf": [{"$ref": …}]' if alone else ""
            yield Fault(
                node.pointer, f"{node.name} may be left out, and x-omitted does not say what that means{remedy}"
            )


def _id_mismatch(json_subject: JsonSubject) -> Faults:
    """`$id` is the document's own version URL."""
    keyword = DIALECTS[json_subject.dialect].identifier
    identifier = json_subject.schema.get(keyword) if isinstance(json_subject.schema, dict) else None
    if json_subject.subject.url is not None and identifier != json_subject.subject.url:
        named = f"there is no {keyword}" if identifier is None else f"{keyword} is {short_json(identifier)}"
        yield Fault(f"/{keyword}", f"{named}: expected {json_subject.subject.url}")


def _default_invalid(json_subject: JsonSubject) -> Faults:
    """Every `default` and every member of `examples` is valid under its own schema."""
    for node in json_subject.objects():
        examples = node.schema.get("examples")
        values = {
            f"examples/{index}": value for index, value in enumerate(examples if isinstance(examples, list) else [])
        }
        if "default" in node.schema:
            values["default"] = node.schema["default"]
        for path, value in values.items():
            if (problem := json_subject.refuses(node.schema, value)) is not None:
                yield Fault(_below(node, path), f"{path.partition('/')[0]} is not valid here: {problem}")


def _enum_duplicate(json_subject: JsonSubject) -> Faults:
    """No member of `enum` stands twice."""
    for node in json_subject.objects():
        members = node.schema.get("enum")
        before: set[str] = set()
        for index, member in enumerate(members if isinstance(members, list) else []):
            text = json.dumps(member, sort_keys=True)
            if text in before:
                yield Fault(_below(node, f"enum/{index}"), f"{short_json(member)} stands twice in enum")
            before.add(text)


def _required_undeclared(json_subject: JsonSubject) -> Faults:
    """Every required member is declared, where members are declared at all, and by one schema alone."""
    for node in json_subject.objects():
        required, properties = node.schema.get("required"), node.schema.get("properties")
        if not (node.declares and isinstance(required, list) and isinstance(properties, dict)):
            continue
        if _IN_PLACE & node.schema.keys():
            continue
        for index, name in enumerate(required):
            if isinstance(name, str) and name not in properties:
                yield Fault(
                    _below(node, f"required/{index}"), f"{short_json(name)} is required but not declared in properties"
                )


def _bounds_empty(json_subject: JsonSubject) -> Faults:
    """Some value lies between every pair of bounds."""
    for node in json_subject.objects():
        for low, high in _BOUNDS:
            least, most = node.schema.get(low), node.schema.get(high)
            if _number(least) and _number(most) and least > most:
                yield Fault(_below(node, low), f"nothing is at least {least} and at most {most} ({low}, {high})")


def _example_missing(json_subject: JsonSubject) -> Faults:
    """Every request and publication has examples that must be accepted, and some that must be refused."""
    if json_subject.subject.document.kind not in {DocumentKind.ENVELOPE, DocumentKind.SHARED}:
        yield from missing_examples(json_subject.subject)


def missing_examples(subject: Subject) -> Faults:
    """Yield which kinds of examples a document lacks."""
    for refused, words in ((False, "that must be accepted"), (True, "that must be refused (in a folder refused/)")):
        asked = not refused or REFUSED_EXAMPLES in subject.conventions
        if asked and not any(example.refused == refused for example in subject.examples):
            yield Fault("", f"the document has no example {words}")


def _example_invalid(json_subject: JsonSubject) -> Faults:
    """Every accepted example is valid."""
    for example in json_subject.subject.examples:
        problem = None if example.refused else _example_problem(json_subject, example.content)
        if problem is not None:
            yield Fault("", f"this example must be accepted, but {problem}", example=example.path)


def _example_accepted(json_subject: JsonSubject) -> Faults:
    """Every refused example is refused."""
    for example in json_subject.subject.examples if json_subject.sound else ():
        if example.refused and _example_problem(json_subject, example.content) is None:
            yield Fault("", "this example must be refused, but the document accepts it", example=example.path)


def _example_problem(json_subject: JsonSubject, content: bytes) -> str | None:
    """Return why the document refuses an example, or None."""
    try:
        instance = parse_json(content)
    except MalformedRequestError as error:
        return f"it cannot be read: {error.problem}"
    return json_subject.refuses_message(instance)


def _faults(problems: Iterable[Any]) -> Faults:
    """Yield a fault for each problem that the validator reports about a document."""
    return (Fault(problem.location, problem.text) for problem in problems)


def _member(node: Node, name: str) -> str:
    """Return the pointer of a member of a schema, whatever its name."""
    return f"{node.pointer}/{escape_token(name)}"


def _below(node: Node, path: str) -> str:
    """Return the pointer of a keyword of a schema; `place` may go on below it."""
    return f"{node.pointer}/{path if '/' in path else escape_token(path)}"


def _number(value: Any) -> bool:
    """Tell whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rule(severity: Severity, check: Callable[[Any], Faults], convention: str = "") -> LintRule:
    """Return the rule whose summary is the first line of its function's docstring."""
    return LintRule(severity, (check.__doc__ or "").partition("\n")[0], check, convention)


JSON_RULES: dict[str, LintRule] = {
    "dialect-unknown": _rule(Severity.ERROR, _dialect_unknown),
    "meta-schema-invalid": _rule(Severity.ERROR, _meta_schema_invalid),
    "keyword-unknown": _rule(Severity.ERROR, _keyword_unknown),
    "keyword-ineffective": _rule(Severity.ERROR, _keyword_ineffective),
    "pattern-invalid": _rule(Severity.ERROR, _pattern_invalid),
    "pattern-exponential": _rule(Severity.WARNING, pattern_exponential),
    "pattern-unbounded": _rule(Severity.ERROR, pattern_unbounded),
    "pattern-slow": _rule(Severity.WARNING, pattern_slow),
    "ref-unresolvable": _rule(Severity.ERROR, _ref_unresolvable),
    "ref-circular": _rule(Severity.ERROR, _ref_circular),
    "validation-exponential": _rule(Severity.ERROR, _validation_exponential),
    "id-mismatch": _rule(Severity.ERROR, _id_mismatch),
    "default-invalid": _rule(Severity.ERROR, _default_invalid),
    "enum-duplicate": _rule(Severity.ERROR, _enum_duplicate),
    "required-undeclared": _rule(Severity.ERROR, _required_undeclared),
    "bounds-empty": _rule(Severity.ERROR, _bounds_empty),
    "unsatisfiable": _rule(Severity.ERROR, _unsatisfiable),
    "example-invalid": _rule(Severity.ERROR, _example_invalid),
    "example-accepted": _rule(Severity.ERROR, _example_accepted),
    "title-missing": _rule(Severity.WARNING, _title_missing),
    "description-missing": _rule(Severity.WARNING, _description_missing),
    "unit-missing": _rule(Severity.WARNING, _unit_missing, "x-unit"),
    "null-undescribed": _rule(Severity.WARNING, _null_undescribed, "x-null"),
    "omission-undescribed": _rule(Severity.WARNING, _omission_undescribed, "x-omitted"),
    "example-missing": _rule(Severity.WARNING, _example_missing),
}
