"""The matrix: every client with every server, for some names and releases."""

from collections.abc import Iterable, Iterator

from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.store import Release
from arrakis_schema.system.answers import Answer, Relation
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.names import sent_names


def sides(comparisons: Comparisons, names: Iterable[str]) -> tuple[str, str]:
    """Return what the two sides are called: `client` and `server`, or the writers and the readers of publications."""
    listed = list(names)
    if not are_messages(comparisons, listed):
        return "client", "server"
    roles = {comparisons.store.layout.roles_of(path) for name in listed for path in comparisons.paths(name)}
    return roles.pop() if len(roles) == 1 else ("publisher", "subscriber")


def are_messages(comparisons: Comparisons, names: Iterable[str]) -> bool:
    """Return whether all documents of some names are publications: messages that are sent without a request."""
    kinds = {comparisons.kind_of(path) for name in names for path in comparisons.paths(name)}
    return kinds == {DocumentKind.PUBLICATION}


def matrix(comparisons: Comparisons, releases: list[Release]) -> Iterator[Relation]:
    """Yield the relation of every client with every server for every name, clients first."""
    for name in sent_names(releases):
        yield from grid(comparisons, name, releases)


def grid(comparisons: Comparisons, name: str, releases: list[Release]) -> Iterator[Relation]:
    """Yield the relation of every client with every server for one name, clients first."""
    for client in releases:
        yield from (comparisons.relation(name, client, server) for server in releases)


def equivalent_releases(comparisons: Comparisons, releases: list[Release]) -> dict[str, str]:
    """Return for each release the first one with the same meaning: the same documents, each accepted by the other."""
    first_alike: dict[str, str] = {}
    for number, release in enumerate(releases):
        twin = next((earlier for earlier in releases[:number] if _same(comparisons, earlier, release)), release)
        first_alike[release.version] = first_alike.get(twin.version, twin.version)
    return first_alike


def _same(comparisons: Comparisons, earlier: Release, later: Release) -> bool:
    """Return whether two releases have the same meaning."""
    if earlier.documents != later.documents:
        return False
    pairs = [(path, *pair) for path in earlier.documents for pair in ((earlier, later), (later, earlier))]
    return all(comparisons.exchange(*pair).answer is Answer.WORKS for pair in pairs)
