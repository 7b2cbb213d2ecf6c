"""Where documents lie is the team's: `[[documents]]` in `registry.toml`, and what follows from it."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema import UnknownSchemaError, load_payload, load_schema
from arrakis_schema.cli import main
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.reference import book
from arrakis_schema.store.files import FILE
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.inventory import classify
from arrakis_schema.store.layout_settings import layout_problems, read_layout
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store, open_release
from arrakis_schema.store.verification import verify
from arrakis_schema.system.lint import lint_release

CASES = Path(__file__).parent.parent / "cases/layout"
LAYOUTS = json.loads((CASES / "layouts.json").read_text())
REFUSED = json.loads((CASES / "refused.json").read_text())
REGISTRY = 'version = "1.0.0"\ntitle = "Tides"\nbase_url = "https://example.org/tides/"\n'
DECLARED = """
[[documents]]
files = "**/*.schema.json"
kind = "publication"
examples = "[refused/]NAME[.VARIANT].example.json"
"""
GAUGE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://tides.example/v1/gauge.schema.json",
    "title": "Gauge",
    "description": "A reading of a gauge.",
    "type": "object",
    "properties": {"level": {"description": "Height above chart datum.", "type": "number"}},
}


def write(root: Path, files: dict[str, Any]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content if isinstance(content, str) else json.dumps(content))
    return root


@pytest.fixture
def tides(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        {
            "schemas/registry.toml": REGISTRY + DECLARED,
            "schemas/north/gauge.schema.json": GAUGE,
            "schemas/north/gauge.calm.example.json": {"level": 1},
            "schemas/north/refused/gauge.example.json": {"level": "high"},
        },
    )


@pytest.mark.parametrize("case", LAYOUTS, ids=[case["name"] for case in LAYOUTS])
def test_each_file_has_the_role_that_the_layout_gives_it(case: dict[str, Any]) -> None:
    assert list(layout_problems(case["documents"])) == []
    layout = read_layout(case["documents"])
    inventory = classify([(path, FILE) for path in case["files"]], layout)
    refused = {refusal.path: refusal.message for refusal in inventory.refused}
    for path, role in case["files"].items():
        if isinstance(role, list):
            assert path in inventory.documents
            assert [layout.name_of(path), layout.kind_of(path).value] == role
        elif role in {"note", "program"}:
            assert path in (*inventory.notes, *inventory.programs)
        elif role in case["files"]:
            assert dict(inventory.examples)[path] == role
        else:
            assert role in refused[path]


@pytest.mark.parametrize("case", REFUSED, ids=[case["says"] for case in REFUSED])
def test_a_layout_that_cannot_be_read_is_explained(case: dict[str, Any]) -> None:
    problems = list(layout_problems(case["documents"]))
    assert any(case["says"] in problem for problem in problems), problems


def test_the_settings_name_the_file_and_the_entry(tmp_path: Path) -> None:
    write(tmp_path, {"schemas/registry.toml": REGISTRY + '[[documents]]\nfiles = "**"\nkind = "events"\n'})
    with pytest.raises(DamagedStoreError, match=r"schemas/registry.toml: documents, entry 1: kind is 'events'"):
        read_settings(str(tmp_path))


def test_a_team_keeps_its_ids_and_is_asked_for_no_annotations_of_ours(tides: Path) -> None:
    assert list(lint_release(open_release(None, tides))) == []


def test_a_convention_that_a_team_begins_holds_for_all_its_documents(tides: Path) -> None:
    level = {"description": "Height.", "type": "number", "x-unit": "m"}
    other = {**GAUGE, "$id": "https://tides.example/v1/other", "properties": {"level": level}, "required": ["level"]}
    write(tides, {"schemas/other.schema.json": other, "schemas/other.example.json": {"level": 1}})
    found = {(finding.rule, finding.file) for finding in lint_release(open_release(None, tides))}
    assert found == {
        ("unit-missing", "schemas/north/gauge.schema.json"),
        ("example-missing", "schemas/other.schema.json"),  # none that must be refused, as the first one has
    }


def test_what_is_required_may_be_declared_by_what_applies_as_well(tides: Path) -> None:
    derived = {**GAUGE, "$id": "https://tides.example/v1/d", "allOf": [{"$ref": "north/gauge.schema.json"}]}
    derived |= {"properties": {"tide": {"description": "Which.", "type": "string"}}, "required": ["level"]}
    write(tides, {"schemas/d.schema.json": derived})
    assert "required-undeclared" not in {finding.rule for finding in lint_release(open_release(None, tides))}


def test_every_name_that_is_listed_is_found(tides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    freeze(tides)
    assert verify(Store(tides)) == []
    assert main(["list", "--root", str(tides)]) == 0
    assert "1.0.0 (latest): north/gauge" in capsys.readouterr().out
    assert load_schema("north/gauge", "1.0.0", root=tides) == GAUGE
    assert load_schema("north/gauge", root=tides) == GAUGE
    assert main(["show", "north/gauge", "--root", str(tides), "--as", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == GAUGE
    with pytest.raises(UnknownSchemaError, match="north/gauge"):
        load_schema("gauge", root=tides)


def test_a_name_with_a_dot_is_found_in_the_standard_layout(tmp_path: Path) -> None:
    write(tmp_path, {"schemas/registry.toml": REGISTRY, "schemas/publication/order.created.json": GAUGE})
    write(tmp_path, {"schemas/publication/stock.txt": "level: double\n"})
    release = open_release(None, tmp_path)
    assert sorted(map(release.name_of, release.documents)) == ["order.created", "stock"]
    assert load_schema("order.created", root=tmp_path) == GAUGE
    assert isinstance(schema := load_payload("stock", root=tmp_path), pa.Schema)
    assert schema.names == ["level"]


def test_a_release_that_lost_its_documents_to_another_layout_is_named(tides: Path) -> None:
    freeze(tides)
    registry = tides / "schemas/registry.toml"
    registry.write_text(REGISTRY + DECLARED.replace("**/*.schema.json", "south/*.schema.json"))
    (problem,) = verify(Store(tides))
    assert "north/gauge.schema.json of 1.0.0 has the id 1, but is not a document" in problem


SPOKEN = """
[[documents]]
files = "**/*.schema.json"
kind = "publication"
examples = "[refused/]NAME[.VARIANT].example.json"
language = "json-schema"
dialect = "2020-12"
writer = "observatory"
reader = "alert broker"
"""


@pytest.fixture
def spoken(tides: Path) -> Path:
    plain = {key: value for key, value in GAUGE.items() if key != "$schema"}
    return write(tides, {"schemas/registry.toml": REGISTRY + SPOKEN, "schemas/north/gauge.schema.json": plain})


def test_an_entry_says_the_dialect_of_documents_that_name_none(spoken: Path) -> None:
    gauge = spoken / "schemas/north/gauge.schema.json"
    assert [finding for finding in lint_release(Store(spoken).release(None)) if "dialect" in finding.rule] == []
    gauge.write_text(
        json.dumps({"title": "A", "description": "B", "type": "array", "prefixItems": [{"type": "string"}]})
    )
    assert main(["validate", "--root", str(spoken), "--document", "north/gauge", str(write_message(spoken, [1]))]) == 1
    assert (
        main(["validate", "--root", str(spoken), "--document", "north/gauge", str(write_message(spoken, ["a"]))]) == 0
    )
    assert "$schema" not in load_schema("north/gauge", root=spoken)


def write_message(root: Path, message: Any) -> Path:
    (root / "message.json").write_text(json.dumps(message))
    return root / "message.json"


def test_an_entry_says_who_writes_and_who_reads(spoken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    freeze(spoken)
    registry, gauge = spoken / "schemas/registry.toml", spoken / "schemas/north/gauge.schema.json"
    registry.write_text(registry.read_text().replace("1.0.0", "2.0.0"))
    gauge.write_text(gauge.read_text().replace('"number"', '"integer"'))
    assert main(["check", "--root", str(spoken)]) == 1
    assert "an observatory of 1.0.0 with an alert broker of 2.0.0 breaks" in capsys.readouterr().out
    assert main(["matrix", "--root", str(spoken)]) in {0, 1}
    assert "observatory ↓" in capsys.readouterr().out
    pages = dict(book(Store(spoken)))
    assert "Rows are observatories, columns are alert brokers" in pages["matrix.md"]
    assert "observatories of 1.0.0 with alert brokers of 2.0.0" in pages["changelog.md"]
    markdown = {path: text for path, text in pages.items() if path.endswith(".md")}
    words = ("client", "server", "Endpoint", "endpoints]", "an endpoint", "publisher", "subscriber")
    assert [(path, word) for path, text in markdown.items() for word in words if word in text] == []


def test_files_of_another_language_are_no_documents(tides: Path) -> None:
    entry = DECLARED.replace("**/*.schema.json", "**/*") + 'language = "arrow"\n'
    write(tides, {"schemas/registry.toml": REGISTRY + entry, "schemas/north/rows.txt": "level: double\n"})
    assert Store(tides).release(None).documents == ("north/rows.txt",)
