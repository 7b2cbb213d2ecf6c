"""Members that a reader does not know: what `registry.toml` says of them holds for every judge, as it does for compat."""

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from arrakis_schema.compat.closure import closure_of
from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.compat.sides import close, open_side
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of
from arrakis_schema.json_schema.judge.complete import make_validator
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.validators import UnknownMembers
from tests.compat.random_schemas import Instances, Schemas

if TYPE_CHECKING:
    from arrakis_schema.json_schema.declared_members import Unknown

CASES = json.loads((Path(__file__).parent.parent / "cases/unknown/members.json").read_text(encoding="utf-8"))
PLACES = ["", "/a", "/b", "/ab", "/0", "/1", "/2", "/a/b", "/a/0", "/0/a", "/b/a"]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_case_names_the_members_that_are_unknown(case: dict[str, Any]) -> None:
    members = UnknownMembers([Judge(case["schema"], "the document")], case.get("unknown", "rejected"))
    for text, expected in case["found"].items():
        instance = json.loads(text)
        found = [".".join(map(str, violation.path)) for violation in members.violations(instance)]
        assert found == expected, text
        first = members.first_violation(instance)
        assert (first is None) == (not expected)
        assert closed_refuses(case["schema"], [instance], case.get("unknown", "rejected")) == [bool(expected)]


def test_a_sentence_names_what_is_declared() -> None:
    members = UnknownMembers([Judge({"properties": {"max_rate": True, "a": True}}, "the document")], {"": "rejected"})
    assert (
        str(members.first_violation({"max_rat": 1}))
        == 'max_rat: expected one of the members "a", "max_rate", found "max_rat"'
    )


def closed_refuses(document: Any, instances: list[Any], unknown: "Unknown") -> list[bool] | None:
    """Tell which instances compat's closure of a document refuses; None if it has none."""
    try:
        closed = close(open_side(document, dialect_of(document) or DRAFT_07), closure_of(unknown), lambda: None)
    except UndecidedError:
        return None
    if closed.closure is True:
        return [False] * len(instances)
    validator = make_validator(closed.closure, closed.dialect, registry=closed.registry)
    return [not validator.is_valid(instance) for instance in instances]


@pytest.mark.parametrize("seed", range(4))
def test_the_members_that_a_writer_may_send_are_those_that_a_reader_knows(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - chance that a seed repeats
    compared = 0
    for number in range(300):
        unknown: Unknown = dict.fromkeys(random.sample(PLACES, 3), "rejected") if number % 2 else "rejected"
        document = Schemas(random, modern=seed % 2 == 1).document()
        judge = Judge(document, "the document")
        maker = Instances(random, [document])
        instances = [
            instance for instance in (maker.instance(document) for _ in range(6)) if not judge.first_violation(instance)
        ]
        expected = closed_refuses(document, instances, unknown)
        if expected is not None:
            members = UnknownMembers([judge], unknown)
            assert [members.first_violation(instance) is not None for instance in instances] == expected, (
                unknown,
                document,
            )
            compared += sum(expected)
    assert compared > 5
