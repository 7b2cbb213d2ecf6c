"""History that was made elsewhere is brought in unchanged, all of it or nothing."""

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import load_schema
from arrakis_schema.cli import main
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.reference import book
from arrakis_schema.site import tree
from arrakis_schema.store.import_sources import version_named
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
    assert any("north/lost.example.json is an example without a document" in line for line in said)
    assert any("diagram.svg is in a language that is not supported" in line for line in said)
    assert "left out: v1.0 is version 1.0.0 again, like v1.0.0" in said
    assert "left out: NOTES.md is not named after a version" in said
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
    assert run("import", history / "v1.1.0", "--as", "1.1.0", "--root", root) == 0
    assert "1.1.0 was imported before, and is the same" in capsys.readouterr().out
    (history / "v1.1.0/north/gauge.schema.json").write_text("{}")
    assert run("import", history, "--root", root) == 2
    assert "release 1.1.0 exists with other files, and never changes" in capsys.readouterr().err


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
    assert "left out: vNext is not named after a version" in said
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
    ("name", "version"),
    [
        ("1.0.0", "1.0.0"),
        ("v1.2.3-rc.1", "1.2.3-rc.1"),
        ("v2.1", "2.1.0"),
        ("v2.1-RC2", "2.1.0-RC2"),
        ("v3", "3.0.0"),
        ("1__1__5", "1.1.5"),
        ("1.0.0+build", ""),
        ("v01.0", ""),
        ("1.0.0.dev1", ""),
        ("vNext", ""),
        ("v", ""),
    ],
)
def test_a_name_stands_for_a_version(name: str, version: str) -> None:
    assert version_named(name) == version


