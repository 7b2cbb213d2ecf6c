"""The selector of the release on a page: a list of links to the same page of the other releases, without JavaScript."""

from collections.abc import Callable, Iterator

from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import UNSEARCHED, element
from arrakis_schema.reference.numbering import software_of
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href, literal

_MOST = 40


def endpoint_selector(
    history: History, release: Release, name: str, up: str, first_alike: Callable[[Release], Release]
) -> str:
    """Return the selector on the page about a name; `up` leads from the source of the page to the top.

    `first_alike` returns the release whose page has the content of another release. A release without a content of its
    own is listed on its own page, and if software implements it.
    """

    def page_of(other: Release) -> str:
        return f"{href(history.page(other, name))}/" if history.documents(other, name) else ""

    def since(other: Release) -> str:
        first = first_alike(other) if history.documents(other, name) else other
        return "" if first is other else f"as in {first.version}"

    return _selector(history, release, f"../{up}", page_of, since)


def release_selector(history: History, release: Release, up: str) -> str:
    """Return the selector on the page of a release; `up` leads from its URL to the top."""
    return _selector(history, release, up, lambda other: f"releases/{other.version}/", lambda _: "")


def _selector(
    history: History,
    release: Release,
    up: str,
    page_of: Callable[[Release], str],
    note_of: Callable[[Release], str],
) -> str:
    """Return the list, folded up; `page_of` returns the path of a page from the top, empty where there is none."""
    state = f" {element('small', state_of(history, release))}" if state_of(history, release) else ""
    summary = element("summary", f"Release {element('b', literal(release.version))}{state}")
    listed = _listed(history, release)
    visible = [other for other in listed if other is release or not _is_idle(history, other, note_of(other))]
    items = [
        _item(history, other, current=other is release, up=up, page=page_of(other), note=note_of(other))
        for other in visible
    ]
    links = [element("a", "All releases", href=f"{up}releases/")]
    links += [element("small", "those that changed nothing here are left out")] if len(visible) < len(listed) else []
    if history.store.software.clients or history.store.software.servers:
        links.append(element("a", "Which one do I run?", href=f"{up}releases/#software"))
    choices = element(
        "nav", element("ul", "".join(items)) + element("p", " · ".join(links)), aria_label="Other releases"
    )
    return element("details", summary + choices, class_="selector", **{UNSEARCHED.replace("-", "_"): ""})


def state_of(history: History, release: Release) -> str:
    """Return what is special about a release, in a few words."""
    if not release.frozen:
        return "not released yet"
    return "the newest" if release is history.current else ""


def _listed(history: History, release: Release) -> list[Release]:
    """Return the releases to choose from: the newest first, the working set last; of many those near the ends."""
    frozen = [other for other in reversed(history.releases) if other.frozen]
    kept = [other for number, other in enumerate(frozen) if number < _MOST or other is release]
    return kept + [other for other in history.releases if not other.frozen]


def _is_idle(history: History, release: Release, note: str) -> bool:
    """Return whether a release is as an earlier one, and no software is known to speak it."""
    return bool(note) and not software_of(history.store.software, release.version)


def _item(history: History, release: Release, *, current: bool, up: str, page: str, note: str) -> str:  # noqa: PLR0913 - all by name
    """Return one release to choose, with the software that speaks it."""
    version, here = literal(release.version), {"aria_current": "page"} if current else {}
    choice = element("a", version, href=f"{up}{page}", **here) if page else element("span", version)
    notes = " · ".join(map(literal, _notes(history, release, note, has_page=bool(page))))
    return element("li", f"{choice} {element('small', notes)}" if notes else choice)


def _notes(history: History, release: Release, note: str, *, has_page: bool) -> Iterator[str]:
    """Yield the notes beside a release."""
    if not has_page:
        yield "not in this release"
        return
    if state := state_of(history, release):
        yield state
    if note:
        yield note
    for program, versions in software_of(history.store.software, release.version).items():
        yield f"{program} {versions}"
