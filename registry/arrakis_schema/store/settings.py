"""`schemas/registry.toml`: the settings of the whole set of documents, its readers and its severities of rules.

The sections about Flight, Kafka and the layout are in `flight_settings`, `kafka_settings` and `layout_settings`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.rules import FIXED, LINT
from arrakis_schema.store.dialects import Aliases, alias_problems, read_aliases
from arrakis_schema.store.files import read_plain
from arrakis_schema.store.flight_settings import Flight, flight_problems, read_flight
from arrakis_schema.store.kafka_settings import Topics, read_topics, topic_problems
from arrakis_schema.store.layout import STANDARD, Layout
from arrakis_schema.store.layout_settings import (
    glob_problem,
    layout_problems,
    list_problems,
    read_layout,
    translate_glob,
)
from arrakis_schema.store.parsing import parse_toml
from arrakis_schema.store.versions import is_release
from arrakis_schema.text.short_repr import short_repr

REGISTRY_FILE = "schemas/registry.toml"
SITE_KEYS = ("source", "licence", "contact", "image")
_DEFAULT = {"version": "0.1.0", "title": "Weather API", "base_url": "https://example.org/schemas/"}
READ_KINDS = ("request", "payload", "publication")
WAYS = ("ignored", "rejected")
COLUMNS = ("by-name", "exact")
PATTERNS = ("ecma", "python")
_READER_KEYS = {"unknown", "columns", "metadata", "patterns"}
OFF = "off"
_SEVERITIES = (*(severity.value for severity in Severity), OFF)
_LINT_KEYS = {"rule", "files", "severity", "reason"}
_LINT_EXAMPLE = '[[lint]] rule = "unit-missing" severity = "off" reason = "…"'


@dataclass(frozen=True, slots=True)
class Reader:
    """How the readers of one kind of document treat unknown members and columns.

    `unknown` is `ignored` or `rejected`, or one of these for each JSON Pointer into the message; `columns` is `by-name`
    or `exact`; `metadata` are the keys of Arrow metadata that they use; `patterns` is `ecma` or `python`, their
    dialect of regular expressions.
    """

    unknown: str | Mapping[str, str] = "ignored"
    columns: str = "by-name"
    metadata: tuple[str, ...] = ()
    patterns: str = "ecma"

    __repr__ = short_repr

    @property
    def rejects_columns(self) -> bool:
        """Whether unknown columns are rejected: a table of columns is one place, that of the whole message."""
        return (self.unknown if isinstance(self.unknown, str) else self.unknown.get("")) == "rejected"


@dataclass(frozen=True, slots=True)
class LintSetting:
    """One entry: the rule, the files below `schemas/` or a release (None: all), and its severity, `off` for none."""

    rule: str
    files: re.Pattern[str] | None
    severity: str

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Settings:
    """The declared version of the working set, the title for people, the URL that every `$id` begins with, and more.

    `readers` holds a `Reader` for each of `request`, `payload` and `publication` that the file has;
    `flight` is how requests travel, `topics` which topics of Kafka hold which document, `aliases` which
    dialect a meta-schema of the team's own stands for, `layout` where the documents are, `site` the URLs that the pages
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


def read_readers(table: Any) -> dict[str, Reader]:
    """Return the readers of a table without problems."""
    return {kind: Reader(**{**entry, "metadata": tuple(entry.get("metadata", ()))}) for kind, entry in table.items()}


def reader_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the table `readers`."""
    if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
        yield 'readers must be a table of tables, as in [readers.payload] unknown = "rejected"'
        return
    for kind, entry in table.items():
        if kind not in READ_KINDS:
            yield f"readers.{kind} is not one of {', '.join(READ_KINDS)}"
        yield from (f"unknown key readers.{kind}.{key}" for key in entry.keys() - _READER_KEYS)
        unknown = entry.get("unknown", "ignored")
        ways = unknown.values() if isinstance(unknown, dict) else [unknown]
        if any(way not in WAYS for way in ways):
            yield f'readers.{kind}.unknown must be "ignored" or "rejected", or one for each JSON Pointer'
        for pointer in unknown if isinstance(unknown, dict) else ():
            if pointer and not pointer.startswith("/"):
                yield f"readers.{kind}.unknown: {pointer!r} is not a JSON Pointer, such as '/args'"
        if entry.get("columns", "by-name") not in COLUMNS:
            yield f'readers.{kind}.columns must be "by-name" or "exact"'
        if entry.get("patterns", "ecma") not in PATTERNS:
            yield f'readers.{kind}.patterns must be "ecma" or "python"'
        metadata = entry.get("metadata", [])
        if not isinstance(metadata, list) or not all(isinstance(key, str) for key in metadata):
            yield f"readers.{kind}.metadata must be a list of keys"


def lint_problems(entries: Any) -> Iterator[str]:
    """Yield what is wrong with the list `lint` of `registry.toml`."""
    return list_problems("lint", entries, _LINT_KEYS, _LINT_EXAMPLE, _lint_problems)


def _lint_problems(entry: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with one entry."""
    files, reason = entry.get("files", "*"), entry.get("reason")
    yield from _rule_problems(entry.get("rule"))
    if entry.get("severity") not in _SEVERITIES:
        yield f"severity is {entry.get('severity')!r}: expected one of {', '.join(_SEVERITIES)}"
    if not isinstance(files, str):
        yield 'files is not text, as in files = "core/**/*.json"'
    elif problem := glob_problem(files):
        yield f"files = {files!r} {problem}"
    if not isinstance(reason, str) or not reason.strip():
        yield "reason is missing, empty or not text: give a reason for later readers"


