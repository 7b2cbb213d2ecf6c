"""Containment of JSON Schemas: cases for every keyword, equal pairs, what stays undecided; judged by real validators."""

import json
import os
import re
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from referencing import Registry

from arrakis_schema.compat import InvalidSchemaError, Kind, Verdict, accepts
from arrakis_schema.compat.accepting import Policy
from arrakis_schema.compat.changes import changes
from arrakis_schema.compat.containment import Question, decide_containment
from arrakis_schema.compat.logic.keywords import GENERAL, READ_BY_ANOTHER, SPECIAL
from arrakis_schema.findings.rules import RULES
from arrakis_schema.json_schema.dialects import DIALECTS as FACTS
from arrakis_schema.json_schema.dialects import DRAFT_04, DRAFT_07, DRAFT_2020_12, Dialect
from tests.compat.attack import pair, trial
from tests.compat.declared import Declared, validator_of
from tests.compat.random_schemas import Instances
from tests.compat.referees import Court
from tests.compat.trials import POLICIES

PROJECT = Path(__file__).parent.parent.parent
CASES = PROJECT / "tests/cases/compat"
KEYWORDS = json.loads((CASES / "keywords.json").read_text())
CLOSED = json.loads((CASES / "closed.json").read_text())
EQUAL = json.loads((CASES / "equal.json").read_text())
DIALECTS = {"draft-07": DRAFT_07, "2020-12": DRAFT_2020_12}
SUITE = Path(os.environ.get("CONTAINMENT_SUITE", PROJECT.parent / "shared/compat/containment-draft7.jsonl"))


def strict(reader: Any, writer: Any) -> Verdict:
    return accepts(reader, writer, policy="strict")


def judge(reader: Any, writer: Any, dialect: str = DRAFT_07) -> Iterator[Any]:
    """Yield instances that the writer's schema accepts and the reader's refuses, of many tried."""
    kind = jsonschema.validators.validator_for({"$schema": dialect}, jsonschema.Draft7Validator)
    reads, writes = (kind(schema, registry=Registry()) for schema in (reader, writer))
    random = Random(1)
    instances = Instances(random, [reader, writer])
    for _ in range(150):
        value = instances.instance(random.choice([reader, writer]))
        if writes.is_valid(value) and not reads.is_valid(value):
            yield value


def cases() -> Iterator[Any]:
    for dialect, keywords in KEYWORDS.items():
        for keyword, pairs in keywords.items():
            for wide, narrow in pairs:
                named = [{"$schema": DIALECTS[dialect], **one} for one in (wide, narrow)]
                yield pytest.param(DIALECTS[dialect], *named, id=f"{dialect}-{keyword}")


@pytest.mark.parametrize(("dialect", "wide", "narrow"), list(cases()))
def test_the_narrow_schema_fits_into_the_wide_one_and_not_the_other_way(dialect: str, wide: Any, narrow: Any) -> None:
    assert strict(wide, narrow).kind is Kind.COMPATIBLE
    assert list(judge(wide, narrow, dialect)) == []
    refused = strict(narrow, wide)
    assert refused.kind is Kind.INCOMPATIBLE, refused
    kind = jsonschema.validators.validator_for(wide)
    assert kind(wide, registry=Registry()).is_valid(refused.witness)
    assert not kind(narrow, registry=Registry()).is_valid(refused.witness)
    assert any(change.at_fault for change in refused.findings)


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_writer_sends_what_any_subschema_of_the_place_declares(name: str, dialect: str) -> None:
    writer, reader, wanted = CLOSED[name]
    if dialect == "2020-12":
        writer, reader = (modern(schema) for schema in (writer, reader))
    verdict = accepts(reader, writer)
    assert verdict.kind.value == wanted
    reads, writes = validator_of(reader), validator_of(writer)
    if verdict.kind is Kind.INCOMPATIBLE:
        assert writes.is_valid(verdict.witness)
        assert not reads.is_valid(verdict.witness)
        assert Declared(writer, writes).holds(verdict.witness)


