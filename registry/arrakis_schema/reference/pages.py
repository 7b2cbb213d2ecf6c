"""All generated pages of a store and the data beside them, by their path in the docs folder."""

from collections.abc import Iterator
from posixpath import basename
from typing import Any

from arrakis_schema.reference.changelog import FEED, changelog_page, feed
from arrakis_schema.reference.comparison import compared_pairs, comparison_index, comparison_page
from arrakis_schema.reference.conformance import RECORD_FILE, badge_files, conformance, conformance_record
from arrakis_schema.reference.endpoint import endpoint_page
from arrakis_schema.reference.facts.data import endpoint_data, release_data
from arrakis_schema.reference.facts.history import History, read_history
from arrakis_schema.reference.facts.matrices import endpoint_matrices, matrix_data
from arrakis_schema.reference.markup import redirect
from arrakis_schema.reference.matrix import (
    DOCUMENTED,
    SOFTWARE,
    documented_matrix_page,
    endpoint_matrix_page,
    matrix_page,
)
from arrakis_schema.reference.overview import by_folder, overview_page
from arrakis_schema.reference.places import folder_of
from arrakis_schema.reference.releases import release_page, releases_page
from arrakis_schema.reference.software import software_data, software_page
from arrakis_schema.store.conformance_log import conformance_logs
from arrakis_schema.store.files import NOTATIONS
from arrakis_schema.store.records import timestamp
from arrakis_schema.store.store import Release, Store
from arrakis_schema.system.matrix import calls
from arrakis_schema.system.relations import names
from arrakis_schema.text.escaping import json_text, one_line

Pages = Iterator[tuple[str, str]]


def book(store: Store) -> Pages:
    """Yield the path and the text of every page, and of every file of data beside one.

    The current release is in the folder of the history, the working set at `next/`, and each release at `releases/`.
    Pages at other addresses redirect to one of these.
    """
    history = read_history(store)
    _parse_working_set(store)
    for release in history.releases:
        yield from _release(history, release)
    yield f"{history.folder}/index.md", overview_page(history)
    yield "releases/index.md", releases_page(history)
    yield (
        "releases/index.json",
        json_text({"releases": [_release_entry(history, release) for release in reversed(history.releases)]}),
    )
    yield from _redirects(history)
    yield "compare/index.md", comparison_index(history)
    yield from (
        (f"compare/{old.version}...{new.version}.md", comparison_page(history, old, new))
        for old, new in compared_pairs(history)
    )
    matrices = endpoint_matrices(history)
    yield "matrix.md", matrix_page(history, matrices)
    yield "matrix/index.json", json_text(matrix_data(history, matrices))
    yield from ((f"matrix/{folder_of(matrix.name)}.md", endpoint_matrix_page(history, matrix)) for matrix in matrices)
    if any(correction.has_effect for correction in store.corrections):
        yield DOCUMENTED, documented_matrix_page(history, endpoint_matrices(history, as_documented=True))
    if store.software.clients:
        software_calls = list(calls(history.comparisons))
        yield SOFTWARE, software_page(history.comparisons, software_calls)
        yield "matrix-software/index.json", json_text(software_data(history.comparisons, software_calls))
    yield from _conformance_pages(store)
    yield "changelog.md", changelog_page(history)
    yield FEED, feed(history)


def _parse_working_set(store: Store) -> None:
    """Raise `DamagedStoreError` if a document of the working set cannot be read; a frozen release may contain one."""
    working = store.release(None)
    for path in working.documents:
        if path.endswith(NOTATIONS[".json"]):
            working.schema(path)


def _release(history: History, release: Release) -> Pages:
    """Yield the pages of one release."""
    yield f"releases/{release.version}/index.md", release_page(history, release)
    yield f"releases/{release.version}/index.json", json_text(release_data(history, release))
    for name in names([release]):
        data = json_text(endpoint_data(history, release, name))
        for folder in history.folders(release, name):
            path = f"{folder}/{folder_of(name)}"
            yield f"{path}.md", endpoint_page(history, release, name, folder)
            yield f"{path}/index.json", data


def _redirects(history: History) -> Pages:
    """Yield the pages of `releases/latest/`, which lead to the current release, and of `next/`, to the working set."""
    latest, newest = history.current, history.newest
    aliases = {"releases/latest": (latest, "latest")} if latest.frozen else {}
    for folder, (release, word) in (*aliases.items(), ("next", (newest, "next"))):
        title = f"{word.capitalize()} release: {release.version}"
        yield f"{folder}/index.md", redirect("../" * (folder.count("/") + 1), f"releases/{release.version}/", title)
        for name in names([release]) if word == "latest" or not history.unreleased else ():
            path, target = f"{folder}/{folder_of(name)}", f"{history.page(release, name)}/"
            yield f"{path}.md", redirect("../" * (path.count("/") + 1), target, f"{name} in the {word} release")


def _conformance_pages(store: Store) -> Pages:
    """Yield the pages about real servers, if there is a record of them."""
    if text := conformance(store):
        yield "conformance.md", text
        yield "conformance/index.json", json_text(conformance_record(store))
        yield from badge_files(store)


def _release_entry(history: History, release: Release) -> dict[str, Any]:
    """Return one line of the list of releases."""
    moment = history.dates.get(release.version)
    return {
        "version": release.version,
        "frozen": release.frozen,
        "released": moment and timestamp(moment),
        "url": f"releases/{release.version}/",
    }


def endpoint_folders(store: Store) -> dict[str, list[Any]]:
    """Return for each folder outside the navigation the entries of the pages about a name in it, as a navigation."""
    history, folders = read_history(store), dict[str, list[str]]()
    for release in history.releases:
        for name in names([release]):
            for folder in history.folders(release, name):
                if folder != history.folder:
                    folders.setdefault(folder, [release.version]).append(name)
    return {
        folder: [{version: f"releases/{version}/index.md"}, *_page_entries(store, page_names, folder)]
        for folder, (version, *page_names) in folders.items()
    }


def _page_entries(store: Store, page_names: list[str], top: str) -> list[Any]:
    """Return the entries of the pages about some names: by folder where a team has folders of its own."""
    if store.layout.declared:
        return _by_folder(page_names, top)
    return [{one_line(name): f"{top}/{folder_of(name)}.md"} for name in page_names]


def _by_folder(page_names: list[str], top: str) -> list[Any]:
    """Return the entries of some names with a section for each folder."""
    entries = list[Any]()
    for title, group in by_folder(page_names):
        inside = [{one_line(basename(name)): f"{top}/{folder_of(name)}.md"} for name in group]
        entries += [{title: inside}] if title else inside
    return entries


def navigation(store: Store) -> list[Any]:
    """Return the generated part of the navigation, the same size for any number of releases."""
    history = read_history(store)
    listed = [f"{history.folder}/index.md", *_page_entries(store, history.names, history.folder)]
    recorded = (store.root / RECORD_FILE).exists() or conformance_logs(store)
    examined: list[Any] = [{"Real servers": "conformance.md"}] if recorded else []
    return [
        {history.folder.capitalize(): listed},
        {
            "Releases": [
                "releases/index.md",
                {"Changelog": "changelog.md"},
                {"Compare": "compare/index.md"},
                {"Compatibility matrix": "matrix.md"},
                *([{"Software": SOFTWARE}] if store.software.clients else []),
                *examined,
            ]
        },
    ]