def _rule_problems(rule: Any) -> Iterator[str]:
    """Yield what is wrong with the rule of an entry."""
    if not isinstance(rule, str):
        yield 'rule is missing or not text, as in rule = "unit-missing"'
    elif rule in FIXED:
        yield f"rule = {rule!r} is always an error: documents with this problem could not be read or published"
    elif rule not in LINT:
        near = get_close_matches(rule, LINT - FIXED, 1)
        hint = f"did you mean {near[0]}?" if near else "a finding of lint ends with its rule in brackets"
        yield f"rule = {rule!r} is not a rule of lint: {hint}"


def read_lint(entries: Iterable[dict[str, Any]]) -> tuple[LintSetting, ...]:
    """Return the settings of a list without problems."""
    return tuple(
        LintSetting(
            entry["rule"], re.compile(translate_glob(entry["files"])) if "files" in entry else None, entry["severity"]
        )
        for entry in entries
    )


def with_settings(findings: Iterable[Finding], settings: Sequence[LintSetting], folder: str) -> Iterator[Finding]:
    """Yield findings about files in `folder` with the severity of the first setting that is about each, if any."""
    for finding in findings:
        path = finding.file.removeprefix(f"{folder}/")
        setting = next((setting for setting in settings if _is_about(setting, finding.rule, path)), None)
        if setting is None:
            yield finding
        elif setting.severity != OFF:
            yield replace(finding, severity=Severity(setting.severity))


def _is_about(setting: LintSetting, rule: str, path: str) -> bool:
    """Return whether a setting is about a rule in a file."""
    return setting.rule == rule and (setting.files is None or setting.files.fullmatch(path) is not None)


def _annotation_problems(names: Any) -> Iterator[str]:
    """Yield what is wrong with the list `annotations`."""
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        yield 'annotations must be a list of keywords, as in annotations = ["meta:enum"]'


def _site_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the table `site`."""
    example = '[site] source = "https://example.org/repository"'
    if not isinstance(table, dict):
        yield f"site must be a table of URLs, as in {example}"
        return
    for key, url in table.items():
        if key not in SITE_KEYS:
            yield f"unknown key site.{key}: expected one of {', '.join(SITE_KEYS)}"
        elif not isinstance(url, str) or not url.startswith(("https://", "http://", "mailto:")):
            yield f"site.{key} is not a URL that begins with https:// or mailto:, as in {example}"


_SECTIONS: dict[str, tuple[Any, Callable[[Any], Iterable[str]], Callable[[Any], Any], str]] = {
    "readers": ({}, reader_problems, read_readers, "readers"),
    "dialects": ({}, alias_problems, read_aliases, "aliases"),
    "documents": ([], layout_problems, read_layout, "layout"),
    "topics": ([], topic_problems, read_topics, "topics"),
    "flight": ({}, flight_problems, read_flight, "flight"),
    "site": ({}, _site_problems, dict, "site"),
    "lint": ([], lint_problems, read_lint, "lint"),
    "annotations": ([], _annotation_problems, frozenset, "annotations"),
}
"""Each table and list: an empty one, what is wrong with one, how to read one, and where it is in `Settings`."""


def _settings(table: dict[str, Any]) -> Settings:
    """Check each key; raises `DamagedStoreError` with all problems at once."""
    values = {key: table.get(key, empty) for key, (empty, *_) in _SECTIONS.items()}
    problems = list(_text_problems(table))
    problems += [f"unknown key {key!r}" for key in sorted(table.keys() - _DEFAULT.keys() - _SECTIONS.keys())]
    problems += [problem for key, (_, problems_of, *_) in _SECTIONS.items() for problem in problems_of(values[key])]
    problems += _version_problems(table.get("version"), table.get("base_url"))
    if problems:
        raise DamagedStoreError([f"{REGISTRY_FILE}: {problem}" for problem in problems])
    sections = {name: read(values[key]) for key, (_, _, read, name) in _SECTIONS.items()}
    return Settings(**{key: table[key] for key in _DEFAULT}, **sections)


def _text_problems(table: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the texts that every file has."""
    for key, example in _DEFAULT.items():
        if not isinstance(table.get(key), str):
            yield f'{key} is missing or not text, as in {key} = "{example}"'


def _version_problems(version: Any, base_url: Any) -> Iterator[str]:
    """Yield what is wrong with the declared version and the base URL, where these are texts."""
    if isinstance(version, str) and not is_release(version):
        yield f"version = {version!r} is not a semantic version"
    if isinstance(base_url, str) and not (base_url.startswith(("https://", "http://")) and base_url.endswith("/")):
        yield f"base_url = {base_url!r} is not an http(s) URL that ends with a slash"
