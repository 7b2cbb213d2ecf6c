"""The names of endpoints and publications, and the documents that have each name."""

from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release, Store


def names(releases: list[Release]) -> list[str]:
    """Return the names of endpoints and publications in any of these releases, in their order."""
    return list(dict.fromkeys(name for release in releases for name in release.derived(_paths_by_name)))


def sent_names(releases: list[Release]) -> list[str]:
    """Return those of the names that messages are sent of: not those that other documents only refer to."""
    paths = (path for release in releases for path in release.documents if release.kind_of(path).is_sent)
    sent = {releases[0].name_of(path) for path in paths}
    return [name for name in names(releases) if name in sent]


def documents_named(release: Release, name: str) -> dict[str, Document]:
    """Return the documents of a name in a release, by path."""
    return {path: release.document(path) for path in release.derived(_paths_by_name).get(name, ())}


def paths_named(store: Store, name: str) -> tuple[str, ...]:
    """Return the paths of the documents of a name in any release."""
    return tuple(
        sorted({path for release in store.every_release() for path in release.derived(_paths_by_name).get(name, ())})
    )


def _paths_by_name(release: Release) -> dict[str, list[str]]:
    """Return the paths of the documents of each name of a release."""
    paths = dict[str, list[str]]()
    for path in release.documents:
        paths.setdefault(release.name_of(path), []).append(path)
    return paths
