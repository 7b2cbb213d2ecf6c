"""`schemas/registry.toml`: the settings of the whole set of documents."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.dialects import Aliases, alias_problems, read_aliases
from arrakis_schema.store.files import read_plain
from arrakis_schema.store.flight_settings import Flight, read_flight
from arrakis_schema.store.kafka_settings import Topics, read_topics, topic_problems
from arrakis_schema.store.layout import STANDARD, Layout
from arrakis_schema.store.layout_settings import layout_problems, read_layout
from arrakis_schema.store.lint_settings import LintSetting, lint_problems, read_lint
from arrakis_schema.store.reader_settings import Reader, read_readers, reader_problems
from arrakis_schema.store.toml_files import parse_toml
from arrakis_schema.store.versions import is_release
from arrakis_schema.text.short_repr import short_repr

REGISTRY_FILE = "schemas/registry.toml"
SITE_KEYS = ("source", "licence", "contact", "image")
_DEFAULT = {"version": "0.1.0", "title": "Weather API", "base_url": "https://example.org/schemas/"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The declared version of the working set, the title for people, the URL that every `$id` begins with, the readers.

    `readers` holds a `Reader` for each of `request`, `payload` and `publication` that the file has;
    `flight` is how requests travel, `topics` which topics of Kafka hold which document, `aliases` which
    dialect a meta-schema of the team's own stands for, `layout` where the documents lie, `site` the URLs that the pages
    show: `source`, `licence`, `contact`, and `image`, a picture for links to the site; `lint` are severities of rules,
    `annotations` the names of keywords that the team uses as annotations.
    """

    version: str
    title: str
    base_url: str
    readers: Mapping[str, Reader] = field(default_factory=dict)
    flight: Flight = field(default_factory=Flight)
    topics: tuple[Topics, ...] = ()
    aliases: Aliases = ()
    layout: Layout = STANDARD
    site: Mapping[str, str] = field(default_factory=dict)
    lint: tuple[LintSetting, ...] = ()
    annotations: frozenset[str] = frozenset()

    __repr__ = short_repr

    def reader(self, kind: str) -> Reader:
        """Return how documents of a kind are read; an envelope has the reader of requests."""
        return self.readers.get("request" if kind == "envelope" else kind, Reader())

    def url(self, release: str, path: str) -> str:
        """Return the URL of a document of a release: its `$id`."""
        return f"{self.base_url}versions/{release}/{path}"


def read_settings(root: str) -> Settings:
    """Read the settings of the folder `root`; raises `DamagedStoreError` that names file and key."""
    path = Path(root, REGISTRY_FILE)
    try:
        content = read_plain(root, REGISTRY_FILE)
    except OSError as error:
        remedy = "expected a folder with schemas/ and versions/: see --root"
        raise DamagedStoreError([f"{path}: {error.strerror} ({remedy})"]) from error
    return _settings(parse_toml(content, REGISTRY_FILE))


def _settings(table: dict[str, object]) -> Settings:
    """Check each key; raises `DamagedStoreError` with all problems at once."""
    problems = [
        f'{REGISTRY_FILE}: {key} is missing or not text, as in {key} = "{example}"'
        for key, example in _DEFAULT.items()
        if not isinstance(table.get(key), str)
    ]
    keys = {*_DEFAULT, "annotations", "dialects", "documents", "readers", "flight", "topics", "site", "lint"}
    problems += [f"{REGISTRY_FILE}: unknown key {key!r}" for key in table.keys() - keys]
    readers, topics, dialects = table.get("readers", {}), table.get("topics", []), table.get("dialects", {})
    documents, (flight, about_flight) = table.get("documents", []), read_flight(table.get("flight", {}))
    others = [*alias_problems(dialects), *layout_problems(documents), *topic_problems(topics), *about_flight]
    lint: Any = table.get("lint", [])
    others += [*_site_problems(table.get("site", {})), *lint_problems(lint)]
    annotations: Any = table.get("annotations", [])
    others += _annotation_problems(annotations)
    problems += [f"{REGISTRY_FILE}: {problem}" for problem in (*reader_problems(readers), *others)]
    version, base_url = table.get("version"), table.get("base_url")
    if isinstance(version, str) and not is_release(version):
        problems.append(f"{REGISTRY_FILE}: version = {version!r} is not a semantic version")
    if isinstance(base_url, str) and not (base_url.startswith(("https://", "http://")) and base_url.endswith("/")):
        problems.append(f"{REGISTRY_FILE}: base_url = {base_url!r} is not an http(s) URL that ends with a slash")
    if problems:
        raise DamagedStoreError(problems)
    places = str(version), str(table["title"]), str(base_url)
    travels = flight, read_topics(topics)
    site: Any = table.get("site", {})
    lies = read_aliases(dialects), read_layout(documents)
    return Settings(*places, read_readers(readers), *travels, *lies, site, read_lint(lint), frozenset(annotations))


def _annotation_problems(names: Any) -> Iterator[str]:
    """Yield what is wrong with the list `annotations`."""
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        yield 'annotations is a list of keywords, as in annotations = ["meta:enum"]'


def _site_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the table `site`."""
    example = '[site] source = "https://example.org/repository"'
    if not isinstance(table, dict):
        yield f"site is a table of URLs, as in {example}"
        return
    for key, url in table.items():
        if key not in SITE_KEYS:
            yield f"unknown key site.{key}: expected one of {', '.join(SITE_KEYS)}"
        elif not isinstance(url, str) or not url.startswith(("https://", "http://", "mailto:")):
            yield f"site.{key} is not a URL that begins with https:// or mailto:, as in {example}"