def modern(schema: Any) -> Any:
    """Return a draft-07 schema in the words of 2020-12."""
    text = json.dumps(schema).replace('"items": [', '"prefixItems": [').replace("definitions", "$defs")
    return {"$schema": DRAFT_2020_12, **json.loads(text)}


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=[json.dumps(one)[:60] for one, _ in EQUAL])
def test_equal_schemas_accept_each_other(one: Any, other: Any) -> None:
    for reader, writer in ((one, other), (other, one)):
        assert strict(reader, writer).kind is Kind.COMPATIBLE
        assert list(judge(reader, writer)) == []


@pytest.mark.parametrize("dialect", FACTS.values(), ids=lambda dialect: dialect.name)
def test_every_keyword_with_an_effect_has_a_meaning(dialect: Dialect) -> None:
    special = {keyword for table in SPECIAL[dialect.uri].values() for keyword in table}
    meant = {*GENERAL[dialect.uri], *special}
    effective = {name for name, keyword in dialect.keywords.items() if keyword.has_effect}
    assert effective - meant <= READ_BY_ANOTHER | ({"$ref"} if dialect.ref_alone else set())
    idle = {name for name in meant & dialect.keywords.keys() if name not in effective}
    assert idle <= {"format", "dependencies", "$recursiveRef"}
    covered = {keyword for cases in KEYWORDS.values() for keyword in cases}
    assert meant & dialect.keywords.keys() - covered <= {"format", "$recursiveRef"}


@pytest.mark.skipif(not SUITE.exists(), reason="CONTAINMENT_SUITE names no file of cases")
def test_the_containment_suite() -> None:
    undecided = 0
    for line in SUITE.read_text().splitlines():
        case = json.loads(line)
        verdict = decide_containment(Question(case["new"], case["old"]))
        undecided += verdict.kind is Kind.UNDECIDED
        wanted = Kind.COMPATIBLE if case["compatible"] else Kind.INCOMPATIBLE
        assert verdict.kind in {wanted, Kind.UNDECIDED}, case["id"]
    assert undecided <= 11


@pytest.mark.parametrize("seed", range(0, 400, 40))
@pytest.mark.parametrize("policy", POLICIES)
def test_random_pairs_survive_an_attack(seed: int, policy: Policy) -> None:
    court = Court()
    for number in range(seed, seed + 40):
        assert not trial(number, policy, court).problem, pair(number)


def test_every_difference_has_a_rule_on_the_page() -> None:
    page = (PROJECT / "docs/changes.md").read_text()
    for rule, told in RULES.items():
        row = re.search(
            rf'^\| <span id="{re.escape(rule)}">\[`{re.escape(rule)}`\]\((.*)#(.*)\)</span> \| (.*) \|$',
            page,
            re.MULTILINE,
        )
        assert row, rule
        assert row.groups()[1:] == (rule, told.meaning)
        assert f'<h3 id="{rule}">' in (PROJECT / "docs" / row.group(1)).read_text()
    assert page.count("<span id=") == len(RULES)
    for seed in range(300):
        old, new, _ = pair(seed)
        assert {change.rule for change in changes(old, new)} <= RULES.keys()
        assert list(changes(old, old)) == []


def test_format_is_an_annotation_unless_asked() -> None:
    reader, writer = {"type": "string", "format": "date"}, {"type": "string"}
    assert accepts(reader, writer).kind is Kind.COMPATIBLE
    assert accepts(reader, writer, formats=True).kind is Kind.UNDECIDED
    assert accepts(reader, reader, formats=True).kind is Kind.COMPATIBLE


def test_a_writer_that_sends_only_what_it_declares() -> None:
    old = {"type": "object", "properties": {"a": {"type": "integer"}}}
    new = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}
    assert accepts(new, old).kind is Kind.COMPATIBLE
    assert accepts(new, old, policy="strict").witness == {"b": None} or accepts(new, old, policy="strict").witness
    assert accepts(old, new).kind is Kind.COMPATIBLE
    refused = accepts(old, new, unknown="rejected")
    assert (refused.kind, refused.witness) == (Kind.INCOMPATIBLE, {"b": "a"})
    assert accepts(old, new, unknown={"/args": "rejected"}).kind is Kind.COMPATIBLE
    nested = [{"properties": {"args": one}} for one in (old, new)]
    assert accepts(*nested, unknown={"/args": "rejected"}).witness == {"args": {"b": "a"}}


