"""The tables of the meta-schemas accept what the complete validator accepts, and nothing else."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrakis_schema.json_schema.dialects import DRAFT_07, DRAFT_2020_12, EVERY_KEYWORD, KEYWORDS
from arrakis_schema.json_schema.judge.complete import meta_schema_errors
from arrakis_schema.json_schema.judge.meta_schemas import is_plainly_valid

PROJECT = Path(__file__).parents[2]
FILES = [*PROJECT.glob("tests/cases/compat/*.json"), *PROJECT.glob("schemas/**/descriptor.json")]
ODD = [None, True, 0, -1, 1.0, 0.5, "a", "a\n", "", "http://x#a", [], ["a", "a"], ["string", "string"], {}, {"a": 1}]


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


SCHEMAS = [one for path in FILES for one in objects(json.loads(path.read_text())) if 0 < len(json.dumps(one)) < 3000]


def edited(schema: dict[str, Any], random: Random) -> dict[str, Any]:
    """Return a schema with a few values that are odd where they stand."""
    schema = deepcopy(schema)
    for _ in range(random.randint(0, 2)):
        place = random.choice(list(objects(schema)))
        names = [*place, *EVERY_KEYWORD]
        place[random.choice(names)] = deepcopy(random.choice(ODD))
    return schema


@pytest.mark.parametrize("dialect", KEYWORDS)
@settings(max_examples=300)
@given(schema=st.sampled_from(SCHEMAS), random=st.randoms(use_true_random=False))
def test_what_is_plainly_valid_has_no_error(dialect: str, schema: dict[str, Any], random: Random) -> None:
    changed = edited(schema, random)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("arrakis_schema.json_schema.judge.complete.is_plainly_valid", lambda *_: False)
        errors = list(meta_schema_errors(changed, dialect))
    assert is_plainly_valid(changed, dialect) == (errors == [])


def test_an_id_with_a_fragment_is_one_of_draft_07_alone() -> None:
    assert not is_plainly_valid({"$id": "#x"}, DRAFT_2020_12)
    assert is_plainly_valid({"$id": "#x"}, DRAFT_07)


def test_schemas_may_nest_as_deep_as_validators_follow_them() -> None:
    deep: Any = {"type": "string"}
    for _ in range(399):
        deep = {"allOf": [deep]}
    assert is_plainly_valid(deep, DRAFT_07)
    assert not is_plainly_valid({"not": deep}, DRAFT_07)
