"""YAML is JSON Schema in another notation: read where all readers of YAML agree, and published as it is and as JSON."""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema import load_schema, validate
from arrakis_schema.cli import main
from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.json_schema.positions import positions_in
from arrakis_schema.site.tree import tree
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.parsing import parse_text
from arrakis_schema.store.store import Store
from arrakis_schema.store.verification import verify
from arrakis_schema.system.lint import lint_release

PROJECT = Path(__file__).parents[2]
CASES = PROJECT / "tests/cases/yaml"
VALUES = json.loads((CASES / "values.json").read_text())
REFUSED = json.loads((CASES / "refused.json").read_text())
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TIDE = """# The readings of a gauge.
$schema: http://json-schema.org/draft-07/schema#
$id: https://example.org/weather/versions/1.1.0/publication/tide.yaml
title: Tide
description: A reading.
type: object
properties:
  level: &height
    type: number
    description: Height above chart datum.
    x-unit: m
  low: *height
  when: { $ref: time.yml }
required: [level]
"""
TIME = "$schema: http://json-schema.org/draft-07/schema#\ntitle: Time\ndescription: When.\ntype: string\n"


def read(text: str) -> Any:
    return parse_text(text.encode(), "document.yaml", 64)


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_text_has_the_value_that_every_reader_of_yaml_gives_it(text: str, value: Any) -> None:
    assert json.dumps(read(text)) == json.dumps(value)
    if "1.5e3" not in text:  # which PyYAML takes for text
        assert json.dumps(yaml.safe_load(text)) == json.dumps(value)


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_what_json_cannot_hold_or_readers_disagree_about_is_named(text: str, problem: str) -> None:
    with pytest.raises(MalformedRequestError) as caught:
        read(text)
    assert problem in caught.value.problem
    assert "\n" not in caught.value.problem


@given(JSON)
def test_json_is_yaml(value: Any) -> None:
    text = json.dumps(value)
    assert json.dumps(read(text)) == text


@given(JSON)
def test_what_pyyaml_writes_is_read_or_refused(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    try:
        assert read(text) == yaml.safe_load(text)
    except MalformedRequestError as error:
        told = ("for some readers of YAML", "unacceptable", "a name that is not text")
        assert any(words in error.problem for words in told)  # noqa: PT017


def test_aliases_that_multiply_end_in_one_sentence() -> None:
    rows = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
    bomb = "\n".join(["a0: &a0 [1, 2, 3]", *rows])
    start = time.monotonic()
    with pytest.raises(MalformedRequestError, match="with its aliases it has more than 200,000 values"):
        read(bomb)
    with pytest.raises(MalformedRequestError, match="KiB, which is too much for YAML"):
        read("a: " + "x" * 1024 * 1024)
    positions_in(bomb, "a.yaml")
    assert time.monotonic() - start < 10


def test_a_place_is_where_the_text_has_it() -> None:
    places = positions_in(TIDE, "tide.yaml")
    assert places["/properties/level/type"] == (9, 5)
    assert places["/required/0"] == (14, 12)
    assert positions_in("a: [", "tide.yaml") == {}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The weather service, with a publication and an endpoint that are written in YAML."""
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    folder = root / "schemas/publication"
    (folder / "tide.yaml").write_text(TIDE)
    (folder / "time.yml").write_text(TIME)
    for name, example in {"one": {"level": 1.5}, "refused/text": {"level": "high"}}.items():
        path = folder / f"examples/tide/{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(example))
    request = {"properties": {"request": {"const": "Gauge"}}, "required": ["request"]}
    (root / "schemas/endpoints/gauge").mkdir()
    (root / "schemas/endpoints/gauge/descriptor.yaml").write_text(yaml.safe_dump(request))
    return root


def test_it_is_loaded_listed_and_judges(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert load_schema("tide", root=root) == load_schema("tide.yaml", root=root) == read(TIDE)
    assert main(["list", "--release", "next", "--root", str(root)]) == 0
    assert "tide" in capsys.readouterr().out
    for view, first in {"yaml": "# The readings", "json": '{\n  "$schema"', "bundle": '{\n "$schema"'}.items():
        assert main(["show", "tide", "--as", view, "--root", str(root)]) == 0
        assert capsys.readouterr().out.startswith(first)
    validate({"request": "Gauge"}, root=root)


def test_it_is_linted_at_its_lines(root: Path) -> None:
    file = root / "schemas/publication/tide.yaml"
    file.write_text(TIDE.replace("description: Height", "example: Height"))
    found = {
        (finding.rule, finding.line) for finding in lint_release(Store(root).release(None)) if "tide" in finding.file
    }
    assert ("description-missing", 8) in found
    file.write_text(TIDE + "a: no\n")
    (finding,) = [finding for finding in lint_release(Store(root).release(None)) if finding.rule == "json-invalid"]
    assert (finding.line, finding.column) == (15, 4)
    assert finding.message.startswith("not YAML that JSON can hold: no is true or false")


def test_a_json_file_of_the_same_name_is_a_clash(root: Path) -> None:
    (root / "schemas/publication/tide.json").write_text("{}")
    found = {finding.file for finding in lint_release(Store(root).release(None)) if finding.rule == "file-name-clash"}
    assert found == {"schemas/publication/tide.yaml"}


def test_it_is_released_unchanged_compared_and_served_in_both_notations(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    freeze(root)
    version = Store(root).releases[-1]
    assert (root / "versions" / version / "publication/tide.yaml").read_text() == TIDE
    assert verify(Store(root)) == []
    files = {file.path: file for file in tree(Store(root))}
    as_yaml, as_json = (files[f"versions/{version}/publication/tide.{suffix}"] for suffix in ("yaml", "json"))
    assert (as_yaml.content.decode(), as_yaml.media_type) == (TIDE, "application/yaml; charset=utf-8")
    assert json.loads(as_json.content) == read(TIDE)
    assert json.loads(files[f"versions/{version}/publication/tide.bundle.json"].content)["title"] == "Tide"
    registry = root / "schemas/registry.toml"
    registry.write_text(registry.read_text().replace(version, "9.0.0"))
    (root / "schemas/publication/tide.yaml").write_text(TIDE.replace("[level]", "[level, low]"))
    assert main(["check", "--root", str(root)]) == 1
    assert "schemas/publication/tide.yaml:14:1: error: a publisher of" in capsys.readouterr().out


def test_json_alone_needs_no_reader_of_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "arrakis_schema.store.yaml_text", raising=False)
    assert parse_text(b"{}", "a.json") == {}
    with pytest.raises(ImportError, match=r"pip install 'arrakis-schema\[check\]'"):
        parse_text(b"{}", "a.yaml")