@pytest.mark.parametrize(
    "writer",
    [
        {"allOf": [{"properties": {"a": True}}, {"properties": {"b": True}}], "type": "object"},
        {"type": "object", "properties": {"a": True}, "required": ["b"]},
        {
            "type": "object",
            "oneOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}, {"properties": {"b": True}}],
        },
        {"$ref": "#/definitions/x", "definitions": {"x": {"type": "object", "properties": {"a": True, "b": True}}}},
        {"type": "object", "properties": {"a": True}, "dependencies": {"a": ["b"]}},
        {"type": "object", "properties": {"a": True}, "additionalProperties": {"type": "null"}},
    ],
)
def test_closing_a_writer_leaves_it_what_it_declares(writer: Any) -> None:
    """A closed writer that could send nothing would be compatible with everything."""
    assert accepts({"not": {"required": ["b"]}}, writer).kind is Kind.INCOMPATIBLE
    assert accepts({"not": {}}, writer).kind is Kind.INCOMPATIBLE


UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


@pytest.mark.parametrize(
    ("reader", "writer", "ecma", "python"),
    [
        ({"type": "string", "maxLength": 1}, {"type": "string", "pattern": "^a$"}, "compatible", "compatible"),
        ({"pattern": "^[0-9]$"}, {"type": "string", "pattern": "^\\d$"}, "compatible", "incompatible"),
        ({"pattern": "^.{0,64}$"}, {"type": "string"}, "incompatible", "incompatible"),
        ({"pattern": "^\\S*$"}, {"type": "string"}, "incompatible", "incompatible"),
        (
            {"properties": {"id": {"pattern": UUID}, "n": {"minimum": 2}}, "required": ["id"]},
            {
                "properties": {"id": {"type": "string", "pattern": UUID}, "n": {"type": "integer", "minimum": 1}},
                "required": ["id", "n"],
                "type": "object",
            },
            "incompatible",
            "incompatible",
        ),
    ],
    ids=["end", "digits", "length", "spaces", "uuid"],
)
def test_patterns_are_read_as_the_specification_says_or_as_python_does(
    reader: Any, writer: Any, ecma: str, python: str
) -> None:
    verdicts = {way: accepts(reader, writer, patterns=way) for way in ("ecma", "python")}
    assert {way: verdict.kind.value for way, verdict in verdicts.items()} == {"ecma": ecma, "python": python}
    for verdict in verdicts.values():
        if verdict.kind is Kind.INCOMPATIBLE:
            assert validator_of(writer).is_valid(verdict.witness)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"policy": "Strict"}, "'additive' or 'strict'"),
        ({"unknown": None}, "'ignored' or 'rejected'"),
        ({"unknown": ["rejected"]}, "'ignored' or 'rejected'"),
        ({"unknown": {1: "rejected"}}, "unknown names the place 1: expected a JSON Pointer"),
        ({"metadata": "rate"}, r"metadata is 'rate': expected a collection of keys, such as \['rate'\]"),
        ({"unknown": "reject"}, "'ignored' or 'rejected'"),
        ({"unknown": {"/args": "ignore"}}, "'ignored' or 'rejected'"),
        ({"unknown": {"args": "rejected"}}, "a JSON Pointer"),
        ({"columns": "Exact"}, "'by-name' or 'exact'"),
        ({"patterns": "Python"}, "'ecma' or 'python'"),
        ({"steps": "5"}, "steps is '5': expected a positive integer"),
        ({"steps": 0}, "steps is 0: expected a positive integer"),
        ({"steps": 2.5}, "steps is 2.5: expected a positive integer"),
        ({"timeout": "x"}, "timeout is 'x': expected a positive number of seconds"),
        ({"timeout": float("nan")}, "timeout is nan: expected a positive number of seconds"),
        ({"timeout": True}, "timeout is True: expected a positive number of seconds"),
        ({"examples": {"a": 1}}, "examples is {'a': 1}: expected a list of messages"),
        ({"examples": 5}, "examples is 5: expected a list of messages"),
    ],
)
def test_an_unknown_value_of_an_option_is_an_error(options: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        accepts({}, {}, **options)


@pytest.mark.parametrize(
    ("writer", "reason"),
    [
        ({"type": "object", "allOf": [{"required": ["a"]}], "additionalProperties": False}, "allOf and additional"),
        ({"type": "object", "properties": {"a": True}, "minProperties": 2}, "only declared members"),
        ({"type": "integer", "minimum": 2, "maximum": 1}, "minimum and maximum"),
        ({"$schema": DRAFT_2020_12, "enum": [1], "type": "string"}, "enum and type"),
        (False, "is false"),
        (
            {
                "$ref": "#/definitions/n",
                "definitions": {
                    "n": {"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#/definitions/n"}}}
                },
            },
            "the schema at /definitions/n requires itself inside itself, without end",
        ),
        (
            {"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#"}}},
            "the schema requires itself inside itself, without end",
        ),
    ],
)
def test_a_writer_that_can_send_nothing_is_told(writer: Any, reason: str) -> None:
    verdict = accepts({"type": "string"}, writer)
    assert verdict.kind is Kind.COMPATIBLE
    assert verdict.reason.startswith("the writer can send nothing")
    assert reason in verdict.reason
    assert [change.message for change in verdict.findings if change.rule == "writer-empty"] == [verdict.reason]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("name", ["https://example.org/a/root.json", "a/root.json", "root.json", "urn:a:b", None])
