"""`release` tells git to leave frozen bytes alone, once, and keeps what a team has written."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.new_root import ATTRIBUTES_FILE, with_attributes
from arrakis_schema.store.store import Store
from arrakis_schema.store.verification import verify

PROJECT = Path(__file__).parent.parent.parent
OURS = "# A release never changes, nor do its line endings: its sha256 is in versions/lock.json.\nversions/** -text\nschemas/** -text\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, OURS),
        ("", OURS),
        ("*.png binary\n", f"*.png binary\n{OURS}"),
        ("* text=auto eol=crlf", f"* text=auto eol=crlf\n{OURS}"),
        (OURS, None),
        (f"* text=auto\n{OURS}*.png binary\n", None),
        ("versions/**   -text\nschemas/** -text\r\n", None),
        (f"{OURS}* text=auto\n", f"{OURS}* text=auto\n{OURS}"),
        ("versions/** -text\n", "versions/** -text\n" + OURS.replace("versions/** -text\n", "")),
    ],
)
def test_the_lines_are_added_once_and_count(before: str | None, after: str | None, tmp_path: Path) -> None:
    if before is not None:
        (tmp_path / ATTRIBUTES_FILE).write_bytes(before.encode())
    assert with_attributes(tmp_path) == (None if after is None else after.encode())
    if after is not None:
        (tmp_path / ATTRIBUTES_FILE).write_text(after)
        assert with_attributes(tmp_path) is None


def test_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ATTRIBUTES_FILE).symlink_to("elsewhere")
    assert with_attributes(tmp_path) is None


@pytest.mark.parametrize("attributes", ["", "* text=auto eol=crlf\n", "*.json text\n*.txt crlf\n"])
def test_a_clone_with_other_line_ends_verifies(attributes: str, tmp_path: Path) -> None:
    """The release has lines that end in CR LF, too: neither committing nor cloning may change them."""
    root = tmp_path / "top/weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    (root / "schemas/notes.md").write_bytes(b"one\r\ntwo\n")
    example = root / "schemas/endpoints/forecast/examples/three-days.json"
    example.write_bytes(example.read_bytes().replace(b"\n", b"\r\n"))
    if attributes:
        (root / ".gitattributes").write_text(attributes)
    freeze(root)
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=true"]
    for command in (
        ["init", "--quiet", str(root.parent)],
        ["-C", str(root.parent), "add", "--all"],
        ["-C", str(root.parent), *identity, "commit", "--quiet", "-m", "x"],
        ["clone", "--quiet", "-c", "core.autocrlf=true", str(root.parent), str(tmp_path / "clone")],
    ):
        subprocess.run(["git", "-c", "core.autocrlf=true", *command], check=True, env=env, capture_output=True)
    assert verify(Store(tmp_path / "clone/weather")) == []
    for path in (path.relative_to(root) for path in (root / "schemas").rglob("*") if path.is_file()):
        assert (tmp_path / "clone/weather" / path).read_bytes() == (root / path).read_bytes()


def test_this_repository_has_the_lines() -> None:
    assert with_attributes(PROJECT) is None
