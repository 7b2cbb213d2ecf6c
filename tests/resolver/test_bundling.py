"""A bundle means what its document means among the others: the resolver of `referencing` is the judge."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.json_schema.bundling import Bundle, make_bundle
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
        assert (judge.first(instance) is None) == (not errors_of(validator, instance, 1))


@given(seed=st.integers(0, 2**32), modern=st.booleans())
def test_every_place_of_a_bundle_has_its_origin(seed: int, modern: bool) -> None:  # noqa: FBT001
    random = Random(seed)  # noqa: S311 - no secret
    documents, path = RandomSet(random, modern).documents(), random.choice(PATHS)
    made = bundle(documents, path)
    for pointer, document in {"": path, **made.parts}.items():
        assert made.origin(f"{pointer}/type") == (document, "/type")
        assert value_at(made.schema, pointer).get("type") == documents[document].get("type")