def test_references_are_resolved_below_every_embedded_id(dialect: str, name: str | None) -> None:
    definitions = "definitions" if dialect == DRAFT_07 else "$defs"

    def document(value: str) -> Any:
        inner = {"$id": "deep/k.json", "items": {"$ref": f"#/{definitions}/z"}, definitions: {"z": {"type": value}}}
        leaf = {"$id": "leaf.json", "type": value}
        nested = {
            "$id": "sub/inner.json",
            "properties": {"x": {"$ref": "leaf.json"}},
            definitions: {"leaf": leaf, "k": inner},
        }
        named = {"v": nested, "w": {"$ref": "sub/inner.json"}, "q": {"$ref": "sub/deep/k.json"}}
        return {"$schema": dialect, "properties": named, **({} if name is None else {"$id": name})}

    wide, narrow = document("number"), document("integer")
    for policy in POLICIES:
        assert accepts(wide, narrow, policy=policy).kind is Kind.COMPATIBLE
        assert accepts(narrow, wide, policy=policy).kind is Kind.INCOMPATIBLE


def test_an_embedded_schema_of_another_dialect_is_undecided() -> None:
    embedded = {"$id": "http://example.org/m", "$schema": DRAFT_2020_12, "$ref": "#/$defs/q", "$defs": {"q": {}}}
    document = {"properties": {"v": {"$ref": "http://example.org/m"}}, "definitions": {"m": embedded}}
    other = {**document, "definitions": {"m": {**embedded, "dependentRequired": {"a": ["b"]}}}}
    assert "another dialect" in accepts(other, document).reason
    assert accepts(document, document).kind is Kind.COMPATIBLE
    older = {"$schema": DRAFT_04, "allOf": [{"$ref": "http://example.org/m"}], "definitions": {"m": embedded}}
    number = {"id": "http://example.org/m", "$schema": DRAFT_04, "type": "number"}
    newer = {"$schema": DRAFT_2020_12, "$ref": "http://example.org/m", "$defs": {"m": number}}
    assert "another dialect" in accepts(older, newer, policy="strict").reason


def members(count: int) -> Any:
    fields = {f"f{n}": {"type": "integer", "minimum": n, "description": f"Field {n}."} for n in range(count)}
    return {"type": "object", "properties": fields, "required": sorted(fields)[::3]}


