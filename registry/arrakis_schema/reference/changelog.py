"""What each release changed, for people as a page and for readers of feeds as Atom."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from arrakis_schema.reference.changes import PLAIN, entry, markdown_writing
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import escape_markdown, front_matter, page
from arrakis_schema.store.records import timestamp
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import one_line, visible

FEED = "changelog.atom"
_ATOM = "http://www.w3.org/2005/Atom"


def changelog_page(history: History) -> str:
    """Return the changes of every release, the newest first: why, then endpoint by endpoint."""
    blocks = [part for release in reversed(history.releases) for part in _changelog_entry(history, release)]
    return page(
        front_matter(title="Changelog", description="What each release changed, what breaks, and what to change."),
        "# Changelog",
        f"What each release of the schemas changed, what breaks, and what to change. As a feed: [{FEED}]({FEED}).",
        *blocks,
    )


def _changelog_entry(history: History, release: Release) -> Iterator[str]:
    """Yield the entry of one release."""
    moment = history.dates.get(release.version)
    when = f", {moment:%Y-%m-%d}" if moment else "" if release.frozen else ", not released yet"
    yield f"## [{release.version}](releases/{release.version}/index.md){when} {{ #v{release.version} }}"
    yield escape_markdown(history.store.summaries.get(release.version, ""))
    for title, items in entry(history, release, markdown_writing(history, "")):
        yield f"{title}\n\n{_bullet_list(items)}" if items else title
    if before := history.previous_release(release):
        path = f"compare/{before.version}...{release.version}.md"
        yield f"[Every difference from {before.version} to {release.version}]({path})"


def _bullet_list(lines: list[str]) -> str:
    """Return lines as a list."""
    return "\n".join(f"- {line}" for line in lines)


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
        ET.SubElement(item, "content", type="text").text = "\n".join(_plain_entry(history, release))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _plain_entry(history: History, release: Release) -> Iterator[str]:
    """Yield the lines of a release as plain text."""
    if summary := history.store.summaries.get(release.version):
        yield one_line(summary)
    for title, items in entry(history, release, PLAIN):
        yield f"{title}:" if items else title
        yield from (f"- {item}" for item in items)


def _add_children(parent: ET.Element, **texts: str) -> None:
    """Add an element with a text for each name."""
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text
