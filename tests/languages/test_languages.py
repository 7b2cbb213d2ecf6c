"""A third language is a row in the table, and nothing else."""

import json
import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from arrakis_schema.cli import main
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.kafka.conform import Examination
from arrakis_schema.languages import language, refusal_of
from arrakis_schema.reference import book
from arrakis_schema.site import tree
from arrakis_schema.store import layout
from arrakis_schema.store.caching import made_by_content
from arrakis_schema.store.store import Release, Store, open_release, open_store
from tests.languages import column_names

PROJECT = Path(__file__).parents[2]
FIND = "endpoints/find/descriptor.json"
DOCUMENT = "publication/sensors.names"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The weather service, which also publishes the names of some columns."""
    monkeypatch.setitem(layout.FORMATS, ".names", column_names.FORMAT)
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    (root / "schemas" / DOCUMENT).write_text("station\nkind\nheight\n")
    example = root / "schemas/publication/examples/sensors/one.json"
    example.parent.mkdir(parents=True)
    example.write_text('[{"station": "north", "kind": "wind", "height": 10}]')
    return root


def test_every_language_has_every_function() -> None:
    for form in layout.FORMATS.values():
        record = language(form)
        optional = {"files", "parse_file", "suffixes", "bundled", "snippets", "repeated", "highlighting", "topic_holds"}
        assert all(callable(getattr(record, one.name)) for one in fields(record) if one.name not in optional), form.name
        assert form.views, form.name


def run(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main([*arguments, "--root", str(root)]) == code, capsys.readouterr()
    return capsys.readouterr().out


def declare(root: Path, version: str) -> None:
    for path in root.glob("schemas/**/*.*"):
        if path.suffix in {".json", ".toml"}:
            path.write_text(path.read_text().replace("1.1.0", version))


def test_its_messages_cannot_be_checked_in_a_topic(root: Path) -> None:
    registry = root / "schemas/registry.toml"
    topics = f'[[topics]]\ndocument = "{DOCUMENT}"\nnames = ["sensors"]\n'
    registry.write_text(registry.read_text().partition("[[topics]]")[0] + topics)
    reason = f"{DOCUMENT} is written in column-names, whose messages cannot be checked"
    with pytest.raises(ArrakisSchemaError, match=f"^{re.escape(reason)}$"):
        Examination(open_release(root=root))


def test_it_is_listed_and_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "sensors" in run(root, capsys, "list")
    assert run(root, capsys, "show", "sensors").splitlines()[-3:] == ["station", "kind", "height"]
    for name in ("sensors", "sensors.names", DOCUMENT):
        assert run(root, capsys, "show", name, "--as", "names") == "station\nkind\nheight\n"


def test_it_is_linted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, capsys, "lint") == "no findings\n"
    (root / "schemas" / DOCUMENT).write_text("station\n kind\n")
    found = run(root, capsys, "lint", code=1)
    assert f"schemas/{DOCUMENT}:2:1: error: a name has no spaces around it [text-invalid]" in found


def test_it_is_released_and_compared(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(root, capsys, "release")
    assert (root / "versions/1.1.0" / DOCUMENT).read_text() == "station\nkind\nheight\n"
    assert DOCUMENT in json.loads((root / "versions/lock.json").read_text())["releases"]["1.1.0"]
    run(root, capsys, "verify")
    declare(root, "1.2.0")
    (root / "schemas" / DOCUMENT).write_text("station\nkind\nlatitude\n")
    (root / "schemas/publication/examples/sensors/one.json").write_text(
        '[{"station": "a", "kind": "b", "latitude": 1}]'
    )
    told = run(root, capsys, "check", code=1)
    assert (
        f"schemas/{DOCUMENT}:1:1: error: a publisher of 1.2.0 with a subscriber of 1.1.0 breaks: height: removed"
        in told
    )
    assert "require 2.0.0, a major release" in told
    changes = run(root, capsys, "diff", "1.1.0")
    assert [line.split()[1:3] for line in changes.splitlines() if DOCUMENT in line] == [
        ["removed", "column-removed"],
        ["added", "column-added"],
    ]
    assert "sensors" in run(root, capsys, "matrix")
    told = run(root, capsys, "compare", "sensors@1.1.0", "sensors@next", "--direction", "forward", code=1)
    assert "the new writer breaks the old reader: height: removed [column-removed]" in told
    file = str(root / "schemas" / DOCUMENT)
    assert run(root, capsys, "compare", file, file).endswith("compatible\n")
    assert main(["compare", file, str(root / "schemas/publication/schema.txt"), "--root", str(root)]) == 2
    assert "one of the two is an Arrow schema and the other a list of column names" in capsys.readouterr().err


def test_it_is_on_the_site(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(root, capsys, "release")
    declare(root, "1.2.0")
    store = Store(root)
    files = {file.path: file for file in tree(store)}
    assert files[f"versions/1.1.0/{DOCUMENT}"].media_type == "text/plain; charset=utf-8"
    assert json.loads(files["versions/1.1.0/publication/sensors.names.json"].content) == ["station", "kind", "height"]
    index = json.loads(files["versions/index.json"].content)
    formats = {one["name"]: one["format"] for one in index["releases"][0]["documents"]}
    assert formats["sensors"] == "column-names"
    page = dict(book(store))["endpoints/sensors.md"]
    assert "latitude" not in page
    for shown in ("station", "kind", "height", "sensors.names.json", "**One**"):
        assert shown in page


def test_one_in_a_wrong_folder_is_told_where_documents_are(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "schemas/endpoints/sensors.names").write_text("station\n")
    assert "endpoints/sensors.names:1:1: error: is not a document in this folder" in run(root, capsys, "lint", code=1)


def test_what_is_wrong_in_it_is_one_sentence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(root, capsys, "release")
    declare(root, "1.2.0")
    (root / "schemas" / DOCUMENT).write_text("station\n\nkind\n")
    assert f"schemas/{DOCUMENT}:1:1: warning: not compared: {DOCUMENT}: line 2 is empty" in run(
        root, capsys, "check", code=1
    )


def test_what_equal_documents_of_several_releases_refuse_is_found_once() -> None:
    store = open_store(PROJECT)
    together = [refusals(release) for release in store.every_release()]
    alone = [open_store(PROJECT).release(release.place) for release in store.every_release()]
    assert together == [refusals(release) for release in alone]
    found = [key for key in store.derived(made_by_content) if isinstance(key, tuple) and key[0] == "refusal"]
    assert len(found) < sum(map(len, together))


def refusals(release: Release) -> list[str]:
    """Return what a release, with its corrections, says of the examples of the working set."""
    examples = release.store.release(None).examples_of(FIND) if FIND in release.documents else ()
    return [refusal_of(release.contract, release.contract.document(FIND), example) for example in examples]
