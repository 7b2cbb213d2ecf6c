"""Read versions of a team's schemas from folders and from the tags of a git repository. Nothing is written."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from posixpath import splitext

from arrakis_schema.errors import DamagedStoreError, ReleaseError
from arrakis_schema.store.files import FILE, FOLDER, NOT_PLAIN, list_folder, read_file, scan_folder
from arrakis_schema.store.git import BaseError, Commit, Repository, entries_of, open_repository
from arrakis_schema.store.inventory import NOTE, PROGRAMS, explain_language
from arrakis_schema.store.layout import FORMATS
from arrakis_schema.store.versions import is_release
from arrakis_schema.text.short_repr import short_repr

_MOST_FILES = 20_000
_READ = {*FORMATS, *PROGRAMS, NOTE}
_UNNAMED = "is not named after a version"
_NUMBERS = re.compile(r"(\d+)(?:[._]+(\d+))?(?:[._]+(\d+))?(-.+)?", re.ASCII)
_VERSION_BEGUN = re.compile(r"v?(?:\d[\d._]*)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a team's schemas: its files by path, when it was published, and what was not read, with why."""

    name: str
    contents: Mapping[str, bytes]
    moment: datetime | None = None
    unread: Mapping[str, str] = field(default_factory=dict)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag of a git repository: its name, its commit and when it was made."""

    name: str
    commit: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class SourceVersions:
    """The versions of a source, and what else was found there, with the reason why it is not a version."""

    versions: tuple[Version, ...]
    others: Mapping[str, str] = field(default_factory=dict)


def read_version(folder: Path, name: str) -> Version:
    """Read one version from a folder; raises `ReleaseError` and `DamagedStoreError`."""
    contents, unread = dict[str, bytes](), dict[str, str]()
    for path, kind in _visible(folder):
        if kind in NOT_PLAIN:
            unread[path] = NOT_PLAIN[kind]
        elif kind == FILE and splitext(path)[1] not in _READ:
            unread[path] = explain_language(path)
        elif kind == FILE:
            try:
                contents[path] = read_file(str(folder), path)
            except DamagedStoreError as error:
                unread[path] = str(error).removeprefix(f"{path} ")
    return Version(name, contents, None, unread)


def _visible(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and the kind of everything below a folder that is not hidden; raises `ReleaseError`."""
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is not a folder")
    number = 0
    for path, kind in scan_folder(str(folder), "."):
        if any(part.startswith(".") for part in path.split("/")):
            continue
        number += 1
        if number > _MOST_FILES:
            raise ReleaseError(f"{folder} holds more than {_MOST_FILES:,} files: name the folder of the schemas alone")
        yield path, kind


def read_versions(folder: Path) -> SourceVersions:
    """Read the versions in those folders of a folder that are named after a version, with `v` before it or not."""
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is not a folder")
    listed = list_folder(str(folder.parent), folder.name) if folder.name else list_folder(str(folder), ".")
    entries = {entry: kind for entry, kind in listed if not entry.startswith(".")}
    chosen, others = _choose({entry: entry for entry, kind in entries.items() if kind == FOLDER})
    others |= dict.fromkeys((entry for entry, kind in entries.items() if kind != FOLDER), _UNNAMED)
    if not chosen:
        remedy = "--as VERSION imports the folder itself as one version"
        raise ReleaseError(f"{folder} has no folder named after a version, such as v1.0.0 ({remedy})")
    return SourceVersions(tuple(read_version(folder / entry, name) for name, entry in chosen.items()), others)


def version_named(name: str) -> str:
    """Return the version in the name of a folder or a tag, with `v` before it or not; empty if it names none.

    `v2.1` is 2.1.0, and `1__1__5` is 1.1.5.
    """
    plain = name.removeprefix("v")
    if is_release(plain):
        return plain
    match = _NUMBERS.fullmatch(plain)
    version = f"{match[1]}.{match[2] or 0}.{match[3] or 0}{match[4] or ''}" if match else ""
    return version if is_release(version) else ""


