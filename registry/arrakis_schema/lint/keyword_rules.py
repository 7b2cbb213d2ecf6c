"""The rules for what a JSON Schema is written in: its dialect, the keywords of that, and its patterns."""

import math
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_04, EVERY_KEYWORD, KEYWORDS, Dialect, Role, dialect_of
from arrakis_schema.json_schema.judge.patterns import is_valid
from arrakis_schema.json_schema.keywords import Node
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.subject import Fault
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.matching import longest_text
from arrakis_schema.regex.slowness import SlowText, slow_text
from arrakis_schema.store.files import LONGEST_PATTERNS, MOST_PATTERNS
from arrakis_schema.text.json_pointer import escape_token

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
_LONGEST_SHOWN, _COUNTABLE = 12, 1e12


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


def patterns(json_subject: JsonSubject) -> Iterator[tuple[str, str]]:
    """Yield the pointer and the text of every pattern, also of those that are names in `patternProperties`."""
    for node in json_subject.objects():
        if isinstance(pattern := node.schema.get("pattern"), str):
            yield f"{node.pointer}/pattern", pattern
        named = node.schema.get("patternProperties")
        for name in named if isinstance(named, dict) else ():
            yield f"{node.pointer}/patternProperties/{escape_token(name)}", name


def pattern_exponential(json_subject: JsonSubject) -> Faults:
    """No pattern takes exponential time in a backtracking matcher."""
    for pointer, pattern in patterns(json_subject):
        slow = slow_text(pattern)
        if slow is not None and slow.exponential:
            yield Fault(pointer, f"{short_json(pattern)} takes exponential time: {_slowness(slow)}")


def pattern_slow(json_subject: JsonSubject) -> Faults:
    """No pattern takes more than quadratic time in a backtracking matcher."""
    for pointer, pattern in patterns(json_subject):
        slow = slow_text(pattern)
        if slow is not None and not slow.exponential:
            yield Fault(pointer, f"{short_json(pattern)} takes more than quadratic time: {_slowness(slow)}")


def pattern_unbounded(json_subject: JsonSubject) -> Faults:
    """Every pattern can be matched against a text of any length in linear time."""
    for pointer, pattern in patterns(json_subject):
        reading = json_subject.reading
        limit = longest_text(pattern, reading) if is_valid(pattern, reading) else None
        if limit is not None:
            others = "" if reading is Reading.ECMA else "look-around, word boundaries and "
            remedy = f"write it without {others}backreferences, or with fewer repetitions"
            yield Fault(
                pointer,
                f"{short_json(pattern)} is safe only for texts of at most {limit} characters: {remedy}",
            )


def excess_of_patterns(json_subject: JsonSubject) -> str | None:
    """Return how the patterns of a document are too many to be examined, or None."""
    distinct = {pattern for _, pattern in patterns(json_subject)}
    size = sum(map(len, distinct))
    if len(distinct) > MOST_PATTERNS:
        return f"{len(distinct):,} different patterns, but at most {MOST_PATTERNS:,} are allowed"
    if size > LONGEST_PATTERNS:
        return f"{size:,} characters in patterns, but at most {LONGEST_PATTERNS:,} are allowed"
    return None


def _slowness(slow: SlowText) -> str:
    """Say which text is slow, and how slow."""
    text = slow.text if len(slow.text) <= _LONGEST_SHOWN else f"{slow.text[:_LONGEST_SHOWN]}…"
    steps = f"{slow.steps:,.0f}" if slow.steps < _COUNTABLE else f"10^{math.log10(slow.steps):.0f}"
    size = len(slow.text)
    remedy = "rewrite it so that no text matches in two ways"
    return f"{short_json(text)} with {size} characters takes at least {steps} steps; {remedy}"
