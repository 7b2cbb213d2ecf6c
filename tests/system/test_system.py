"""The releases as a system: the real history is the acceptance case."""

import json
import subprocess
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from arrakis_schema import load_schema
from arrakis_schema.arrow import parse_schema
from arrakis_schema.cli import main
from arrakis_schema.compat import Kind, accepts
from arrakis_schema.findings.verdicts import Verdict
from arrakis_schema.store.caching import Memo
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Store
from arrakis_schema.system.bump import Bump, bump_between, required_bump, version_after
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.matrix import equivalent_releases, matrix
from arrakis_schema.system.relations import Answer, Relation

PROJECT = Path(__file__).parent.parent.parent
RELEASED = ["0.1.0", "0.1.1", "0.1.2", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]


@pytest.fixture(scope="module")
def relations() -> dict[tuple[str, str, str], Relation]:
    store = Store(PROJECT)
    releases = [store.release(version) for version in (*store.releases, None)]
    return {(one.name, one.client, one.server): one for one in matrix(Comparisons(store), releases)}


def requests(relations: dict[tuple[str, str, str], Relation]) -> Iterator[tuple[str, str, str, Answer]]:
    for (name, client, server), relation in relations.items():
        for exchange in relation.exchanges:
            if exchange.document == f"endpoints/{name}/descriptor.json":
                yield name, client, server, exchange.answer


def test_requests_broke_where_time_became_required_and_nowhere_else(
    relations: dict[tuple[str, str, str], Relation],
) -> None:
    old, new = RELEASED[:4], RELEASED[4:]
    broken = {
        (name, c, s)
        for name, c, s, answer in requests(relations)
        if c in old and s in RELEASED and answer is Answer.BREAKS
    }
    assert broken == {(name, c, s) for name in ("count", "describe", "find") for c in old for s in new}


def test_the_replay_arguments_of_0_4_0_broke_no_older_client(relations: dict[tuple[str, str, str], Relation]) -> None:
    answers = {(name, s): answer for name, c, s, answer in requests(relations) if c == "0.3.0"}
    assert {answer for (_, server), answer in answers.items() if server in {"0.4.0", "0.5.0"}} == {Answer.WORKS}
    assert load_schema("stream", "0.4.0") != load_schema("stream", "0.3.0")


def test_a_new_argument_breaks_on_a_server_that_refuses_what_it_does_not_know(
    relations: dict[tuple[str, str, str], Relation],
) -> None:
    (exchange,) = (one for one in relations["publish", "0.4.0", "0.3.0"].exchanges if one.document.endswith(".json"))
    assert exchange.answer is Answer.BREAKS
    assert "replay_id" in json.dumps(exchange.verdict.witness)


def test_every_witness_of_the_history_is_sent_and_refused(relations: dict[tuple[str, str, str], Relation]) -> None:
    seen = 0
    for relation in relations.values():
        for exchange in relation.exchanges:
            if exchange.answer is Answer.BREAKS and exchange.document.endswith(".json"):
                writer, reader = (
                    load_schema(relation.name, None if version == "0.6.0" else version)
                    for version in (exchange.writer, exchange.reader)
                )
                witness = exchange.verdict.witness
                assert jsonschema.Draft7Validator(writer).is_valid(witness)
                unknown = witness.get("args", {}).keys() - reader["properties"]["args"]["properties"].keys()
                assert unknown or not jsonschema.Draft7Validator(reader).is_valid(witness)
                assert any(change.at_fault for change in exchange.verdict.findings)
                seen += 1
    assert seen > 50


def test_an_undocumented_column_breaks_clients_that_refuse_what_they_do_not_know() -> None:
    """As it did break arrakis 0.10 and 0.11: the columns are those that servers sent before and after."""
    before = parse_schema("channel: string not null\nstride: uint64\nmax_latency: uint64")
    since = parse_schema("channel: string not null\nstride: uint64\nmax_latency: uint64\nreplay_id: string")
    verdict = accepts(before, since, unknown="rejected")
    assert verdict.kind is Kind.INCOMPATIBLE
    assert verdict.witness == {"column": "replay_id", "writer": "string", "reader": None, "value": "a"}
    assert accepts(before, since).kind is Kind.COMPATIBLE
    assert accepts(since, before, unknown="rejected").kind is Kind.COMPATIBLE


def test_the_payloads_of_0_6_0_tell_what_older_documents_do_not(
    relations: dict[tuple[str, str, str], Relation],
) -> None:
    exchanges = {one.document: one for one in relations["find", "0.5.0", "0.6.0"].exchanges}
    payload = exchanges["endpoints/find/schema.txt"]
    added = {change.new for change in payload.verdict.findings if change.rule == "column-added"}
    assert added == {"stride", "max_latency", "replay_id"}


