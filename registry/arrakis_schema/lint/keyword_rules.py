"""The rules for what a JSON Schema is written in: its dialect, and the keywords of that."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_04, EVERY_KEYWORD, KEYWORDS, Dialect, Role, dialect_of
from arrakis_schema.json_schema.keywords import Node
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.subject import Fault

Faults = Iterator[Fault]
_LONGEST_KEYWORD, _MOST_HINTS = 40, 100
_SUCCESSORS = {
    "dependencies": "dependentRequired or dependentSchemas",
    "$recursiveRef": "$dynamicRef",
    "$recursiveAnchor": "$dynamicAnchor",
}
_BARE = (
    "the schema {1} cannot name its dialect: write {0} with $schema, or set `dialect` in its entry of [[documents]]"
    " of registry.toml"
)
_BARE_WITH_ID = "the schema {1} can name neither its dialect nor its $id: write {0} with $schema and $id"
_BARE_OF_DRAFT_04 = "{1} is not a schema in draft-04, which registry.toml declares for this document: write {0}"
_OF_YOUR_OWN = "begin an annotation of your own with x-, or list it under annotations in schemas/registry.toml"


def dialect_unknown(json_subject: JsonSubject) -> Faults:
    """`$schema` names a known dialect, and is only at the top of the document or beside an `$id`."""
    schema = json_subject.schema
    if isinstance(schema, bool):
        if json_subject.expected_dialect in {"", DRAFT_04}:
            unnamed = _BARE if json_subject.subject.url is None else _BARE_WITH_ID
            text = _BARE_OF_DRAFT_04 if json_subject.expected_dialect else unnamed
            yield Fault("", text.format("{}" if schema else '{"not": {}}', short_json(schema)))
    elif "$schema" not in schema or dialect_of(schema) is None:
        yield Fault("/$schema", json_subject.soundness.dialect_problem(schema))
    for node in json_subject.objects():
        if "$schema" in node.schema and node.pointer and dialect_of(node.schema) != node.dialect:
            yield Fault(node.pointer_of("$schema"), _foreign_dialect(node))


def _foreign_dialect(node: Node) -> str:
    """Return what is wrong with the `$schema` of a schema inside the document, which is read in another dialect."""
    named, read = short_json(node.schema["$schema"]), DIALECTS[node.dialect].name
    if dialect_of(node.schema) is None:
        known = ", ".join(dialect.name for dialect in DIALECTS.values())
        return f"$schema is {named}: a schema inside a document must name the meta-schema of a known dialect ({known})"
    rule = f"a schema without an $id has the dialect of the schema around it, here {read}"
    return f"$schema is {named}, but {rule}: give the schema an $id, or leave $schema out"


def meta_schema_invalid(json_subject: JsonSubject) -> Faults:
    """The document is valid against the meta-schema of its dialect."""
    for problem in json_subject.meta_schema_problems:
        yield Fault(problem.location, f"not a valid schema: {problem.text}")


def keyword_unknown(json_subject: JsonSubject) -> Faults:
    """Every keyword belongs to the dialect, or is an annotation that begins with `x-` or is declared."""
    declared, unknown = json_subject.subject.annotations, 0
    for node in json_subject.objects():
        keywords = KEYWORDS[node.dialect]
        for keyword in node.schema:
            if keyword not in keywords and not keyword.startswith("x-"):
                if keyword in declared and keyword not in EVERY_KEYWORD:
                    continue
                unknown += 1
                if keyword in EVERY_KEYWORD:
                    yield Fault(node.pointer_of(keyword), _foreign(keyword, DIALECTS[node.dialect]))
                    continue
                near = _nearest(keyword, keywords) if unknown < _MOST_HINTS else None
                hint = f"did you mean {near!r}?" if near else _OF_YOUR_OWN
                yield Fault(node.pointer_of(keyword), f"unknown keyword {keyword!r}, which has no effect: {hint}")


def _foreign(keyword: str, dialect: Dialect) -> str:
    """Return what is wrong with a keyword of other dialects."""
    others = ", ".join(other.name for other in DIALECTS.values() if keyword in other.keywords)
    return f"unknown keyword {keyword!r}, which has no effect: it is a keyword of {others}, not of {dialect.name}"


def _nearest(keyword: str, keywords: Collection[str]) -> str | None:
    """Return the known keyword that is most like one; a long one is like none."""
    matches = [name for name in keywords if name.lower() == keyword.lower()]
    matches += get_close_matches(keyword, keywords, 1, 0.7) if len(keyword) <= _LONGEST_KEYWORD else []
    return matches[0] if matches else None


def keyword_ineffective(json_subject: JsonSubject) -> Faults:
    """Every keyword has an effect: it applies to the `type` beside it, and up to draft-07 is not beside `$ref`."""
    for node in json_subject.objects():
        dialect = DIALECTS[node.dialect]
        for keyword in node.schema:
            known, pointer = dialect.keywords.get(keyword), node.pointer_of(keyword)
            if known and known.role is Role.RETIRED:
                yield Fault(pointer, f"{keyword} has no effect in {dialect.name}: use {_SUCCESSORS[keyword]}")
            elif known and known.types and node.types and not known.types & node.types:
                yield Fault(pointer, f"{keyword} has no effect on type {short_json(node.schema['type'])}")
            elif dialect.ref_alone and "$ref" in node.schema and keyword != "$ref" and node.pointer:
                remedy = 'write "allOf": [{"$ref": …}] instead'
                yield Fault(pointer, f"{keyword} has no effect beside $ref in {dialect.name}: {remedy}")
