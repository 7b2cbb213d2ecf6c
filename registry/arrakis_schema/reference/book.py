"""All generated pages of a store, by their path in the docs folder."""

from collections.abc import Iterator
from typing import Any

from arrakis_schema.reference.endpoint import endpoint_page
from arrakis_schema.reference.history import read_history
from arrakis_schema.reference.overview import matrix_page, release_page, releases_page
from arrakis_schema.store import Store
from arrakis_schema.system.relations import names


def book(store: Store) -> Iterator[tuple[str, str]]:
    """Yield the path and the Markdown of every page: the newest release at `endpoints/`, each one at `releases/`."""
    history = read_history(store)
    newest = history.releases[-1]
    for name in names([newest]):
        yield f"endpoints/{name}.md", endpoint_page(history, newest, name, up="../")
    for release in history.releases:
        yield f"releases/{release.version}/index.md", release_page(history, release)
        if release is not newest:
            for name in names([release]):
                yield f"releases/{release.version}/{name}.md", endpoint_page(history, release, name, up="../../")
    yield "releases/index.md", releases_page(history)
    yield "matrix.md", matrix_page(history)


def navigation(store: Store) -> list[Any]:
    """Return the generated part of the navigation; pages of old releases are reached from their release."""
    every = store.every_release()
    newest = every[-1]
    endpoints = [{name: f"endpoints/{name}.md"} for name in names([newest])]
    releases = [
        {version: f"releases/{version}/index.md"} for version in (release.version for release in reversed(every))
    ]
    return [
        {"Endpoints": endpoints},
        {"Releases": ["releases/index.md", *releases]},
        {"Who gets on with whom": "matrix.md"},
    ]
