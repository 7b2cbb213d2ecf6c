"""Conform says of the reference server that it conforms, for every release, and of one that drifts in which way."""

import json
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from pyarrow import flight

from arrakis_schema.cli import main
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.store.store import open_release, open_store
from tests.flight.servers import PROJECT, Drifting

pytestmark = pytest.mark.usefixtures("in_process")
CASES = json.loads((PROJECT / "tests/cases/flight/drift.json").read_text())
STORE = open_store(PROJECT)
# These servers answer the same rows whatever they are asked: what they mean is wrong, too.
MEANING = {"count-differs", "row-missing", "row-unasked", "row-repeated", "record-differs", "answer-empty"}
NOTHING = dict.fromkeys(("requests", "answered", "refused", "batches", "rows", "types_seen", "types_listed"), 0)


@pytest.mark.parametrize("release", [*STORE.releases, None])
def test_the_reference_server_conforms(release: str | None) -> None:
    with MockServer(STORE.release(release).contract) as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}"), root=PROJECT, may_write=True)
    assert report.release == report.about["release"] == STORE.release(release).version
    assert {finding.rule for finding in report.findings} <= {"drift-known"}
    assert bool(report.findings) is (release is not None)
    contract = Contract(STORE.release(release).contract)
    for name in contract.endpoints:
        samples = list(contract.samples(name))
        counts = report.examined[name]
        assert counts["answered"] >= sum(not sample.refused for sample in samples) > 0
        assert counts["refused"] == sum(sample.refused for sample in samples) > 0
        assert counts["requests"] == counts["answered"] + counts["refused"]
        assert counts["types_seen"] == counts["types_listed"]
    assert report.examined["stream"]["types_listed"] == (0 if release in {"0.1.0", "0.1.1"} else 2)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_not_as_registered_is_found(case: dict[str, Any]) -> None:
    with Drifting(case["endpoint"], case["schema"], case["rows"], case.get("release")) as server:
        report = examine(Access(server.location), root=PROJECT, as_documented="release" in case)
    found = [found for found in report.findings if found.severity is not Severity.NOTICE and found.rule not in MEANING]
    assert [[one.rule, one.severity.value, one.location] for one in found] == case["findings"]
    folder = f"versions/{case['release']}" if "release" in case else "schemas"
    assert all(one.file == f"{folder}/endpoints/{case['endpoint']}/schema.txt" for one in found)


def test_a_finding_stands_at_the_line_of_its_column() -> None:
    text = (PROJECT / "schemas/endpoints/describe/schema.txt").read_text().replace("stride: uint64", "stride: int64")
    with Drifting("describe", text, []) as server:
        report = examine(Access(server.location), root=PROJECT)
    (found,) = (one for one in report.findings if one.rule == "type-changed")
    line = (PROJECT / found.file).read_text().splitlines()[found.line - 1]
    assert line == "stride: uint64"
    assert json.loads(found.witness)["column"] == "stride"


def test_a_server_is_held_against_the_release_that_is_asked_for() -> None:
    with Drifting("count", "count: int64", [{"count": 3}]) as server:
        report = examine(Access(server.location), "0.5.0", root=PROJECT, as_documented=True)
    assert [one.location for one in report.findings if one.rule == "column-added"] == [
        "stride",
        "max_latency",
        "replay_id",
    ]
    assert [one.message for one in report.findings if one.rule == "release-claimed"] == [
        "the server claims release 0.6.0, but is checked against 0.5.0"
    ]


class Lenient(MockServer):
    """Answers whatever is asked: what the contract refuses, without regard to most arguments."""

    def _request(self, command: bytes) -> tuple[str, dict[str, Any], Any]:
        with suppress(ArrakisSchemaError):
            return super()._request(command)
        request = json.loads(command)
        args = request.get("args") or {}
        return (
            request["request"].lower(),
            {key: args[key] for key in ("channels", "start", "end") if key in args},
            request,
        )


