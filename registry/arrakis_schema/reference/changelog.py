"""What each release changed, for people as a page and for readers of feeds as Atom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from posixpath import basename
from xml.etree import ElementTree as ET

from arrakis_schema.reference.facts.history import History, Step
from arrakis_schema.reference.markup import code, escape_markdown, front_matter, page
from arrakis_schema.reference.releases import NOTHING_YET
from arrakis_schema.store.dates import timestamp
from arrakis_schema.store.documents import DocumentKind
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
    """How a text and a name are written in an entry: as Markdown or as plain text."""

    text: Callable[[str], str]
    name: Callable[[str], str]


MARKDOWN, PLAIN = Writing(escape_markdown, code), Writing(one_line, one_line)


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
    yield from (f"**{title}**\n\n{_bullet_list(lines)}" for title, lines in entry(history, release, MARKDOWN).items())


def _bullet_list(lines: list[str]) -> str:
    """Return lines as a list."""
    return "\n".join(f"- {line}" for line in lines)


def entry(history: History, release: Release, writing: Writing) -> dict[str, list[str]]:
    """Return the changes of a release by sort of change, or one line if there is no difference."""
    before = history.before(release)
    if before is None:
        return {"First release": [writing.text(", ".join(names([release]))) or NOTHING_YET]}
    changes_by_sort: dict[str, dict[str, list[str]]] = {title: {} for title in _SORTS.values()}
    for name in names([before, release]):
        for path in sorted(history.documents(release, name).keys() - history.documents(before, name).keys()):
            changes_by_sort[_SORTS["additive"]].setdefault("a document was added", []).append(writing.name(path))
        for path in sorted(history.documents(before, name).keys() - history.documents(release, name).keys()):
            changes_by_sort[_SORTS["breaking"]].setdefault("a document was removed", []).append(writing.name(path))
        for step in history.steps_between(before, release, name):
            sort, sentence = _classify(history, step, writing)
            changes_by_sort[_SORTS[sort]].setdefault(sentence, []).append(
                f"{writing.text(name)}{_kind(history, step.document, writing)}"
            )
    lines_by_sort = {
        title: [f"{', '.join(who)}: {sentence}" for sentence, who in names_by_sentence.items()]
        for title, names_by_sentence in changes_by_sort.items()
        if names_by_sentence
    }
    return lines_by_sort or {"No schema change": ["Every document is the same, byte for byte."]}


def _kind(history: History, path: str, writing: Writing) -> str:
    """Return the file name of a document in parentheses, empty for a request."""
    return "" if history.kind_of(path) is DocumentKind.REQUEST else f" ({writing.name(basename(path))})"


def _classify(history: History, step: Step, writing: Writing) -> tuple[str, str]:
    """Return the sort of a change, and the change in one sentence."""
    if not step.changes:
        return "words", "what is accepted and sent did not change"
    sentence = "; ".join(writing.text(change.message) for change in step.changes)
    if history.kind_of(step.document) in {DocumentKind.PAYLOAD, DocumentKind.PUBLICATION}:
        return "payload", sentence
    return ("breaking" if step.older.answer in {Answer.BREAKS, Answer.UNDECIDED} else "additive"), sentence


def feed(history: History) -> str:
    """Return the Atom feed of the releases that have a date (RFC 4287)."""
    base, title = visible(history.store.settings.base_url), one_line(history.store.settings.title)
    dated = [release for release in reversed(history.releases) if release.version in history.dates]
    root = ET.Element("feed", xmlns=_ATOM)
    updated = max((history.dates[release.version] for release in dated), default=None)
    _add_children(root, id=f"{base}{FEED}", title=f"{title}: releases")
    _add_children(root, updated=timestamp(updated) if updated else "1980-01-01T00:00:00Z")
    ET.SubElement(ET.SubElement(root, "author"), "name").text = title
    ET.SubElement(root, "link", rel="self", href=f"{base}{FEED}")
    for release in dated:
        url = f"{base}releases/{release.version}/"
        item = ET.SubElement(root, "entry")
        _add_children(item, id=url, title=f"{title} {release.version}")
        _add_children(item, updated=timestamp(history.dates[release.version]))
        ET.SubElement(item, "link", href=url)
        summary = "\n".join(f"{name}: {'; '.join(lines)}" for name, lines in entry(history, release, PLAIN).items())
        ET.SubElement(item, "content", type="text").text = summary
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_children(parent: ET.Element, **texts: str) -> None:
    """Add an element with a text for each name."""
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text
