"""What is told of two documents: each change that breaks once, with a witness of its own, and no other one blamed."""

import json
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.compat import Kind, accepts
from arrakis_schema.compat.accepting import question_of
from arrakis_schema.compat.breaks import breaks, with_breaks
from arrakis_schema.compat.logic.results import SECONDS, STEPS

PROJECT = Path(__file__).parent.parent.parent
TOLD = json.loads((PROJECT / "tests/cases/compat/told.json").read_text())


@pytest.mark.parametrize("case", TOLD, ids=[case["name"] for case in TOLD])
def test_each_change_is_told_once_and_none_that_loosens_is_blamed(case: dict[str, Any]) -> None:
    old, new = case["old"], case["new"]
    question = question_of(new, old, "additive", "ignored", "ecma", (), STEPS, SECONDS)
    verdict = accepts(new, old)
    found = with_breaks(verdict, breaks(question, verdict, reader_is_new=True)).findings
    broken = [[one.rule, one.message, json.dumps(one.witness)] for one in found if one.at_fault]
    assert broken == case["breaks"]
    assert sorted(one.rule for one in found if not one.at_fault and one.word != "annotation") == sorted(case["others"])
    for witness in (json.loads(text) for _, _, text in broken):
        assert accepts(old, {"const": witness}).kind is Kind.COMPATIBLE
        assert accepts(new, {"const": witness}).kind is Kind.INCOMPATIBLE


def test_a_member_that_is_passed_over_is_not_blamed_for_one_that_is_refused() -> None:
    def request(*names: str, **members: Any) -> dict[str, Any]:
        arguments = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}
        return {"type": "object", "properties": {"args": arguments, **members}}

    old, new = request("a"), request("a", "b", version={"type": "string"})
    unknown = {"": "ignored", "/args": "rejected"}
    verdict = accepts(old, new, unknown=unknown, examples=[{"args": {"b": 1}, "version": "1"}], reader_is_new=False)
    assert verdict.kind is Kind.INCOMPATIBLE
    assert [change.new for change in verdict.findings if change.at_fault] == ["/properties/args/properties/b"]


@pytest.mark.parametrize("combinator", ["oneOf", "anyOf"])
def test_the_error_is_that_of_the_alternative_with_the_constant_of_the_witness(combinator: str) -> None:
    def union(bound: str) -> dict[str, Any]:
        inner = {combinator: [tagged("c", number={"type": bound}), tagged("d")]}
        return {combinator: [tagged("a", events={"items": inner}), tagged("b", events={"type": "string"})]}

    def tagged(kind: str, **members: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {"kind": {"const": kind}, **members}, "required": ["kind"]}

    verdict = accepts(union("integer"), union("number"))
    assert verdict.witness == {"kind": "a", "events": [{"kind": "c", "number": 0.5}]}
    assert verdict.at == "events[0].number: expected an integer, found 0.5"
