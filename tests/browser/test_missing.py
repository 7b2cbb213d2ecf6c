"""The page for an address that the site does not have, at any depth and below any path."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from arrakis_schema.site import tree, write_tree
from arrakis_schema.store.store import Store
from tests.browser.serving import served

WEATHER = Path(__file__).parents[1] / "fixtures/weather"


@pytest.mark.parametrize("place", ["", "under/a/path/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_leads_to_the_front_page_from_everywhere(browser: Browser, tmp_path: Path, place: str, scheme: str) -> None:
    folder = tmp_path / "host" / place
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_tree(tree(Store(WEATHER)), folder)
    wrong = folder / "no/such/page"
    wrong.mkdir(parents=True)
    (wrong / "index.html").write_bytes((folder / "404.html").read_bytes())  # as a host answers
    page = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800}).new_page()  # type: ignore[arg-type]
    with served(tmp_path / "host") as address:
        page.goto(f"{address}{place}no/such/page/")
        link = page.get_by_role("link", name="home page")
        page.wait_for_function("url => document.querySelector('a').href === url", arg=f"{address}{place}")
        assert page.get_by_role("heading").inner_text() == "Page not found"
        assert Axe().run(page).response["violations"] == []
        link.click()
        page.wait_for_url(f"{address}{place}")
    page.context.close()
