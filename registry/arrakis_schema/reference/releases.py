"""The pages about releases: each one with its documents and known problems, and the list of them."""

from collections.abc import Iterator, Sequence

from arrakis_schema.reference.changes import accepted_breaks, describe_changes
from arrakis_schema.reference.comparison import text_diffs
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import (
    NOTHING_YET,
    UNSEARCHED,
    chip,
    code,
    element,
    escape_markdown,
    front_matter,
    page,
    table,
)
from arrakis_schema.reference.selector import release_choices, selector, software_of
from arrakis_schema.reference.timeline import document_rows, drawing, shown_releases
from arrakis_schema.store.lock import digest
from arrakis_schema.store.records import SoftwareTable
from arrakis_schema.store.store import Release
from arrakis_schema.system.relations import names
from arrakis_schema.text.escaping import href

UP = "../../"
_LONGEST = 16_000


def release_page(history: History, release: Release) -> str:
    """Return the page of one release."""
    before = history.previous_release(release)
    return page(
        front_matter(
            title=f"Release {release.version}",
            description=f"What release {release.version} of {history.store.settings.title} changed.",
            searched=False,
        ),
        f"# Release {release.version}",
        selector(history, release, history.derived(release_choices, UP), UP),
        _facts(history, release),
        escape_markdown(history.store.summaries.get(release.version, "")),
        f"## What changed since {before.version}" if before else "The first release.",
        *(_changes(history, before, release) if before else ()),
        *accepted_breaks(history, release, UP),
        *_problems(history, release),
        f"## Documents {{ #documents {UNSEARCHED} }}",
        table(("document", "page", "size", "sha256", "unchanged since"), _documents(history, release))
        if release.documents
        else NOTHING_YET,
    )


def _changes(history: History, before: Release, release: Release) -> Iterator[str]:
    """Yield what changed, in words and line by line; where that is long, it has a page of its own."""
    yield from describe_changes(history, before, release, UP)
    lines = text_diffs(history, before, release)
    if sum(map(len, lines)) < _LONGEST:
        yield from lines
    yield f"[Compared with {before.version}, line by line]({UP}compare/{before.version}...{release.version}.md)"


def _facts(history: History, release: Release) -> str:
    """Return when it was released."""
    moment = history.dates.get(release.version)
    when = f"released {moment:%Y-%m-%d}" if moment else "" if release.frozen else "not released yet"
    return element("p", chip(when), class_="facts head") if when else ""


def _documents(history: History, release: Release) -> Iterator[tuple[str, ...]]:
    """Yield a row for each document."""
    folder = f"versions/{release.place}"
    for path in release.documents:
        content = release.document(path).content
        since = history.unchanged_since(release, path)
        name = release.name_of(path)
        yield (
            f"[{code(path)}]({UP}{href(f'{folder}/{path}')})",
            f"[{escape_markdown(name)}]({UP}{href(history.page(release, name))}.md)",
            f"{len(content)} bytes",
            code(digest(content)[:16]),
            since if since != release.version else "**new here**",
        )


def _problems(history: History, release: Release) -> Iterator[str]:
    """Yield the known problems of a release."""
    errata = [erratum for erratum in history.errata if release.version in erratum.releases]
    if errata:
        yield "## Known problems { #known-problems }"
        rows = [
            (
                code(history.place_name(release, erratum.documents, erratum.location))
                if erratum.location
                else "whole document",
                escape_markdown(erratum.text),
                escape_markdown(", ".join(erratum.documents)),
                escape_markdown(erratum.fixed),
            )
            for erratum in errata
        ]
        yield table(("where", "problem", "documents", "fixed in"), rows)


def _changed_annotations_only(history: History, old: Release, new: Release) -> bool:
    """Return whether a release changed annotations only."""
    steps = (step for name in names([new]) for step in history.steps_between(old, new, name))
    return old.documents == new.documents and not any(step.changes for step in steps)


def releases_page(history: History) -> str:
    """Return the list of releases, the newest first, and the drawing of their documents."""
    rows = []
    for release in reversed(history.releases):
        before, moment = history.previous_release(release), history.dates.get(release.version)
        same = (
            f"Means the same as {before.version}."
            if before and _changed_annotations_only(history, before, release)
            else ""
        )
        note = escape_markdown(history.store.summaries.get(release.version, "")) or same
        when = f"{moment:%Y-%m-%d}" if moment else "" if release.frozen else "not released yet"
        rows.append((f"[{release.version}]({release.version}/index.md)", when, note, str(len(release.documents))))
    return page(
        front_matter(description=f"Every release of {history.store.settings.title}: when, and what changed."),
        "# Releases",
        "A release never changes: what you fetch today is what you fetch in ten years, byte for byte.",
        table(("release", "released", "what changed", "documents"), rows),
        *_software_numbers(history.store.software, history.releases),
        *_timeline(history),
    )


def _software_numbers(known: SoftwareTable, releases: Sequence[Release]) -> Iterator[str]:
    """Yield what a release numbers, and the table of the software that implements each; nothing without software."""
    programs = list(dict.fromkeys(software.name for software in (*known.clients, *known.servers)))
    rows = []
    for release in reversed(releases):
        if software := software_of(known, release.version):
            versions = [escape_markdown(software.get(program, "")) for program in programs]
            rows.append((f"[{release.version}]({release.version}/index.md)", *versions))
    if rows:
        named = " and ".join(map(escape_markdown, programs))
        yield "## Which release does my software use? { #software }"
        yield (
            f"The schemas have their own release numbers, which are not the versions of {named}. Find the"
            " version that you run in its column; the first column is the release of the schemas that it implements."
        )
        yield table(("release of the schemas", *map(escape_markdown, programs)), rows)


def _timeline(history: History) -> Iterator[str]:
    """Yield the drawing of the documents of the newest releases."""
    releases = shown_releases(history)
    rows = document_rows(releases)
    if rows:
        yield "## Which documents changed when { #timeline }"
        yield "A bar shows the releases that have a document, a dot those that changed it.\n{ .caption }"
        yield drawing("The documents by release", releases, rows)
    else:
        yield NOTHING_YET
