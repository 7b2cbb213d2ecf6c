"""What each release changed, for people as a page and for readers of feeds as Atom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from posixpath import basename
from xml.etree import ElementTree as ET

from arrakis_schema.reference.facts.history import History, Step
from arrakis_schema.reference.markup import code, escaped, front_matter, page
from arrakis_schema.reference.releases import NOTHING_YET
from arrakis_schema.store.dates import timestamp
from arrakis_schema.store.documents import DocumentKind, kind_of
from arrakis_schema.store.store import Release
from arrakis_schema.system.relations import Answer, names
from arrakis_schema.text.escaping import one_line, visible

FEED = "changelog.atom"
_ATOM = "http://www.w3.org/2005/Atom"
_SORTS = {
    "breaking": "Breaking",
    "additive": "Additive",
    "payload": "Payload and publication",
    "words": "Words only",
}


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text and a name stand in an entry."""

    text: Callable[[str], str]
    name: Callable[[str], str]


MARKDOWN, PLAIN = Writing(escaped, code), Writing(one_line, one_line)


def changelog_page(history: History) -> str:
    """Return the changes of every release, the newest first, sorted by what they mean."""
    blocks = [part for release in reversed(history.releases) for part in _release(history, release)]
    return page(
        front_matter(description="What each release changed, breaking changes first.", searched=False),
        "# Changelog",
        f"What each release of the schemas changed. As a feed: [{FEED}]({FEED}).",
        *blocks,
    )


def _release(history: History, release: Release) -> Iterator[str]:
    """Yield the entry of one release."""
    moment = history.dates.get(release.version)
    when = f", {moment:%Y-%m-%d}" if moment else "" if release.frozen else ", not released yet"
    yield f"## [{release.version}](releases/{release.version}/index.md){when} {{ #v{release.version} }}"
    yield from (f"**{title}**\n\n{_listed(lines)}" for title, lines in entry(history, release, MARKDOWN).items())


def _listed(lines: list[str]) -> str:
    """Return lines as a list."""
    return "\n".join(f"- {line}" for line in lines)


def entry(history: History, release: Release, writing: Writing) -> dict[str, list[str]]:
    """Return what a release changed by sort of change; a release without a difference says so."""
    before = history.before(release)
    if before is None:
        return {"First release": [writing.text(", ".join(names([release]))) or NOTHING_YET]}
    found: dict[str, dict[str, list[str]]] = {title: {} for title in _SORTS.values()}
    for name in names([before, release]):
        for path in sorted(history.documents(release, name).keys() - history.documents(before, name).keys()):
            found[_SORTS["additive"]].setdefault("a document was added", []).append(writing.name(path))
        for path in sorted(history.documents(before, name).keys() - history.documents(release, name).keys()):
            found[_SORTS["breaking"]].setdefault("a document was removed", []).append(writing.name(path))
        for step in history.between(before, release, name):
            sort, said = _sorted(step, writing)
            found[_SORTS[sort]].setdefault(said, []).append(f"{writing.text(name)}{_kind(step.document, writing)}")
    told = {title: [f"{', '.join(who)}: {said}" for said, who in one.items()] for title, one in found.items() if one}
    return told or {"No schema change": ["Every document is the same, byte for byte."]}


def _kind(path: str, writing: Writing) -> str:
    """Return what a document is, where it is no request."""
    return "" if kind_of(path) is DocumentKind.REQUEST else f" ({writing.name(basename(path))})"


def _sorted(step: Step, writing: Writing) -> tuple[str, str]:
    """Return the sort of a change, and the change in one sentence."""
    if not step.changes:
        return "words", "what is accepted and sent did not change"
    said = "; ".join(writing.text(one.message) for one in step.changes)
    if kind_of(step.document) in {DocumentKind.PAYLOAD, DocumentKind.PUBLICATION}:
        return "payload", said
    return ("breaking" if step.older.answer in {Answer.BREAKS, Answer.UNDECIDED} else "additive"), said


def feed(history: History) -> str:
    """Return the Atom feed of the releases that have a date (RFC 4287)."""
    base, title = visible(history.store.settings.base_url), one_line(history.store.settings.title)
    dated = [one for one in reversed(history.releases) if one.version in history.dates]
    root = ET.Element("feed", xmlns=_ATOM)
    updated = max((history.dates[one.version] for one in dated), default=None)
    _children(root, id=f"{base}{FEED}", title=f"{title}: releases")
    _children(root, updated=timestamp(updated) if updated else "1980-01-01T00:00:00Z")
    ET.SubElement(ET.SubElement(root, "author"), "name").text = title
    ET.SubElement(root, "link", rel="self", href=f"{base}{FEED}")
    for release in dated:
        url = f"{base}releases/{release.version}/"
        item = ET.SubElement(root, "entry")
        _children(item, id=url, title=f"{title} {release.version}")
        _children(item, updated=timestamp(history.dates[release.version]))
        ET.SubElement(item, "link", href=url)
        said = "\n".join(f"{name}: {'; '.join(lines)}" for name, lines in entry(history, release, PLAIN).items())
        ET.SubElement(item, "content", type="text").text = said
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _children(parent: ET.Element, **texts: str) -> None:
    """Add an element with a text for each name."""
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text
