"""A reference to another document works wherever a message is judged."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import InvalidRequestError, InvalidSchemaError, iter_errors, validate, validator
from arrakis_schema.cli import main
from arrakis_schema.json_schema.requests import checks
from arrakis_schema.kafka.records import RecordChecker
from arrakis_schema.store.store import Store, open_release
from arrakis_schema.system.lint import lint_release
from tests.resolver.roots import write_set

DRAFT = "http://json-schema.org/draft-07/schema#"
MODERN = "https://json-schema.org/draft/2020-12/schema"
DOCUMENTS: dict[str, Any] = {
    "endpoints/descriptor.json": {
        "$schema": DRAFT,
        "type": "object",
        "required": ["request"],
        "properties": {"request": {"enum": ["Find"]}},
        "definitions": {"rate": {"type": "number", "exclusiveMinimum": 0}},
    },
    "endpoints/find/descriptor.json": {
        "$schema": DRAFT,
        "allOf": [{"$ref": "../descriptor.json"}],
        "properties": {
            "request": {"const": "Find"},
            "rate": {"$ref": "../descriptor.json#/definitions/rate"},
            "event": {"$ref": "https://team.org/event"},
        },
    },
    "publication/event.json": {
        "$schema": DRAFT,
        "$id": "https://team.org/event",
        "type": "object",
        "properties": {"id": {"$ref": "#id"}, "cause": {"$ref": "event"}},
        "definitions": {"id": {"$id": "#id", "type": "string"}},
    },
    "publication/records.json": {
        "$schema": MODERN,
        "properties": {"value": {"$ref": "deep.json#number"}},
    },
    "publication/deep.json": {"$schema": MODERN, "$defs": {"number": {"$anchor": "number", "type": "integer"}}},
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_set(tmp_path, DOCUMENTS)


@pytest.mark.parametrize(
    ("request_sent", "path"),
    [
        ({"request": "Find", "rate": 1, "event": {"id": "a", "cause": {"id": "b"}}}, None),
        ({"request": "Find", "rate": 0}, ("rate",)),
        ({"request": "Find", "event": {"id": 1}}, ("event", "id")),
        ({"request": "Find", "event": {"cause": {"cause": {"id": 1}}}}, ("event", "cause", "cause", "id")),
    ],
)
def test_every_judge_follows_references_to_other_documents(
    request_sent: Any, path: tuple[str, ...] | None, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = open_release(None, root)
    assert [error.path for error in iter_errors(request_sent, release)] == ([] if path is None else [path])
    message = tmp_path / "message.json"
    message.write_text(json.dumps(request_sent))
    code = main(["validate", str(message), "--root", str(root)])
    assert (code == 0) == (path is None), capsys.readouterr()
    for check in (partial(validate, version=release), validator("find", release)):
        if path is None:
            check(request_sent)
        else:
            with pytest.raises(InvalidRequestError) as caught:
                check(request_sent)
            assert caught.value.violation.path == path


def test_a_record_is_checked_by_what_its_document_refers_to(root: Path) -> None:
    checker = RecordChecker(open_release(None, root), "publication/records.json")
    assert checker.check(b"k", b"1")[1] == []
    (finding,) = checker.check(b"k", b'"a"')[1]
    assert (finding.rule, finding.location) == ("record-invalid", "value")


def test_a_document_whose_references_lead_to_others_is_still_compiled(tmp_path: Path) -> None:
    documents = {path: {**document} for path, document in DOCUMENTS.items() if "publication" not in path}
    find = documents["endpoints/find/descriptor.json"]
    find["properties"] = {name: find["properties"][name] for name in ("request", "rate")}
    release = open_release(None, write_set(tmp_path, documents))
    checks(release, "endpoints/find/descriptor.json")
    judges = [value for value in release._made.values() if type(value).__name__ == "Judge"]  # noqa: SLF001
    assert [judge.is_compiled for judge in judges] == [True, True]


def findings(root: Path) -> dict[str, str]:
    wanted = {"ref-unresolvable", "ref-circular", "example-invalid", "default-invalid", "unsatisfiable", "id-clash"}
    return {
        f"{finding.file}#{finding.location} {finding.rule}": finding.message
        for finding in lint_release(Store(root).release(None))
        if finding.rule in wanted
    }


def test_lint_follows_references_to_other_documents(root: Path) -> None:
    assert findings(root) == {}
    examples = {"endpoints/find/examples/wrong.json": {"request": "Find", "event": {"id": 1}}}
    assert findings(write_set(root, {}, examples=examples)) == {
        "schemas/endpoints/find/examples/wrong.json# example-invalid": (
            "this example must be accepted, but is rejected: event.id: expected a string, found 1"
        )
    }


def test_a_reference_that_leads_nowhere_is_told_once_where_it_stands(root: Path) -> None:
    broken = {
        "$schema": DRAFT,
        "properties": {"a": {"$ref": "evnt.json"}, "b": {"$ref": "event.json#/definitions/i"}, "c": {"$ref": "#/x"}},
    }
    write_set(root, {"publication/broken.json": broken, "publication/user.json": {"$ref": "broken.json"}})
    assert findings(root) == {
        "schemas/publication/broken.json#/properties/a/$ref ref-unresolvable": (
            '$ref "evnt.json" leads to no document, and nothing is fetched; did you mean event.json?'
        ),
        "schemas/publication/broken.json#/properties/b/$ref ref-unresolvable": (
            '$ref "event.json#/definitions/i" points to nothing in publication/event.json; '
            "did you mean event.json#/definitions/id?"
        ),
        "schemas/publication/broken.json#/properties/c/$ref ref-unresolvable": (
            '$ref "#/x" points to nothing in this document'
        ),
    }
    release = open_release(None, root)
    for name, told in (("broken", "/properties/"), ("user", "in publication/broken.json at /properties/")):
        with pytest.raises(InvalidSchemaError, match=f"{name}.json is not a valid JSON Schema: {told}"):
            validator(name, release)


def test_a_loop_through_two_documents_is_a_loop(root: Path) -> None:
    write_set(root, {"publication/a.json": {"allOf": [{"$ref": "b.json"}]}, "publication/b.json": {"$ref": "a.json"}})
    assert {place for place in findings(root) if "circular" in place} == {
        "schemas/publication/a.json# ref-circular",
        "schemas/publication/b.json# ref-circular",
    }


def test_a_document_in_an_unknown_dialect_is_not_referred_to(root: Path) -> None:
    write_set(
        root, {"publication/a.json": {"$schema": DRAFT, "$ref": "b.json"}, "publication/b.json": {"$schema": "x"}}
    )
    assert findings(root)["schemas/publication/a.json#/$ref ref-unresolvable"] == (
        '$ref leads to publication/b.json, whose $schema is none of the known dialects, "x"'
    )


def test_a_meta_schema_is_known(tmp_path: Path) -> None:
    for number, dialect in enumerate((DRAFT, MODERN)):
        documents = {"publication/schemas.json": {"$schema": dialect, "additionalProperties": {"$ref": dialect}}}
        check = validator("schemas", open_release(None, write_set(tmp_path / str(number), documents)))
        check({"a": {"type": "string", "items": {"not": True}}})
        with pytest.raises(InvalidRequestError):
            check({"a": {"not": {"items": {"type": "text"}}}})


def test_references_between_documents_need_no_extra(tmp_path: Path) -> None:
    find = DOCUMENTS["endpoints/find/descriptor.json"]
    members = {name: find["properties"][name] for name in ("request", "rate")}
    root = write_set(tmp_path, {**DOCUMENTS, "endpoints/find/descriptor.json": {**find, "properties": members}})
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['jsonschema', 'referencing', 'jsonschema_specifications']))\n"
        f"from arrakis_schema import validate, InvalidRequestError; validate({{'request': 'Find'}}, root={str(root)!r})\n"
        f"try: validate({{'request': 'Find', 'rate': 0}}, root={str(root)!r})\n"
        "except InvalidRequestError as error: print(error.violation.path)"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "('rate',)\n"
