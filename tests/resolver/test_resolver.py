"""Where references lead: the cases are data; random sets are resolved by `referencing`, an independent judge."""

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from arrakis_schema.json_schema.bundling import make_bundle
from arrakis_schema.json_schema.resolver import DanglingReferenceError, Schemas, schemas_of
from arrakis_schema.store.store import open_release

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent.parent / "cases/resolver/references.json").read_bytes())
LOOKUPS = [
    pytest.param(case["documents"], *lookup.split(" ")[:-1], lookup.split(" ")[-1], expected, id=lookup)
    for case in CASES
    for lookup, expected in case["lookups"].items()
    if lookup.count(" ") == 1
]


def urls(path: str) -> tuple[str, ...]:
    return tuple(f"https://here.org/versions/{place}/{path}" for place in ("1.0.0", "next"))


@pytest.mark.parametrize(("documents", "place", "reference", "expected"), LOOKUPS)
def test_a_reference_leads_to_its_schema_or_the_problem_says_what_is_near(
    documents: dict[str, Any], place: str, reference: str, expected: str
) -> None:
    schemas = Schemas(documents, urls)
    assert _told(schemas, place, reference) == expected


def _told(schemas: Schemas, place: str, reference: str) -> str:
    """Return where a reference leads, or why it leads nowhere."""
    try:
        target = schemas.lookup(schemas.origin(*place.split("#")), "$ref", reference)
    except DanglingReferenceError as error:
        return str(error)
    assert target == schemas.origin(target.document, target.pointer)
    return f"{target.document}#{target.pointer}"


def test_a_path_with_a_space_is_found_by_its_encoded_form() -> None:
    schemas = Schemas({"my file.json": True, "a.json": {}}, urls)
    for reference in ("my file.json", "my%20file.json", "./my%20file.json"):
        assert schemas.lookup(schemas.origin("a.json"), "$ref", reference).document == "my file.json"


def test_two_schemas_with_one_id_are_both_named() -> None:
    same = {"$id": "https://x.org/same", "type": "string"}
    documents = {"a.json": same, "b.json": same, "c.json": {"$defs": {"copy": same}}, "d.json": {"$id": "a"}}
    clashes = Schemas(documents, urls).clashes
    assert [(uri, old.document, new.document) for uri, old, new in clashes] == [
        ("https://x.org/same", "a.json", "b.json")
    ]
    other = {"not": {**same, "type": "number"}}
    (clash,) = Schemas({"a.json": same, "b.json": other}, urls).clashes
    assert (clash[1].pointer, clash[2].document, clash[2].pointer) == ("", "b.json", "/not")


def test_the_documents_of_a_release_find_each_other() -> None:
    release = open_release("next")
    schemas = schemas_of(release)
    find = schemas.origin("endpoints/find/descriptor.json")
    for reference in ("../descriptor.json", release.settings.url(release.version, "endpoints/descriptor.json")):
        assert schemas.lookup(find, "$ref", reference).document == "endpoints/descriptor.json"
    assert schemas_of(release) is schemas


def test_thousands_of_wrong_references_are_told_in_bounded_time() -> None:
    names = [f"x{number:060}" for number in range(3000)]
    document: dict[str, Any] = {
        "$id": "https://x.org/" + "x" * 5000,
        "definitions": dict.fromkeys(names, True),
        "anyOf": [{"$ref": f"b.json#/definitions/{name[:-1]}"} for name in names],
    }
    schemas = Schemas({"a.json": document, "b.json": document}, urls)
    start = process_time()
    assert len(make_bundle(schemas, "a.json").problems) == len(names)
    assert process_time() - start < 5
