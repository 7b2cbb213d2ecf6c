"""The sections of a page on what releases changed: members that were removed, and the history of the documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename

from arrakis_schema.reference.alike import first_alike
from arrakis_schema.reference.changes import change_list
from arrakis_schema.reference.conformance import as_sent
from arrakis_schema.reference.facts.history import History, ReleaseStep
from arrakis_schema.reference.markup import UNSEARCHED, chip, code, division, element, escape_markdown, facts, prose
from arrakis_schema.reference.places import RELEASES, anchor, folder_of, matrix_path
from arrakis_schema.reference.sections import TITLES
from arrakis_schema.reference.timeline import drawing, member_rows, shown_releases
from arrakis_schema.store.members import Member
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href, literal

_MOST_REMOVED = 200


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