def _choose(contents: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the name of each version, and why other names are left out; `contents` tells which names are the same.

    The name with the most numbers is chosen. One with fewer often moves along with the newest version, as `v2` does.
    """
    chosen, others, known = dict[str, str](), dict[str, str](), dict[str, str]()
    for name in sorted(contents, key=lambda name: (-len(re.findall(r"\d+", name)), name)):
        version, short = version_named(name), name.removeprefix("v") != version_named(name)
        if not version:
            others[name] = _UNNAMED
        elif short and contents[name] in known:
            others[name] = f"is the same as {known[contents[name]]}"
        elif version in chosen:
            others[name] = f"is version {version} again, like {chosen[version]}"
        else:
            chosen[version] = known[contents[name]] = name
    return chosen, others


def read_tags(folder: Path, pattern: str, subfolder: str = "", version: str | None = None) -> SourceVersions:
    """Read the versions that the tags of a git repository name; raises `BaseError` and `ReleaseError`.

    The version is the tag without the prefix that the pattern has, and without `v`; or the pattern selects a single
    tag, and `version` says which version that is. The moment is that of the tag, or of its commit.
    """
    repository = _open(folder)
    prefix = repository.run("rev-parse", "--show-prefix").stdout.decode("utf-8", "replace").strip()
    below = f"{prefix}{subfolder}".strip("/")
    tags = {tag.name: tag for tag in _tags(repository) if fnmatchcase(tag.name, pattern)}
    chosen, others = _versions_of(tags, pattern) if version is None else ({version: _only(tags, pattern)}, {})
    versions = list[Version]()
    for name, tag in chosen.items():
        if (entries := entries_of(repository, f"{tags[tag].commit}:{below}")) is None:
            others[tag] = f"is a tag without a folder {below}"
        else:
            versions.append(_version_of(Commit(repository, f"the tag {tag}", entries), name, tags[tag].moment))
    if not versions:
        reasons = next((f": {tag} {reason}" for tag, reason in others.items()), "")
        remedy = "--tags TAG --as VERSION imports one tag as a version"
        raise BaseError(f"{folder} has no tags of versions like {pattern!r}{reasons} ({remedy})")
    return SourceVersions(tuple(versions), others)


def _versions_of(tags: Mapping[str, _Tag], pattern: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the tag of each version, and why other tags are left out."""
    head = _VERSION_BEGUN.sub("", re.split(r"[*?\[]", pattern, maxsplit=1)[0])
    chosen, others = _choose({name.removeprefix(head): tag.commit for name, tag in tags.items()})
    return {version: head + name for version, name in chosen.items()}, {
        head + name: reason for name, reason in others.items()
    }


def _only(tags: Mapping[str, _Tag], pattern: str) -> str:
    """Return the only one of some tags; raises `ReleaseError`."""
    if len(tags) != 1:
        count = f"{len(tags)} tags" if tags else "no tag"
        raise ReleaseError(f"--as sets the version of one tag: --tags {pattern!r} selects {count}")
    return next(iter(tags))


def _open(folder: Path) -> Repository:
    """Return the repository around a folder, or a bare one in it."""
    try:
        return open_repository(folder)
    except BaseError:
        bare = Repository(folder, {})
        if bare.prints_true("rev-parse", "--is-bare-repository"):
            return bare
        raise


def _tags(repository: Repository) -> Iterator[_Tag]:
    """Yield each tag."""
    form = "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)"
    listed = repository.run("for-each-ref", f"--format={form}", "refs/tags").stdout.decode("utf-8", "replace")
    for line in listed.splitlines():
        tag, object_name, commit, seconds = line.split("\0")
        if seconds.isdecimal():
            yield _Tag(tag, commit or object_name, datetime.fromtimestamp(int(seconds), UTC))


def _version_of(commit: Commit, name: str, moment: datetime) -> Version:
    """Read the files of one version."""
    visible = [path for path in commit.entries if not any(part.startswith(".") for part in path.split("/"))]
    unread = {path: explain_language(path) for path in visible if splitext(path)[1] not in _READ}
    contents = commit.read(path for path in visible if path not in unread)
    return Version(name, contents.files, moment, unread | dict(contents.unread))
