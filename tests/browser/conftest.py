"""The browser, and the small site with the parts that need JavaScript."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from arrakis_schema.store import Store
from tests.browser.parts import SITE, served, write_parts

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    installed = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as started:
        try:
            running = started.chromium.launch(executable_path=installed, args=["--no-sandbox", "--disable-gpu"])
        except Error:
            pytest.skip("no browser: apt-get install chromium, or python -m playwright install chromium")
        yield running
        running.close()


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the small site, which lies below a path."""
    if not (SITE / "bundle/try.js").exists():
        pytest.skip("the site's JavaScript is not bundled: run make bundle, which needs npm and its registry once")
    folder = tmp_path_factory.mktemp("parts")
    write_parts(Store(PROJECT), folder / "under/a/path")
    with served(folder) as address:
        yield f"{address}under/a/path/"
