"""A bundle means what its document means among the others: the resolver of `referencing` is the judge."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.json_schema.bundling import Bundle, make_bundle
from arrakis_schema.json_schema.dialects import DRAFT_2020_12
from arrakis_schema.json_schema.judge.complete import errors_of
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.judge.soundness import problems
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.json_schema.resolver import Schemas
from tests.compat.random_schemas import Instances
from tests.resolver.random_sets import PATHS, RandomSet, urls
from tests.resolver.referee import among, guide


def bundle(documents: dict[str, Any], path: str) -> Bundle:
    return make_bundle(Schemas(documents, urls), path)


@given(seed=st.integers(0, 2**32), modern=st.booleans())
def test_a_bundle_accepts_what_its_document_accepts_among_the_others(seed: int, modern: bool) -> None:  # noqa: FBT001
    random = Random(seed)  # noqa: S311 - no secret
    documents, path = RandomSet(random, modern).documents(), random.choice(PATHS)
    made = bundle(documents, path)
    assert made.problems == ()
    if any(problems(made.schema)):
        return  # a loop
    judge, validator = Judge(made.schema, "the bundle"), among(documents, path, modern=modern)
    guiding = guide(made.schema)
    instances = Instances(random, [guiding])
    for _ in range(10):
        instance = instances.instance(guiding)
        assert (judge.first_violation(instance) is None) == (not errors_of(validator, instance, 1))


@given(seed=st.integers(0, 2**32), modern=st.booleans())
def test_every_place_of_a_bundle_has_its_origin(seed: int, modern: bool) -> None:  # noqa: FBT001
    random = Random(seed)  # noqa: S311 - no secret
    documents, path = RandomSet(random, modern).documents(), random.choice(PATHS)
    made = bundle(documents, path)
    for pointer, document in {"": path, **made.parts}.items():
        assert made.origin(f"{pointer}/type") == (document, "/type")
        assert value_at(made.schema, pointer).get("type") == documents[document].get("type")


def test_a_part_of_which_little_is_used_needs_nothing_else() -> None:
    documents: dict[str, Any] = {
        "a.json": {"$ref": "b.json#/x-types/text"},
        "b.json": {
            "items": {"$ref": "c.json#/items"},
            "x-types": {"text": {"not": {"$ref": "#/x-types/no"}}, "no": {}},
        },
        "c.json": {"items": {"$ref": "a.json"}},
        "d.json": {"$ref": "b.json"},
    }
    made = bundle(documents, "a.json")
    assert made.problems == ()
    assert list(problems(made.schema)) == []
    parts = made.schema["definitions"]
    assert parts["b.json"]["items"] == {"$ref": "#/definitions/c.json/items"}
    assert parts["b.json"]["x-types"]["text"] == {"not": {"$ref": "#/definitions/b.json/x-types/no"}}
    assert parts["c.json"]["items"] == {"$ref": "#"}
    assert bundle(documents, "d.json").schema["definitions"]["c.json"]["items"] == {"$ref": "#/definitions/a.json"}


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    documents: dict[str, Any] = {"a.json": {"$ref": "b.json", "definitions": {"b.json": False}}, "b.json": {"not": {}}}
    made = bundle(documents, "a.json")
    assert made.schema == {"$ref": "#/definitions/b.json'", "definitions": {"b.json": False, "b.json'": {"not": {}}}}
    assert made.origin("/definitions/b.json'/not") == ("b.json", "/not")
    assert made.origin("/definitions/b.json/not") == ("a.json", "/definitions/b.json/not")


def test_dynamic_references_keep_their_resources() -> None:
    """The tree of https://json-schema.org/draft/2020-12/json-schema-core#appendix-C, in two files."""
    tree = {
        "$schema": DRAFT_2020_12,
        "$id": "https://example.com/tree",
        "$dynamicAnchor": "node",
        "type": "object",
        "properties": {"data": True, "children": {"type": "array", "items": {"$dynamicRef": "#node"}}},
    }
    strict = {"$schema": DRAFT_2020_12, "$dynamicAnchor": "node", "$ref": "tree.json", "unevaluatedProperties": False}
    made = bundle(
        {"strict.json": strict, "folder/tree.json": tree, "tree.json": {**tree, "$id": "tree"}}, "strict.json"
    )
    judge = Judge(made.schema, "the bundle")
    assert judge.first_violation({"children": [{"data": 1}]}) is None
    assert judge.first_violation({"children": [{"daat": 1}]}) is not None


def test_many_documents_that_all_refer_to_each_other_share_what_they_bring_in() -> None:
    count = 150
    wide = {f"a{n}": {"type": "object", "title": "t" * 50} for n in range(100)}
    documents: dict[str, Any] = {
        f"{n}.json": {"properties": {"next": {"$ref": f"{(n + 1) % count}.json"}, **wide}} for n in range(count)
    }
    schemas = Schemas(documents, urls)
    bundles = [make_bundle(schemas, path) for path in documents]
    parts = {id(part) for made in bundles for part in made.schema["definitions"].values()}
    assert len(parts) <= 2 * count