@pytest.mark.parametrize(
    ("pattern", "releases"),
    [
        ("v1.*", ["1.0.0", "1.1.0"]),
        ("schemas-v*", ["2.0.0", "2.1.0"]),
        ("schemas-v2.1", ["2.1.0"]),
        ("*", ["0.9.0", "1.0.0", "1.1.0"]),
    ],
)
def test_the_version_of_a_tag_is_what_follows_the_text_of_the_pattern(
    pattern: str, releases: list[str], repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for tag, commit in {
        "schemas-v2": "v1.0.0",
        "schemas-v2.1": "v1.1.0",
        "v1": "v1.1.0",
        "0_9": "v1.0.0^{commit}",
    }.items():
        git(repository, "tag", tag, commit)
    git(repository, "commit", "--allow-empty", "-qm", "earlier", moment=1_600_000_002)
    git(repository, "tag", "-f", "0_9")
    root = tmp_path / "root"
    assert run("import", "--git", repository, "--tags", pattern, "--root", root) == 0
    assert list(Store(root).releases) == releases
    said = capsys.readouterr().out
    if pattern == "*":
        assert "left out: v1 is the same as v1.1.0" in said
        assert "left out: 0.1.0 has no document" in said
        assert "left out: schemas-v2 is not named after a version" in said


def test_a_tag_of_any_name_is_imported_as_a_version(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    arguments = ["import", "--git", repository, "--root", root]
    assert run(*arguments, "--tags", "other", "--as", "1.1.0") == 0
    assert list(Store(root).releases) == ["1.1.0"]
    assert int(Store(root).dates["1.1.0"].timestamp()) == 1_600_000_001
    assert run(*arguments, "--tags", "v*", "--as", "1.2.0") == 2
    assert "--as sets the version of one tag: --tags 'v*' selects 4 tags" in capsys.readouterr().err
    assert run(*arguments, "--tags", "vNext") == 2
    assert "vNext is not named after a version (--tags TAG --as VERSION imports one tag" in capsys.readouterr().err
    assert run(*arguments, "--tags", "v1*") == 0  # the others follow
    assert "1.1.0 was imported before, and is the same" in capsys.readouterr().out
    assert list(Store(root).releases) == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{tmp}/none", "--as", "1.0.0"], "is not a folder"),
        (["{tmp}/none"], "is not a folder"),
        (["{tmp}/tides/v1.0.0"], "has no folder named after a version"),
        (["{tmp}/tides/v1.0.0", "--as", "one"], "--as one is not a semantic version"),
        (["{tmp}/tides", "--path", "x"], "--path needs --git"),
        (["{tmp}/tides/v1.0", "--as", "1.0.0"], "has no document"),
        (["--git", "{tmp}/tides"], "is not in a git working tree"),
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


@pytest.mark.parametrize(
    ("identifier", "proposed"),
    [
        ("https://tides.example/v1.0.0/north/gauge.json", 'id = "https://tides.example/vVERSION/PATH"'),
        ("https://tides.example/north/gauge.json", 'id = "https://tides.example/PATH"'),
        ("https://tides.example/gauge", None),
        ("https://tides.example/NAME/north/gauge.json", None),
    ],
)
def test_the_form_of_the_identifiers_is_proposed_and_held(
    identifier: str, proposed: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = {"$schema": DIALECT, "$id": identifier, "title": "gauge", "description": "A reading.", "type": "object"}
    files = {"north/gauge.json": json.dumps(content), "north/gauge.example.json": "{}"}
    root = tmp_path / "root"
    assert run("import", write(tmp_path / "a", files), "--as", "1.0.0", "--root", root) == 0
    registry = root / "schemas/registry.toml"
    assert (proposed or "id = ") in registry.read_text() or proposed is None
    assert ("\nid = " in registry.read_text()) == (proposed is not None)
    assert run("lint", "--root", root) == 0
    moved = registry.read_text().replace("1.0.0", "1.1.0").replace("tides.example/PATH", "tides.example/new/PATH")
    registry.write_text(moved)
    capsys.readouterr()
    assert run("lint", "--root", root) == (1 if proposed else 0)
    wanted = identifier.replace("1.0.0", "1.1.0").replace("example/north", "example/new/north")
    assert (f'$id is "{identifier}": expected {wanted} [id-mismatch]' in capsys.readouterr().out) == bool(proposed)


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


def test_a_proposal_has_schemas_that_name_a_meta_schema_of_their_own_or_are_referred_to(tmp_path: Path) -> None:
    files = {
        "package.json": json.dumps({"$schema": "https://json.schemastore.org/package", "name": "tides"}),
        "meta.json": schema(
            "1.0.0", "meta.json", **{"$id": "https://tides.example/meta", "allOf": [{"$ref": DIALECT}]}
        ),
        "gauge.json": json.dumps({"$schema": "https://tides.example/meta#", "$ref": "parts.yaml#/level"}),
        "wind.json": json.dumps({"$schema": "https://wind.example/meta", "id": "wind", "properties": {}}),
        "parts.yaml": "level: {type: number}",
        "other.yaml": "level: 3",
    }
    root = tmp_path / "root"
    assert run("import", write(tmp_path / "tides", files), "--as", "1.0.0", "--root", root) == 0
    store = Store(root)
    assert store.release("1.0.0").documents == ("gauge.json", "meta.json", "parts.yaml", "wind.json")
    registry = tomllib.loads((root / "schemas/registry.toml").read_text())
    assert registry["dialects"] == {"https://tides.example/meta#": "2020-12", "https://wind.example/meta": "draft-04"}
    assert '"https://wind.example/meta" = "draft-04"  # a guess' in (root / "schemas/registry.toml").read_text()
    assert run("validate", "--document", "gauge", "--root", root, write(tmp_path, {"a.json": "3"}) / "a.json") == 0
    assert run("validate", "--document", "gauge", "--root", root, write(tmp_path, {"a.json": "[]"}) / "a.json") == 1


def test_schemas_that_name_no_dialect_are_found_by_their_keywords(tmp_path: Path) -> None:
    thing = {"$schema ": DIALECT, "title": "Thing", "type": "object", "properties": {"name": {"type": "string"}}}
    files = {"thing.json": json.dumps(thing), "package.json": '{"name": "thing", "type": "module"}'}
    root = tmp_path / "root"
    assert run("import", write(tmp_path / "things", files), "--as", "1.0.0", "--root", root) == 0
    assert Store(root).release("1.0.0").documents == ("thing.json",)


def test_an_example_that_names_its_schema_is_no_schema(tmp_path: Path) -> None:
    named = {"$schema": "https://tides.example/v1.0.0/gauge.json", "properties": {"level": {}}}
    place = {"$schema": "https://geo.example/feature", "type": "Feature", "properties": {"level": {}}}
    files = {
        "gauge.json": schema("1.0.0", "gauge.json"),
        "gauge.calm.example.json": json.dumps(named),
        "gauge.place.example.json": json.dumps(place),
    }
    root = tmp_path / "root"
    assert run("import", write(tmp_path / "tides", files), "--as", "1.0.0", "--root", root) == 0
    release = Store(root).release("1.0.0")
    assert release.documents == ("gauge.json",)
    assert len(release.examples) == 2
    assert "dialects" not in (root / "schemas/registry.toml").read_text()


def test_a_proposal_names_the_few_documents_that_are_no_parts_of_others(tmp_path: Path) -> None:
    parts = [f"defs/{folder}/part{number}.json" for folder in ("a", "b") for number in range(60)]
    files = {path: schema("1.0.0", path) for path in parts}
    for folder in ("a", "b"):
        refs = [{"$ref": Path(path).name} for path in parts if path.startswith(f"defs/{folder}/")]
        files[f"defs/{folder}/root.json"] = schema("1.0.0", f"defs/{folder}/root.json", anyOf=refs)
    root = tmp_path / "root"
    assert run("import", write(tmp_path / "set", files), "--as", "1.0.0", "--root", root) == 0
    entries = tomllib.loads((root / "schemas/registry.toml").read_text())["documents"]
    assert [(entry["files"], entry["kind"]) for entry in entries] == [
        ("**/root.json", "publication"),
        ("**/*.json", "shared"),
    ]


def test_imported_documents_pass_check_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, old = tmp_path / "root", "http://json-schema.org/draft-07/schema#"
    words = {"title": "gauge", "description": "A reading.", "definitions": {"level": {"type": "number"}}}
    members = {"level": {"$ref": "#/definitions/level", "description": "In m."}}
    content = {"$schema": old, **words, "type": "object", "properties": members}
    files = {"gauge.json": json.dumps(content), "gauge.example.json": "{}"}
    assert run("import", write(tmp_path / "tides", files), "--as", "1.0.0", "--root", root) == 0
    assert "makes warnings of errors that lint finds in 1.0.0 (keyword-ineffective)" in capsys.readouterr().out
    assert run("check", "--root", root) == 0
    registry = root / "schemas/registry.toml"
    registry.write_text(registry.read_text().replace('version = "1.0.0"', 'version = "1.1.0"'))
    assert run("release", "--root", root) == 0


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
    assert "registry.toml has a new entry for schemas that it did not cover" in said
    assert "left out: wind/table.yaml is neither document nor example" in said
    extended = (root / "schemas/registry.toml").read_text()
    assert extended.startswith(registry.rstrip().replace("1.0.0", "2.0.0"))
    assert 'files = "**/*.json"' in extended or 'files = "wind/' in extended
    assert verify(Store(root)) == []
    assert Store(root).release("1.0.0").documents == ("core/time.schema.json", "north/gauge.schema.json")
    assert "wind/speed.json" in Store(root).release("2.0.0").documents


@pytest.mark.parametrize(
    "written",
    [
        'examples = "[refused/]NAME[.VARIANT].example.json"  # beside it',
        "examples = [\n  'NAME[.VARIANT].example.json',  # beside it\n]\nwriter = 'gauge'",
        "",
    ],
)
def test_later_versions_extend_the_forms_of_examples(
    written: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, first = tmp_path / "root", write(tmp_path / "a", files_of("1.0.0"))
    head = 'version = "1.0.0"\ntitle = "Tides"\nbase_url = "https://tides.example/"\n\n# Ours.\n[[documents]]\n'
    entry = f'files = "**/*.schema.json"\nkind = "publication" # all\n{written}'.rstrip()
    write(root, {"schemas/registry.toml": f"{head}{entry}\n\n[site]\nsource = 'https://tides.example/'\n"})
    assert run("import", first, "--as", "1.0.0", "--root", root) == 0
    later = {
        "north/samples/gauge.json": "{}",
        "north/gauge.calm.sample.json": "{}",
        "north/examples/gauge-big.json": "{}",
    }
    assert run("import", write(tmp_path / "b", files_of("2.0.0") | later), "--as", "2.0.0", "--root", root) == 0
    said, release = capsys.readouterr().out, Store(root).release("2.0.0")
    assert "has a new form for examples of **/*.schema.json: " in said
    assert "left out: north/samples/gauge.json" in said
    assert {"north/gauge.calm.sample.json", "north/examples/gauge-big.json"} <= release.examples.keys()
    assert release.layout.placements[0].writer == ("gauge" if "writer" in written else "")
    registry = (root / "schemas/registry.toml").read_text()
    assert registry.startswith(head.replace("1.0.0", "2.0.0"))
    assert registry.endswith("\n\n[site]\nsource = 'https://tides.example/'\n")
    assert 'kind = "publication" # all' in registry
    assert verify(Store(root)) == []


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


def test_a_release_with_a_document_that_is_not_json_is_built_and_served(tmp_path: Path) -> None:
    broken = files_of("1.0.0") | {"core/broken.schema.json": '{"title": "Broken",}', "core/text.schema.json": "3"}
    root = tmp_path / "root"
    assert run("import", write(tmp_path / "a", broken), "--as", "1.0.0", "--root", root) == 0
    broken["core/broken.schema.json"] += "\n"
    assert run("import", write(tmp_path / "a", broken), "--as", "1.0.1", "--root", root) == 0
    assert run("import", write(tmp_path / "b", files_of("1.1.0")), "--as", "1.1.0", "--root", root) == 0
    store = Store(root)
    pages = dict(book(store))
    assert "core/broken.schema.json is not JSON" in pages["releases/1.0.0/core/broken.md"]
    assert "core/text.schema.json is not a JSON Schema" in pages["releases/1.0.0/core/text.md"]
    assert "last changed in 1.0.1" in pages["releases/1.0.1/core/broken.md"]
    raw = {file.path: file.content for file in tree(store)}
    assert raw["versions/1.0.0/core/broken.schema.json"] == b'{"title": "Broken",}'
    assert run("matrix", "--root", root) == 3
    write(root / "schemas", {"core/broken.schema.json": "{,}"})
    with pytest.raises(DamagedStoreError, match=r"^schemas/core/broken\.schema\.json is not JSON"):
        list(book(Store(root)))
