"""Run git in the repository around a root folder so that it fetches, filters and executes nothing.

Only objects are read: replacements, grafts, and configured hooks, filters and file monitors are ignored.
"""

import os
import re
import subprocess
from collections.abc import Mapping
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
            raise BaseError(f"git {arguments[0]} did not end within {_SECONDS} seconds") from error
        except OSError as error:
            raise BaseError(f"git cannot be run: {error.strerror}") from error

    def prints_true(self, *arguments: str) -> bool:
        """Tell whether git prints `true`."""
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
