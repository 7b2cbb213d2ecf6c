import json
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from arrakis_schema.server import application
from arrakis_schema.site.representations import Representation

HERE = Path(__file__).parent
CASES = HERE.parent / "cases" / "server"
Start = Callable[..., "subprocess.Popen[str]"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = [(file.stem, case) for file in sorted(CASES.glob("*.json")) for case in json.loads(file.read_text())]
        metafunc.parametrize("case", [pytest.param(case, id=f"{stem}: {case['holds']}") for stem, case in cases])


@pytest.fixture(scope="session")
def site() -> list[Representation]:
    files: list[Representation] = runpy.run_path(str(HERE / "run_site.py"))["load"]()
    return files


@pytest.fixture(scope="session")
def app(site: list[Representation]) -> Any:
    return application(site)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the server as its own process, `start(port, workers, root_path)`; it is gone after the test."""
    with ExitStack() as running:

        def started(port: int = 0, workers: int = 1, *root_path: str) -> "subprocess.Popen[str]":
            command = [sys.executable, str(HERE / "run_site.py"), str(port), str(workers), *root_path]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
            )
            running.enter_context(process)
            running.callback(process.kill)
            return process

        yield started


@pytest.fixture
def listening() -> Callable[["subprocess.Popen[str]"], tuple[str, int]]:
    """Wait until a started server has told its URL, and return the address."""

    def address(process: "subprocess.Popen[str]") -> tuple[str, int]:
        assert process.stdout is not None
        url = urlsplit(process.stdout.readline().strip())
        assert url.hostname is not None
        assert url.port is not None
        return url.hostname, url.port

    return address
