"""The subject of a lint rule, the fault that it reports, and the rule itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.findings.finding import Severity
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.settings import Reader
from arrakis_schema.text.short_repr import short_repr

REFUSED_EXAMPLES = "refused"
CONVENTIONS = frozenset({"x-unit", "x-null", "x-omitted", REFUSED_EXAMPLES})
"""What a team may do in all of its documents or in none: annotations, and examples that must be refused."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A document with everything that the rules need to check it.

    `url` is the document's own version URL, which its `$id` must be (None: none is expected); `file` is its path
    relative to the root folder; `reader` is how it is read; `conventions` are what its team keeps to in all documents.
    """

    document: Document
    url: str | None
    file: str
    examples: tuple[Example, ...] = ()
    reader: Reader = field(default_factory=Reader)
    conventions: frozenset[str] = CONVENTIONS

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
    """One rule: how bad a breach is, what it asks for in one sentence, and the function that finds breaches.

    A rule with a `convention` is for teams that keep to it.
    """

    severity: Severity
    summary: str
    check: Callable[[Any], Iterator[Fault]]
    convention: str = ""
