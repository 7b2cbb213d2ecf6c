"""The gates of containment themselves: what is crossed and attacked, and that a wrong verdict would be seen."""

from random import Random
from typing import Any

import pytest

from arrakis_schema.compat import Kind, Verdict
from tests.compat.attack import pair
from tests.compat.crossing import FOLDERS, MISSING, SUITE, files, mistakes
from tests.compat.declared import MODERN
from tests.compat.edits import Public, attack, dropped, public_schemas
from tests.compat.edits import mistakes as edit_mistakes
from tests.compat.random_schemas import subschemas
from tests.compat.referees import Court
from tests.compat.trials import POLICIES, Pair, Tally

HARD = ["not", "if", "contains", "pattern", "uniqueItems", "multipleOf"]
HARDER = ["unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "dependentSchemas"]


def test_pairs_share_each_hard_keyword_with_different_neighbours() -> None:
    seen: set[tuple[bool, str]] = set()
    for seed in range(1500):
        reader, writer, modern = pair(seed)
        there = subschemas(writer)
        for schema in subschemas(reader):
            for keyword in {*HARD, *HARDER} & schema.keys():
                same = (other for other in there if other.get(keyword) == schema[keyword])
                if any(other != schema or reader.get("$defs") != writer.get("$defs") for other in same):
                    seen.add((modern, keyword))
    wanted = {(modern, keyword) for modern in (False, True) for keyword in HARD}
    assert wanted | {(True, keyword) for keyword in HARDER} <= seen


@pytest.mark.parametrize(
    ("reader", "writer", "verdict", "problem"),
    [
        ({"type": "integer"}, {"type": "number"}, Verdict(Kind.COMPATIBLE), "refused: 0.5"),
        ({"type": "number"}, {"type": "integer"}, Verdict(Kind.COMPATIBLE), ""),
        ({"type": "number"}, {"type": "integer"}, Verdict(Kind.INCOMPATIBLE, 1), "no witness: 1"),
        ({"type": "integer"}, {"type": "number"}, Verdict(Kind.INCOMPATIBLE, 0.5), ""),
        ({"$ref": "elsewhere.json"}, {"type": "number"}, Verdict(Kind.INCOMPATIBLE, 1), "not confirmed: 1"),
        (
            {"maxProperties": 0},
            {"properties": {"a": True}},
            Verdict(Kind.INCOMPATIBLE, {"b": 1}),
            'no witness: {"b": 1}',
        ),
    ],
)
def test_a_wrong_verdict_is_seen(reader: Any, writer: Any, verdict: Verdict, problem: str) -> None:
    assert Pair(reader, writer).problem(Court(), verdict, lambda: [1, 0.5, {}]) == problem


@pytest.mark.parametrize(
    ("schema", "instance", "expected", "outvoted"),
    [
        ({"multipleOf": 0.01}, 19.99, True, ["jsonschema"]),
        ({"pattern": "^a$"}, "a\n", False, []),  # `$` and `.` are written as they are meant, see `referees`
        ({"pattern": "^.$"}, "\r", False, []),
        ({"pattern": "^a$"}, "a", True, []),
        ({"$schema": MODERN, "$ref": "#/$defs/a", "$defs": {"a": {"minimum": 1}}}, 0, False, []),
        ({"$ref": "elsewhere.json"}, 1, None, []),
    ],
)
def test_two_of_three_validators_decide(schema: Any, instance: Any, expected: Any, outvoted: list[str]) -> None:
    court = Court()
    assert court.referees(schema).valid(instance) is expected
    assert [name for name, _ in court.disagreements] == outvoted


@pytest.mark.skipif(not SUITE.is_dir(), reason=MISSING)
@pytest.mark.parametrize("dialect", FOLDERS)
def test_neighbours_in_the_official_suite_are_judged_rightly(dialect: str) -> None:
    court, tally = Court(), Tally()
    for file in files(dialect):
        count = len(file.schemas)
        neighbours = [(number, (number + step) % count) for number in range(count) for step in (1, count - 1)]
        for policy in POLICIES:
            assert not list(mistakes(file, neighbours, policy, court, tally))
    assert tally.kinds.total() > 500


@pytest.mark.parametrize("public", list(public_schemas(20_000)), ids=lambda public: public.name)
def test_edits_of_public_schemas_are_judged_rightly_in_as_many_steps_at_each_run(public: Public) -> None:
    assert not list(edit_mistakes(public, Court()))
    pair = Pair(dropped(public.document, Random(2)), public.document)
    assert attack(pair, Court(), 1)[1] == attack(pair, Court(), 1)[1]
