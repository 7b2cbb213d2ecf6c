"""A tiny language of documents: the names of columns, one on each line. An example is a JSON array of rows."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from arrakis_schema.compat import Change, Effect, Kind, Verdict
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.verdicts import Break
from arrakis_schema.languages import Language, Pair
from arrakis_schema.lint.subject import Subject
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.layout import Format
from arrakis_schema.store.members import Member, Step, address_of
from arrakis_schema.store.store import Release

FORMAT = Format(
    "column-names", "a list of column names", ".names", "text/plain; charset=utf-8", ("names",), __name__, tabular=True
)


def parse(document: Document) -> tuple[str, ...]:
    names = tuple(document.text.splitlines())
    if "" in names:
        raise DamagedStoreError([f"{document.path}: line {names.index('') + 1} is empty"])
    return names


def compare(pair: Pair) -> Verdict:
    """A reader needs all its columns, and passes over others."""
    old, new = (pair.writer, pair.reader) if pair.reader_is_new else (pair.reader, pair.writer)
    gone = [name for name in pair.reader if name not in pair.writer]
    changes = [
        *(change(name, "removed", Effect.NARROWED, name in gone) for name in old if name not in new),
        *(change(name, "added", Effect.WIDENED, name in gone) for name in new if name not in old),
    ]
    if gone:
        return Verdict(Kind.INCOMPATIBLE, dict.fromkeys(pair.writer, 1), tuple(changes), at=gone[0])
    return Verdict(Kind.COMPATIBLE, findings=tuple(changes))


def change(name: str, what: str, effect: Effect, breaks: bool) -> Change:  # noqa: FBT001
    return Change(f"column-{what}", name, name, effect, f"{name}: {what}", breaks)


def breaks(_: Pair, verdict: Verdict) -> Iterator[Break]:
    yield from (Break(one, verdict.witness, "") for one in verdict.findings if one.at_fault)


def refusal(_: Release, document: Document, example: Example) -> str:
    rows = json.loads(example.content)
    return next(
        (f"row {number} has other columns" for number, row in enumerate(rows) if set(row) != set(parse(document))), ""
    )


def lint(subject: Subject) -> Iterator[Finding]:
    for number, name in enumerate(subject.document.text.splitlines(), 1):
        if name != name.strip() or not name:
            yield Finding(
                subject.file, number, 1, "text-invalid", Severity.ERROR, name, "a name has no spaces around it"
            )


def places(document: Document) -> Callable[[str], tuple[int, int]]:
    names = document.text.splitlines()
    return lambda location: (names.index(location) + 1 if location in names else 1, 1)


def text_at(parsed: Any, one: Break, _: str) -> str:
    return "a column" if one.change.new in parsed else ""


def member(name: str) -> Member:
    steps = (Step("name", name),)
    return Member(name, address_of(steps, "column-"), "any", nullable=False, required=True, steps=steps)


LANGUAGE = Language(
    parse=parse,
    check=lambda _: None,
    without_words=lambda parsed: parsed,
    meaning=lambda document, _: document.content,
    compare=compare,
    breaks=breaks,
    text_at=text_at,
    members=lambda document: [member(name) for name in parse(document)],
    members_at=lambda document, location: [member(name) for name in parse(document) if name == location],
    summary=lambda _: "",
    refusal=refusal,
    lint=lint,
    rules=lambda: {"text-invalid": "Every line is a name."},
    places=places,
    lines=lambda document: list(parse(document)),
    view=lambda document, _: document.content,
    files=lambda document: [(".names.json", json.dumps(parse(document)).encode())],
    suffixes=(".names.json",),
)
