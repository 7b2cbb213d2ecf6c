"""The site itself, below a path; its parts that need JavaScript say when they were not bundled."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.serving import BUNDLE, served

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def parts(built_site: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the site."""
    if not (BUNDLE / "try.js").exists():
        pytest.skip("the site's JavaScript is not bundled: run make bundle, which needs npm and its registry once")
    folder = tmp_path_factory.mktemp("parts")
    (folder / "under/a").mkdir(parents=True)
    (folder / "under/a/path").symlink_to(built_site(PROJECT))
    with served(folder) as address:
        yield f"{address}under/a/path/"


@pytest.fixture
def page(browser: Browser, parts: str) -> Iterator[Page]:
    """Return a page whose every error, foreign request and breach of the policy fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened, wrong = context.new_page(), list[str]()
    opened.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "request", lambda request: None if request.url.startswith((parts, "data:")) else wrong.append(request.url)
    )
    yield opened
    assert wrong == []
    context.close()
