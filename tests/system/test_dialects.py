"""A team's own meta-schema stands for a dialect, in every command; a document of no known dialect is named."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import InvalidRequestError, InvalidSchemaError, iter_errors, load_schema, validate
from arrakis_schema.cli import main
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.reference.facts.data import endpoint_data
from arrakis_schema.reference.facts.history import read_history
from arrakis_schema.store.dialects import DIALECTS
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store
from tests.system.git import commit

PROJECT = Path(__file__).parent.parent.parent
FORECAST = "schemas/endpoints/forecast/descriptor.json"
META = "https://example.org/weather-meta"
ALIAS = f'\n[dialects]\n"{META}" = "draft-04"\n'
EXCLUSIVE = {"request": "Forecast", "place": "north", "days": 0}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project whose document of requests is of draft-04, by the meta-schema of its team."""
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    write(root, META)
    declare(root, ALIAS)
    return root


def write(root: Path, uri: str) -> None:
    schema: dict[str, Any] = json.loads((root / FORECAST).read_text())
    identifier = schema.pop("$id", None) or schema.pop("id")
    schema["properties"]["request"] = {"enum": ["Forecast"], "description": "Always Forecast."}
    schema["properties"]["days"] |= {"minimum": 0, "exclusiveMinimum": True}
    (root / FORECAST).write_text(json.dumps({**schema, "$schema": uri, "id": identifier}, indent=1))


def declare(root: Path, text: str) -> None:
    file = root / "schemas/registry.toml"
    file.write_text(file.read_text().replace(ALIAS, "") + text)


def test_every_command_reads_the_dialect_that_is_declared(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = root.parent / "message.json"
    message.write_text(json.dumps(EXCLUSIVE))
    assert main(["lint", "--root", str(root)]) == 0, capsys.readouterr().out
    assert main(["release", "--root", str(root)]) == 0
    assert main(["check", "--root", str(root)]) == 0
    assert main(["compare", "forecast@1.1.0", "forecast@next", "--root", str(root)]) == 0
    assert main(["compare", str(root / FORECAST), str(root / FORECAST), "--root", str(root)]) == 0
    capsys.readouterr()
    assert main(["validate", str(message), "--root", str(root)]) == 1
    assert capsys.readouterr().out.endswith("days: expected more than 0, found 0\n")
    with pytest.raises(InvalidRequestError, match="days: expected more than 0"):
        validate(EXCLUSIVE, root=root)
    assert [violation.keyword for violation in iter_errors(EXCLUSIVE, root=root)] == ["exclusiveMinimum"]


def test_the_pages_know_what_is_declared(root: Path) -> None:
    store = Store(root)
    data = endpoint_data(read_history(store), store.release(None), "forecast")
    assert {document["path"]: document["dialects"] for document in data["documents"]}[
        "endpoints/forecast/descriptor.json"
    ] == {META: DIALECTS["draft-04"]}


def test_what_is_fetched_keeps_the_name_that_the_team_gave_it(root: Path) -> None:
    assert load_schema("forecast", root=root)["$schema"] == META


def test_a_commit_is_read_by_what_is_declared_now(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(root)
    write(root, f"{META}#")
    assert main(["check", "--against", "git:HEAD", "--root", str(root)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_dialect_itself_has_no_alias(dialect: str, root: Path) -> None:
    declare(root, f'\n[dialects]\n"{dialect}#" = "draft-07"\n')
    with pytest.raises(DamagedStoreError, match="is a dialect itself, and cannot stand for another one"):
        read_settings(str(root))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('dialects = "draft-07"', "schemas/registry.toml: dialects must be a table, as in [dialects]"),
        ('dialects = {"https://example.org/a" = "draft-05"}', "is 'draft-05': expected one of draft-04, draft-06"),
        ('dialects = {"https://example.org/a" = 7}', 'dialects."https://example.org/a" is 7: expected one of'),
        ('dialects = {meta = "draft-07"}', 'dialects: "meta" is not an absolute URI, as in'),
        ('dialects = {"https://[a" = "draft-07"}', 'dialects: "https://[a" is not an absolute URI, as in'),
        ('dialects = {"https://a.b/c" = "draft-07", "http://a.b/c#" = "draft-04"}', "has one meta-schema twice"),
    ],
)
def test_what_is_wrong_with_an_alias_is_told_with_the_file_and_the_key(text: str, problem: str, root: Path) -> None:
    file = root / "schemas/registry.toml"
    file.write_text(f"{text}\n{file.read_text().replace(ALIAS, '')}")
    with pytest.raises(DamagedStoreError) as caught:
        read_settings(str(root))
    assert problem in str(caught.value)


def test_a_document_of_no_known_dialect_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declare(root, "")
    told = f'$schema is "{META}": expected the meta-schema of a known dialect (draft-04, draft-06, draft-07, 2019-09, 2020-12)'
    assert main(["lint", "--root", str(root)]) == 1
    assert f"{FORECAST}:" in (printed := capsys.readouterr().out) and told in printed  # noqa: PT018 - one sentence
    with pytest.raises(InvalidSchemaError) as caught:
        validate(EXCLUSIVE, root=root)
    assert str(caught.value).startswith(f"{FORECAST} is not a valid JSON Schema: ")
    assert told in str(caught.value)
    plain = root.parent / "plain.json"
    plain.write_text("{}")
    assert main(["compare", str(root / FORECAST), str(plain), "--root", str(root)]) == 2
    printed = capsys.readouterr().err
    assert f"{FORECAST} is not a valid JSON Schema: " in printed
    assert told in printed


def test_one_old_document_of_no_known_dialect_stops_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    freeze(root)
    shutil.copy(PROJECT / "tests/fixtures/weather" / FORECAST, root / FORECAST)
    for file in (root / FORECAST, root / "schemas/registry.toml"):
        file.write_text(file.read_text().replace("1.1.0", "1.2.0").replace(ALIAS, ""))
    told = f'versions/1.1.0/endpoints/forecast/descriptor.json: not compared: $schema is "{META}"'
    assert main(["check", "--root", str(root)]) == 3
    assert told.replace(": not", ":1:1: warning: not") in capsys.readouterr().out
    assert main(["matrix", "--root", str(root)]) == 3
    assert told in capsys.readouterr().out
    assert main(["build", str(root.parent / "site"), "--root", str(root)]) == 0
    page = (root.parent / "site/releases/1.1.0/forecast/index.md").read_text()
    assert "descriptor.json is not a valid JSON Schema" in page
