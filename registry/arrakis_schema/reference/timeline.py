"""A table that draws when each member existed: a row for each, a column for each release, the newest first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import element
from arrakis_schema.store.members import Member, Variant
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import literal, one_line

_MOST, _MOST_ROWS = 12, 60
_BREAK = re.compile(r"(?<=[/._])(?=\w)")
"""Where the name of a row may be broken."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the drawing: for each release whether the field or document is present, and whether it changed."""

    name: str
    present: tuple[bool, ...]
    changed: tuple[bool, ...]


def member_rows(history: History, releases: Sequence[Release], name: str, path: str) -> list[Row]:
    """Return a row for each member that a document had in any of these releases, in the order of the newest.

    Of many only those are drawn that came, went or changed.
    """
    tables = [
        {member.anchor: member for member in history.members(documents[path])} if path in documents else {}
        for documents in (history.documents(release, name) for release in releases)
    ]
    rows = []
    for address in dict.fromkeys(address for table in reversed(tables) for address in table):
        facts = [_facts(table.get(address)) for table in tables]
        newest = next(table[address] for table in reversed(tables) if address in table)
        rows.append(Row(newest.label, tuple(state is not None for state in facts), _changes(facts)))
    lively = [row for row in rows if not all(row.present) or any(row.changed)]
    return rows if len(rows) <= _MOST_ROWS else lively[:_MOST_ROWS]


def document_rows(releases: Sequence[Release]) -> list[Row]:
    """Return a row for each document of these releases."""
    paths = dict.fromkeys(path for release in reversed(releases) for path in release.documents)
    rows = []
    for path in paths:
        documents = [release.document(path) if path in release.documents else None for release in releases]
        contents = [None if document is None else language_of(document).reach(document) for document in documents]
        rows.append(Row(path, tuple(content is not None for content in contents), _changes(contents)))
    return rows


def shown_releases(history: History) -> list[Release]:
    """Return the releases that a drawing shows: the newest ones, as many as fit."""
    return history.releases[-_MOST:]


def drawing(title: str, releases: Sequence[Release], rows: Sequence[Row]) -> str:
    """Return the rows as a table, the newest release first: a bar where it exists, a dot where a release changed it.

    Each row wraps on a narrow page: its name stands above its bar, so that no column is cut.
    """
    head = element("div", role="cell") + "".join(
        element("div", literal(one_line(release.version)), role="columnheader") for release in reversed(releases)
    )
    lines = [element("div", head, role="row"), *(_row(row) for row in rows)]
    return element("div", "".join(lines), class_="timeline", role="table", aria_label=one_line(title))


def _row(row: Row) -> str:
    """Return the name and the cells of one row."""
    states = list(zip(row.present, row.changed, strict=True))
    neighbours = zip([False, *row.present[:-1]], [*row.present[1:], False], strict=True)
    cells = [_cell(*state, *beside) for state, beside in zip(states, neighbours, strict=True)]
    name = element("div", _BREAK.sub("<wbr>", literal(one_line(row.name))), role="rowheader")
    return element("div", name + "".join(reversed(cells)), role="row")


def _cell(present: bool, changed: bool, before: bool, after: bool) -> str:  # noqa: FBT001 - private
    """Return the cell of one release; a bar ends where the release before or after does not have it."""
    if not present:
        return element("div", role="cell")
    kinds = [kind for kind, holds in (("changed", changed), ("first", not before), ("last", not after)) if holds]
    return element(
        "div", element("b", "changed" if changed else "yes"), class_=" ".join(["there", *kinds]), role="cell"
    )


def _changes(states: Sequence[object]) -> tuple[bool, ...]:
    """Return for each state whether it differs from the one before, where both exist."""
    before = [None, *states[:-1]]
    return tuple(old is not None and new is not None and old != new for old, new in zip(before, states, strict=True))


def _facts(member: Member | None) -> object:
    """Return what defines the meaning of a member, without its texts."""
    if member is None:
        return None
    variants = [(variant.name, variant.type, variant.nullable, variant.closed) for variant in member.variants]
    parts: list[Member | Variant] = [member, *member.variants]
    bounds = [bound.words for part in parts for bound in part.bounds]
    values = [repr(value) for part in parts for value in part.values]
    facts = member.type, member.nullable, member.required, member.required_when, member.closed, member.format
    return facts, variants, bounds, values
