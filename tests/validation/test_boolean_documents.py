"""A document that is only `true` or `false` is a schema from draft-06 on: it is shown, linted, judged and compared."""

from pathlib import Path

import pytest

from arrakis_schema import InvalidRequestError, load_schema, open_release, validator
from arrakis_schema.compat import accepts
from arrakis_schema.languages import language_of
from arrakis_schema.system.lint import lint_release

SETTINGS = """version = "1.0.0"
title = "Booleans"
base_url = "https://example.org/"

[[documents]]
files = "**/*.json"
kind = "publication"
"""


def root_with(folder: Path, dialect: str, **documents: str) -> Path:
    (folder / "schemas").mkdir()
    declared = f'dialect = "{dialect}"\n' if dialect else ""
    (folder / "schemas/registry.toml").write_text(SETTINGS + declared)
    for name, text in documents.items():
        (folder / f"schemas/{name}.json").write_text(text)
    return folder


@pytest.mark.parametrize("dialect", ["draft-06", "2020-12", ""])
def test_booleans_are_schemas(dialect: str, tmp_path: Path) -> None:
    refers = '{"properties": {"a": {"$ref": "all.json"}, "b": {"$ref": "none.json"}}}'
    root = root_with(tmp_path, dialect, all="true", none="false", refers=refers)
    release = open_release(None, root)
    rules = {(finding.file, finding.rule) for finding in lint_release(release) if finding.severity.value == "error"}
    bare = {(f"schemas/{name}.json", "dialect-unknown") for name in ("all", "none", "refers")}
    assert rules == (set() if dialect else bare)
    documents: list[object] = [load_schema(name, root=root) for name in ("all", "none")]
    assert documents == [True, False]
    lines = {
        path: language_of(document).lines(document)
        for path in ("all.json", "none.json")
        if (document := release.document(path))
    }
    assert lines == {"all.json": ["Every message is valid."], "none.json": ["No message is valid."]}
    validator("all", release)({"a": 1})
    validator("refers", release)({"a": 1})
    with pytest.raises(InvalidRequestError, match="expected nothing here"):
        validator("none", release)({"a": 1})
    with pytest.raises(InvalidRequestError, match="b: expected nothing here"):
        validator("refers", release)({"b": 1})


def test_a_boolean_where_documents_have_an_id_gets_one_error_with_both_remedies(tmp_path: Path) -> None:
    root = root_with(tmp_path, "")
    (root / "schemas/registry.toml").write_text(SETTINGS.partition("[[")[0])
    (root / "schemas/publication").mkdir()
    (root / "schemas/publication/none.json").write_text("false")
    errors = [finding for finding in lint_release(open_release(None, root)) if finding.severity.value == "error"]
    assert [(finding.rule, finding.message) for finding in errors] == [
        (
            "dialect-unknown",
            'the schema false can name neither its dialect nor its $id: write {"not": {}} with $schema and $id',
        )
    ]


def test_draft_04_has_no_booleans_as_schemas(tmp_path: Path) -> None:
    release = open_release(None, root_with(tmp_path, "draft-04", all="true"))
    messages = [finding.message for finding in lint_release(release) if finding.rule == "dialect-unknown"]
    assert messages == ["true is not a schema in draft-04, which registry.toml declares for this document: write {}"]


def test_booleans_are_compared_with_schemas_of_any_dialect() -> None:
    numbers = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "number"}
    assert [accepts(reader, numbers).kind == "compatible" for reader in (True, False)] == [True, False]