@pytest.mark.parametrize("size", [50, 400])
def test_the_steps_follow_the_edit_and_not_the_document(size: int) -> None:
    old, words, bound = members(size), members(size), members(size)
    words["properties"]["f5"]["description"] = "Other words."
    bound["properties"]["f5"]["minimum"] = 6
    assert accepts(words, old, steps=8 * size).kind is Kind.COMPATIBLE
    assert accepts(bound, old, steps=40 * size).kind is Kind.INCOMPATIBLE
    assert accepts(bound, old, steps=10).reason == "not decided within 10 steps"


def test_documents_that_mean_the_same_are_not_looked_into() -> None:
    """Names of definitions, order, words: also beside what could not be decided."""
    one = {
        "properties": {
            "a": {"$ref": "#/definitions/x"},
            "b": {"pattern": "(a)\\1"},
            "c": {"$ref": "http://example.org/c"},
        },
        "required": ["a", "b"],
        "definitions": {"x": {"anyOf": [{"type": "array", "items": {"$ref": "#/definitions/x"}}, {"enum": [1, "b"]}]}},
    }
    other: Any = {
        "description": "Other words.",
        "definitions": {
            "y": {"anyOf": [{"enum": ["b", 1.0]}, {"items": {"$ref": "#/definitions/y"}, "type": "array"}]}
        },
        "required": ["b", "a"],
        "properties": {
            "c": {"$ref": "http://example.org/c"},
            "b": {"pattern": "(a)\\1"},
            "a": {"$ref": "#/definitions/y"},
        },
    }
    assert accepts(one, other).kind is accepts(other, one).kind is Kind.COMPATIBLE
    other["properties"]["c"]["$ref"] = "http://example.org/d"
    assert (
        accepts(one, other).reason == "the reference to http://example.org/c leads to nothing in any of the documents"
    )


def test_a_change_is_told_by_where_it_is_used_and_only_what_tightens_is_blamed() -> None:
    def document(minimum: int, required: list[str]) -> Any:
        rate = {"type": "integer", "minimum": minimum}
        named = {"rate": {"type": "integer"}, "channel": {"$ref": "#/definitions/C"}, "a": True, "b": True}
        defined = {
            "C": {"type": "object", "properties": {"rate": rate}},
            "D": {"$id": "http://example.org/d", "items": rate},
        }
        list_ = {"type": "array", "items": {"properties": {"d": {"$ref": "http://example.org/d"}}}}
        return {"properties": {**named, "list": list_}, "required": required, "definitions": defined}

    verdict = accepts(document(2, ["b"]), document(1, ["a"]))
    told = {change.message: change.at_fault for change in verdict.findings}
    assert told["channel.rate: `minimum` changed from 1 to 2"] or told["'b' is now required"]
    assert not told["'a' is no longer required"]
    embedded = accepts(
        {"$ref": "http://example.org/d", "definitions": {"D": {"$id": "http://example.org/d", "minimum": 2}}},
        {"$ref": "http://example.org/d", "definitions": {"D": {"$id": "http://example.org/d", "minimum": 1}}},
    )
    assert [change.rule for change in embedded.findings if change.at_fault] == ["minimum-tightened"]


def test_a_witness_is_made_from_an_example() -> None:
    old = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "rate": {"type": "integer"}},
        "required": ["rate"],
    }
    new = {**old, "properties": {"name": {"type": "string"}, "rate": {"type": "integer", "minimum": 1}}}
    example = {"name": "H1:GDS-CALIB_STRAIN", "rate": 16384}
    verdict = accepts(new, old, examples=[example])
    assert verdict.witness == {"name": "H1:GDS-CALIB_STRAIN", "rate": 0}
    assert verdict.at == "rate: expected at least 1, found 0"


def test_words_alone_are_annotations() -> None:
    verdict = accepts({"type": "null", "title": "a"}, {"type": "null", "title": "b", "x-unit": "s"})
    assert verdict.kind is Kind.COMPATIBLE
    assert {change.effect.value for change in verdict.findings} == {"annotation"}


