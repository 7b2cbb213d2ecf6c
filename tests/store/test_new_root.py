"""`init` writes a root that passes `check` without a warning, and overwrites nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store import new_root
from arrakis_schema.store.new_root import with_attributes
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store
from tests.docs.pages import PROJECT, blocks

CASES = json.loads((PROJECT / "tests/cases/init/refused.json").read_text())
FILES = {path.relative_to(new_root.STARTER).as_posix() for path in new_root.STARTER.rglob("*") if path.is_file()}


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    ("arguments", "title", "url"),
    [
        ([], "my-api", new_root.BASE_URL),
        (["--name", 'A "\\ é <b>', "--url", "http://h/a"], 'A "\\ é <b>', "http://h/a/"),
        (["--name", new_root.BASE_URL, "--url", "http://h:80/~a/%20//"], new_root.BASE_URL, "http://h:80/~a/%20/"),
        (["--name", r"\1 \g<0>", "--url", r"https://tides.example"], r"\1 \g<0>", "https://tides.example/"),
    ],
)
def test_a_new_root_is_checked_and_released_without_a_finding(
    arguments: list[str], title: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "teams/my-api"
    assert main(["init", str(root), *arguments]) == 0
    printed = capsys.readouterr().out
    assert f"in CI: arrakis-schema check --root {root} --against git:origin/main\n" in printed
    assert ("--url was not given" in printed) == (not arguments)
    settings = read_settings(str(root))
    assert (settings.version, settings.title, settings.base_url) == ("0.1.0", title, url)
    assert set(tree(root)) >= FILES | {".gitattributes", "versions"}
    assert with_attributes(root) is None
    for command, line in (
        ("check", "no release to compare with: no findings\n"),
        ("release", "is frozen, with"),
        ("check", "compared 4 documents with 0.1.0: no findings\n"),
        ("verify", "frozen releases that match versions/lock.json: 1\n"),
    ):
        assert main([command, "--root", str(root)]) == 0
        assert line in capsys.readouterr().out
    kinds = {(document.kind.value, document.format.name) for document in Store(root).release("0.1.0").every_document()}
    assert len(kinds) == 4


def test_other_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("README.md", ".git/config", "src/schemas/registry.toml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / ".gitattributes").write_text("*.png binary\n")
    (tmp_path / "schemas").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert (tmp_path / ".gitattributes").read_text().startswith("*.png binary\n")
    assert (tmp_path / "src/schemas/registry.toml").read_text() == "src/schemas/registry.toml"
    assert {path.name for path in tmp_path.iterdir()} == {
        *("README.md", ".git", "src", ".gitattributes", "schemas", "versions")
    }


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_what_is_refused_gets_one_sentence_and_leaves_no_trace(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, text in case.get("files", {}).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    for path, target in case.get("links", {}).items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).symlink_to(target)
    before = tree(tmp_path)
    assert main(["init", case.get("folder", "new"), *case.get("arguments", [])]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert case["says"] in printed.err
    assert tree(tmp_path) == before


def test_a_write_that_fails_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def fail_later(path: Path, *_: object, **__: object) -> None:
        written.append(path)
        path.touch()
        if len(written) == len(FILES) // 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", fail_later)
    assert main(["init", str(tmp_path / "a/b")]) == 130
    assert tree(tmp_path) == {}


def test_the_guide_shows_every_file() -> None:
    shown = {block.file: block.text for block in blocks("guides/your-api.md") if block.file}
    payload = "schemas/endpoints/levels/schema.txt"  # printed by payload.py
    for path in FILES - {payload}:
        assert shown[path] == (new_root.STARTER / path).read_text(), path


def test_the_mock_of_a_new_root_conforms_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path)]) == 0
    with MockServer(Store(tmp_path).release(None)) as server:
        assert main(["conform", f"grpc://127.0.0.1:{server.port}", "--root", str(tmp_path)]) == 0
    assert "conforms: release 0.1.0, 2 requests, 2 rows\n" in capsys.readouterr().out
