"""What tells requests apart is the API's own: any member, a Flight path, or nothing; everything that asks goes by it."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema import InvalidRequestError, iter_errors, validate
from arrakis_schema.cli import main
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.flight.conform.client import Access, Peer
from arrakis_schema.flight.conform.examination import ExaminedEndpoint, ServerExamination
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.requests import descriptor
from arrakis_schema.store.store import Store, open_release
from arrakis_schema.system.lint import lint_release

CASES = json.loads((Path(__file__).parent.parent / "cases/requests/told-apart.json").read_text())
REGISTRY = 'version = "1.0.0"\ntitle = "Tides"\nbase_url = "https://example.org/tides/"\n'


def root_of(tmp_path: Path, case: dict[str, Any]) -> Path:
    files = {"registry.toml": REGISTRY + case["registry"], **case["files"]}
    for name, content in files.items():
        path = tmp_path / "schemas" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".json") and "example" not in name and "/ex" not in f"/{name}" and "rows" not in name:
            content = {"$schema": "http://json-schema.org/draft-07/schema#", **content}  # noqa: PLW2901
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return tmp_path


def first_violation(request: Any, root: Path) -> str:
    try:
        validate(request, root=root)
    except InvalidRequestError as error:
        return str(error.violation)
    return ""


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_requests_are_told_apart(tmp_path: Path, case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    root = root_of(tmp_path, case)
    for request, sentence in case["requests"]:
        assert first_violation(request, root) == sentence
        try:
            violations = [str(violation) for violation in iter_errors(request, root=root)]
        except InvalidRequestError as error:
            violations = [str(error.violation)]
        assert violations == ([sentence] if sentence else [])
        if isinstance(request, dict):
            (tmp_path / "message.json").write_text(json.dumps(request))
            assert main(["validate", "--root", str(root), str(tmp_path / "message.json")]) == bool(sentence)
            assert (sentence or "accepted by release 1.0.0") in capsys.readouterr().out
    rules = {"document-unreachable", "example-invalid", "example-accepted", "file-unexpected"}
    assert [finding for finding in lint_release(Store(root).release(None)) if finding.rule in rules] == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_server_is_asked_and_answers_so(tmp_path: Path, case: dict[str, Any]) -> None:
    release = open_release(root=root_of(tmp_path, case))
    contract = Contract(release)
    with MockServer(release) as server:
        peer = Peer(Access(f"grpc://127.0.0.1:{server.port}"))
        events = list(ServerExamination(contract, peer).run())
    found = [event for event in events if isinstance(event, Finding) and event.severity is not Severity.NOTICE]
    assert found == []
    examined = {event.endpoint: event.counts for event in events if isinstance(event, ExaminedEndpoint)}
    for endpoint, (requests, answered, refused, rows) in case["endpoints"].items():
        counts = examined[endpoint]
        assert [counts.requests, counts.answered, counts.refused, counts.rows] == [requests, answered, refused, rows]


def test_a_descriptor_has_the_discriminator_and_the_path(tmp_path: Path) -> None:
    nested, by_path = root_of(tmp_path / "a", CASES[0]), root_of(tmp_path / "b", CASES[3])
    assert json.loads(descriptor("echo", root=nested, text="hi").command) == {"param_type": "demo.Echo", "text": "hi"}
    assert descriptor("tide", root=by_path, hours=2).path == [b"tide", b'{"hours": 2}']
    assert descriptor("wind", root=by_path).path == [b"wind"]
    with pytest.raises(InvalidRequestError, match="hours"):
        descriptor("tide", root=by_path)


def test_a_server_that_knows_another_path_refuses_it(tmp_path: Path) -> None:
    with MockServer(open_release(root=root_of(tmp_path, CASES[3]))) as server:
        peer = Peer(Access(f"grpc://127.0.0.1:{server.port}"))
        with pytest.raises(Exception, match=r"expected one of .*rain, tide, wind|expected one: a request as JSON"):
            peer.info(Contract(open_release(root=tmp_path)).flight, "north/tide", {"hours": 2})
        assert (
            pa.schema([("level", pa.float64())])
            == peer.info(Contract(open_release(root=tmp_path)).flight, "tide", {"hours": 2}).schema
        )


@pytest.mark.parametrize(
    ("flight", "schemas", "message"),
    [
        ("", {"tide": {"properties": {"kind": {"const": "Tide"}}}}, "does not describe the member request"),
        ('[flight]\ndiscriminator = "type"', {"tide": {"properties": {}}}, "does not describe the member type"),
        (
            '[flight]\ndiscriminator = "kind"',
            {"tide": {"properties": {"kind": {"const": "T"}}}, "wind": {"properties": {"kind": {"enum": ["W", "T"]}}}},
            'kind "T" already leads to endpoints/tide/descriptor.json',
        ),
    ],
)
def test_lint_names_requests_that_nothing_tells_apart(
    tmp_path: Path, flight: str, schemas: dict[str, Any], message: str
) -> None:
    files = {f"endpoints/{name}/descriptor.json": schema for name, schema in schemas.items()}
    root = root_of(tmp_path, {"registry": flight, "files": files})
    messages = [
        finding.message for finding in lint_release(Store(root).release(None)) if finding.rule == "document-unreachable"
    ]
    assert len(messages) == 1
    assert message in messages[0]


def test_an_unknown_way_to_ask_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = root_of(tmp_path, {"registry": '[flight]\ncalls = "smoke"', "files": {}})
    assert main(["lint", "--root", str(root)]) == 2
    assert "flight.calls = 'smoke' is not one of command, path, ticket" in capsys.readouterr().err
