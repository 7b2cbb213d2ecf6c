"""The page that lists the documents of the newest release, and the same list for a front page."""

from collections.abc import Iterator
from itertools import groupby
from posixpath import basename, dirname

from arrakis_schema.reference.facts.descriptions import summary_of
from arrakis_schema.reference.facts.history import History, read_history
from arrakis_schema.reference.markup import (
    NOTHING_YET,
    code,
    division,
    element,
    escape_markdown,
    front_matter,
    page,
    prose,
)
from arrakis_schema.reference.places import folder_of, shared_folder
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.store import Release, Store
from arrakis_schema.text.escaping import href, literal, one_line

_ASKED = "Requests and payloads"
_GROUPS = {DocumentKind.PUBLICATION: "Publications", DocumentKind.SHARED: "Shared"}
_LONGEST = 300


def overview_page(history: History) -> str:
    """Return the list of what has a page in the folder of the current release, with a sentence about each."""
    title, current = history.folder.capitalize(), history.current
    state = f"release [{current.version}](../releases/{current.version}/index.md), the newest"
    return page(
        front_matter(
            title=title,
            description=f"The {history.folder} of {history.store.settings.title}.",
            searched=False,
            contents=False,
        ),
        f"# {title}",
        f"As of {state if current.frozen else f'{current.version}, which is not released yet'}."
        " See also [all releases](../releases/index.md), [what each one changed](../changelog.md), and"
        " [which of them work together](../matrix.md).",
        division("overview", *_group_lists(history)) if history.names else NOTHING_YET,
    )


def _groups(history: History) -> Iterator[tuple[str, list[str]]]:
    """Yield the names with the title of each group: their folder where a team has folders of its own, or their kind."""
    if history.store.layout.declared:
        yield from by_folder(history.names)
        return
    kinds = {name: _kind(history, name) for name in history.names}
    for title in (_ASKED, *_GROUPS.values()):
        if names := [name for name, kind in kinds.items() if _GROUPS.get(kind, _ASKED) == title]:
            yield title, names


def _kind(history: History, name: str) -> DocumentKind:
    """Return the kind of the first document of a name."""
    release = history.page_release(name) or history.current
    return history.kind_of(next(iter(history.documents(release, name))))


def _group_lists(history: History) -> Iterator[str]:
    """Yield the list of the names of each group, under its title where there are several."""
    groups = list(_groups(history))
    for title, names in groups:
        yield f"**{escape_markdown(title)}**" if title and len(groups) > 1 else ""
        yield "\n".join(f"- {_overview_item(history, name)}" for name in names)


def _overview_item(history: History, name: str) -> str:
    """Return the item of one name: its summary, and since when it exists."""
    release = history.page_release(name) or history.current
    link = f"[{escape_markdown(basename(name))}]({href(folder_of(name))}.md)"
    summary = next(iter(prose(_shorten(summary_of(history, release, name)))), "") or _columns(history, release, name)
    first, changed = history.first_version(name), history.last_changed_in(name, release)
    times = f"since {first}" if first == changed else f"since {first}, changed in {changed}"
    state = "" if release is history.current else ", not released yet"
    return f"{link}{': ' if summary else ''}{summary} {element('small', literal(f'{times}{state}'))}"


def _columns(history: History, release: Release, name: str) -> str:
    """Return the names of the columns, for a table without a description; empty for anything else."""
    documents = [document for document in history.documents(release, name).values() if document.format.tabular]
    members = [member for document in documents for member in history.members(document) if len(member.steps) == 1]
    return f"Columns {', '.join(code(member.path) for member in members)}" if members else ""


def _shorten(text: str) -> str:
    """Return the beginning of a text, up to a length that a table has room for."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"


def by_folder(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the names of each folder with its path, which leaves out what all share."""
    shared = shared_folder(names)
    for folder, group in groupby(sorted(names, key=lambda name: (dirname(name), name)), key=dirname):
        yield one_line(f"{folder}/".removeprefix(shared).rstrip("/")), list(group)


def documents_by_folder(store: Store) -> str:
    """Return the list of the newest documents as Markdown, by folder, for a front page; empty where there is none."""
    history = read_history(store)
    blocks = []
    for folder, group in groupby(sorted(history.names, key=lambda name: (dirname(name), name)), key=dirname):
        links = [f"[{escape_markdown(basename(name))}]({history.folder}/{href(folder_of(name))}.md)" for name in group]
        blocks.append(f"- {f'{code(folder)}: ' if folder else ''}{', '.join(links)}")
    return "\n".join(blocks)