def test_releases_with_the_same_meaning_are_recognised() -> None:
    store = Store(PROJECT)
    releases = [store.release(version) for version in store.releases]
    twins = equivalent_releases(Comparisons(store), releases)
    assert twins["0.1.1"] == "0.1.0"
    assert twins["0.3.0"] == "0.3.0"


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        ("0.5.0", "0.6.0", Bump.MINOR),
        ("1.2.3", "2.0.0", Bump.MAJOR),
        ("1.2.3", "1.2.4", Bump.PATCH),
        ("1.0.0", "1.0.0", Bump.NONE),
    ],
)
def test_how_far_a_version_moves(old: str, new: str, bump: Bump) -> None:
    assert bump_between(old, new) is bump
    assert bump_between(old, version_after(old, bump)) is bump


def test_which_move_a_change_needs() -> None:
    assert required_bump("0.5.0", breaks=True, changes=True) is Bump.MINOR
    assert required_bump("1.5.0", breaks=True, changes=True) is Bump.MAJOR
    assert required_bump("1.5.0", breaks=False, changes=True) is Bump.MINOR
    assert required_bump("1.5.0", breaks=False, changes=False) is Bump.PATCH


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    subprocess.run(["cp", "-r", PROJECT / "tests/fixtures/weather", tmp_path], check=True)
    root = tmp_path / "weather"
    assert main(["release", "--root", str(root)]) == 0
    return root


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def checked(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, list[dict[str, str]]]:
    capsys.readouterr()
    code = main(["check", "--root", str(root), "--format", "json", *more])
    return code, json.loads(capsys.readouterr().out)["findings"]


def release_next(root: Path, version: str) -> None:
    for path in (root / "schemas").rglob("*.json"):
        path.write_text(path.read_text().replace("versions/1.1.0/", f"versions/{version}/"))
    edit(root, "schemas/registry.toml", '"1.1.0"', f'"{version}"')


def test_a_break_needs_a_major_version_and_an_exception(weather: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forecast = "schemas/endpoints/forecast/descriptor.json"
    assert checked(weather, capsys) == (0, [])
    release_next(weather, "1.2.0")
    assert checked(weather, capsys)[0] == 0
    edit(weather, forecast, '"maximum": 14', '"maximum": 7')
    code, findings = checked(weather, capsys)
    assert code == 1
    assert [found["rule"] for found in findings] == ["maximum-tightened", "version-too-low"]
    assert json.loads(findings[0]["witness"])["days"] == 8
    assert "2.0.0" in findings[1]["message"]
    exception = findings[0]["accept"].replace('reason = ""', 'reason = "No one asks so far."')
    (weather / "schemas/exceptions.toml").write_text(exception)
    code, findings = checked(weather, capsys)
    assert (code, [found["rule"] for found in findings if found["severity"] == "error"]) == (1, ["version-too-low"])
    edit(weather, forecast, '"maximum": 7', '"maximum": 14')
    code, findings = checked(weather, capsys)
    assert (code, [found["rule"] for found in findings]) == (1, ["exception-stale"])


def test_a_changed_release_and_a_document_that_is_gone(weather: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release_next(weather, "1.2.0")
    (weather / "schemas/endpoints/forecast/schema.txt").unlink(missing_ok=True)
    code, findings = checked(weather, capsys)
    assert code == 1
    assert "document-removed" in {found["rule"] for found in findings}
    path = next((weather / "versions/1.1.0").rglob("descriptor.json"))
    path.write_text(path.read_text() + "\n")
    assert "release-changed" in {found["rule"] for found in checked(weather, capsys)[1]}


def test_a_commit_is_a_base_too(weather: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git = ["git", "-C", str(weather), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    edit(weather, "schemas/endpoints/forecast/descriptor.json", '"maximum": 14', '"maximum": 7')
    code, findings = checked(weather, capsys, "--against", "git:HEAD")
    assert code == 1
    assert "a client of git:HEAD" in findings[0]["message"]


def test_an_undecided_verdict_is_sought_again_in_the_next_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have lacked time on a busy machine; whatever was decided is remembered."""
    path, known = "endpoints/find/descriptor.json", dict[Hashable, Any]()
    asked, kinds = list[str](), iter([Kind.UNDECIDED, Kind.COMPATIBLE, Kind.INCOMPATIBLE])

    def compare(_: Comparisons, reader: Document, *__: object) -> Verdict:
        asked.append(reader.path)
        return Verdict(next(kinds))

    monkeypatch.setattr(Comparisons, "_compare", compare)
    found = []
    for _ in range(3):
        store = Store(PROJECT, Memo(known))
        old, new = (store.release(version).document(path) for version in ("0.3.0", "0.4.0"))
        found.append(Comparisons(store).verdict(new, old).kind)
        known = store.memo.used
    assert found == [Kind.UNDECIDED, Kind.COMPATIBLE, Kind.COMPATIBLE]
    assert asked == [path] * 2
