"""References between documents: every way in which this package judges an instance gives one verdict."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import iter_errors, open_release, validate, validator
from arrakis_schema.cli import main
from arrakis_schema.compat import Kind, accepts
from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.json_schema.bundling import stored_bundle
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of
from arrakis_schema.json_schema.judge import fast
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.kafka.records import RecordChecker
from arrakis_schema.store.store import Release, open_store
from arrakis_schema.system.check import check
from tests.web.node import judged

CASES = json.loads((Path(__file__).parent.parent / "cases/judge_across/references.json").read_text(encoding="utf-8"))
IDS = [case["why"] for case in CASES]


def asked(case: dict[str, Any]) -> Iterator[tuple[Any, bool]]:
    """Yield each instance of a case with its verdict."""
    yield from ((instance, True) for instance in case["valid"])
    yield from ((instance, False) for instance in case["invalid"])


def write(path: Path, value: Any) -> None:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


@pytest.fixture
def release(case: dict[str, Any], tmp_path: Path) -> Release:
    """Return a release with the documents of a case, and with a request and a record that refer to its main one."""
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    settings = 'version = "1.0.0"\ntitle = "T"\nbase_url = "https://example.org/"\n[flight]\narguments = "args"\n'
    (schemas / "registry.toml").write_text(settings, encoding="utf-8")
    words = {"title": "t", "description": "d"}
    for path, schema in case["documents"].items():
        write(schemas / "publication" / path, {**schema, **words})
    named = {"$schema": case["documents"]["main.json"]["$schema"], **words}
    target = case["documents"]["main.json"].get("$id", "../../publication/main.json")
    request = {"request": {"enum": ["Ask"]}, "args": {"properties": {"value": {"$ref": target}}}}
    write(schemas / "endpoints/ask/descriptor.json", {**named, "type": "object", "properties": request})
    record = {"key": {"type": "string"}, "value": {"$ref": target.removeprefix("../../publication/")}}
    write(schemas / "publication/record.json", {**named, "properties": record})
    for folder, instances in (("", case["valid"]), ("refused/", case["invalid"])):
        for number, instance in enumerate(instances):
            write(schemas / f"publication/examples/main/{folder}{number}.json", instance)
            asking = {"request": "Ask", "args": {"value": instance}}
            write(schemas / f"endpoints/ask/examples/{folder}{number}.json", asking)
    return open_release(None, tmp_path)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_way_to_judge_follows_references_between_documents(
    case: dict[str, Any], release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = release.document("publication/main.json")
    bundle = stored_bundle(document)
    assert bundle is not None
    assert not bundle.problems, bundle.problems
    judges = {"judge": Judge(None, "it", bundle=bundle)}
    with monkeypatch.context() as patch:
        patch.setattr(fast, "_rust", None)
        judges["plain judge"] = Judge(None, "it", bundle=bundle)
    contract, records = Contract(release), RecordChecker(release, "publication/record.json")
    sent = [sample.refused for sample in contract.samples("ask")]  # what `conform` asks a server
    assert sorted(sent) == sorted(not valid for _, valid in asked(case))
    for instance, valid in asked(case):
        request = {"request": "Ask", "args": {"value": instance}}
        told = {name: judge.first_violation(instance) is None for name, judge in judges.items()}
        told["every"] = not [*judges["judge"].violations(instance)]
        told["validator"] = holds(validator("main", release), instance)
        told["validate"] = holds(lambda value: validate(value, release), request)
        told["iter_errors"] = not [*iter_errors(request, release)]
        told["mock"] = not contract.refuses(request)
        told["record"] = not records.check(b"k", json.dumps(instance).encode())[1]
        write(tmp_path / "message.json", instance)
        command = ["validate", "--document", "main", "--root", str(tmp_path), str(tmp_path / "message.json")]
        told["command"] = main(command) == 0
        writer = {"$schema": dialect_of(bundle.schema) or DRAFT_07, "enum": [instance]}
        kind = accepts(bundle.schema, writer, policy="strict").kind
        told["comparison"] = valid if kind is Kind.UNDECIDED else kind is Kind.COMPATIBLE
        assert set(told.values()) == {valid}, (instance, told)


def holds(check_instance: Any, instance: Any) -> bool:
    """Tell whether a check accepts an instance."""
    try:
        check_instance(instance)
    except InvalidRequestError:
        return False
    return True


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_check_judges_the_examples_by_all_documents(release: Release, tmp_path: Path) -> None:
    rules = {"example-accepted", "example-invalid", "ref-unresolvable", "pattern-invalid", "meta-schema-invalid"}
    findings = check(release.store).findings
    assert [str(finding) for finding in findings if finding.rule in rules] == []
    broken = next((tmp_path / "schemas/publication/examples/main/refused").iterdir())
    broken.rename(broken.parent.parent / "accepted.json")
    findings = check(open_store(tmp_path)).findings
    assert [finding.rule for finding in findings if finding.rule in rules] == ["example-invalid"]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_page_says_what_the_package_says_of_documents_that_refer_to_others(
    case: dict[str, Any], release: Release
) -> None:
    bundle = stored_bundle(release.document("publication/main.json"))
    assert bundle is not None
    judge = Judge(None, "it", bundle=bundle)
    instances = [instance for instance, _ in asked(case)]
    answers = judged([{"text": json.dumps(one), "schema": json.dumps(bundle.schema)} for one in instances])
    for instance, answer in zip(instances, answers, strict=True):
        assert sorted(answer.get("sentences", [answer])) == sorted({str(one) for one in judge.violations(instance)})
