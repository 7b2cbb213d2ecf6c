"""Read the plain files of a commit from the git repository around a root folder.

git fetches, filters and executes nothing: it reads only objects, and ignores replacements, grafts, and configured
hooks, filters and file monitors.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from arrakis_schema.errors import ArrakisSchemaError

_SECONDS = 120
_CONFIG = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never")
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
_WHAT_IS_KNOWN = "the digests prove the files against versions/lock.json, but not the lock against history"
GIT = "git:"
_LARGEST = 16 * 1024 * 1024
_KINDS = {"100": "", "120": "a symbolic link, which is never followed", "160": "a submodule"}
_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTED = "a pointer of Git LFS, and its content is not in the repository"
_COMPLETE = "run `git fetch --refetch --no-filter origin`"


class BaseError(ArrakisSchemaError):
    """There is nothing of this name to compare with."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository with the root folder in its working tree; `places` are the variables that locate it."""

    root: Path
    places: Mapping[str, str]

    def run(self, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """Run git in the root folder and return how it ended; raises `BaseError` where there is no git."""
        settings = [part for setting in _CONFIG for part in ("-c", setting)]
        command = ["git", "--no-pager", *settings, "-C", str(self.root), *arguments]
        inherited = {name: value for name, value in os.environ.items() if name not in _PLACES}
        try:
            return subprocess.run(  # noqa: S603 - git; no argument of ours begins with what was given
                command,
                input=stdin,
                capture_output=True,
                env={**inherited, **_SAFE, **self.places},
                timeout=_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise BaseError(f"git is not installed, so no commit can be read: {_WHAT_IS_KNOWN}") from error
        except subprocess.TimeoutExpired as error:
            raise BaseError(f"git {arguments[0]} did not finish within {_SECONDS} seconds") from error
        except OSError as error:
            raise BaseError(f"git cannot be run: {error.strerror}") from error

    def prints_true(self, *arguments: str) -> bool:
        """Return whether git prints `true`."""
        return self.run(*arguments).stdout.strip() == b"true"


def open_repository(root: Path) -> Repository:
    """Return the repository around the root folder, or else the one that `GIT_DIR` names; raises `BaseError`.

    A hook of git sets `GIT_DIR` for its own repository, which need not be that of the root folder.
    """
    repository = Repository(root, {})
    answer = repository.run("rev-parse", "--is-inside-work-tree")
    if answer.stdout.strip() == b"true":
        return repository
    if b"safe.directory" in answer.stderr:
        remedy = f"run `git config --global --add safe.directory {_safe_directory(answer.stderr) or root.resolve()}`"
        raise BaseError(f"git refuses to read a repository of another user: {remedy}")
    if "GIT_DIR" in os.environ:
        tree = Path(os.environ.get("GIT_WORK_TREE", ".")).resolve()
        named = Repository(root, {"GIT_DIR": str(Path(os.environ["GIT_DIR"]).resolve()), "GIT_WORK_TREE": str(tree)})
        if named.prints_true("rev-parse", "--is-inside-work-tree"):
            return named
    raise BaseError(f"{root} is not in a git working tree: {_WHAT_IS_KNOWN}")


def _safe_directory(advice: bytes) -> str:
    """Return the folder that git names in its advice."""
    match = re.search(rb"safe\.directory (.+)", advice)
    return match[1].decode("utf-8", "replace").strip() if match else ""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a commit's tree: the mode that git keeps (`100644`) and the name of the object."""

    mode: str
    object: str

    @property
    def problem(self) -> str:
        """What it is instead of a plain file, or nothing."""
        return _KINDS.get(self.mode[:3], f"an entry of the mode {self.mode}")


@dataclass(frozen=True, slots=True)
class Commit:
    r"""One commit under the name by which it was requested; `entries` are those below `schemas/` and `versions/`.

    Their paths begin at the root folder; a byte that is not UTF-8 is written `\xe9`.
    """

    repository: Repository
    name: str
    entries: Mapping[str, TreeEntry]

    def under(self, folder: str) -> list[str]:
        """Return the paths in a folder, in order."""
        return sorted(path for path in self.entries if path.startswith(f"{folder}/"))

    def read(self, paths: Iterable[str]) -> "Contents":
        """Return the content of the plain files among these; raises `BaseError` where this clone lacks it."""
        problems = {path: self.entries[path].problem for path in paths}
        objects = {path: self.entries[path].object for path, problem in problems.items() if not problem}
        contents = self._contents(set(objects.values()))
        files = {path: contents[name] for path, name in objects.items()}
        pointers = {path for path, content in files.items() if content.startswith(_POINTER)}
        unread = {path: problem for path, problem in problems.items() if problem} | dict.fromkeys(pointers, _POINTED)
        return Contents({path: content for path, content in files.items() if path not in pointers}, unread)

    def file(self, path: str) -> bytes | None:
        """Return the content of one file, None where there is none; raises `BaseError` where it is not a plain file."""
        if path not in self.entries:
            return None
        contents = self.read([path])
        if path in contents.unread:
            raise BaseError(f"{path} of {self.name} is {contents.unread[path]}: choose another base")
        return contents.files[path]

    def _contents(self, objects: set[str]) -> dict[str, bytes]:
        """Return the content of each object by its name."""
        if not objects:
            return {}
        lines = "".join(f"{name}\n" for name in sorted(objects)).encode()
        sizes = re.findall(rb"^[0-9a-f]+ blob (\d+)$", self._query_objects("--batch-check", lines), re.MULTILINE)
        if len(sizes) < len(objects):
            raise BaseError(f"this clone is incomplete and lacks parts of {self.name}: {_COMPLETE}")
        if max(map(int, sizes)) > _LARGEST:
            raise BaseError(f"{self.name} has a file of more than {_LARGEST // 1024 // 1024} MiB: that is not a schema")
        return dict(_split_objects(self._query_objects("--batch", lines)))

    def _query_objects(self, form: str, lines: bytes) -> bytes:
        """Return what `git cat-file` prints about objects; `lines` has one name a line."""
        return self.repository.run("cat-file", form, stdin=lines).stdout


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of files by path; for those that were not read, what they are instead."""

    files: Mapping[str, bytes]
    unread: Mapping[str, str]


def _split_objects(printed: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each object that `git cat-file --batch` printed."""
    start = 0
    while start < len(printed):
        end = printed.index(b"\n", start)
        name, _, size = printed[start:end].decode().split(" ")
        start = end + 1 + int(size) + 1
        yield name, printed[end + 1 : start - 1]


def open_commit(root: Path, name: str) -> Commit:
    """Return a commit of the repository around `root`, by any name that git knows.

    Raises `BaseError`, which says what to fetch, where the name is unknown in this clone.
    """
    label = f"{GIT}{name}"
    if not name or name.startswith("-") or not name.isprintable():
        raise BaseError(f"{label!a} is not a commit: write git:origin/main, or a tag or hash")
    repository = open_repository(root)
    commit = _resolve(repository, f"{_resolve(repository, name)}^{{commit}}")
    if not commit:
        raise BaseError(f"{label} is not a commit of this clone: {_remedy(repository, name)}")
    listed = repository.run("ls-tree", "-r", "-z", commit, "--", "schemas", "versions")
    if listed.returncode:
        raise BaseError(f"this clone is incomplete and lacks parts of {label}: {_COMPLETE}")
    entries = dict(_entries(listed.stdout))
    for folder in ("schemas", "versions"):
        if folder in entries:
            what = entries[folder].problem or "a file"
            raise BaseError(f"{folder} of {label} is {what}, not a folder: choose another base")
    return Commit(repository, label, entries)


def entries_of(repository: Repository, tree: str) -> Mapping[str, TreeEntry] | None:
    """Return the entries below a tree, such as `HEAD:schemas`, with paths relative to it; None where there is none."""
    listed = repository.run("ls-tree", "-r", "-z", "--full-tree", tree)
    return None if listed.returncode else dict(_entries(listed.stdout))


def _resolve(repository: Repository, name: str) -> str:
    """Return the hash that a name stands for, empty if there is none."""
    printed = repository.run("rev-parse", "--verify", "--quiet", "--end-of-options", name).stdout.strip()
    return printed.decode() if re.fullmatch(rb"[0-9a-f]+", printed) else ""


def _entries(listed: bytes) -> Iterator[tuple[str, TreeEntry]]:
    """Yield path and entry of each line of `git ls-tree -z`."""
    for line in filter(None, listed.split(b"\0")):
        described, _, path = line.partition(b"\t")
        mode, _, name = described.decode().split(" ")
        yield path.decode("utf-8", "backslashreplace"), TreeEntry(mode, name)


def _remedy(repository: Repository, name: str) -> str:
    """Say what to fetch, so that a name stands for a commit."""
    remotes = repository.run("remote").stdout.decode("utf-8", "replace").split()
    remote, _, branch = name.partition("/")
    plain = re.fullmatch(r"[\w./-]+", name, re.ASCII) is not None
    if plain and branch and remote in remotes:
        return f"run `git fetch --depth=1 {remote} +refs/heads/{branch}:refs/remotes/{name}`"
    if not remotes:
        return "write a branch, a tag or a hash that `git log` knows"
    origin = "origin" if "origin" in remotes else remotes[0]
    if plain and name != "HEAD":
        return f"run `git fetch --depth=1 {origin} {name}` and compare with git:FETCH_HEAD"
    shallow = repository.prints_true("rev-parse", "--is-shallow-repository")
    return f"run `git fetch {'--unshallow ' if shallow else ''}{origin}`"
