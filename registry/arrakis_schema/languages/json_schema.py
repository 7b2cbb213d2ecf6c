"""JSON Schema as a language of documents: requests, the envelope, records."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from arrakis_schema.errors import (
    DamagedStoreError,
    InvalidSchemaError,
)
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.verdicts import Verdict
from arrakis_schema.json_schema.bundling import (
    BUNDLED,
    Bundle,
    bundle_of,
    bundle_text,
    reach_of,
    stored_bundle,
    unversioned_content,
)
from arrakis_schema.json_schema.keywords import without_annotations
from arrakis_schema.json_schema.members import member_tree
from arrakis_schema.json_schema.positions import nearest, positions_in, value_at
from arrakis_schema.json_schema.resolver import refers_out, schemas_of
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.languages import Language, Pair
from arrakis_schema.languages.json_examples import find_refusal, without_undeclared
from arrakis_schema.lint.subject import Subject
from arrakis_schema.store.dialects import read_aliased
from arrakis_schema.store.documents import Document
from arrakis_schema.store.exceptions import value_text
from arrakis_schema.store.files import DEEPEST_DOCUMENT
from arrakis_schema.store.loading import parse_file, parse_json_schema
from arrakis_schema.store.members import Member
from arrakis_schema.store.parsing import parse_text
from arrakis_schema.store.store import Release

if TYPE_CHECKING:
    from arrakis_schema.compat.containment import Question
    from arrakis_schema.findings.verdicts import Break

_ABSENT: Any = object()


def _parse(document: Document) -> Any:
    """Return the JSON Schema of a document with all that it refers to; raises `InvalidSchemaError` where it is none."""
    bundle = bundle_of(document, _parse_alone(document))
    for problem in bundle.problems:
        if not problem.uri:  # what leads out of all documents is unknown, and the same for everybody
            where = "" if problem.document == document.path else f"in {problem.document}, "
            raise InvalidSchemaError(document.path, where + problem.problem, problem.pointer)
    return bundle.schema


def _parse_file(document: Document) -> Any:
    """Return the JSON in a file, whatever its references lead to."""
    return read_aliased(parse_text(document.content, document.path, DEEPEST_DOCUMENT), document.aliases)


def _unversioned(document: Document) -> bytes:
    """Return bytes that are equal for documents that differ at most in the number of their release in their `$id`."""
    release = document.among
    return release.derived(unversioned_content, document.path) if isinstance(release, Release) else reach_of(document)


def _origin(document: Document, location: str) -> tuple[str, str]:
    """Return the document, and the pointer in it, that a pointer into a document with all that it refers to means."""
    bundle = stored_bundle(document)
    return (document.path, location) if bundle is None else bundle.origin(location)


def _parse_alone(document: Document) -> Any:
    """Return the JSON Schema of a document; raises `InvalidSchemaError` where it is none."""
    try:
        schema = parse_file(document.text.encode(), document.path)
    except UnicodeDecodeError as error:
        raise InvalidSchemaError(document.path, f"it is not JSON: {error}") from error
    except DamagedStoreError as error:
        raise InvalidSchemaError(document.path, f"it {str(error).removeprefix(f'{document.path} ')}") from error
    if not isinstance(schema, dict | bool):
        raise InvalidSchemaError(document.path, "a schema is an object or a boolean")
    return read_aliased(schema, document.aliases)


def _check(schema: Any) -> None:
    """Raise `InvalidSchemaError` for a schema that is not valid in its dialect."""
    from arrakis_schema.compat.confirmation import check_schema

    check_schema(schema, "document")


def _meaning(_: Document, schema: Any) -> bytes:
    """Return the JSON of a schema without regard to order, and without its `$id` if no reference uses it."""
    named = schema.get("$id") if isinstance(schema, dict) else None
    if isinstance(named, str) and not named.startswith("#") and not refers_out(schema):
        schema = {name: value for name, value in schema.items() if name != "$id"}
    return json.dumps(schema, sort_keys=True).encode()


def _compare(pair: Pair) -> Verdict:
    """Return whether the reader accepts all that the writer sends."""
    from arrakis_schema.compat.accepting import explain_verdict

    return explain_verdict(_question(pair), reader_is_new=pair.reader_is_new)


def _breaks(pair: Pair, verdict: Verdict) -> "Iterator[Break]":
    """Yield every change that breaks by itself."""
    from arrakis_schema.compat.breaks import breaks

    yield from breaks(_question(pair), verdict, reader_is_new=pair.reader_is_new)


def _question(pair: Pair) -> "Question":
    """Return what is asked about a pair; the documents of all pairs that are compared are opened once."""
    from arrakis_schema.compat.accepting import question_of
    from arrakis_schema.compat.sides import Sides

    how, limits = (pair.how.unknown, pair.how.patterns), (pair.steps, pair.seconds)
    question = question_of(pair.reader, pair.writer, pair.policy, *how, pair.examples, *limits)
    return replace(question, sides=pair.kept.setdefault("sides", Sides()))


def _text_at(schema: Any, breaking: "Break", _: str) -> str:
    """Return the value of a keyword where a change breaks; empty where nothing is there."""
    value = value_at(without_annotations(schema), breaking.change.new, _ABSENT)
    return "" if value is _ABSENT else value_text(value)


def _summary(document: Document) -> str:
    """Return the description of a document; nothing where it cannot be read."""
    with suppress(DamagedStoreError):
        schema = parse_json_schema(document.content, document.path)
        return str(schema.get("description", "")) if isinstance(schema, dict) else ""
    return ""


def _places(document: Document) -> Callable[[str], tuple[int, int]]:
    """Return the function that finds a JSON Pointer in the text."""
    return partial(nearest, positions_in(document.text, document.path))


def _lines(document: Document) -> list[str]:
    """Return what a document is about, and one line for each member."""
    schema = parse_json_schema(document.content, document.path)
    if isinstance(schema, bool):
        return ["Every message is valid." if schema else "No message is valid."]
    return [str(schema.get("description", schema.get("title", ""))), *map(_line, member_tree(document).members)]


def _line(member: Member) -> str:
    """Return a member with its type, when it is required, what bounds it, and what it means."""
    words = [member.label, member.type]
    if member.kind == "name" and not member.required:
        words.append(f"required {' or '.join(member.required_when)}" if member.required_when else "optional")
    words += ["may be null"] if member.nullable and member.type != "null" else []
    words += [f"in {member.unit}"] if member.unit else []
    one_of = "always" if len(member.values) == 1 else "one of"
    words += [f"{one_of} {', '.join(map(short_json, member.values))}"] if member.values else []
    words += [*(bound.words for bound in member.bounds), *member.closed]
    words += [f"format {member.format}"] if member.format else []
    words += [f"default {short_json(value)}" for value in member.default]
    words += ["deprecated"] if member.deprecated else []
    return f"  {', '.join(words)}{f': {member.description}' if member.description else ''}"


def _whole(document: Document) -> Bundle | None:
    """Return a document that refers to others with all of them; None if it refers to none, or something is wrong."""
    bundle = stored_bundle(document)
    return bundle if bundle is not None and bundle.parts and not bundle.problems else None


def _files(document: Document) -> Iterator[tuple[str, bytes]]:
    """Yield a document that refers to others with all of them in one file."""
    if (bundle := _whole(document)) is not None:
        yield BUNDLED, bundle_text(bundle)


def _references(document: Document) -> Iterator[tuple[str, str]]:
    """Yield path and URI of each document that one refers to."""
    bundle, among = _whole(document), document.among
    for path in sorted(bundle.parts.values()) if bundle is not None else ():
        if among is not None and path in among.documents:
            yield path, schemas_of(among).identifiers(path).bases[""]


def _view(document: Document, view: str) -> bytes:
    """Return a document as it is, or with all that it refers to."""
    return document.content if view == "json" else bundle_text(bundle_of(document, _parse_alone(document)))


def _lint(subject: Subject) -> Iterator[Finding]:
    """Yield what the rules for JSON Schemas find."""
    from arrakis_schema.lint.json_rules import lint_schema

    return lint_schema(subject)


def _rule_summaries() -> dict[str, str]:
    """Return what each rule asks for."""
    from arrakis_schema.lint.json_rules import json_rule_summaries

    return json_rule_summaries()


LANGUAGE = Language(
    parse=_parse,
    check=_check,
    without_words=without_annotations,
    meaning=_meaning,
    compare=_compare,
    breaks=_breaks,
    text_at=_text_at,
    members=lambda document: member_tree(document).members,
    members_at=lambda document, pointer: member_tree(document).members_at(pointer),
    place_name=lambda document, pointer: member_tree(document).name_at(pointer),
    summary=_summary,
    refusal=find_refusal,
    lint=_lint,
    rules=_rule_summaries,
    places=_places,
    parse_file=_parse_file,
    refers_out=refers_out,
    reach=reach_of,
    unversioned=_unversioned,
    origin=_origin,
    lines=_lines,
    view=_view,
    files=_files,
    references=_references,
    bundled=BUNDLED,
    highlighting="json",
    as_sent=without_undeclared,
    topic_holds="records",
)
