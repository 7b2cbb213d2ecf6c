"""The accepted breaks of a release, with their reasons."""

from collections.abc import Iterator

from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, escape_markdown
from arrakis_schema.store.exceptions import Accepted
from arrakis_schema.store.store import Release


def accepted_breaks(history: History, release: Release, up: str) -> Iterator[str]:
    """Yield the section on the breaks that a release makes on purpose; nothing where there are none."""
    entries = history.accepted.get(release.version, [])
    if entries:
        yield "## Accepted breaks { #accepted-breaks }"
        yield "\n".join(_accepted_item(history, release, entry, up) for entry in entries)


def _accepted_item(history: History, release: Release, entry: Accepted, up: str) -> str:
    """Return an item of the list: the reason, the rule, and the places."""
    rule = f"[{code(entry.rule)}]({up}changes.md#{entry.rule})" if history.has_rules else code(entry.rule)
    places = ", ".join(code(_member_place(history, release, place)) for place in entry.places)
    return f"- {escape_markdown(entry.reason)} {rule} in {places}"


def _member_place(history: History, release: Release, place: str) -> str:
    """Return the document of a place, and the member in it."""
    document, _, remainder = place.partition("#")
    location = remainder.partition(" = ")[0]
    name = history.place_name(release, [document], location)
    return f"{document}: {name}" if name else document
