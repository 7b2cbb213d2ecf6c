"""History that was made elsewhere is brought in unchanged, all of it or nothing."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import load_schema
from arrakis_schema.cli import main
from arrakis_schema.store.store import Store
from arrakis_schema.store.verification import verify
from arrakis_schema.store.versions import is_release

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(version: str, name: str, **keywords: Any) -> str:
    identifier = f"https://tides.example/v{version}/{name}"
    words = {"title": name, "description": f"What {name} says.", "type": "object"}
    return json.dumps({"$schema": DIALECT, "$id": identifier, **words, **keywords}, indent=2)


def files_of(version: str) -> dict[str, str]:
    time = {"time": {"type": "string", "description": "When it was."}}
    return {
        "core/time.schema.json": schema(version, "core/time.schema.json", properties=time),
        "north/gauge.schema.json": schema(
            version, "north/gauge.schema.json", allOf=[{"$ref": "../core/time.schema.json"}]
        ),
        "north/gauge.storm.example.json": '{"time": "2026-01-01"}\r\n',
        "north/lost.example.json": "{}",
        "diagram.svg": "<svg/>",
        "README.md": "# Tides",
    }


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


@pytest.fixture
def history(tmp_path: Path) -> Path:
    for version in ("1.0.0", "1.1.0", "1.10.0"):
        write(tmp_path / "tides" / f"v{version}", files_of(version))
    write(tmp_path / "tides", {"v1.0/x.json": "{}", "NOTES.md": "x"})
    return tmp_path / "tides"


def run(*arguments: object) -> int:
    return main(list(map(str, arguments)))


def test_a_folder_of_versions_becomes_the_releases(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    assert run("import", history, "--root", root) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [f"imported {name}: 2 documents and 1 other file" for name in ("1.0.0", "1.1.0", "1.10.0")]
    assert any("north/lost.example.json is an example of no document" in line for line in said)
    assert any("diagram.svg is written in no language" in line for line in said)
    assert any("v1.0 is not a folder named by a semantic version" in line for line in said)
    store = Store(root)
    assert store.releases == ("1.0.0", "1.1.0", "1.10.0")
    assert store.dates == {}
    assert verify(store) == []
    for version in store.releases:
        for path in store.release(version).files:
            assert (root / "versions" / version / path).read_bytes() == (history / f"v{version}" / path).read_bytes()
    assert sorted(store.release("1.0.0").files) == [
        "core/time.schema.json",
        "north/gauge.schema.json",
        "north/gauge.storm.example.json",
    ]
    assert store.layout.kind_of("core/time.schema.json").value == "shared"
    assert store.settings.version == "1.10.0"
    assert store.settings.title == "tides"
    assert load_schema("north/gauge", root=root)["$id"].startswith("https://tides.example/v1.10.0/")
    assert run("check", "--root", root) == 0


def test_versions_are_brought_in_one_by_one_and_the_working_set_follows(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    for version in ("1.0.0", "1.1.0"):
        assert run("import", history / f"v{version}", "--as", version, "--root", root) == 0
    store = Store(root)
    assert store.settings.version == "1.1.0"
    assert store.release(None).read("north/gauge.schema.json") == store.release("1.1.0").read("north/gauge.schema.json")
    gauge = root / "schemas/north/gauge.schema.json"
    gauge.write_text(gauge.read_text() + "\n")  # somebody works on the next release
    assert run("import", history / "v1.10.0", "--as", "v1.10.0", "--root", root) == 0
    assert Store(root).settings.version == "1.1.0"
    assert run("verify", "--root", root) == 0
    assert run("import", history / "v1.1.0", "--as", "1.1.0", "--root", root) == 2
    assert "release 1.1.0 exists and never changes" in capsys.readouterr().err


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_an_import_that_fails_leaves_nothing(
    failing: int, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, moved = tmp_path / "root", 0
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        nonlocal moved
        moved += is_release(Path(target).name)
        if moved == failing and is_release(Path(target).name):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    assert run("import", history, "--root", root) == 2
    assert not root.exists() or not any(path.is_file() and path.name != ".gitattributes" for path in root.rglob("*"))
    monkeypatch.undo()
    assert run("import", history, "--root", root) == 0
    assert verify(Store(root)) == []


def test_an_import_that_was_killed_is_completed_by_the_next_run(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    assert run("import", history / "v1.0.0", "--as", "1.0.0", "--root", root) == 0
    rename = Path.rename

    class KilledError(BaseException):
        pass

    def kill(self: Path, target: Path) -> Path:
        if Path(target).name == "1.10.0":
            raise KilledError
        return rename(self, target)

    (history / "v1.0.0").rename(tmp_path / "v1.0.0")
    monkeypatch.setattr(Path, "rename", kill)
    with pytest.raises(KilledError):
        run("import", history, "--root", root)
    monkeypatch.undo()
    (tmp_path / "v2").mkdir()
    assert run("import", write(tmp_path / "v2", files_of("2.0.0")), "--as", "2.0.0", "--root", root) == 0
    assert Store(root).releases == ("1.0.0", "1.1.0", "1.10.0", "2.0.0")
    assert verify(Store(root)) == []


def git(folder: Path, *arguments: str, moment: int = 0) -> None:
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b"}
    when = {"GIT_AUTHOR_DATE": f"{moment} +0000", "GIT_COMMITTER_DATE": f"{moment} +0000"}
    subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, env={**os.environ, **who, **when}
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    write(folder, {"README.md": "Before there were schemas."})
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "0", moment=1_500_000_000)
    git(folder, "tag", "v0.1.0")
    for number, version in enumerate(("1.0.0", "1.1.0")):
        write(folder / "schema", files_of(version))
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", version, moment=1_600_000_000 + number)
        git(folder, "tag", f"v{version}")
    git(folder, "tag", "vNext")
    git(folder, "tag", "other")
    return folder


def test_the_tags_of_a_repository_become_releases_with_their_dates(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    assert run("import", "--git", repository, "--tags", "v*", "--path", "schema", "--root", root) == 0
    said = capsys.readouterr().out
    assert "left out: vNext is a tag of no semantic version" in said
    assert "left out: v0.1.0 is a tag without a folder schema" in said
    store = Store(root)
    assert {release: int(moment.timestamp()) for release, moment in store.dates.items()} == {
        "1.0.0": 1_600_000_000,
        "1.1.0": 1_600_000_001,
    }
    assert verify(store) == []
    assert store.release("1.0.0").read("north/gauge.storm.example.json") == b'{"time": "2026-01-01"}\r\n'
    other = tmp_path / "other"
    assert run("import", "--git", repository / "schema", "--root", other) == 0
    assert Store(other).release("1.1.0").files == store.release("1.1.0").files


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{tmp}/none", "--as", "1.0.0"], "is not a folder"),
        (["{tmp}/none"], "is not a folder"),
        (["{tmp}/tides/v1.0.0"], "has no folder named by a semantic version"),
        (["{tmp}/tides/v1.0.0", "--as", "one"], "--as one is not a semantic version"),
        (["{tmp}/tides", "--path", "x"], "--path is a folder of the repository of --git"),
        (["{tmp}/tides/v1.0", "--as", "1.0.0"], "has no document"),
        (["--git", "{tmp}/tides"], "is in no working tree of git"),
    ],
)
def test_what_cannot_be_imported_is_explained(
    arguments: list[str], message: str, history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert history.exists()
    root = tmp_path / "root"
    assert run("import", *(argument.format(tmp=tmp_path) for argument in arguments), "--root", root) == 2
    assert message in capsys.readouterr().err
    assert not root.exists()


def test_a_folder_in_the_standard_layout_needs_no_layout(tmp_path: Path) -> None:
    files = {"endpoints/levels/descriptor.json": schema("1.0.0", "levels"), "publication/a.txt": "level: double\n"}
    assert run("import", write(tmp_path / "old", files), "--as", "1.0.0", "--root", tmp_path / "root") == 0
    store = Store(tmp_path / "root")
    assert not store.layout.declared
    assert store.release("1.0.0").documents == ("endpoints/levels/descriptor.json", "publication/a.txt")


def test_a_proposal_has_schemas_that_only_their_dialect_tells(tmp_path: Path) -> None:
    files = {
        "package.json": "{}",
        "src/order.json": schema("1.0.0", "order"),
        "src/item.json": schema("1.0.0", "item"),
        "src/examples/order.paid.json": "{}",
        "src/data/rows.json": "[1]",
    }
    assert run("import", write(tmp_path / "shop", files), "--as", "1.0.0", "--root", tmp_path / "root") == 0
    release = Store(tmp_path / "root").release("1.0.0")
    assert release.documents == ("src/item.json", "src/order.json")
    assert release.examples == {"src/examples/order.paid.json": "src/order.json"}


def test_later_versions_extend_the_layout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, first = tmp_path / "root", write(tmp_path / "a", files_of("1.0.0"))
    later = {
        **files_of("2.0.0"),
        "wind/speed.json": schema("2.0.0", "wind/speed.json"),
        "wind/table.yaml": "$schema: 7",
    }
    assert run("import", first, "--as", "1.0.0", "--root", root) == 0
    registry = (root / "schemas/registry.toml").read_text()
    assert "wind" not in registry
    capsys.readouterr()
    assert run("import", write(tmp_path / "b", later), "--as", "2.0.0", "--root", root) == 0
    said = capsys.readouterr().out
    assert "imported 2.0.0: 3 documents" in said
    assert "registry.toml has a new entry for schemas that had no place" in said
    assert "left out: wind/table.yaml is neither document nor example" in said
    extended = (root / "schemas/registry.toml").read_text()
    assert extended.startswith(registry.rstrip().replace("1.0.0", "2.0.0"))
    assert 'files = "**/*.json"' in extended or 'files = "wind/' in extended
    assert verify(Store(root)) == []
    assert Store(root).release("1.0.0").documents == ("core/time.schema.json", "north/gauge.schema.json")
    assert "wind/speed.json" in Store(root).release("2.0.0").documents


def test_a_failed_import_takes_new_entries_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    assert run("import", write(tmp_path / "a", files_of("1.0.0")), "--as", "1.0.0", "--root", root) == 0
    registry = (root / "schemas/registry.toml").read_bytes()
    (root / "versions/1.0.0/core/time.schema.json").write_text("{}")
    later = write(tmp_path / "b", {**files_of("2.0.0"), "wind/speed.json": schema("2.0.0", "wind/speed.json")})
    assert run("import", later, "--as", "2.0.0", "--root", root) == 2
    assert (root / "schemas/registry.toml").read_bytes() == registry
    assert not (root / "versions/2.0.0").exists()
    assert "changed after the release" in capsys.readouterr().err
