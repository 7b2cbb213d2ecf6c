"""Problems that make a document unusable for validation: in its structure, numbers, patterns and references.

A document without such a problem can be used to check any instance.
"""

import json
import math
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from arrakis_schema.json_schema.bundling import Bundle
from arrakis_schema.json_schema.dialects import DIALECTS, dialect_of
from arrakis_schema.json_schema.judge.complete import meta_schema_errors
from arrakis_schema.json_schema.judge.patterns import PatternError, searcher
from arrakis_schema.json_schema.judge.references import UNRESOLVABLE, ReferenceGraph, SchemaProblem, follow_references
from arrakis_schema.json_schema.keywords import Node, has_other_dialects, subschemas, walk
from arrakis_schema.json_schema.violations import short_json, violation
from arrakis_schema.regex.characters import Reading
from arrakis_schema.text.json_pointer import escape_token, extend_pointer

__all__ = [
    "UNRESOLVABLE",
    "SchemaProblem",
    "bundle_problems",
    "check_references",
    "dialect_problem",
    "meta_schema_problems",
    "number_problems",
    "pattern_problems",
    "problems",
]


def problems(document: Any, reading: Reading = Reading.ECMA) -> Iterator[SchemaProblem]:
    """Yield the problems of a document, whose patterns are read so; later ones may be consequences of earlier ones."""
    dialect = dialect_of(document)
    if dialect is None:
        yield SchemaProblem("/$schema", dialect_problem(document))
        return
    yield from meta_schema_problems(document, dialect)
    yield from number_problems(document)
    yield from pattern_problems(document, reading)
    references = check_references(document, dialect, reading)
    yield from references.unresolved
    yield from references.loops()


def bundle_problems(bundle: Bundle, reading: Reading = Reading.ECMA) -> Iterator[SchemaProblem]:
    """Yield the problems of a document and of all that it refers to; a text names the document if it is another."""
    for dangling in bundle.problems:
        yield in_document(bundle, dangling.document, SchemaProblem(dangling.pointer, dangling.problem))
    for problem in problems(bundle.schema, reading):
        document, pointer = bundle.origin(problem.location)
        yield in_document(bundle, document, SchemaProblem(pointer, problem.text))


def in_document(bundle: Bundle, document: str, problem: SchemaProblem) -> SchemaProblem:
    """Return a problem as one of the bundle's own document; it names the document that it is in, if that is another."""
    if document == bundle.path:
        return problem
    return SchemaProblem("", f"in {document}{problem.location and f' at {problem.location}'}, {problem.text}")


def dialect_problem(document: Any) -> str:
    """Return what is wrong with the `$schema` of a document, which names no known dialect."""
    named = document.get("$schema") if isinstance(document, dict) else None
    dialect_names = ", ".join(dialect.name for dialect in DIALECTS.values())
    problem = "there is no $schema" if named is None else f"$schema is {short_json(named)}"
    remedy = "or declare the dialect of your own meta-schema in [dialects] of registry.toml"
    return f"{problem}: expected the meta-schema of a known dialect ({dialect_names}); {remedy}"


def meta_schema_problems(schema: Any, dialect: str, pointer: str = "") -> Iterator[SchemaProblem]:
    """Yield the problems of a schema by the meta-schema of a dialect; `pointer` is the location of the schema.

    One format is checked: an `$id` that cannot be parsed would cause an error later. A schema inside that is written in
    another dialect is held to the meta-schema of that.
    """
    for part in _parts(pointer, schema, dialect):
        yield from _problems_of_part(part)


