"""Versions of clients and servers: each answer is what was observed when they were run against each other."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.records import parse_software
from arrakis_schema.store.store import Store
from arrakis_schema.system.advice import advice
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.matrix import calls
from arrakis_schema.system.relations import Answer

PROJECT = Path(__file__).parent.parent.parent
OUTCOMES = json.loads((PROJECT / "tests/cases/matrix/outcomes.json").read_text())
ANSWERS = {"works", "partly", "edge", "breaks", "undecided", "unknown"}


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, str, str], Answer]:
    found = calls(Comparisons(Store(PROJECT)))
    return {(call.client, call.server, call.name): call.answer for call in found}


def test_every_answer_is_what_was_observed(answers: dict[tuple[str, str, str], Answer]) -> None:
    """Each client was run against each server: 28 pairs of them with the newest server, 48 with older ones."""
    wrong = [
        (client, server, call, works, answers[client, server, call].name)
        for client, server, call, works in OUTCOMES
        if works is not (answers[client, server, call] in {Answer.WORKS, Answer.PARTLY, Answer.EDGE})
    ]
    assert wrong == []


def test_every_version_is_told(answers: dict[tuple[str, str, str], Answer]) -> None:
    software = Store(PROJECT).software
    clients = {title for client in software.clients for title in client.titles()}
    servers = {title for server in software.servers for title in server.titles()}
    assert {client for client, _, _ in answers} == clients
    assert {server for _, server, _ in answers} == servers
    assert {call for _, _, call in answers} == {"find", "count", "describe", "stream"}


def relations(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["matrix", "--format", "json", *arguments, "--root", str(PROJECT)]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["relations"]
    assert all(set(one) == {"name", "client", "server", "answer", "why", "change"} for one in found)
    assert {one["answer"] for one in found} <= ANSWERS
    assert not [one for one in found if one["answer"] == "breaks" and not (one["why"] and one["change"])]
    return found


def test_a_client_is_told_what_to_change(capsys: pytest.CaptureFixture[str]) -> None:
    changes = {(one["client"], one["server"]): one["change"] for one in relations(capsys, "find", "--software")}
    assert changes["arrakis 0.5.0", "arrakis-server 0.17.2"] == "Send args.time (null means now)."
    known = "Read the column replay_id, or ignore unknown columns."
    assert changes["arrakis 0.11.1", "arrakis-server 0.17.2"] == known
    assert changes["arrakis 0.21.0", "arrakis-server 0.17.2"] == ""


def test_a_release_without_payloads_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    found = {(one["client"], one["server"]): one for one in relations(capsys, "find")}
    assert found["0.1.0", "0.1.2"]["answer"] == "unknown"
    assert found["0.1.0", "0.1.2"]["why"] == "0.1.0 does not document it"
    assert found["0.1.0", "0.1.1"]["why"] == "0.1.0 and 0.1.1 do not document it"
    assert found["0.5.0", "0.6.0"]["answer"] == "edge"
    assert found["0.4.0", "0.5.0"]["answer"] == "works"


def test_as_documented_is_one_switch_away(capsys: pytest.CaptureFixture[str]) -> None:
    documented = Counter(one["answer"] for one in relations(capsys, "find", "--as-documented"))
    corrected = Counter(one["answer"] for one in relations(capsys, "find"))
    assert documented != corrected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("client = 7", "is not a list of [[client]] tables"),
        ("[[client]]\nname = 1\n", "client 1 has no versions"),
        ("[[client]]\nname = 1\n", "client 1 has a name that is not text"),
        ('[[server]]\nname = "a"\nversions = "1"\nrelease = "1"\n', "server 1 has versions that are not a list"),
        ('[[server]]\nname = "a"\nversions = []\nrelease = "1"\ncalls = {}\n', "has an unknown key 'calls'"),
        ('[[client]]\nname = "a"\nversions = []\nrelease = "1"\ncalls = { x = "y" }\n', "has calls that are not lists"),
        ('[[client]]\nname = "a"\nversions = []\nrelease = "1"\nunknown = "x"\n', "has an unknown that is not one of"),
        ("other = 1", "unknown key 'other'"),
        ("client = [7]", "client 1 is not a table"),
        ("[[client]", "is not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(text: str, told: str) -> None:
    with pytest.raises(DamagedStoreError, match=r"versions/software\.toml") as raised:
        parse_software(text.encode())
    assert told in str(raised.value)


def test_a_release_that_is_not_there_is_named(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = 'name = "a"\nversions = ["1"]\nrelease = "9.9.9"\n'
    (released / "versions/software.toml").write_text(
        f'[[client]]\n{entry}calls = {{ x = ["forecast"] }}\n[[server]]\n{entry}'
    )
    assert main(["matrix", "--software", "--root", str(released)]) == 2
    assert "versions/software.toml names something that does not exist: " in capsys.readouterr().err


def test_a_payload_that_a_release_does_not_document_is_unknown() -> None:
    store = Store(PROJECT)
    entry = 'name = "a"\nversions = ["1"]\nrelease = "0.1.0"\n'
    client = f'[[client]]\n{entry}calls = {{ count = ["count"] }}\nneeds = {{ count = ["count"] }}\n'
    store.__dict__["software"] = parse_software(f"{client}[[server]]\n{entry}".encode())
    assert [call.answer for call in calls(Comparisons(store))] == [Answer.UNKNOWN]


def test_a_call_that_nobody_has_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", "fetch", "--software", "--root", str(PROJECT)]) == 2
    assert "no client of versions/software.toml has the call 'fetch'" in capsys.readouterr().err


def test_advice_about_a_message_speaks_of_those_who_read_it(tmp_path: Path) -> None:
    document = tmp_path / "schemas/alert.schema.json"
    document.parent.mkdir()
    settings = (
        'version = "{}"\ntitle = "Alerts"\nbase_url = "https://example.org/"\n[[documents]]\nfiles = "*.schema.json"\n'
    )
    settings += 'kind = "publication"\nreader = "observatory"\n'
    for version, kind in (("1.0.0", ["string", "number"]), ("2.0.0", ["string"])):
        (document.parent / "registry.toml").write_text(settings.format(version))
        schema = {"type": "object", "properties": {"ra": {"type": kind}}}
        document.write_text(json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}))
        freeze(tmp_path)
    store = Store(tmp_path)
    comparisons = Comparisons(store)
    relation = comparisons.relation("alert", store.release("1.0.0"), store.release("2.0.0"))
    assert advice(comparisons, relation.exchanges).startswith("Send only what the observatory accepts (ra: ")
