"""Arrow schemas as a language of documents: payloads and publications. A document is shown without pyarrow."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.verdicts import Verdict
from arrakis_schema.languages import Language, Pair
from arrakis_schema.lint.subject import Subject
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.exceptions import value_text
from arrakis_schema.store.members import Member
from arrakis_schema.store.store import Release

if TYPE_CHECKING:
    from arrakis_schema.findings.verdicts import Break

_MAGIC = b"\xff\xff\xff\xff"


def _parse(document: Document) -> Any:
    """Return the schema or template in a document."""
    from arrakis_schema.arrow.template import parse_document

    return parse_document(document.text)


def _parse_file(document: Document) -> Any:
    """Return the schema or template in a text, or in an Arrow IPC stream."""
    from arrakis_schema.arrow.serialization import read_schema_bytes
    from arrakis_schema.arrow.template import parse_document

    content = document.content
    return read_schema_bytes(content) if content.startswith(_MAGIC) else parse_document(document.text)


def _compare(pair: Pair) -> Verdict:
    """Return whether the reader reads all that the writer sends."""
    from arrakis_schema.compat.accepting import accepts

    return accepts(
        pair.reader,
        pair.writer,
        unknown=pair.how.unknown,
        columns=pair.how.columns,  # type: ignore[arg-type] # the settings are checked
        metadata=pair.how.metadata,
        reader_is_new=pair.reader_is_new,
    )


def _breaks(_: Pair, verdict: Verdict) -> "Iterator[Break]":
    """Yield the differences at fault, one for each column."""
    from arrakis_schema.findings.verdicts import Break

    yield from (
        Break(replace(change, message=change.told), change.witness, "")
        for change in verdict.findings
        if change.at_fault
    )


def _text_at(parsed: Any, breaking: "Break", side: str) -> str:
    """Return the value of the metadata, or the type of the column, where a change breaks."""
    return _metadata_at(parsed, breaking.change.new) or str((breaking.witness or {}).get(side) or "")


def _metadata_at(parsed: Any, location: str) -> str:
    """Return the value of the metadata at a location such as `column#key`; empty where it is none."""
    from arrakis_schema.arrow.children import child_fields
    from arrakis_schema.arrow.template import Template

    schema = parsed.unbound if isinstance(parsed, Template) else parsed
    pending = [("", schema.metadata, list(schema))]
    while pending:
        path, metadata, fields = pending.pop()
        for key, value in (metadata or {}).items():
            if f"{path}#{key.decode('utf-8', 'replace')}" == location:
                return value_text(value.decode("utf-8", "replace"))
        inner = ((f"{path}.{field.name}" if path else field.name, field) for field in fields)
        pending += [(name, field.metadata, child_fields(field.type)) for name, field in inner]
    return ""


def _refusal(_: Release, document: Document, example: Example) -> str:
    """Return why the rows of an example do not fit a document."""
    from arrakis_schema.arrow.template import parse_document
    from arrakis_schema.lint.arrow_rules import rows_problem

    return rows_problem(parse_document(document.text), example.content) or ""


def _places(document: Document) -> Callable[[str], tuple[int, int]]:
    """Return the function that finds a column in the text."""
    from arrakis_schema.arrow.members import line_of

    return lambda location: (line_of(document.text, location), 1)


def _lines(document: Document) -> list[str]:
    """Return the lines of an Arrow document."""
    try:
        return document.text.rstrip().split("\n")
    except UnicodeDecodeError as error:
        raise DamagedStoreError([f"{document.path} is not UTF-8: byte {error.start}"]) from error


def _view(document: Document, view: str) -> bytes:
    """Return the text as it is, the schema as an IPC stream, or as JSON; that of a template unbound."""
    if view == "text":
        return document.content
    from arrakis_schema.arrow.payloads import parse_payload
    from arrakis_schema.arrow.serialization import schema_bytes
    from arrakis_schema.arrow.template import Template

    parsed = parse_payload(document.content, document.path)
    schema = parsed.unbound if isinstance(parsed, Template) else parsed
    return schema_bytes(schema) if view == "arrow" else _json(schema)


def _json(schema: Any) -> bytes:
    """Return a schema as JSON."""
    from arrakis_schema.arrow.serialization import to_json

    return (json.dumps(to_json(schema), indent=1) + "\n").encode()


@lru_cache(maxsize=64)
def _files(text: str) -> tuple[tuple[str, bytes], ...]:
    """Return the schemas of a document as IPC and as JSON, each with its suffix; many releases have the same text."""
    from arrakis_schema.arrow.serialization import schema_bytes
    from arrakis_schema.arrow.template import parse_document

    files = list[tuple[str, bytes]]()
    for choice, schema in _bound(parse_document(text)):
        files += [(f"{choice}.arrow", schema_bytes(schema)), (f"{choice}.arrow.json", _json(schema))]
    return tuple(files)


def _bound(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield the schemas that a document describes, each with a suffix that tells them apart.

    A template comes unbound, with the type `arrow.opaque` where a placeholder stands; and once for each choice of
    values, unless it has repeated columns and so stands for any number of schemas.
    """
    from arrakis_schema.arrow.template import Template

    if not isinstance(document, Template):
        yield "", document
        return
    yield "", document.unbound
    if not document.repeated and document.values and all(name in document.allowed for name in document.values):
        for choice in product(*(document.allowed[name] for name in document.values)):
            yield "." + ".".join(choice), document.bind(**dict(zip(document.values, choice, strict=True)))


