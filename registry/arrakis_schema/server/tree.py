"""All URLs of the site, by path: the resource of each, and the contents of each folder.

A path is looked up in a dict and never resolved, so none can lead outside.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from arrakis_schema.server.resources import PreparedResource, prepare_resource
from arrakis_schema.site.representations import Representation

PAGE = "index.html"
NOT_FOUND = "/404.html"
SIMILARITY_LIMIT = 4_000
"""The limit of the search for a similar name (characters in the folder times those of the name): a 404 stays cheap."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The site: `resources` by URL path, `folders` (with their slash) to the names in them, folders with a slash.

    `missing` is the HTML of the site's page for missing paths.
    """

    resources: Mapping[str, PreparedResource]
    folders: Mapping[str, tuple[str, ...]]
    files: int
    missing: str = ""


def prepare_tree(
    representations: Iterable[Representation], prepare: Callable[[Representation], PreparedResource] = prepare_resource
) -> Tree:
    """Prepare the whole site; raises `ValueError` where two representations have the same path."""
    resources: dict[str, PreparedResource] = {}
    files = 0
    for files, representation in enumerate(representations, start=1):  # noqa: B007
        path = f"/{representation.path}"
        if path in resources:
            raise ValueError(f"two files of the site have the path {representation.path}")
        resources[path] = prepare(representation)
        if path.endswith(f"/{PAGE}"):
            resources[path.removesuffix(PAGE)] = resources[path]
    return Tree(resources, _list_folders(resources), files, _missing_page(resources))


def _missing_page(resources: Mapping[str, PreparedResource]) -> str:
    """Return the site's own page for missing paths; empty where it has none."""
    page = resources.get(NOT_FOUND)
    return "" if page is None else page.identity.ok.body.decode("utf-8", "replace")


def _list_folders(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = {"/": set()}
    for path in paths:
        folder = "/"
        *parents, name = path.split("/")[1:]
        for parent in parents:
            names[folder].add(f"{parent}/")
            folder += f"{parent}/"
            names.setdefault(folder, set())
        names[folder].add(name)
    return {folder: tuple(sorted(entries - {"", PAGE})) for folder, entries in names.items()}


@dataclass(frozen=True, slots=True)
class Miss:
    """How far a path leads: `folder` is the last that exists, `name` what it lacks, `suggestion` a path that exists."""

    folder: str
    name: str
    names: tuple[str, ...]
    suggestion: str | None


def find_miss(site: Tree, path: str) -> Miss:
    """Return how far a path that the site lacks exists."""
    folder, remainder = "/", path.removeprefix("/")
    name, slash, after = remainder.partition("/")
    while slash and f"{folder}{name}/" in site.folders:
        folder += f"{name}/"
        name, slash, after = after.partition("/")
    names = site.folders[folder]
    close = _close_match(name, names)
    return Miss(folder, name, names, _complete_path(site, f"{folder}{close}", after) if close else None)


def _close_match(name: str, names: tuple[str, ...]) -> str | None:
    if len(name) * sum(map(len, names)) > SIMILARITY_LIMIT:
        return None
    by_name = {entry.rstrip("/"): entry for entry in names}
    close = get_close_matches(name, by_name, n=1)
    return by_name[close[0]] if close else None


def _complete_path(site: Tree, start: str, after: str) -> str | None:
    """Return the existing path that begins with `start` and is most similar to `after`; None where there is none."""
    path = f"{start}{after}"
    if path in site.resources:
        return path
    further = find_miss(site, path).suggestion if after and start in site.folders else None
    return further or (start if start in site.resources else None)
