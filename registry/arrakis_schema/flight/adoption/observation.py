"""What a server answered, or why it did not: the values that drafts are made from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.rows import rows_of
from arrakis_schema.text.short_repr import short_repr


@dataclass(frozen=True)
class Observation:
    """One request that was answered: the request (None: no JSON), the schemas, and the batches that were read.

    `path` is the path that asked, where that is the whole request; `by_ticket` tells that the request was sent as a
    ticket, without GetFlightInfo; `unasked` says why nobody can ask so by a document.
    """

    endpoint: str
    request: Any
    schemas: tuple[pa.Schema, ...]
    batches: tuple[pa.RecordBatch, ...]
    path: tuple[str, ...] = ()
    by_ticket: bool = False
    unasked: str = ""

    __repr__ = short_repr

    @property
    def schema(self) -> pa.Schema:
        """The schema of the data, or that of the FlightInfo where no data was asked for."""
        return self.schemas[-1]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request without an answer, and why."""

    endpoint: str
    reason: str


Observed = Iterator[Observation | Unanswered]


def plain_name(name: str) -> str:
    """Return a name that a folder can bear: lower-case ASCII, digits, - and _."""
    return re.sub(r"[^a-z0-9_]+", "-", name[:200].lower()).strip("-")[:60] or "flight"


def first_rows(batches: Sequence[pa.RecordBatch], most: int) -> list[dict[str, Any]]:
    """Return the first rows of these batches."""
    rows: list[dict[str, Any]] = []
    for batch in batches:
        rows += rows_of(batch.slice(0, most - len(rows)))
        if len(rows) >= most:
            break
    return rows