def _lint(subject: Subject) -> Iterator[Finding]:
    """Yield what the rules for Arrow schemas find."""
    from arrakis_schema.lint.arrow_rules import lint_columns

    return lint_columns(subject)


def _rule_summaries() -> dict[str, str]:
    """Return what each rule asks for."""
    from arrakis_schema.lint.arrow_rules import arrow_rule_summaries

    return arrow_rule_summaries()


def _repeated_placeholders(document: Document) -> tuple[str, ...]:
    """Return the placeholders of the columns that repeat."""
    from arrakis_schema.arrow.template import Template, parse_document

    parsed = parse_document(document.text)
    return tuple(parsed.repeated) if isinstance(parsed, Template) else ()


def _members(document: Document) -> list[Member]:
    """Return the columns of a document with their children."""
    from arrakis_schema.arrow.members import column_members

    return column_members(document)


def _members_at(document: Document, location: str) -> list[Member]:
    """Return the column or child at a location such as `column.child#key`."""
    column = location.partition("#")[0]
    return [member for member in _members(document) if any(origin.pointer == column for origin in member.origins)]


def _schema_code(document: Document, example: Any) -> str:
    """Return Python that makes the schema of the rows of an example."""
    from arrakis_schema.arrow.snippets import example_code

    return example_code(document, example)


def _snippets(release: Release, document: Document) -> Iterator[tuple[str, str]]:
    """Yield the schema in each form that can be copied, with its title."""
    from arrakis_schema.arrow.snippets import snippets

    return snippets(release, document)


LANGUAGE = Language(
    parse=_parse,
    parse_file=_parse_file,
    check=lambda _: None,
    without_words=lambda parsed: parsed,
    meaning=lambda document, _: document.content,
    compare=_compare,
    breaks=_breaks,
    text_at=_text_at,
    members=_members,
    members_at=_members_at,
    summary=lambda _: "",
    refusal=_refusal,
    lint=_lint,
    rules=_rule_summaries,
    places=_places,
    lines=_lines,
    view=_view,
    files=lambda document: _files(document.text),
    suffixes=(".arrow", ".arrow.json"),
    snippets=_snippets,
    schema_code=_schema_code,
    repeated=_repeated_placeholders,
    topic_holds="tables",
)
