"""One table of cases, and every way in which this package judges an instance: each gives the verdict of the table."""

import json
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import iter_errors, open_release, validate, validator
from arrakis_schema.cli import main
from arrakis_schema.compat import Kind, accepts
from arrakis_schema.errors import InvalidRequestError, InvalidSchemaError
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.json_schema.dialects import (
    DRAFT_04,
    DRAFT_06,
    DRAFT_07,
    DRAFT_2019_09,
    DRAFT_2020_12,
    dialect_of,
)
from arrakis_schema.json_schema.judge import fast
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.kafka.records import RecordChecker
from arrakis_schema.system.lint import lint_release
from tests.web.node import judged

FOLDER = Path(__file__).parent.parent
CASES = [
    case for file in sorted((FOLDER / "cases/judge").glob("*.json")) for case in json.loads(file.read_text("utf-8"))
]
REFEREES = {
    DRAFT_04: "Draft4Validator",
    DRAFT_06: "Draft6Validator",
    DRAFT_07: "Draft7Validator",
    DRAFT_2019_09: "Draft201909Validator",
    DRAFT_2020_12: "Draft202012Validator",
}
PAIRS = json.loads((FOLDER / "cases/pairs" / "keywords.json").read_text(encoding="utf-8"))
rust: Any = pytest.importorskip("jsonschema_rs", reason="it is in the extra fast")


def asked(case: dict[str, Any]) -> Iterator[tuple[Any, bool]]:
    """Yield each instance of a case with its verdict."""
    yield from ((instance, True) for instance in case["valid"])
    yield from ((instance, False) for instance in case["invalid"])