class Strict(MockServer):
    """Refuses everything, and does not say why."""

    def get_flight_info(self, _context: Any, _descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        raise flight.FlightInternalError("internal server error, please contact server admin")


class Closed(MockServer):
    """Lets in only those who bear a token; answers them."""

    def __init__(self, *, open_action: bool = True, **options: Any) -> None:
        self.open_action = open_action
        super().__init__(STORE.release(None), middleware={"token": Token()}, **options)

    def do_action(self, context: Any, action: flight.Action) -> Any:
        self.let_in(context, not self.open_action)
        yield from super().do_action(context, action)

    def get_flight_info(self, context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        self.let_in(context, wanted=True)
        return super().get_flight_info(context, descriptor)

    def do_get(self, context: Any, ticket: flight.Ticket) -> Any:
        self.let_in(context, wanted=True)
        return super().do_get(context, ticket)

    def let_in(self, context: Any, wanted: bool) -> None:  # noqa: FBT001 - a test
        if wanted and context.get_middleware("token").value != ["Bearer secret"]:
            raise flight.FlightUnauthenticatedError("who are you?")


class Token(flight.ServerMiddlewareFactory):  # type: ignore[misc] # pyarrow has no types
    def start_call(self, _info: Any, headers: dict[str, Any]) -> Any:
        return Kept(headers.get("authorization", []))


class Kept(flight.ServerMiddleware):  # type: ignore[misc] # pyarrow has no types
    def __init__(self, value: Any) -> None:
        self.value = value


def test_a_server_that_takes_more_than_the_contract_conforms() -> None:
    with Lenient(STORE.release(None)) as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}"), root=PROJECT)
    assert report.conforms
    lenient = {found.message for found in report.findings if found.rule == "request-answered"}
    assert any("max-rate-zero" in message and message.startswith("find: ") for message in lenient)


def test_a_server_that_refuses_what_the_contract_accepts_does_not_conform() -> None:
    with Strict(STORE.release(None)) as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}"), root=PROJECT)
    rules = {found.rule: found for found in report.findings}
    assert not report.conforms
    assert "find: the server rejects full, minimal, small-integers, everything, which the contract accepts" in {
        found.message.rpartition(": ")[0] for found in report.findings if found.rule == "request-refused"
    }
    assert rules["refusal-unexplained"].severity is Severity.NOTICE


def test_nothing_is_written_unless_it_is_allowed() -> None:
    written = []

    class Watched(MockServer):
        def do_exchange(self, *arguments: Any) -> None:
            written.append("exchange")
            super().do_exchange(*arguments)

        def do_get(self, context: Any, ticket: flight.Ticket) -> Any:
            written.extend(name for name in ("Publish", "Partition") if f'"{name}"'.encode() in ticket.ticket)
            return super().do_get(context, ticket)

    with Watched(STORE.release(None)) as server:
        location = f"grpc://127.0.0.1:{server.port}"
        report = examine(Access(location), root=PROJECT)
        assert written == []
        assert {found.message.partition(":")[0] for found in report.findings} == {"partition", "publish"}
        examine(Access(location), root=PROJECT, may_write=True)
    assert sorted(set(written)) == ["Publish", "exchange"]


def test_a_token_is_presented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "none").write_text("\n")
    with Closed() as server:
        url = f"grpc://127.0.0.1:{server.port}"
        assert main(["conform", url, "--token-file", str(tmp_path / "token")]) == 0
        assert "conforms: release 0.6.0" in capsys.readouterr().out
        assert main(["conform", url]) == 3
        assert "undecided, the server requires a token: who are you? [undecided]" in capsys.readouterr().out
        assert main(["conform", url, "--token-file", str(tmp_path / "none")]) == 2
        assert "does not hold a bearer token" in capsys.readouterr().err
    with Closed(open_action=False) as server:
        assert main(["conform", f"grpc://127.0.0.1:{server.port}"]) == 2
        assert "denies access: who are you?" in capsys.readouterr().err


def test_the_token_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRAKIS_SCHEMA_TOKEN", "secret")
    with Closed() as server:
        assert main(["conform", f"grpc://127.0.0.1:{server.port}"]) == 0


