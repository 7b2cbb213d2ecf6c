"""The page of one endpoint or publication in one release: its documents, and what releases changed in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import basename

from arrakis_schema.languages import language_of
from arrakis_schema.reference.changes import change_list
from arrakis_schema.reference.conformance import as_sent
from arrakis_schema.reference.facts.descriptions import summary_of
from arrakis_schema.reference.facts.history import History, ReleaseStep
from arrakis_schema.reference.markup import (
    UNSEARCHED,
    chip,
    code,
    division,
    element,
    escape_markdown,
    facts,
    front_matter,
    note,
    page,
    prose,
    table,
)
from arrakis_schema.reference.places import RELEASES, anchor, folder_of, matrix_path
from arrakis_schema.reference.sections import TITLES, document_sections, first_alike
from arrakis_schema.reference.selector import endpoint_choices, selector
from arrakis_schema.reference.timeline import drawing, member_rows, shown_releases
from arrakis_schema.store.documents import Document
from arrakis_schema.store.lock import digest
from arrakis_schema.store.members import Member
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href, literal

_REMOVED = 0.2
"""The weight in search of the last page of what was removed."""

_SECTION = re.compile(r"^## (.*?) \{ #(\S+)", re.MULTILINE)
_MOST_REMOVED = 200


def endpoint_page(history: History, release: Release, name: str, folder: str) -> str:
    """Return the page in one of its folders; if the release changed nothing, a short one that links to the other.

    Inside, `up` leads from its source to the top of the docs folder, and `up` and one more from its URL.
    """
    up, is_current = "../" * f"{folder}/{folder_of(name)}".count("/"), folder == history.folder
    summary, first = summary_of(history, release, name), first_alike(history, release, name)
    if first is release or not folder.startswith(RELEASES):
        sections = [
            *history.derived(document_sections, release, name, folder),
            *changes_by_release(history, release, name, folder),
            *_documents_table(history, release, name, up),
        ]
        body = [_section_links(sections), *sections]
    else:
        body = [_unchanged_note(first, name, up), *_documents_table(history, release, name, up)]
    return page(
        front_matter(
            title=name if is_current or not history.store.layout.declared else basename(name),
            window_title="" if is_current else f"{name} in {release.version}",
            description=summary,
            searched=is_current
            or (_REMOVED if history.page_release(name) is None and release is history.last_release(name) else False),
            contents=False,
        ),
        _heading(name),
        selector(history, release, history.derived(endpoint_choices, name, up, first_alike), f"../{up}"),
        _banner(history, release, name, up),
        _summary(summary),
        _facts(history, release, name, up),
        *body,
    )


def _unchanged_note(first: Release, name: str, up: str) -> str:
    """Return the sentence that links the page of a release that changed nothing to the page with the content."""
    link = f"[{escape_markdown(name)} in {first.version}]({up}{RELEASES}{first.version}/{href(folder_of(name))}.md)"
    return f"Nothing has changed since {first.version} but the number of the release: see {link}.\n{{ .alike }}"


def _section_links(sections: Iterable[str]) -> str:
    """Return a line of links to the sections of the page, in the place of a table of contents beside it."""
    links = [
        element("a", title, href=f"#{target}") for section in sections for title, target in _SECTION.findall(section)
    ]
    return element("nav", " ".join(links), class_="sections", aria_label="On this page", data_search_exclude="")


def _heading(name: str) -> str:
    """Return the heading of the page, with an explicit id if the name cannot be one."""
    target = anchor(name)
    return f"# {escape_markdown(name)} {{ {'' if target == name else f'#{target} '}.name }}"


def _summary(summary: str) -> str:
    """Return the summary at the top of the page, its first paragraph in larger letters."""
    first, *others = prose(summary) or [""]
    head = first if first.startswith("<p>") else f"{first}\n{{ .lead }}"
    return page(head, *others).rstrip() if first else ""


def _banner(history: History, release: Release, name: str, up: str) -> str:
    """Return the note that this is not the current release, or that the name was removed; empty where neither is."""
    current, removed = history.page_release(name) or history.last_release(name), history.removed_in(name)
    link = f"[{escape_markdown(name)} in {current.version}]({up}{href(history.page(current, name))}.md)"
    sentences = []
    if not release.frozen and history.unreleased:
        sentences.append("It may still change until then." if current is not release else "No release contains it yet.")
    if removed:
        sentences.append(
            f"It was removed in {removed}{'' if removed in history.store.releases else ', which is not released yet'}."
        )
    if current is not release:
        sentences.append(f"The newest that has it is {link}." if removed else f"The newest release is {link}.")
    if not sentences:
        return ""
    title = f"This is release {release.version}" if release.frozen else f"{release.version} is not released yet"
    return note("warning" if release.frozen else "info", title, " ".join(sentences))


def _facts(history: History, release: Release, name: str, up: str) -> str:
    """Return the line of facts, and the raw files with a button to copy their URL."""
    chips = [
        chip(f"documented since {history.first_version(name)}"),
        chip(f"last changed in {history.last_changed_in(name, release)}"),
    ]
    links = [
        f"[{escape_markdown(text)}]({up}{href(path)}){{ data-copy }}"
        for text, path in _raw_files(history, release, name)
    ]
    return page(element("p", " ".join(chips), class_="facts head"), f"{' '.join(links)}\n{{ .raw }}").rstrip()


def _raw_files(history: History, release: Release, name: str) -> Iterator[tuple[str, str]]:
    """Yield the raw files of an endpoint with their descriptions."""
    folder = f"versions/{release.place}"
    for path, document in history.documents(release, name).items():
        yield basename(path), f"{folder}/{path}"
        stem = path.removesuffix(document.format.suffix)
        for suffix in language_of(document).suffixes:
            yield basename(f"{stem}{suffix}"), f"{folder}/{stem}{suffix}"


def _bundle_of(document: Document) -> str:
    """Return the path of the file that holds a document with all that it refers to; empty where it refers to none."""
    language = language_of(document)
    refers = any(language.references(document))
    return f"{document.path.removesuffix(document.format.suffix)}{language.bundled}" if refers else ""


def _documents_table(history: History, release: Release, name: str, up: str) -> Iterator[str]:
    """Yield the table of the documents: size, digest, and the release since which each is identical."""
    folder = f"versions/{release.place}"
    rows = []
    for path, document in history.documents(release, name).items():
        since = history.unchanged_since(release, path)
        earlier = f"identical since {since}" if since != release.version else f"new in {since}"
        link = f"[{code(path)}]({up}{href(f'{folder}/{path}')}){{ data-copy }}"
        if bundle := _bundle_of(document):
            earlier += f", [bundle]({up}{href(f'{folder}/{bundle}')}) with all that it refers to"
        rows.append(
            (
                link,
                f"{len(document.content)} bytes",
                element("code", digest(document.content), class_="digest"),
                earlier,
            )
        )
    yield f"## Documents {{ #documents {UNSEARCHED} }}"
    yield table(("document", "size", "sha256", "note"), rows)


@dataclass(frozen=True, slots=True)
class Removed:
    """A member as the last release that has it documents it, and the first release that has it."""

    member: Member
    first: Release
    last: Release


def changes_by_release(history: History, release: Release, name: str, folder: str) -> Iterator[str]:
    """Yield the changes by release, as a drawing and in words, separately for request and payload.

    The pages in the folders of releases lead to the page of the current one, or of the last that has the name.
    """
    yield from _removed_members(history, release, name, folder)
    yield f"## History {{ #history {UNSEARCHED} }}"
    up, current = (
        "../" * f"{folder}/{folder_of(name)}".count("/"),
        history.page_release(name) or history.last_release(name),
    )
    if folder.startswith(RELEASES) and (release is not current or history.page_release(name)):
        yield f"[What each release changed]({up}{href(history.page(current, name))}.md#history)"
        return
    releases = [release for release in shown_releases(history) if history.documents(release, name)]
    for path in history.documents(history.newest, name):
        rows = member_rows(history, releases, name, path)
        if rows and len(releases) > 1:
            legend = "a bar shows the releases that have a field, a dot those that changed it."
            yield f"{code(basename(path))}: {legend}\n{{ .caption }}"
            yield drawing(f"The fields of {name}, {basename(path)}, by release", releases, rows)
    if any(history.kind_of(path).is_sent for path in history.comparisons.paths(name)):
        link = f"[compatibility matrix of {escape_markdown(name)}]({up}{matrix_path(name)})"
        yield f"Which releases work together: {link}"
    if sent := as_sent(history.store, name):
        yield f"### As documented, as sent {{ #as-sent {UNSEARCHED} }}"
        yield sent
    steps = list(history.steps(name))
    for step in steps:
        compared = f"[{step.old} → {step.new}]({up}compare/{step.old}...{step.new}.md)"
        yield _step_heading(f"{step.new}, {TITLES[history.kind_of(step.document)].lower()}", step)
        yield f"{compared}\n{{ .compared }}"
        yield change_list(history, step, up)
    if not steps:
        yield f"Nothing changed since {history.first_version(name)}."


def _step_heading(title: str, step: ReleaseStep) -> str:
    """Return a heading that is left out of the list of sections, which would become too long."""
    target = f"{step.new}-{anchor(basename(step.document))}"
    link = element("a", "&para;", class_="headerlink", href=f"#{target}", title="Permanent link")
    return element("h3", literal(title) + link, id=target, data_search_exclude="")


def _removed_members(history: History, release: Release, name: str, folder: str) -> Iterator[str]:
    """Yield the section on the members that only earlier releases have, for those who still encounter one."""
    if folder.startswith(RELEASES):
        return
    up = "../" * f"{folder}/{folder_of(name)}".count("/")
    removed = [
        member for path in history.documents(release, name) for member in find_removed(history, release, name, path)
    ]
    if not removed:
        return
    yield "## Removed members { #the-removed }"
    yield "Older releases have these, and this one does not."
    rows = [
        cell
        for member in removed[:_MOST_REMOVED]
        for cell in _removed_row(f"{up}../", name, member, first_alike(history, member.last, name).version)
    ]
    yield division("members", *rows)
    if len(removed) > _MOST_REMOVED:
        yield f"{len(removed) - _MOST_REMOVED:,} more are not listed."


def find_removed(history: History, release: Release, name: str, path: str) -> list[Removed]:
    """Return the members that earlier releases have in a document, and this one does not."""
    removed: dict[str, Removed] = {}
    kept = {member.anchor for member in history.members(history.documents(release, name)[path])}
    for earlier in history.releases[: history.releases.index(release)]:
        document = history.documents(earlier, name).get(path)
        for member in history.members(document) if document else ():
            if member.anchor not in kept:
                first = removed[member.anchor].first if member.anchor in removed else earlier
                removed[member.anchor] = Removed(member, first, earlier)
    return list(removed.values())


def _removed_row(top: str, name: str, removed: Removed, content_release: str) -> Iterator[str]:
    """Yield the cells of a removed member, which lead to its place on the page that has it as the last release did."""
    member, first, last = removed.member, removed.first.version, removed.last.version
    place = f"{top}{RELEASES}{content_release}/{href(folder_of(name))}/#{href(member.anchor)}"
    link = element("span", element("a", literal(last if first == last else f"{first} to {last}"), href=place))
    yield f"### {code(member.path)} {{ #removed-{member.anchor} .field }}"
    yield facts([chip(member.type, "type"), link])
    yield element("div", "".join(element("p", block) for block in prose(member.description)), class_="meaning")
