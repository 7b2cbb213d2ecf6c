"""Settings that hold for every test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Error, sync_playwright

from arrakis_schema.store.freezing import freeze

settings.register_profile("suite", derandomize=True, deadline=None, max_examples=200, database=None)
settings.register_profile("coverage", settings.get_profile("suite"), max_examples=10)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Return a root with the release 1.1.0."""
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    freeze(tmp_path / "weather")
    return tmp_path / "weather"


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
