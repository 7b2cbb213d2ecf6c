"""The fixtures that other projects use: found by pytest alone, silent unless asked for, and failing where they should."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arrakis_schema.store.freezing import freeze
from tests.flight.servers import PROJECT, Drifting

CLIENT = """
from pyarrow import flight
import pytest
from arrakis_schema import descriptor

def test_the_mock_answers(arrakis_schema_server):
    with flight.connect(arrakis_schema_server) as client:
        info = client.get_flight_info(descriptor("count", RELEASE))
        assert client.do_get(info.endpoints[0].ticket).read_all().to_pylist() == [{"count": 3}]

def test_the_mock_conforms(arrakis_schema_server, assert_conforms):
    assert_conforms(arrakis_schema_server, allow_publish=True)
"""
RELEASE = """
import pytest

@pytest.fixture(scope="session")
def arrakis_schema_release():
    return "0.5.0"
"""
QUIET = """
import sys

def test_nothing_is_loaded():
    assert "arrakis_schema.pytest_plugin" in sys.modules
    assert not {"pyarrow", "jsonschema", "arrakis_schema.store.loading"} & set(sys.modules)
"""


def run(folder: Path, **files: str) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:hypothesispytest",
    ]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=120)


def test_nothing_happens_unless_a_fixture_is_used(tmp_path: Path) -> None:
    done = run(tmp_path, test_quiet=QUIET)
    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize(("release", "files"), [("None", {}), ('"0.5.0"', {"conftest": RELEASE})])
def test_a_client_is_tested_on_the_mock(tmp_path: Path, release: str, files: dict[str, str]) -> None:
    done = run(tmp_path, test_client=CLIENT.replace("RELEASE", release), **files)
    assert "2 passed" in done.stdout, done.stdout


def test_a_server_that_drifts_fails_its_test_in_words(tmp_path: Path) -> None:
    with Drifting("count", "count: string", [{"count": "3"}]) as server:
        test = f"def test_server(assert_conforms):\n    assert_conforms({server.location!r})\n"
        done = run(tmp_path, test_server=test)
    assert done.returncode == 1
    assert (
        "count (FlightInfo and stream): count: the server sends string, a client expects int64 [type-changed]"
        in done.stdout
    )
    assert "Traceback" not in done.stdout


SCHEMAS = """
import pytest
from pathlib import Path

@pytest.fixture(scope="session")
def arrakis_schema_root():
    return Path("weather")

def test_the_schemas_may_be_released(assert_releasable):
    assert_releasable()
"""


PAYLOADS = """
from arrakis_schema import payload_schema

def test_it_is_promised(assert_payload):
    assert_payload(payload_schema("find"), "find", "0.5.0")

def test_it_is_not_promised(assert_payload):
    assert_payload(payload_schema("find").remove(0), "find")
"""


def test_a_payload_that_is_not_promised_fails_its_test_in_words(tmp_path: Path) -> None:
    done = run(tmp_path, test_payloads=PAYLOADS)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "find: column 'channel' is not sent, but string not null is promised (release 0.6.0)" in done.stdout
    assert "Traceback" not in done.stdout


def test_schemas_that_break_fail_their_test_in_words(tmp_path: Path) -> None:
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    freeze(root)
    assert "1 passed" in run(tmp_path, test_schemas=SCHEMAS).stdout
    descriptor = root / "schemas/endpoints/forecast/descriptor.json"
    descriptor.write_text(descriptor.read_text().replace('"maximum": 14', '"maximum": 10'))
    done = run(tmp_path, test_schemas=SCHEMAS)
    assert done.returncode == 1
    assert "days: `maximum` changed from 14 to 10" in done.stdout
    assert "Traceback" not in done.stdout
