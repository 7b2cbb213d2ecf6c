"""The subject of a lint rule, the fault that it reports, and the rule itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from posixpath import join
from typing import Any

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.files import MOST_FINDINGS
from arrakis_schema.store.settings import Reader
from arrakis_schema.text.short_repr import short_repr

REFUSED_EXAMPLES = "refused"
CONVENTIONS = frozenset({"x-unit", "x-null", "x-omitted", REFUSED_EXAMPLES})
"""What a team may do in all of its documents or in none: annotations, and examples that must be refused."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A document with everything that the rules need to check it.

    `url` is the document's own version URL, which its `$id` must be (None: none is expected); `file` is its path
    relative to the root folder; `reader` is how it is read; `conventions` are what its team keeps to in all documents,
    `annotations` the keywords that it declares as annotations of its own.
    """

    document: Document
    url: str | None
    file: str
    examples: tuple[Example, ...] = ()
    reader: Reader = field(default_factory=Reader)
    conventions: frozenset[str] = CONVENTIONS
    annotations: frozenset[str] = frozenset()

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found: where (a JSON Pointer or the name of a column), in words; in an example's file, that file."""

    location: str
    message: str
    line: int = 0
    example: str | None = None


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule: its severity, what it requires in one sentence, and the function that finds violations.

    A rule with a `convention` is for teams that keep to it.
    """

    severity: Severity
    summary: str
    check: Callable[[Any], Iterator[Fault]]
    convention: str = ""


def findings_of(
    subject: Subject, parsed_subject: Any, table: dict[str, LintRule], position_of: Callable[[Fault], tuple[int, int]]
) -> Iterator[Finding]:
    """Yield a finding for each fault that a rule of the table reports."""
    folder = subject.file.removesuffix(subject.document.path)
    kept = {name: rule for name, rule in table.items() if not rule.convention or rule.convention in subject.conventions}
    for name, rule in kept.items():
        faults = rule.check(parsed_subject)
        for fault in islice(faults, MOST_FINDINGS):
            if fault.example is not None:
                yield Finding(join(folder, fault.example), 1, 1, name, rule.severity, fault.location, fault.message)
            else:
                yield Finding(subject.file, *position_of(fault), name, rule.severity, fault.location, fault.message)
        if unlisted := sum(1 for _ in faults):
            message = f"not listed: {format_count(unlisted, 'more finding')} of this rule in this document"
            yield Finding(subject.file, 1, 1, name, rule.severity, "", message)


def too_large(subject: Subject, excess: str) -> Finding:
    """Return the finding for a document that is too large for the rules."""
    message = f"the document has {excess}; split it"
    return Finding(subject.file, 1, 1, "document-too-large", Severity.ERROR, "", message)
