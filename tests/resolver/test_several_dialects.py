"""Documents in several dialects that refer to each other: each is read in its own, as a validator of another language reads it."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from arrakis_schema import open_release, validator
from arrakis_schema.compat import Kind, accepts
from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.json_schema.bundling import bundle_of, make_bundle
from arrakis_schema.json_schema.dialects import (
    DRAFT_04,
    DRAFT_06,
    DRAFT_07,
    DRAFT_2019_09,
    DRAFT_2020_12,
    has_effect,
)
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.members import member_tree
from arrakis_schema.json_schema.resolver import Schemas
from tests.resolver.roots import write_set

rust: Any = pytest.importorskip("jsonschema_rs", reason="it is in the extra fast")

PAIRS = [
    (DRAFT_2020_12, DRAFT_07),
    (DRAFT_07, DRAFT_2020_12),
    (DRAFT_2020_12, DRAFT_04),
    (DRAFT_06, DRAFT_2019_09),
    (DRAFT_2019_09, DRAFT_2020_12),
    (DRAFT_04, DRAFT_07),
]
FRAGMENTS: list[dict[str, Any]] = [
    {"properties": {"a": {"$ref": "#/definitions/text"}}},
    {"items": [{"$ref": "#/definitions/text"}], "additionalItems": {"type": "integer"}},
    {"prefixItems": [{"$ref": "#/definitions/text"}], "items": {"type": "integer"}},
    {"items": {"$ref": "#/definitions/text", "maxLength": 1}},
    {"minimum": 2, "exclusiveMinimum": True},
    {"exclusiveMinimum": 2},
    {"type": ["integer", "object", "array"]},
    {"contains": {"type": "string"}, "minContains": 2},
    {"dependencies": {"a": ["b"]}},
    {"dependentRequired": {"a": ["c"]}},
    {"properties": {"a": {}}, "unevaluatedProperties": {"type": "string"}},
    {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
    {"patternProperties": {"^a": {"type": "string"}}, "propertyNames": {"maxLength": 1}},
    {"const": 1},
]
INSTANCES: list[Any] = [
    *(1, 2, 3.5, 1.0, "a", "ab", None, True),
    *([], ["a"], ["ab"], ["a", "b"], ["a", 1], [1, "a"], ["a", 1, "b"]),
    *({}, {"a": "a"}, {"a": 1}, {"a": "a", "b": 1}, {"a": "a", "c": 1}, {"ab": 1}, {"b": 1}),
]


def is_schema(fragment: dict[str, Any], dialect: str) -> bool:
    """Tell whether the meta-schema of a dialect allows a fragment; `dependencies` is read differently from 2019-09 on."""
    if dialect == DRAFT_2020_12 and isinstance(fragment.get("items"), list):
        return False
    if "dependencies" in fragment and not has_effect("dependencies", dialect):
        return False
    bound = fragment.get("exclusiveMinimum")
    return bound is None or isinstance(bound, bool) is (dialect == DRAFT_04)


def random_document(random: Random, dialect: str, references: list[str]) -> dict[str, Any]:
    """Return a document whose definitions are fragments, one of which refers to another document."""
    allowed = [fragment for fragment in FRAGMENTS if is_schema(fragment, dialect)]
    definitions = {name: random.choice(allowed) for name in ("x", "y")}
    definitions["there"] = {**random.choice([{}, {"maxLength": 1}]), "$ref": random.choice(references)}
    whole = {"allOf": [{"$ref": f"#/definitions/{name}"} for name in random.sample(list(definitions), 2)]}
    further = random.choice([{}, random.choice(allowed)])
    return {"$schema": dialect, **whole, **further, "definitions": {"text": {"type": "string"}, **definitions}}


@pytest.mark.parametrize(("one", "another"), PAIRS)
def test_every_judge_reads_each_document_in_its_own_dialect(one: str, another: str) -> None:
    random = Random(f"{one} {another}")  # noqa: S311 - not for secrets
    for _ in range(40):
        documents = {
            "a.json": random_document(random, one, ["b.json", "b.json#/definitions/x", "b.json#/definitions/there"]),
            "b.json": random_document(random, another, ["a.json#/definitions/x", "a.json#/definitions/y"]),
        }
        bundle = make_bundle(Schemas(documents, lambda path: (f"https://here.org/{path}",)), "a.json")
        registry = rust.Registry([(f"https://here.org/{path}", document) for path, document in documents.items()])
        settings = {"validate_formats": False, "base_uri": "https://here.org/a.json"}
        referee = rust.validator_for(documents["a.json"], registry=registry, **settings)
        alone = rust.validator_for(bundle.schema, validate_formats=False)
        judge = Judge(bundle.schema, "a.json", bundle=bundle)
        for instance in INSTANCES:
            verdicts = referee.is_valid(instance), alone.is_valid(instance)
            assert (judge.first_violation(instance) is None, not [*judge.violations(instance)]) == verdicts, (
                documents,
                instance,
            )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    old = {
        "$schema": DRAFT_07,
        "type": "object",
        "properties": {"pair": {"items": [{"type": "string"}], "additionalItems": False}},
        "definitions": {"name": {"type": "string", "maxLength": 9}},
    }
    new = {
        "$schema": DRAFT_2020_12,
        "properties": {"old": {"$ref": "old.json"}, "name": {"$ref": "old.json#/definitions/name", "maxLength": 5}},
        "unevaluatedProperties": False,
    }
    shared = {"$schema": DRAFT_07, "items": {"$ref": "#/definitions/name"}, "definitions": {"name": {"type": "string"}}}
    plain = {"$schema": DRAFT_2020_12, "properties": {"name": {"$ref": "shared.json#/definitions/name"}}}
    number = {"$schema": DRAFT_04, "minimum": 0, "exclusiveMinimum": True}
    inner = {"$schema": DRAFT_07, "$ref": "number.json"}
    documents = {"old": old, "new": new, "plain": plain, "number": number, "inner": inner, "shared": shared}
    return write_set(tmp_path, {f"publication/{name}.json": document for name, document in documents.items()})


def test_lint_and_the_functions_follow_a_reference_into_another_dialect(root: Path) -> None:
    release = open_release(None, root)
    validator("new", release)({"old": {"pair": ["a"]}, "name": "abcde"})
    for refused in ({"old": {"pair": ["a", "b"]}}, {"name": "abcdef"}, {"other": 1}):
        with pytest.raises(InvalidRequestError):
            validator("new", release)(refused)
    validator("inner", release)(1)
    with pytest.raises(InvalidRequestError, match="expected more than 0"):
        validator("inner", release)(0)


def test_the_members_are_those_of_each_dialect(root: Path) -> None:
    release = open_release(None, root)
    members = {member.path: member for member in member_tree(release.document("publication/new.json")).members}
    assert [*members] == ["", "old", "old.pair", "old.pair[0]", "name"]
    assert members["old.pair"].closed == ("no further items",)
    assert [bound.words for bound in members["name"].bounds] == ["at most 5 characters"]
    (bound,) = next(iter(member_tree(release.document("publication/inner.json")).members)).bounds
    assert bound.words == "more than 0"


def test_what_means_the_same_in_both_dialects_is_compared(root: Path) -> None:
    release = open_release(None, root)

    def bundled(name: str) -> Any:
        path = f"publication/{name}.json"
        return bundle_of(release.document(path), release.schema(path)).schema

    assert accepts(bundled("plain"), {"properties": {"name": {"type": "number"}}}).kind is Kind.INCOMPATIBLE
    assert "another dialect" in accepts(bundled("new"), {"properties": {"old": {"type": "number"}}}).reason
