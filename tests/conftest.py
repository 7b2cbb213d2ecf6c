"""Settings that hold for every test."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Error, sync_playwright

from arrakis_schema.site import site, write_tree
from arrakis_schema.site.writer import hold_lock
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

settings.register_profile("suite", derandomize=True, deadline=None, max_examples=200, database=None)
settings.register_profile("coverage", settings.get_profile("suite"), max_examples=10)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

PROJECT = Path(__file__).parent.parent

for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):  # ignored by what a shell runs in the background
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Return a root with the release 1.1.0."""
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    freeze(tmp_path / "weather")
    return tmp_path / "weather"


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return the function that returns the folder with the site of a root, for tests that only read it.

    It is built once for all processes of a run.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def build(root: Path) -> Path:
        folder = shared / "sites" / root.name
        with hold_lock(shared):
            if not folder.exists():
                write_tree(site(Store(root)), folder)
        return folder

    return build


@pytest.fixture(scope="session")
def site_contents(built_site: Callable[[Path], Path]) -> Callable[[Path], dict[str, bytes]]:
    """Return the function that returns the bytes of each file of the site of a root, by its path."""

    def read(root: Path) -> dict[str, bytes]:
        folder = built_site(root)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    return read


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for one module: while it runs, its event loop does, and other tests want their own."""
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as started:
        try:
            running = started.chromium.launch(executable_path=installed, args=["--no-sandbox", "--disable-gpu"])
        except Error:
            pytest.skip("no browser: apt-get install chromium, or python -m playwright install chromium")
        yield running
        running.close()