def plain_judge(schema: Any, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Return the judge without the extra `fast`."""
    with monkeypatch.context() as patch:
        patch.setattr(fast, "_rust", None)
        return Judge(schema, "the document")


def referee(schema: Any) -> Any:
    """Return the validator of another language."""
    return getattr(rust, REFEREES[dialect_of(schema) or DRAFT_07])(schema, validate_formats=False)


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_every_way_to_judge_gives_the_verdict_of_the_table(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    judges = Judge(case["schema"], "the document"), plain_judge(case["schema"], monkeypatch)
    for instance, valid in asked(case):
        for judge in judges:
            assert (judge.first_violation(instance) is None) == valid, instance
        assert (not list(judges[0].violations(instance))) == valid, instance
        if "rust_differs" not in case and "asserted_in_rust" not in case:
            assert referee(case["schema"]).is_valid(instance) == valid, instance


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_the_comparison_gives_the_verdict_of_the_table(case: dict[str, Any]) -> None:
    for instance, valid in asked(case):
        if dialect_of(case["schema"]) == DRAFT_04 and isinstance(instance, float):
            continue  # a writer sends the value, which other dialects write 1 as well
        writer = {"$schema": DRAFT_07, "const": instance}
        verdict = accepts(case["schema"], writer, policy="strict", timeout=5)
        assert verdict.kind in {Kind.COMPATIBLE if valid else Kind.INCOMPATIBLE, Kind.UNDECIDED}, (instance, verdict)


MALFORMED: list[dict[str, Any]] = [
    {"type": "foo"},
    {"required": "a"},
    {"pattern": 3},
    {"properties": []},
    {"properties": {"a": 5}},
    {"allOf": 5},
    {"items": [1]},
    {"enum": 3},
    {"minLength": "x"},
    {"minimum": None},
    {"dependencies": {"a": 3}},
    {"$ref": 3},
    {"uniqueItems": "yes"},
    {"patternProperties": {"(": {}}},
    {"pattern": r"\A"},
    {"$ref": "#/definitions/missing"},
]


@pytest.mark.parametrize("schema", MALFORMED, ids=json.dumps)
def test_what_is_no_schema_is_an_error_that_says_so(schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for judge in (Judge(schema, "the document"), plain_judge(schema, monkeypatch)):
        with pytest.raises(InvalidSchemaError, match="the document is not a valid JSON Schema"):
            judge.require_soundness()


def sentences(judge: Judge, instance: Any) -> list[str]:
    """Return what the package says is wrong with an instance."""
    return sorted({str(violation) for violation in judge.violations(instance)})


def test_the_page_says_what_the_package_says_of_the_table() -> None:
    rows = [(case, *pair) for case in CASES if not {"page", "page_differs"} & case.keys() for pair in asked(case)]
    answers = judged(
        [{"text": json.dumps(instance), "schema": json.dumps(case["schema"])} for case, instance, _ in rows]
    )
    for (case, instance, valid), answer in zip(rows, answers, strict=True):
        assert sorted(answer.get("sentences", [answer])) == sentences(Judge(case["schema"], "it"), instance), case[
            "why"
        ]
        assert (answer["sentences"] == []) == valid


def test_the_page_says_what_it_cannot_judge() -> None:
    cases = [case for case in CASES if "page" in case]
    answers = judged([{"text": "{}", "schema": json.dumps(case["schema"])} for case in cases])
    assert cases
    assert all("failure" in answer for answer in answers)


def pairs(dialect: str) -> Iterator[dict[str, Any]]:
    """Yield the schemas with one keyword, and with each two at one place."""
    fragments = PAIRS["fragments"][dialect]
    home = "$defs" if "2020-12" in dialect else "definitions"
    definition = {name: value for name, value in PAIRS["definition"].items() if home == "$defs" or name[0] != "$"}
    for first, second in [*combinations(fragments, 2), *((name, name) for name in fragments)]:
        yield {"$schema": dialect, **fragments[first], **fragments[second], home: {"r": definition}}


@pytest.mark.parametrize("dialect", PAIRS["fragments"])
def test_two_keywords_at_one_place_mean_what_a_validator_of_another_language_says(
    dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = []
    for schema in pairs(dialect):
        expected = [referee(schema).is_valid(instance) for instance in PAIRS["instances"]]
        judges = Judge(schema, "the document"), plain_judge(schema, monkeypatch)
        told = [[judge.first_violation(instance) is None for instance in PAIRS["instances"]] for judge in judges]
        told.append([not [*judges[0].violations(instance)] for instance in PAIRS["instances"]])
        wrong += [(schema, way) for way, verdicts in enumerate(told) if verdicts != expected]
    assert not wrong


@pytest.mark.parametrize("dialect", PAIRS["fragments"])
def test_the_page_says_what_the_package_says_of_two_keywords_at_one_place(dialect: str) -> None:
    rows = [(schema, instance) for schema in pairs(dialect) for instance in PAIRS["instances"]]
    answers = judged([{"text": json.dumps(instance), "schema": json.dumps(schema)} for schema, instance in rows])
    wrong, known = [], dict[int, Judge]()
    for (schema, instance), answer in zip(rows, answers, strict=True):
        judge = known.get(id(schema)) or known.setdefault(id(schema), Judge(schema, "the document"))
        if sorted(answer.get("sentences", [answer])) != sentences(judge, instance):
            wrong.append((schema, instance, answer))
    assert not wrong[:5]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a registry in which each case is a document, the value of a record and an argument of a request."""
    root = tmp_path_factory.mktemp("table")
    settings = 'version = "1.0.0"\ntitle = "Table"\nbase_url = "https://example.org/"\n[flight]\narguments = "args"\n'
    (root / "schemas").mkdir()
    (root / "schemas/registry.toml").write_text(settings)
    words = {"title": "t", "description": "d"}
    for number, case in enumerate(CASES):
        write(root / f"schemas/publication/plain{number}.json", {**case["schema"], **words})
        for folder, instances in (("", case["valid"]), ("refused/", case["invalid"])):
            for index, instance in enumerate(instances):
                write(root / f"schemas/publication/examples/plain{number}/{folder}{index}.json", instance)
        if movable(case["schema"]):
            shared = {name: case["schema"][name] for name in SHARED & case["schema"].keys()}
            value = {name: part for name, part in case["schema"].items() if name not in SHARED}
            record = {"properties": {"key": {"type": "string"}, "value": value}, **shared, **words}
            args = {"properties": {"request": {"const": f"Case{number}"}, "args": {"properties": {"value": value}}}}
            write(root / f"schemas/publication/record{number}.json", record)
            write(root / f"schemas/endpoints/case{number}/descriptor.json", {**args, **shared, **words})
    return root


SHARED = {"$schema", "definitions", "$defs"}


def write(path: Path, value: Any) -> None:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def movable(schema: dict[str, Any]) -> bool:
    """Tell whether a schema means the same below another one, to whose top its definitions are lifted."""
    return not any(
        text in json.dumps(schema) for text in ('"$id"', '"id"', "Anchor", '"$anchor"', '"#"', '"#/properties')
    )


def test_lint_gives_the_verdict_of_the_table(root: Path) -> None:
    findings = [*lint_release(open_release(None, root))]
    examples = {"example-accepted", "example-invalid", "pattern-invalid", "meta-schema-invalid", "ref-unresolvable"}
    assert [str(finding) for finding in findings if finding.rule in examples] == []
    assert findings


def test_the_functions_give_the_verdict_of_the_table(root: Path) -> None:
    release = open_release(None, root)
    contract, wrong = Contract(release), []
    for number, case in enumerate(CASES):
        check = validator(f"plain{number}", release)
        records = RecordChecker(release, f"publication/record{number}.json") if movable(case["schema"]) else None
        for instance, valid in asked(case):
            told = {"validator": not raises(check, instance)}
            if records is not None:
                request = {"request": f"Case{number}", "args": {"value": instance}}
                told["iter_errors"] = not [*iter_errors(request, release)]
                told["validate"] = not raises(lambda value: validate(value, release), request)
                told["mock"] = not contract.refuses(request)
                told["record"] = not records.check(b"k", json.dumps(instance).encode())[1]
            if set(told.values()) != {valid}:
                wrong.append((case["why"], instance, valid, told))
    assert not wrong


def raises(check: Callable[[Any], None], instance: Any) -> bool:
    """Tell whether a check refuses an instance."""
    try:
        check(instance)
    except InvalidRequestError:
        return True
    return False


def test_the_command_gives_the_verdict_of_the_table(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, case in [*enumerate(CASES)][::24]:
        for instance, valid in [*asked(case)][-2:]:
            write(root / "message.json", instance)
            arguments = ["validate", "--document", f"plain{number}", "--root", str(root), str(root / "message.json")]
            assert main(arguments) == (0 if valid else 1), (case["why"], instance, capsys.readouterr())
