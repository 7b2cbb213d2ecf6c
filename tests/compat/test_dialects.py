"""Documents of different dialects compared: cases, random pairs that are attacked, and the official suite."""

import json
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.compat import Kind, accepts
from tests.compat.attack import dialects_trial
from tests.compat.crossing import FOLDERS, MISSING, SUITE, official_cases
from tests.compat.declared import validator_of
from tests.compat.referees import Court
from tests.compat.trials import POLICIES, Tally
from tests.compat.writing import URIS

CASES = json.loads((Path(__file__).parent.parent / "cases/compat/dialects.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_documents_of_two_dialects_are_compared_by_what_each_means(case: dict[str, Any]) -> None:
    old, new = case["old"], case["new"]
    for reader, writer, wanted in ((new, old, case["forth"]), (old, new, case["back"])):
        verdict = accepts(reader, writer, policy="strict")
        assert verdict.kind.value == wanted, verdict
        if verdict.kind is Kind.INCOMPATIBLE and "unevaluatedItems" not in reader:
            assert validator_of(writer).is_valid(verdict.witness)
            assert not validator_of(reader).is_valid(verdict.witness)
            assert any(change.at_fault for change in verdict.findings)


@pytest.mark.parametrize("policy", POLICIES)
def test_random_pairs_of_all_dialects_are_judged_rightly(policy: Any) -> None:
    court, tally, seen = Court(), Tally(), set()
    for seed in range(200):
        tried, names = dialects_trial(seed, policy, court)
        assert not tried.problem, (seed, names, tried)
        tally.count(tried, str(names))
        seen |= {names}
    assert {name for pair in seen for name in pair} == set(URIS)
    assert any(reader != writer for reader, writer in seen)
    assert tally.kinds["invalid"] == 0
    assert tally.kinds["undecided"] < 10
    assert min(tally.kinds["compatible"], tally.kinds["incompatible"]) > 20


@pytest.mark.skipif(not SUITE.is_dir(), reason=MISSING)
@pytest.mark.parametrize("dialect", FOLDERS)
def test_each_instance_of_the_official_suite_is_accepted_just_where_it_is_valid(dialect: str) -> None:
    """Asked as a writer that sends this instance alone."""
    uri, counted = FOLDERS[dialect][1], 0
    for name, schema, instance, valid in official_cases(dialect):
        if name.startswith("vocabulary:"):  # with meta-schemas of their own
            continue
        document = {"$schema": uri, **schema} if isinstance(schema, dict) else schema
        kind = accepts(document, {"$schema": uri, "enum": [instance]}, policy="strict", steps=20_000).kind
        wanted = Kind.COMPATIBLE if valid else Kind.INCOMPATIBLE
        assert kind in {wanted, Kind.UNDECIDED}, (name, schema, instance)
        counted += kind is wanted
    assert counted > 550
