"""A reference is resolved in the resource that it stands in, and what it leads to in the resource around that."""

from typing import Any

import pytest

from arrakis_schema.compat import Kind, accepts
from arrakis_schema.compat.logic.nodes import Nodes
from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.compat.logic.scopes import ReferenceScope, UnresolvedReferenceError
from arrakis_schema.compat.sides import open_side
from arrakis_schema.json_schema.dialects import DRAFT_07, DRAFT_2020_12

DOCUMENT = {
    "$id": "http://example.org/a",
    "definitions": {
        "plain": {"definitions": {"inner": {"type": "string"}}},
        "resource": {"$id": "b/", "definitions": {"inner": {"$ref": "#/definitions/other"}, "other": {}}},
        "a/b": {"type": "null"},
        "id": {"type": "number"},
    },
    "title": "no schema",
    "x-list": [{"type": "array"}],
}
DIALECTS = pytest.mark.parametrize("dialect", [DRAFT_07, DRAFT_2020_12])


def scope_of(dialect: str) -> ReferenceScope:
    (root,) = open_side(DOCUMENT, dialect).roots(Nodes(lambda: None))
    return root.scope


@DIALECTS
@pytest.mark.parametrize(
    ("reference", "schema"),
    [
        ("#/definitions/plain/definitions/inner", {"type": "string"}),
        ("a#/definitions/plain/definitions/inner", {"type": "string"}),
        ("#/definitions/a~1b", {"type": "null"}),
        ("#/definitions/a%7E1b", {"type": "null"}),
        ("#/definitions/id", {"type": "number"}),
        ("#/x-list/0", {"type": "array"}),
    ],
)
def test_a_pointer_in_a_resource_stays_in_it(dialect: str, reference: str, schema: object) -> None:
    scope = scope_of(dialect)
    assert scope.lookup(reference) == (schema, scope)


@DIALECTS
def test_a_pointer_into_another_resource_leads_into_its_scope(dialect: str) -> None:
    contents, scope = scope_of(dialect).lookup("#/definitions/resource/definitions/inner")
    assert scope.base == "http://example.org/b/"
    assert scope.lookup(contents["$ref"]) == ({}, scope)


def test_a_pointer_to_nothing_or_to_no_schema_is_undecided() -> None:
    with pytest.raises(UnresolvedReferenceError, match="/definitions/none leads to nothing"):
        scope_of(DRAFT_07).lookup("#/definitions/none")
    with pytest.raises(UndecidedError, match="leads to what is not a schema"):
        scope_of(DRAFT_07).lookup("#/title")


def test_a_closure_refers_to_its_own_document() -> None:
    """Both documents declare the same names, so their closures have one text, but other alternatives hold."""

    def document(first: int, second: int) -> Any:
        kinds = {
            name: {"required": ["kind"], "properties": {"kind": {"const": kind}, name: {}}}
            for name, kind in (("a", first), ("b", second))
        }
        return {"oneOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/b"}], "definitions": kinds}

    verdict = accepts(document(2, 1), document(1, 2), unknown="rejected")
    assert verdict.kind is Kind.INCOMPATIBLE
    assert verdict.witness.keys() == {"kind", {1: "a", 2: "b"}[verdict.witness["kind"]]}
    assert accepts(document(1, 2), document(1, 2), unknown="rejected").kind is Kind.COMPATIBLE
