"""The accepted breaks of a release, with their reasons."""

from collections.abc import Iterator

from arrakis_schema.reference.facts.fields import path_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, escape_markdown
from arrakis_schema.store.exceptions import Accepted
from arrakis_schema.store.store import Release


def accepted_breaks(history: History, release: Release, up: str) -> Iterator[str]:
    """Yield the section on the breaks that a release makes on purpose; nothing where there are none."""
    entries = history.accepted.get(release.version, [])
    if entries:
        yield "## Accepted breaks { #accepted-breaks }"
        yield "\n".join(_row(history, entry, up) for entry in entries)


def _row(history: History, entry: Accepted, up: str) -> str:
    """Return an item of the list: the reason, the rule, and the places."""
    rule = f"[{code(entry.rule)}]({up}changes.md#{entry.rule})" if history.has_rules else code(entry.rule)
    return f"- {escape_markdown(entry.reason)} {rule} in {', '.join(code(_field(place)) for place in entry.places)}"


def _field(place: str) -> str:
    """Return the document of a place, and the field in it."""
    document, _, remainder = place.partition("#")
    location = remainder.partition(" = ")[0]
    field = path_of(location) or location
    return f"{document}: {field}" if field else document
