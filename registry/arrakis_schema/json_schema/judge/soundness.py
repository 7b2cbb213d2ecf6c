"""What keeps a document from judging anything: what its meta-schema rejects, numbers, patterns, references.

A document without such a problem can be held against any instance.
"""

import json
import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from arrakis_schema.json_schema.judge.complete import meta_schema_errors
from arrakis_schema.json_schema.judge.patterns import PatternError, searcher
from arrakis_schema.json_schema.judge.references import UNRESOLVABLE, Problem, References, follow_references
from arrakis_schema.json_schema.keywords import DRAFT_07, DRAFT_2020_12, dialect_of, walk
from arrakis_schema.json_schema.positions import escaped
from arrakis_schema.json_schema.violations import shortened, violation

__all__ = [
    "UNRESOLVABLE",
    "Problem",
    "checked_references",
    "dialect_problem",
    "meta_schema_problems",
    "number_problems",
    "pattern_problems",
    "problems",
]


def problems(document: Any) -> Iterator[Problem]:
    """Yield what keeps a document from judging anything; what comes later may follow from what comes first."""
    dialect = dialect_of(document)
    if dialect is None:
        yield Problem("/$schema", dialect_problem(document))
        return
    yield from meta_schema_problems(document, dialect)
    yield from number_problems(document)
    yield from pattern_problems(document)
    references = checked_references(document, dialect)
    yield from references.unresolved
    yield from references.loops()


def dialect_problem(document: Any) -> str:
    """Return what is wrong with the `$schema` of a document, which names no known dialect."""
    named = document.get("$schema") if isinstance(document, dict) else None
    return f"$schema is {shortened(named)}: expected {DRAFT_07}# or {DRAFT_2020_12}"


def meta_schema_problems(schema: Any, dialect: str, pointer: str = "") -> Iterator[Problem]:
    """Yield what the meta-schema of a dialect has against a schema, which stands at this pointer.

    Of the formats that it names one is held: an `$id` that cannot be taken apart would end in an error later.
    """
    found: dict[Problem, None] = {}
    for error in meta_schema_errors(schema, dialect):
        ways = [inner for inner in error.context or () if not inner.path] or [error]
        wanted = [violation((), str(one.validator), one.validator_value, one.instance) for one in ways]
        place = "".join(f"/{escaped(str(part))}" for part in error.absolute_path)
        expected = " or ".join(dict.fromkeys(one.expected for one in wanted))
        found[Problem(pointer + place, f"expected {expected}, found {wanted[0].found}")] = None
    yield from found
    for node in walk(schema):
        named = node.schema.get("$id") if isinstance(node.schema, dict) else None
        if isinstance(named, str) and not _is_uri_reference(named):
            yield Problem(f"{pointer}{node.pointer}/$id", f"expected a URI reference, found {shortened(named)}")


def _is_uri_reference(text: str) -> bool:
    """Tell whether a text can be taken apart as a URI."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def number_problems(document: Any) -> Iterator[Problem]:
    """Yield the numbers that JSON does not have."""
    todo = [("", document)]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, float) and not math.isfinite(value):
            yield Problem(pointer, f"{json.dumps(value)} is not a JSON number")
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        todo += [(f"{pointer}/{escaped(str(name))}", member) for name, member in pairs]


def pattern_problems(document: Any) -> Iterator[Problem]:
    """Yield the patterns that are not regular expressions."""
    for node in walk(document):
        if not isinstance(node.schema, dict):
            continue
        named = node.schema.get("patternProperties")
        patterns = {f"patternProperties/{escaped(name)}": name for name in named} if isinstance(named, dict) else {}
        for place, pattern in {"pattern": node.schema.get("pattern"), **patterns}.items():
            if isinstance(pattern, str) and (problem := pattern_problem(pattern)):
                yield Problem(f"{node.pointer}/{place}", problem)


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None."""
    try:
        searcher(pattern)
    except PatternError as error:
        return f"{shortened(pattern)} is not a regular expression: {error}"
    return None


def checked_references(document: Any, dialect: str) -> References:
    """Follow the references of a document; what no keyword holds and they lead to is checked as well."""
    references = follow_references(document, dialect)
    while references.targets:
        pointer, schema, resolver = references.targets.pop()
        if isinstance(schema, bool) or id(schema) in references.places:
            continue
        wrong = [*meta_schema_problems(schema, dialect, pointer), *pattern_problems(schema)]
        told = (
            Problem(one.location, f"what the reference leads to is not a valid schema: {one.text}") for one in wrong
        )
        references.unresolved.extend(told)
        if not wrong:
            references.add(pointer, schema, resolver)
    return references
