"""Each examination appends one line, and the site shows the lines of each server, with a badge."""

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from arrakis_schema.cli import main
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.reference.pages import book, navigation
from arrakis_schema.site.rendering import render_site
from arrakis_schema.site.sources import fingerprint
from arrakis_schema.store.conformance_log import LogRecord, append_record, conformance_logs
from arrakis_schema.store.store import Store, open_store
from tests.flight.servers import PROJECT, Drifting

WEATHER = PROJECT / "tests/fixtures/weather"
RECORD = LogRecord("2026-11-26T10:00:00Z", "grpc://localhost:1", "1.1.0", "conforms", "7.1", 3, 9)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.usefixtures("in_process")
def test_each_examination_appends_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "server.jsonl"
    with MockServer(open_store(PROJECT).release("0.5.0").contract) as server:
        good = f"grpc://127.0.0.1:{server.port}"
        assert main(["conform", good, "--log", str(log)]) == 0
    with Drifting("count", "count: string", [{"count": "3"}]) as drifting:
        assert main(["conform", drifting.location, "--log", str(log)]) == 1
    assert main(["conform", good, "--release", "0.5.0", "--timeout", "2", "--log", str(log)]) == 2
    first, second, third = lines(log)
    assert (first["verdict"], first["release"], first["server"], first["problem"]) == ("conforms", "0.5.0", good, "")
    assert (first["requests"] > 10, first["notices"] > 10) == (True, True)
    assert first["rows"] > 10
    assert (second["verdict"], second["release"], second["errors"] > 0) == ("differs", "0.6.0", True)
    assert "the server sends string" in second["problem"]
    assert (third["verdict"], third["release"], third["requests"]) == ("not reached", "0.5.0", 0)
    assert "cannot be reached" in third["problem"]
    capsys.readouterr()
    assert main(["conform", "grpc://not asked", "--log", str(tmp_path / "no/file")]) == 2
    assert capsys.readouterr().err.startswith(f"arrakis-schema: {tmp_path}/no/file cannot be appended to: No such file")


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    shutil.copytree(WEATHER, tmp_path / "weather")
    (tmp_path / "weather/conformance").mkdir()
    return tmp_path / "weather"


def test_a_line_that_was_cut_off_is_counted_and_passed_over(weather: Path) -> None:
    file = weather / "conformance/main.jsonl"
    file.write_text('{"time": "2026-11-26T09:00:00Z", "ser')
    append_record(file, RECORD)
    with file.open("a") as opened:
        opened.write("7\n[]\n" + "[" * 10**5 + "\n\n")
        opened.writelines(
            json.dumps(
                {"time": "2026-11-26T11:00:00+01:00", "server": "x", "release": "1", "verdict": "conforms", **odd}
            )
            + "\n"
            for odd in (
                {"verdict": "fine"},
                {"rows": -1},
                {"rows": True},
                {"time": "today"},
                {"server": 7},
                {"more": 1},
                {"time": "2026-11-26T10:30:00Z", "software": None, "rows": None, "problem": "\ud800\n"},
            )
        )
    (log,) = conformance_logs(Store(weather))
    assert (log.name, log.unreadable) == ("main", 9)
    null = LogRecord("2026-11-26T10:30:00Z", "x", "1", "conforms", problem="\\ud800")
    assert log.records == (null, RECORD, LogRecord("2026-11-26T10:00:00Z", "x", "1", "conforms"))


@pytest.mark.parametrize("name", ["index", "a b", ".x", "<b>", "a/b"])
def test_a_log_that_can_have_no_page_is_named(weather: Path, name: str) -> None:
    file = weather / f"conformance/{name}.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("")
    with pytest.raises(DamagedStoreError, match=r"cannot name a page: expected letters, digits"):
        conformance_logs(Store(weather))


def test_the_site_shows_servers_over_time_with_a_badge(weather: Path) -> None:
    before = fingerprint(weather)
    file = weather / "conformance/main.jsonl"
    records = [
        RECORD,
        LogRecord("2026-11-26T11:00:00Z", "s", "1.1.0", "differs", errors=1, problem="a <b>problem</b> | `here`"),
        LogRecord("2026-11-26T12:00:00Z", "s", "1.1.0", "differs", errors=1),
    ]
    for record in records:
        append_record(file, record)
    (weather / "conformance/empty.jsonl").write_text("")
    assert fingerprint(weather) != before
    store = open_store(weather)
    pages = dict(book(store))
    page = pages["conformance.md"]
    assert "| ✗ differs | 2026-11-26T11:00:00Z | 3 |" in page
    assert page.index("2026-11-26T12:00:00Z") < page.index("2026-11-26T10:00:00Z")
    assert "grpc://localhost:1" not in page
    assert {"Real servers": "conformance.md"} in next(iter(navigation(store)[-1].values()))
    badge = ET.fromstring(pages["conformance/main.svg"])  # noqa: S314 - our own
    assert "".join(badge.itertext()) == "conformance: differs from 1.1.0conformancediffers from 1.1.0"
    shield = json.loads(pages["conformance/main.json"])
    assert shield == {
        "schemaVersion": 1,
        "label": "conformance",
        "message": "differs from 1.1.0",
        "color": "c62828",
        "isError": True,
    }
    assert json.loads(pages["conformance/empty.json"])["message"] == "no records"
    files = {it.path: it for it in render_site(store)}
    assert files["conformance/main.svg"].media_type == "image/svg+xml"
    html = files["conformance/index.html"].content.decode()
    assert 'src="main.svg"' in html or "src=main.svg" in html
    assert "<b>problem" not in html


def test_a_badge_is_well_formed_whatever_a_release_is_called(weather: Path) -> None:
    append_record(weather / "conformance/main.jsonl", LogRecord(RECORD.time, "s", "<&\"'>\x01 ä", "conforms"))
    pages = dict(book(open_store(weather)))
    ET.fromstring(pages["conformance/main.svg"])  # noqa: S314 - our own


def test_a_store_without_logs_has_no_page(tmp_path: Path) -> None:
    shutil.copytree(WEATHER, tmp_path / "weather")
    assert not [path for path, _ in book(open_store(tmp_path / "weather")) if path.startswith("conformance")]
