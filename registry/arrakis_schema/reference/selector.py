"""The selector of the release on a page: a list of links to the same page of the other releases, without JavaScript."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import UNSEARCHED, element
from arrakis_schema.store.records import SoftwareTable
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href, literal

_MOST = 40


@dataclass(frozen=True, slots=True)
class ReleaseChoice:
    """A release to choose: its item on the pages of other releases (`item`) and on its own (`chosen`).

    `is_far` is whether it is so old that the pages of others leave it out, `is_idle` whether they do as it is as an
    earlier one, and no software is known to speak it.
    """

    release: Release
    item: str
    chosen: str
    is_far: bool
    is_idle: bool


def endpoint_choices(
    history: History, name: str, up: str, first_alike: Callable[[History, Release, str], Release]
) -> Sequence[ReleaseChoice]:
    """Return the releases to choose from on pages about a name; `up` leads from the source of a page to the top.

    `first_alike` returns the release whose page has the content of another release. A release without a content of its
    own is listed on its own page, and if software implements it.
    """

    def page_of(release: Release) -> str:
        return f"{href(history.page(release, name))}/" if history.documents(release, name) else ""

    def since(release: Release) -> str:
        first = first_alike(history, release, name) if history.documents(release, name) else release
        return "" if first is release else f"as in {first.version}"

    return _choices(history, f"../{up}", page_of, since)


def release_choices(history: History, up: str) -> Sequence[ReleaseChoice]:
    """Return the releases to choose from on the page of a release; `up` leads from its URL to the top."""
    return _choices(history, up, lambda release: f"releases/{release.version}/", lambda _: "")


def _choices(
    history: History, up: str, page_of: Callable[[Release], str], note_of: Callable[[Release], str]
) -> Sequence[ReleaseChoice]:
    """Return the choices, the newest first and the working set last; `page_of` is empty where there is no page."""
    frozen = [release for release in reversed(history.releases) if release.frozen]
    listed = [*frozen, *(release for release in history.releases if not release.frozen)]
    choices = []
    for number, release in enumerate(listed):
        page, note = page_of(release), note_of(release)
        item, chosen = (
            _item(history, release, current=current, up=up, page=page, note=note) for current in (False, True)
        )
        is_idle = bool(note) and not software_of(history.store.software, release.version)
        choices.append(ReleaseChoice(release, item, chosen, release.frozen and number >= _MOST, is_idle))
    return choices


def selector(history: History, release: Release, choices: Sequence[ReleaseChoice], up: str) -> str:
    """Return the list, folded up, on the page of a release; `up` leads from its URL to the top."""
    state = f" {element('small', state_of(history, release))}" if state_of(history, release) else ""
    summary = element("summary", f"Release {element('b', literal(release.version))}{state}")
    listed = [choice for choice in choices if choice.release is release or not choice.is_far]
    visible = [choice for choice in listed if choice.release is release or not choice.is_idle]
    items = [choice.chosen if choice.release is release else choice.item for choice in visible]
    links = [element("a", "All releases", href=f"{up}releases/")]
    links += [element("small", "those that changed nothing here are left out")] if len(visible) < len(listed) else []
    if history.store.software.clients or history.store.software.servers:
        links.append(element("a", "Which one do I run?", href=f"{up}releases/#software"))
    listing = element(
        "nav", element("ul", "".join(items)) + element("p", " · ".join(links)), aria_label="Other releases"
    )
    return element("details", summary + listing, class_="selector", **{UNSEARCHED.replace("-", "_"): ""})


def state_of(history: History, release: Release) -> str:
    """Return what is special about a release, in a few words."""
    if not release.frozen:
        return "not released yet"
    return "the newest" if release is history.current else ""


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


def software_of(known: SoftwareTable, release: str) -> dict[str, str]:
    """Return which versions of each program implement a release: `{"weather": "1.1.0 to 1.1.3"}`."""
    versions: dict[str, list[str]] = {}
    for software in (*known.clients, *known.servers):
        if software.release == release:
            versions.setdefault(software.name, []).extend(software.versions)
    return {
        name: numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
        for name, numbers in versions.items()
    }