def _parts(pointer: str, schema: Any, dialect: str) -> Iterator[Node]:
    """Yield the schemas of one dialect that a schema consists of: each without those in other dialects inside."""
    document_node = Node(pointer, schema, declares=True, dialect=dialect)
    if not has_other_dialects(schema, dialect):
        yield document_node
        return
    copy = deepcopy(schema)
    todo = [document_node._replace(schema=copy)]
    parts = [todo[0]]
    while todo:
        node = todo.pop()
        for child in list(subschemas(node)) if isinstance(node.schema, dict) else ():
            if child.dialect != node.dialect:
                parts.append(child._replace(schema=dict(child.schema)))
                child.schema.clear()
            todo.append(parts[-1] if child.dialect != node.dialect else child)
    yield from parts


def _problems_of_part(part: Node) -> Iterator[SchemaProblem]:
    """Yield the problems of a schema of one dialect by its meta-schema."""
    schema, dialect, pointer = part.schema, part.dialect, part.pointer
    problems_found: dict[SchemaProblem, None] = {}
    for error in meta_schema_errors(schema, dialect):
        alternatives = [inner for inner in error.context or () if not inner.path] or [error]
        violations = [
            violation((), str(alternative.validator), alternative.validator_value, alternative.instance)
            for alternative in alternatives
        ]
        location = extend_pointer(pointer, *error.absolute_path)
        expected = " or ".join(dict.fromkeys(alternative.expected for alternative in violations))
        problems_found[SchemaProblem(location, f"expected {expected}, found {violations[0].found}")] = None
    yield from problems_found
    identifier = DIALECTS[dialect].identifier
    for node in walk(schema):
        named = node.schema.get(identifier) if isinstance(node.schema, dict) else None
        if isinstance(named, str) and not _is_uri_reference(named):
            location = f"{pointer}{node.pointer}/{identifier}"
            yield SchemaProblem(location, f"expected a URI reference, found {short_json(named)}")


def _is_uri_reference(text: str) -> bool:
    """Return whether a text can be parsed as a URI reference."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def number_problems(document: Any) -> Iterator[SchemaProblem]:
    """Yield the numbers that are not JSON numbers."""
    todo = [("", document)]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, float) and not math.isfinite(value):
            yield SchemaProblem(pointer, f"{json.dumps(value)} is not a JSON number")
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        todo += [(extend_pointer(pointer, name), member) for name, member in pairs]


def pattern_problems(document: Any, reading: Reading = Reading.ECMA) -> Iterator[SchemaProblem]:
    """Yield the patterns that are not regular expressions."""
    for node in walk(document):
        if not isinstance(node.schema, dict):
            continue
        named = node.schema.get("patternProperties")
        patterns = (
            {f"patternProperties/{escape_token(name)}": name for name in named} if isinstance(named, dict) else {}
        )
        for keyword, pattern in {"pattern": node.schema.get("pattern"), **patterns}.items():
            if isinstance(pattern, str) and (problem := pattern_problem(pattern, reading)):
                yield SchemaProblem(f"{node.pointer}/{keyword}", problem)


def pattern_problem(pattern: str, reading: Reading) -> str | None:
    """Return what is wrong with a pattern, or None."""
    try:
        searcher(pattern, reading)
    except PatternError as error:
        language = "ECMA-262" if reading is Reading.ECMA else "Python"
        return f"{short_json(pattern)} is not a regular expression of {language}: {error}"
    return None


def check_references(document: Any, dialect: str, reading: Reading = Reading.ECMA) -> ReferenceGraph:
    """Follow the references of a document; targets outside its keywords are checked as well."""
    references = follow_references(document, dialect)
    references.reading = reading
    while references.targets:
        pointer, schema, resolver = references.targets.pop()
        if isinstance(schema, bool) or id(schema) in references.places:
            continue
        inner_dialect = references.dialect_of(resolver)
        faults = [*meta_schema_problems(schema, inner_dialect, pointer), *pattern_problems(schema, reading)]
        explained = (
            SchemaProblem(fault.location, f"the target of the reference is not a valid schema: {fault.text}")
            for fault in faults
        )
        references.unresolved.extend(explained)
        if not faults:
            references.add(pointer, schema, resolver)
    return references
