"""`[[lint]]` of `registry.toml`: each case holds entries, and what lint finds with them or what is wrong with them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from arrakis_schema.system.lint import lint_release
from tests.docs.pages import PROJECT

CASES = json.loads((PROJECT / "tests/cases/lint_settings/entries.json").read_text())
DESCRIPTOR = "schemas/endpoints/forecast/descriptor.json"


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    """A root whose only document with findings lacks a title and a unit."""
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    document = json.loads((tmp_path / "weather" / DESCRIPTOR).read_text())
    del document["title"], document["properties"]["days"]["x-unit"]
    (tmp_path / "weather" / DESCRIPTOR).write_text(json.dumps(document))
    return tmp_path / "weather"


def write(root: Path, entries: Any) -> None:
    if isinstance(entries, list):
        tables = [{"reason": "They say why.", **entry} for entry in entries]
        lines = [
            line for table in tables for line in ("[[lint]]", *(f"{key} = {json.dumps(table[key])}" for key in table))
        ]
    else:
        lines = ["[lint]", *(f"{key} = {json.dumps(entries[key])}" for key in entries)]
    with (root / "schemas/registry.toml").open("a") as registry:
        registry.write("\n".join(["", *lines, ""]))


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_setting_does_what_its_case_says(
    case: dict[str, Any], weather: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(weather, case["entries"])
    if "problem" in case:
        assert main(["lint", "--root", str(weather)]) == 2
        assert case["problem"] in capsys.readouterr().err
        return
    findings = list(lint_release(Store(weather).release(None)))
    assert {finding.rule: finding.severity for finding in findings} == case["found"]
    errors = "error" in case["found"].values()
    passes = set(case["found"].values()) <= {"notice"}
    assert main(["lint", "--root", str(weather)]) == (0 if passes else 1)
    assert main(["check", "--root", str(weather)]) == int(errors)
    assert main(["release", "--root", str(weather)]) == int(errors)


def test_a_setting_holds_for_the_frozen_releases(weather: Path) -> None:
    freeze(weather)
    write(weather, [{"rule": "unit-missing", "severity": "off", "files": "endpoints/**/*"}])
    assert {finding.rule for finding in lint_release(Store(weather).release("1.1.0"))} == {"title-missing"}


def test_a_declared_annotation_is_no_unknown_keyword(weather: Path) -> None:
    document = json.loads((weather / DESCRIPTOR).read_text())
    document["properties"]["days"] |= {"example": 3, "meta:enum": {}, "exclusiveminimum": 0, "unevaluatedItems": False}
    (weather / DESCRIPTOR).write_text(json.dumps(document))
    registry = weather / "schemas/registry.toml"
    text = registry.read_text()

    def unknown() -> list[str]:
        findings = lint_release(Store(weather).release(None))
        return sorted(finding.location.rpartition("/")[2] for finding in findings if finding.rule == "keyword-unknown")

    assert unknown() == ["example", "exclusiveminimum", "meta:enum", "unevaluatedItems"]
    registry.write_text(f'annotations = ["example", "meta:enum", "unevaluatedItems"]\n{text}')
    assert unknown() == ["exclusiveminimum", "unevaluatedItems"]  # another dialect has the last one as a keyword


@pytest.mark.parametrize("value", ['"example"', "[1]", '[""]'])
def test_annotations_are_a_list_of_names(value: str, weather: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry = weather / "schemas/registry.toml"
    registry.write_text(f"annotations = {value}\n{registry.read_text()}")
    assert main(["lint", "--root", str(weather)]) == 2
    assert 'annotations must be a list of keywords, as in annotations = ["meta:enum"]' in capsys.readouterr().err
