"""Every kind of source is edited while `serve` runs: what is served is what a fresh build makes of the same files."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.site import fingerprint

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "arrakis_schema.cli"]
EXAMPLE = "schemas/endpoints/forecast/examples/three-days.json"


@dataclass
class Served:
    """A root folder, and the server that shows it."""

    root: Path
    process: "subprocess.Popen[str]"
    url: str

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:  # noqa: S310 - our own server
            content: bytes = answer.read()
            return content

    def edit(self, path: str, old: str, new: str) -> str:
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new, 1))
        return self.told()

    def told(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def endpoint(self) -> Any:
        return json.loads(self.get("next/forecast/index.json"))


@pytest.fixture
def served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Served]:
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    assert main(["release", "--root", str(root)]) == 0
    capsys.readouterr()
    registry = root / "schemas/registry.toml"
    registry.write_text(registry.read_text().replace("1.1.0", "1.2.0"))
    (root / "docs").mkdir()
    (root / "docs/index.md").write_text("# Weather\n")
    (root / "versions/corrections.toml").write_text("")
    command = [*COMMAND, "serve", "--root", str(root), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        served = Served(root, process, "")
        served.url = served.told().split()[-1]
        yield served
        process.terminate()


CORRECTION = (PROJECT / "tests/fixtures/correction.toml").read_text()


EXCEPTION = """
[[exception]]
rule = "maximum-decreased"
location = "endpoints/forecast"
reason = "Meant."
until = "2.0.0"
"""


@pytest.mark.parametrize(
    "path",
    [
        "schemas/registry.toml",
        "schemas/exceptions.toml",
        "schemas/endpoints/forecast/schema.txt",
        "schemas/endpoints/forecast/examples/one.json",
        "versions/corrections.toml",
        "versions/dates.toml",
        "docs/guide.md",
        "mkdocs.yml",
    ],
)
def test_a_source_that_changes_changes_the_fingerprint(path: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    seen = [fingerprint(tmp_path)]
    for change in (lambda: file.write_text("a"), lambda: file.write_text("b"), lambda: os.utime(file, (0, 0))):
        change()
        seen.append(fingerprint(tmp_path))
        time.sleep(0.01)
    file.unlink()
    assert len(set(seen)) == 4
    assert fingerprint(tmp_path) == seen[0]


def test_the_folder_that_mkdocs_yml_names_is_a_source(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text('site_name: x\ndocs_dir: "pages/en"\n')
    (tmp_path / "pages/en").mkdir(parents=True)
    before = fingerprint(tmp_path)
    (tmp_path / "pages/en/index.md").write_text("# Page\n")
    assert fingerprint(tmp_path) != before


def test_each_kind_of_source_is_seen_when_it_is_edited(served: Served, tmp_path: Path) -> None:
    before = served.endpoint()
    built = "rebuilt: "

    assert served.edit("schemas/endpoints/forecast/descriptor.json", '"maximum": 14', '"maximum": 2').startswith(built)
    assert '"maximum": 2' in served.get("versions/next/endpoints/forecast/descriptor.json").decode()
    stricter = served.endpoint()
    assert stricter != before  # the example that asks for three days, and the verdict on the old client

    assert served.edit(EXAMPLE, ": 3", ": 1").startswith(built)
    assert served.endpoint() != stricter

    (served.root / "versions/corrections.toml").write_text(CORRECTION)
    (served.root / "versions/dates.toml").write_text('"1.1.0" = 2001-02-03T04:05:06Z\n')
    (served.root / "schemas/exceptions.toml").write_text(EXCEPTION)
    (served.root / "docs/index.md").write_text("# Weather of today\n")
    assert served.edit("schemas/registry.toml", "1.2.0", "2.0.0").startswith(built)
    assert b"Known to be wrong since just now." in served.get("endpoints/forecast/")
    assert b"2001-02-03" in served.get("releases/index.json")
    assert b"Weather of today" in served.get("")
    assert json.loads(served.get("versions/index.json"))["aliases"]["next"] == "2.0.0"

    fresh = tmp_path / "fresh"
    subprocess.run([*COMMAND, "build", str(fresh), "--root", str(served.root)], check=True, cwd=PROJECT)
    files = [path for path in sorted(fresh.rglob("*")) if path.is_file()]
    assert len(files) > 50
    for path in files:
        assert served.get(path.relative_to(fresh).as_posix()) == path.read_bytes(), path


def test_the_first_build_that_fails_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    command = [*COMMAND, "serve", "--root", str(tmp_path), "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith(f"arrakis-schema: {tmp_path}/schemas/registry.toml: No such file or directory")
