"""Laws of containment, on random schemas: what must hold whatever the schemas say."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from arrakis_schema.compat import InvalidSchemaError, Kind, Verdict, accepts
from arrakis_schema.compat.containment import Question, decide_containment
from tests.compat.attack import pair
from tests.compat.random_schemas import Instances
from tests.compat.referees import Court

PROJECT = Path(__file__).parent.parent.parent
SEEDS = st.integers(0, 10**9)
few = settings(max_examples=40)


def within(writer: Any, reader: Any) -> Kind:
    try:
        return decide_containment(Question(reader, writer)).kind
    except InvalidSchemaError:
        reject()


@few
@given(SEEDS)
def test_a_document_is_compatible_with_itself(seed: int) -> None:
    one, other, _ = pair(seed)
    within(one, other)
    for schema in (one, other):
        assert within(schema, json.loads(json.dumps(schema))) is Kind.COMPATIBLE
        assert {change.rule for change in accepts(schema, schema).findings} <= {"writer-empty"}


@few
@given(SEEDS)
def test_joining_widens_and_narrows(seed: int) -> None:
    one, other, modern = pair(seed)
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema"} if modern else {}
    parts = [{"definitions" if not modern else "$defs": {}, **schema} for schema in (one, other)]
    if any('"$ref"' in json.dumps(part) for part in parts):
        return  # a definition does not travel with its schema
    assert within(one, {**named, "anyOf": parts}) is not Kind.INCOMPATIBLE
    assert within({**named, "allOf": parts}, one) is not Kind.INCOMPATIBLE
    assert within({**named, "not": {"not": one}}, one) is not Kind.INCOMPATIBLE
    assert within(one, {**named, "not": {"allOf": [{"not": one}, True]}}) is not Kind.INCOMPATIBLE


@few
@given(SEEDS, SEEDS)
def test_acceptance_is_transitive(seed: int, other_seed: int) -> None:
    one, two, modern = pair(seed)
    three, _, same = pair(other_seed)
    if modern == same and within(one, two) is within(two, three) is Kind.COMPATIBLE:
        assert within(one, three) is not Kind.INCOMPATIBLE


@few
@given(SEEDS)
def test_the_same_question_has_the_same_answer(seed: int) -> None:
    reader, writer, _ = pair(seed)
    within(writer, reader)
    first, second = (decide_containment(Question(reader, writer)) for _ in range(2))
    assert (first.kind, first.witness) == (second.kind, second.witness)


NAMES = st.sampled_from(["a", "b", "c"])
PLAIN = st.recursive(
    st.sampled_from([{"type": "integer"}, {"type": "string", "minLength": 1}, {"type": "null"}, {"enum": [1, "a"]}]),
    lambda inner: (
        st.builds(
            lambda properties, names: {
                "type": "object",
                "properties": properties,
                "required": sorted(names & properties.keys()),
            },
            st.dictionaries(NAMES, inner, min_size=1, max_size=3),
            st.sets(NAMES, max_size=2),
        )
        | st.builds(lambda item: {"type": "array", "items": item}, inner)
    ),
    max_leaves=6,
)


def closed(schema: Any) -> Any:
    """Write down what the policy `additive` means, for schemas without combinators."""
    if "items" in schema:
        return {**schema, "items": closed(schema["items"])}
    if "properties" not in schema:
        return schema
    inner = {name: closed(one) for name, one in schema["properties"].items()}
    return {**schema, "properties": inner, "additionalProperties": False}


@given(PLAIN, PLAIN)
def test_additive_is_strict_with_the_writer_closed(reader: Any, writer: Any) -> None:
    verdict = accepts(reader, writer)
    assert verdict.kind is accepts(reader, closed(writer), policy="strict").kind
    refusing = accepts(reader, writer, unknown="rejected")
    assert refusing.kind is accepts(closed(reader), closed(writer), policy="strict").kind
    if verdict.kind is Kind.INCOMPATIBLE:
        assert refusing.kind is Kind.INCOMPATIBLE


@given(PLAIN, PLAIN)
def test_an_incompatible_pair_has_a_difference_at_fault_and_a_compatible_one_has_none(reader: Any, writer: Any) -> None:
    for unknown in ("ignored", "rejected"):
        verdict = accepts(reader, writer, unknown=unknown)
        assert any(change.at_fault for change in verdict.findings) == (verdict.kind is Kind.INCOMPATIBLE)
        assert (verdict.at != "") == (verdict.kind is Kind.INCOMPATIBLE)


@given(reader=PLAIN, writer=PLAIN)
def test_the_differences_run_from_the_old_document_to_the_new(reader: Any, writer: Any) -> None:
    forth, back = accepts(reader, writer), accepts(writer, reader, reader_is_new=False)
    assert {change.rule for change in forth.findings if not change.at_fault} >= {
        change.rule for change in back.findings if not change.at_fault and change.rule not in _rules_at_fault(forth)
    }


def _rules_at_fault(verdict: Verdict) -> set[str]:
    return {change.rule for change in verdict.findings if change.at_fault}


@given(SEEDS)
def test_one_value_is_accepted_just_where_the_validators_accept_it(seed: int) -> None:
    schema, _, modern = pair(seed)
    referees, random = Court().referees(schema), Random(seed)
    named = {"$schema": schema["$schema"]} if modern else {}
    for _ in range(4):
        value = Instances(random, [schema]).instance(schema)
        valid = referees.valid(value)
        if valid is None:
            continue
        wanted = {True: Kind.COMPATIBLE, False: Kind.INCOMPATIBLE}
        assert within({**named, "const": value}, schema) in {wanted[valid], Kind.UNDECIDED}
        assert within(schema, {**named, "not": {"const": value}}) in {wanted[not valid], Kind.UNDECIDED}


SAMPLE = """
import json, sys
from arrakis_schema.compat import accepts
from tests.compat.attack import pair
for seed in range(40):
    reader, writer, _ = pair(seed)
    verdict = accepts(reader, writer, steps=1500)
    print(verdict.kind, json.dumps(verdict.witness), verdict.reason)
"""


def test_every_run_takes_the_same_steps() -> None:
    """Steps, and so verdicts and witnesses, do not depend on how this run of Python orders its sets."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", SAMPLE],
            check=True,
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].count("\n") == 40