def test_tls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    pair = flight.CertKeyPair(cert.read_bytes(), key.read_bytes())
    with MockServer(STORE.release(None), "grpc+tls://127.0.0.1:0", tls_certificates=[pair]) as server:
        url = f"grpc+tls://localhost:{server.port}"
        assert main(["conform", url, "--tls-root-certs", str(cert)]) == 0
        capsys.readouterr()
        assert main(["conform", url]) == 2
        assert "cannot be reached" in capsys.readouterr().err
        assert main(["conform", f"grpc://localhost:{server.port}"]) == 2


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_reports_a_drift(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Drifting("count", "count: string", [{"count": "3"}]) as server:
        assert main(["conform", server.location, "--format", form]) == 1
    assert "type-changed" in capsys.readouterr().out


def test_another_api_is_examined_alike(project: Path) -> None:
    store = open_store(project / "tests/fixtures/weather")
    with MockServer(store.release(None)) as server:
        location = f"grpc://127.0.0.1:{server.port}"
        report = examine(Access(location), "next", root=store.root)
        schema = (
            flight.connect(location)
            .get_flight_info(flight.FlightDescriptor.for_command(b'{"request": "Forecast", "place": "Hannover"}'))
            .schema
        )
    assert schema == pa.schema([pa.field("day", pa.date32(), nullable=False), ("temperature", pa.decimal128(4, 1))])
    assert report.findings == []
    assert report.examined == {"forecast": {**NOTHING, "requests": 2, "answered": 1, "refused": 1}}


def test_a_server_that_cannot_be_asked_for_its_release_is_held_to_the_working_set(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project / "tests/fixtures/weather"
    with MockServer(open_release(root=root)) as server:
        assert main(["conform", f"grpc://127.0.0.1:{server.port}", "--root", str(root)]) == 0
    assert "conforms: release 1.1.0" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["text", "github"])
def test_a_finding_about_the_server_names_its_location(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Drifting("count", "count: int64", [{"count": 3}]) as server:
        main(["conform", server.location, "--release", "0.5.0", "--root", str(PROJECT), "--format", form])
    assert server.location in capsys.readouterr().out.replace("%3A", ":")


def test_the_process_that_examines_can_be_asked_by_hand() -> None:
    job = {"location": "grpc://127.0.0.1:1", "seconds": 2, "token": "", "root_certs": "", "root": str(PROJECT)}
    command = [sys.executable, "-m", "arrakis_schema.flight.conform.examination"]
    text = json.dumps({**job, "release": None, "may_write": False})
    done = subprocess.run(command, input=text, check=True, capture_output=True, text=True)
    assert "cannot be reached" in json.loads(done.stdout)["failed"]


def test_known_drift_is_no_failure_unless_strict(capsys: pytest.CaptureFixture[str]) -> None:
    with MockServer(STORE.release("0.5.0").contract) as server:
        location = f"grpc://127.0.0.1:{server.port}"
        assert main(["conform", location]) == 0
        printed = capsys.readouterr().out
        assert "known since arrakis-server 0.10.0, fixed in 0.6.0: The columns stride, max_latency" in printed
        assert "stream: known since arrakis-server 0.4.1, fixed in 0.6.0: Servers reject a request for no" in printed
        assert "conforms: release 0.5.0" in printed
        assert main(["conform", location, "--strict"]) == 1
        assert "drift-known" not in capsys.readouterr().out
    with MockServer(STORE.release("0.5.0")) as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}"), root=PROJECT)
    assert "drift-known" not in {finding.rule for finding in report.findings if "/describe/schema" in finding.file}


def test_the_report_says_what_was_examined(capsys: pytest.CaptureFixture[str]) -> None:
    with MockServer(STORE.release(None)) as server:
        location = f"grpc://127.0.0.1:{server.port}"
        assert main(["conform", location, "--require", "stream, describe"]) == 0
        printed = capsys.readouterr().out
        assert re.search(
            r"^stream: \d+ requests, \d+ answered, 11 rejected, \d+ rows, 2 of 2 data types$", printed, re.MULTILINE
        )
        assert main(["conform", location, "--require", "publish"]) == 3
        printed = capsys.readouterr().out
        assert "undecided: publish is required, and no row of it was examined [undecided]" in printed
        assert main(["conform", location, "--require", "nope"]) == 2
        assert "has no endpoint 'nope'" in capsys.readouterr().err
        assert main(["conform", location, "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["verdict"], told["release"], told["server"]["backend"]) == ("conforms", "0.6.0", "mock")
        assert told["endpoints"]["stream"]["types_seen"] == told["endpoints"]["stream"]["types_listed"] == 2
        assert main(["conform", location, "--format", "junit"]) == 0
        suite = ET.fromstring(capsys.readouterr().out)[0]  # noqa: S314 - our own
        assert [case.get("classname") for case in suite.iter("testcase") if case.find("skipped") is not None] == [
            "schemas/endpoints/partition/descriptor.json",
            "schemas/endpoints/publish/descriptor.json",
        ]
        assert suite.get("skipped") == "2"


def test_an_endpoint_that_never_answers_is_undecided() -> None:
    class Away(MockServer):
        def do_get(self, context: Any, ticket: flight.Ticket) -> Any:
            if b'"Count"' in ticket.ticket:
                raise flight.FlightUnavailableError("later")
            return super().do_get(context, ticket)

    with Away(STORE.release(None)) as server:
        report = examine(Access(f"grpc://127.0.0.1:{server.port}"), root=PROJECT)
    assert report.verdict == "undecided"
    assert [finding.message for finding in report.findings if finding.rule == "undecided"] == [
        "count: undecided: it answered no request"
    ]


def test_the_help_says_what_the_exit_codes_mean(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["conform", "--help"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "exit codes: 0 conforms; 1 does not conform; 2 not reached" in printed
