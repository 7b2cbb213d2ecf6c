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
from arrakis_schema.store.git.commits import Commit, entries_of
from arrakis_schema.store.git.repository import BaseError, Repository, open_repository
from arrakis_schema.store.importing import Version
from arrakis_schema.store.inventory import NOTE, PROGRAMS, explain_language
from arrakis_schema.store.layout import FORMATS
from arrakis_schema.store.versions import is_release

_MOST_FILES = 20_000
_READ = {*FORMATS, *PROGRAMS, NOTE}


@dataclass(frozen=True, slots=True)
class Found:
    """The versions of a source, and what looks like one but is none, with the reason."""

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


def read_versions(folder: Path) -> Found:
    """Read the versions in the folders of a folder that are named by semantic versions, with `v` before it or not."""
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is not a folder")
    versions, others = list[Version](), dict[str, str]()
    for entry, kind in list_folder(str(folder.parent), folder.name) if folder.name else list_folder(str(folder), "."):
        name = entry.removeprefix("v")
        if kind == FOLDER and is_release(name):
            versions.append(read_version(folder / entry, name))
        elif not entry.startswith("."):
            others[entry] = "is not a folder named by a semantic version"
    if not versions:
        remedy = "--as VERSION imports the folder itself as one version"
        raise ReleaseError(f"{folder} has no folder named by a semantic version, such as v1.0.0 ({remedy})")
    return Found(tuple(versions), others)


def read_tags(folder: Path, pattern: str, subfolder: str = "") -> Found:
    """Read the versions that the tags of a git repository name; raises `BaseError`.

    The version is the tag without what stands before the first wildcard of the pattern, and without `v`. The moment
    is that of the tag, or of its commit.
    """
    repository = _open(folder)
    prefix = repository.run("rev-parse", "--show-prefix").stdout.decode("utf-8", "replace").strip()
    below = f"{prefix}{subfolder}".strip("/")
    head, versions, others = re.split(r"[*?\[]", pattern, maxsplit=1)[0], list[Version](), dict[str, str]()
    for tag, commit, moment in _tags(repository):
        name = tag.removeprefix(head).removeprefix("v")
        if not fnmatchcase(tag, pattern):
            continue
        if not is_release(name):
            others[tag] = "is a tag of no semantic version"
        elif (entries := entries_of(repository, f"{commit}:{below}")) is None:
            others[tag] = f"is a tag without a folder {below}"
        else:
            versions.append(_version_of(Commit(repository, f"the tag {tag}", entries), name, moment))
    if not versions:
        reasons = next((f": {tag} {reason}" for tag, reason in others.items()), "")
        raise BaseError(f"{folder} has no tags of versions like {pattern!r}{reasons}")
    return Found(tuple(versions), others)


def _open(folder: Path) -> Repository:
    """Return the repository around a folder, or a bare one in it."""
    try:
        return open_repository(folder)
    except BaseError:
        bare = Repository(folder, {})
        if bare.prints_true("rev-parse", "--is-bare-repository"):
            return bare
        raise


def _tags(repository: Repository) -> Iterator[tuple[str, str, datetime]]:
    """Yield the name, the commit and the moment of each tag."""
    form = "%(refname:strip=2)%00%(objectname)%00%(creatordate:unix)"
    listed = repository.run("for-each-ref", f"--format={form}", "refs/tags").stdout.decode("utf-8", "replace")
    for line in listed.splitlines():
        tag, commit, seconds = line.split("\0")
        if seconds.isdecimal():
            yield tag, commit, datetime.fromtimestamp(int(seconds), UTC)


def _version_of(commit: Commit, name: str, moment: datetime) -> Version:
    """Read the files of one version."""
    visible = [path for path in commit.entries if not any(part.startswith(".") for part in path.split("/"))]
    unread = {path: explain_language(path) for path in visible if splitext(path)[1] not in _READ}
    contents = commit.read(path for path in visible if path not in unread)
    return Version(name, contents.files, moment, unread | dict(contents.unread))
