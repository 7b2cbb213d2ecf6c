"""A drawing of when each member existed: a row for each, a column for each release; it follows light and dark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import element
from arrakis_schema.store.members import Member, Variant
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import literal, one_line

_ROW, _COLUMN, _HEAD, _LETTER, _MOST = 20, 64, 30, 7.2, 12
_MOST_ROWS = 60


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
    """Return the rows as inline SVG: a bar over the releases that have it, a dot at each release that changed it."""
    left = max(len(row.name) for row in rows) * _LETTER + 16
    width, height = left + _COLUMN * len(releases), _HEAD + _ROW * len(rows) + 6
    heads = [_text(_middle(left, number), 18, release.version, "head") for number, release in enumerate(releases)]
    lines = [part for number, row in enumerate(rows) for part in _row(row, _HEAD + _ROW * number, left)]
    description = "; ".join(_sentence(row, releases) for row in rows)
    content = f"<title>{literal(title)}</title><desc>{literal(description)}.</desc>{''.join([*heads, *lines])}"
    size = {"viewBox": f"0 0 {width:.0f} {height}", "width": f"{width:.0f}", "height": f"{height}"}
    return element(
        "div", element("svg", content, class_="timeline", role="img", **size), class_="scrolled", tabindex="0"
    )


def _row(row: Row, top: float, left: float) -> list[str]:
    """Return the name, the bars and the dots of one row."""
    middle = top + _ROW / 2
    parts = [_text(left - 16, middle + 4, row.name, "name")]
    for start, end in _runs(row.present):
        begin, width = left + _COLUMN * start + 8, _COLUMN * (end - start) - 16
        bar = {"x": f"{begin:.0f}", "y": f"{middle - 4:.0f}", "width": f"{width:.0f}"}
        parts.append(element("rect", height="8", rx="4", **bar))
    dots = [number for number, changed in enumerate(row.changed) if changed]
    return parts + [element("circle", cx=f"{_middle(left, number):.0f}", cy=f"{middle:.0f}", r="5") for number in dots]


def _runs(present: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the first index and the end index of each run of releases that have it."""
    for is_present, run in groupby(range(len(present)), key=lambda number: present[number]):
        numbers = list(run)
        if is_present:
            yield numbers[0], numbers[-1] + 1


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


def _sentence(row: Row, releases: Sequence[Release]) -> str:
    """Return a row in words."""
    versions = [release.version for release, is_present in zip(releases, row.present, strict=True) if is_present]
    changed = [release.version for release, differs in zip(releases, row.changed, strict=True) if differs]
    span = f"{versions[0]} to {versions[-1]}" if len(versions) > 1 else versions[0]
    return f"{row.name}: {span}" + (f", changed in {', '.join(changed)}" if changed else "")


def _middle(left: float, number: int) -> float:
    """Return the middle of a column."""
    return left + _COLUMN * (number + 0.5)


def _text(x: float, y: float, text: str, kind: str) -> str:
    """Return a text at a place."""
    return element("text", literal(one_line(text)), x=f"{x:.0f}", y=f"{y:.0f}", class_=kind)
