"""The hand-written pages in a real browser: nobody is shut out, in light and dark, wide and narrow."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from tests.browser.serving import served
from tests.docs.pages import PROJECT

PAGES = [
    *(
        "guides/fetch/",
        "guides/releasing/",
        "guides/your-api/",
        "guides/github/",
        "guides/gitlab/",
        "guides/pre-commit/",
        "guides/conformance/",
        "guides/authors/",
        "guides/adopting/",
    ),
    *("python/", "api/documents/", "api/requests/", "api/travel/", "api/compat/", "api/errors/", "rules/", "changes/"),
    *(
        f"changes/{name}/"
        for name in ("values", "numbers", "strings", "arrays", "objects", "combined", "columns", "releases", "sent")
    ),
]
WIDTHS = {"wide": 1280, "narrow": 390}


@pytest.fixture(scope="module")
def address(built_site: Callable[[Path], Path]) -> Iterator[str]:
    with served(built_site(PROJECT)) as site:
        yield site


@pytest.mark.parametrize(("view", "scheme"), [("wide", "light"), ("narrow", "dark")])
def test_nobody_is_shut_out(browser: Browser, address: str, view: str, scheme: str) -> None:
    size = {"width": WIDTHS[view], "height": 800}
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    found, strangers = [], []
    page.on("request", lambda asked: strangers.append(asked.url) if not asked.url.startswith(address) else None)
    for path in PAGES:
        page.goto(f"{address}{path}")
        page.wait_for_timeout(150)
        violations = Axe().run(page).response["violations"]
        found += [(path, one["id"], one["nodes"][0]["html"][:200]) for one in violations]
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            found.append((path, "too wide", ""))
    assert found == []
    assert strangers == []


def test_every_tab_of_the_page_on_fetching_can_be_chosen(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{address}guides/fetch/")
    for name in ("curl", "Python", "The package", "JavaScript", "Rust", "C++"):
        page.locator(".tabbed-labels label").get_by_text(name, exact=True).click()
    assert page.get_by_text("#include <arrow/ipc/reader.h>").is_visible()
