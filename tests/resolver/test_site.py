"""What a site gives out beside documents that refer to each other."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from arrakis_schema.cli import main
from arrakis_schema.site.tree import tree
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from tests.resolver.roots import write_set
from tests.resolver.test_judging import DOCUMENTS


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Any]:
    root = write_set(tmp_path, DOCUMENTS)
    freeze(root)
    return {file.path: file.content for file in tree(Store(root)) if file.path.endswith(".json")}


def test_a_document_that_refers_to_others_lies_beside_one_file_with_all_of_them(files: dict[str, Any]) -> None:
    bundles = {path for path in files if path.endswith(".bundle.json") and path.startswith("versions/1.0.0/")}
    assert bundles == {
        "versions/1.0.0/endpoints/find/descriptor.bundle.json",
        "versions/1.0.0/publication/records.bundle.json",
    }
    schema = json.loads(files["versions/1.0.0/endpoints/find/descriptor.bundle.json"])
    judge = jsonschema.Draft7Validator(schema)
    assert judge.is_valid({"request": "Find", "rate": 1, "event": {"cause": {"id": "a"}}})
    assert not judge.is_valid({"request": "Find", "event": {"cause": {"id": 1}}})
    assert not judge.is_valid({"request": "Found"})


def test_the_index_names_what_a_document_refers_to(files: dict[str, Any]) -> None:
    index = json.loads(files["versions/index.json"])
    documents = {document["url"]: document for document in index["releases"][-1]["documents"]}
    find = documents["1.0.0/endpoints/find/descriptor.json"]
    assert find["bundle"] == "1.0.0/endpoints/find/descriptor.bundle.json"
    assert find["references"] == [
        {
            "url": "1.0.0/endpoints/descriptor.json",
            "id": "https://here.org/versions/1.0.0/endpoints/descriptor.json",
        },
        {"url": "1.0.0/publication/event.json", "id": "https://team.org/event"},
    ]
    assert all(f"versions/{document['bundle']}" in files for document in documents.values() if "bundle" in document)
    assert "bundle" not in documents["1.0.0/publication/event.json"]
    assert "references" not in documents["1.0.0/endpoints/descriptor.json"]


def test_show_prints_a_document_with_all_that_it_refers_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_set(tmp_path, DOCUMENTS)
    assert main(["show", "records", "--as", "bundle", "--root", str(root)]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]["value"] == {"$ref": "#/$defs/publication~1deep.json/$defs/number"}
    assert main(["show", "deep", "--as", "bundle", "--root", str(root)]) == 0
    assert json.loads(capsys.readouterr().out) == DOCUMENTS["publication/deep.json"]
