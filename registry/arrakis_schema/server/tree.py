"""All URLs of the site, by path: what each answers with, and what each folder holds.

A lookup is a lookup in a dict: no path is ever resolved, so none can lead outside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from arrakis_schema.server.resources import Resource, resource
from arrakis_schema.site.representations import Representation

PAGE = "index.html"
NOT_FOUND = "/404.html"
COMPARED = 4_000
"""Characters of the names of a folder, times those of a name, that are compared for a close one: a 404 stays cheap."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The site: `resources` by URL path, `folders` (with their slash) to the names in them, folders with a slash.

    `missing` is the HTML of the site's page for what it lacks.
    """

    resources: Mapping[str, Resource]
    folders: Mapping[str, tuple[str, ...]]
    files: int
    missing: str = ""


def tree(representations: Iterable[Representation]) -> Tree:
    """Prepare the whole site; no two representations may have one path."""
    resources: dict[str, Resource] = {}
    files = 0
    for files, representation in enumerate(representations, start=1):  # noqa: B007
        path = f"/{representation.path}"
        if path in resources:
            raise ValueError(f"two files of the site have the path {representation.path}")
        resources[path] = resource(representation)
        if path.endswith(f"/{PAGE}"):
            resources[path.removesuffix(PAGE)] = resources[path]
    return Tree(resources, _folders(resources), files, _missing_page(resources))


def _missing_page(resources: Mapping[str, Resource]) -> str:
    """Return the site's own page for what it lacks; empty where it has none."""
    page = resources.get(NOT_FOUND)
    return "" if page is None else page.identity.ok.body.decode("utf-8", "replace")


def _folders(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = {"/": set()}
    for path in paths:
        folder = "/"
        *parents, name = path.split("/")[1:]
        for parent in parents:
            names[folder].add(f"{parent}/")
            folder += f"{parent}/"
            names.setdefault(folder, set())
        names[folder].add(name)
    return {folder: tuple(sorted(inside - {"", PAGE})) for folder, inside in names.items()}


@dataclass(frozen=True, slots=True)
class Miss:
    """How far a path leads: `folder` is the last that exists, `name` what it lacks, `suggestion` a path that exists."""

    folder: str
    name: str
    names: tuple[str, ...]
    suggestion: str | None


def miss(known: Tree, path: str) -> Miss:
    """Tell where this path, which the site lacks, stops existing."""
    folder, rest = "/", path.removeprefix("/")
    name, slash, after = rest.partition("/")
    while slash and f"{folder}{name}/" in known.folders:
        folder += f"{name}/"
        name, slash, after = after.partition("/")
    names = known.folders[folder]
    close = _close(name, names)
    return Miss(folder, name, names, _completed(known, f"{folder}{close}", after) if close else None)


def _close(name: str, names: tuple[str, ...]) -> str | None:
    if len(name) * sum(map(len, names)) > COMPARED:
        return None
    by_name = {each.rstrip("/"): each for each in names}
    close = get_close_matches(name, by_name, n=1)
    return by_name[close[0]] if close else None


def _completed(known: Tree, start: str, after: str) -> str | None:
    """Return the path that begins with `start` and ends as close to `after` as exists; None where that has no page."""
    whole = f"{start}{after}"
    if whole in known.resources:
        return whole
    further = miss(known, whole).suggestion if after and start in known.folders else None
    return further or (start if start in known.resources else None)
