"""A project with a release, kept in a repository of git."""

import os
import shutil
import subprocess
from pathlib import Path

from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent.parent
IDENTITY = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in {"NAME": "A", "EMAIL": "a@example.org", "DATE": "2026-01-01T00:00:00Z"}.items()
}
SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
# No process of git outlives the command: one in the background would hold the pipe that its output is read from.
OPTIONS = ["-c", "protocol.file.allow=always", "-c", "gc.auto=0", "-c", "maintenance.auto=false"]


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    command, env = ["git", *OPTIONS, *arguments], {**os.environ, **IDENTITY, **SETTINGS}
    done = subprocess.run(
        command, cwd=folder, env=env, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


def project(root: Path) -> Path:
    """Return the weather service with its release 1.1.0 frozen."""
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    freeze(root)
    return root


def commit(folder: Path, message: str = "a commit") -> str:
    """Commit everything, in a new repository if need be, and return the hash."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def declare(root: Path, version: str) -> None:
    """Declare the version of the working set."""
    for path in [*root.glob("schemas/endpoints/*/descriptor.json"), root / "schemas/registry.toml"]:
        path.write_text(path.read_text().replace(Store(root).settings.version, version))