def nested(depth: int) -> Any:
    schema: Any = True
    for _ in range(depth):
        schema = {"properties": {"a": schema}, "not": {"const": 1}}
    return schema


@pytest.mark.parametrize(
    ("reader", "writer"),
    [
        (nested(10_000), nested(9_999)),
        (
            {"allOf": [{"$ref": "#/definitions/d0"}], "definitions": {
                **{f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(40)}, "d40": {"maximum": 5}}},
            {"type": "integer"},
        ),
        ({"type": "string", "pattern": "(a+)+b"}, {"type": "string", "minLength": 60, "pattern": "^a*$"}),
        ({"type": "string", "pattern": "^(a{1,999}){1,999}$"}, {"type": "string"}),
        ({"minItems": 10**9}, {"type": "array", "minItems": 10**9 - 1}),
        ({"minLength": 10**12}, {"type": "string"}),
        ({"anyOf": [{"multipleOf": 1 + n / 1000} for n in range(60)]}, {"type": "number"}),
        ({"properties": {f"p{n}": {"oneOf": [{"minimum": n}, {"multipleOf": 7}]} for n in range(60)}}, {"type": "object"}),
        ({"patternProperties": {f"^{n}": {"minimum": n} for n in range(20)}}, {"type": "object"}),
        ({"maximum": 1e308}, {"type": "number"}),
    ],
    ids=["deep", "allOf", "backtracking", "repetition", "items", "length", "multiples", "choices", "patterns", "huge"],
)  # fmt: skip
def test_hostile_schemas_end(reader: Any, writer: Any) -> None:
    for one, other in ((reader, writer), (writer, reader)):
        verdict = accepts(one, other, steps=20_000)
        assert verdict.kind in set(Kind)
        if verdict.kind is Kind.INCOMPATIBLE and len(json.dumps(verdict.witness)) < 1000:
            # `re` would search for a witness for ever, and jsonschema reads 1e308 as the integer that its double holds
            judge = jsonschema_rs if {"pattern", "maximum"} & one.keys() else jsonschema
            assert not judge.Draft7Validator(one).is_valid(verdict.witness)


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "foo"}, "not a valid JSON Schema"),
        ({"$id": "https://[a"}, "/\\$id: expected a URI reference"),
        ({"minimum": float("nan")}, "NaN"),
        (
            {"$schema": "http://json-schema.org/draft-03/schema#"},
            "expected the meta-schema of a known dialect .draft-04, draft-06",
        ),
        ({"$schema": 3}, "expected the meta-schema of"),
    ],
)
def test_what_is_no_schema_is_refused(schema: Any, problem: str) -> None:
    with pytest.raises(InvalidSchemaError, match=problem):
        accepts(schema, {})


def test_a_union_of_forty_variants() -> None:
    def variants(extra: dict[str, Any]) -> dict[str, Any]:
        return {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"const": f"k{n}"}, "v": {"type": "integer", **extra}},
                }
                for n in range(40)
            ]
        }

    assert accepts(variants({}), variants({"minimum": 0})).kind is Kind.COMPATIBLE
    assert accepts(variants({"minimum": 0}), variants({})).kind is Kind.INCOMPATIBLE


ODD = [5, "x", None, [1], {"a": 1}, [{"a": 1}], True, {"a": [1]}]
NOT_IN_DRAFT_07 = ["$defs", "dependentRequired", "dependentSchemas", "prefixItems", "minContains", "$dynamicRef"]


@pytest.mark.parametrize("keyword", NOT_IN_DRAFT_07)
def test_a_keyword_that_the_dialect_does_not_have_holds_anything_and_does_nothing(keyword: str) -> None:
    for old, new in permutations(ODD, 2):
        assert accepts({keyword: new}, {keyword: old}).kind is Kind.COMPATIBLE
        assert accepts({keyword: new}, {keyword: old}, policy="strict").kind is Kind.COMPATIBLE
