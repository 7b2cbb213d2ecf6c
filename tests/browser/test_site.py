"""The site in a real browser: quiet, found by search, usable by keyboard and screen reader, and without JavaScript."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.browser.serving import served

PROJECT = Path(__file__).parent.parent.parent
KINDS = [
    "",
    "endpoints/find/",
    "endpoints/publication/",
    "endpoints/",
    "releases/",
    "releases/0.5.0/",
    "releases/0.4.0/find/",
    "next/find/",
    "matrix/",
    "matrix/find/",
    "compare/",
    "compare/0.4.0...0.5.0/",
    "changelog/",
    "releases/0.4.0/",
    "guides/",
    "guides/fetch/",
    "api/compat/",
    "changes/",
    "commands/",
    "compatibility/",
    "conformance/",
    "rules/",
]
VIEWS = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 800}}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "arrakis_schema.cli", "serve", "--port", "0", "--root-path", "/under/a/path"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found
        yield found.group()
        server.terminate()


def opened(browser: Browser, view: str = "wide", scheme: str = "light", **more: bool) -> Page:
    context = browser.new_context(viewport=VIEWS[view], color_scheme=scheme, **more)  # type: ignore[arg-type]
    return context.new_page()


def test_every_page_loads_without_an_error_or_another_host(browser: Browser, address: str) -> None:
    page = opened(browser)
    wrong: list[str] = []
    host = address.split("/")[2]
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if request.url.split("/")[2] != host else None)
    todo, seen = [address], {address}
    while todo:
        page.goto(todo.pop())
        links = page.eval_on_selector_all("a[href]", "found => found.map(one => one.href.split('#')[0])")
        pages = {link for link in links if link.startswith(address) and link.endswith("/")}
        todo += sorted(pages - seen)
        seen |= pages
    assert wrong == []
    assert len(seen) > 70


@pytest.mark.parametrize(("view", "scheme"), [("wide", "light"), ("narrow", "dark")])
def test_nobody_is_shut_out(browser: Browser, address: str, view: str, scheme: str) -> None:
    page, found = opened(browser, view, scheme), []
    for kind in KINDS:
        page.goto(f"{address}{kind}")
        page.wait_for_timeout(150)
        violations = Axe().run(page).response["violations"]
        found += [(kind, one["id"], one["nodes"][0]["html"][:200]) for one in violations]
        assert page.evaluate("document.documentElement.scrollWidth") <= VIEWS[view]["width"], kind
    assert found == []


def test_the_members_are_dense_and_the_examples_beside_them(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.set_viewport_size({"width": 1280, "height": 900})
    for path in ("endpoints/find/", "next/find/"):
        page.goto(f"{address}{path}")
        members, examples = page.locator(".members").bounding_box(), page.locator(".beside").bounding_box()
        assert members
        assert examples
        assert members["height"] <= 1000, path
        assert examples["x"] >= members["x"] + members["width"]
        assert examples["y"] < members["y"] + members["height"] / 4
        row = ["[id='args.min_rate']", "[id='args.min_rate'] + .facts", "[id='args.min_rate'] + .facts + .meaning"]
        tops = page.evaluate("row => row.map((one) => document.querySelector(one).getBoundingClientRect().top)", row)
        assert tops[0] == tops[1] == tops[2]


def test_search_finds_a_field_and_lands_on_it(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type("max_rate")
    result = page.locator(".md-search-result__link[href*='find/'][href*='args.max_rate']").first
    result.wait_for(timeout=10_000)
    result.click()
    page.wait_for_url(re.compile(r"endpoints/find/.*#args\.max_rate$"))
    assert page.locator("[id='args.max_rate']").is_visible()


@pytest.mark.parametrize("folder", ["endpoints", "next", "releases/0.4.0"])
def test_the_page_is_read_without_javascript(browser: Browser, address: str, folder: str) -> None:
    page = opened(browser, java_script_enabled=False)
    page.goto(f"{address}{folder}/find/")
    assert page.locator("[id='args.max_rate']").is_visible()
    for text in ("Highest sample rate to select", "The live channels, no replay", "Samples per second"):
        assert page.locator("article").get_by_text(text).first.is_visible(), text


@pytest.mark.parametrize("scripts", [True, False])
def test_the_selector_keeps_the_page_by_keyboard(browser: Browser, address: str, scripts: bool) -> None:  # noqa: FBT001
    page = opened(browser, java_script_enabled=scripts)
    page.goto(f"{address}endpoints/find/#args.max_rate")
    page.locator(".selector summary").press("Enter")
    choice = page.get_by_role("navigation", name="Other releases").get_by_role("link", name="0.4.0")
    choice.press("Enter")
    page.wait_for_url(f"{address}releases/0.4.0/find/{'#args.max_rate' if scripts else ''}")
    assert page.locator(".md-sidebar--primary a", has_text="count").get_attribute("href") == "../count/"


def test_latest_leads_to_the_newest_release(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.goto(f"{address}releases/latest/find/")
    page.wait_for_url(f"{address}endpoints/find/")


def test_a_known_problem_is_shown_in_an_old_release(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.goto(f"{address}releases/0.5.0/find/")
    assert page.get_by_text("exclusiveMinimum is misspelt").is_visible()
    assert not page.locator(".admonition.warning").count(), "it is the newest release"
    page.goto(f"{address}releases/0.4.0/find/")
    page.get_by_role("link", name="find in 0.5.0").click()
    assert page.url.endswith("/endpoints/find/")


def test_a_cell_of_the_matrix_leads_to_its_reason(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.goto(f"{address}matrix/")
    page.locator("article table a[href*='#why-find-']").first.click()
    page.wait_for_url("**/matrix/find/#why-find-*")
    target = page.url.partition("#")[2]
    assert page.locator(f"[id='{target}']").is_visible()


def test_tables_scroll_in_their_frame_and_are_whole_on_paper(browser: Browser, address: str) -> None:
    page = opened(browser, "narrow")
    page.goto(f"{address}matrix/")
    frame, first = (
        page.locator(".matrix .md-typeset__scrollwrap"),
        page.locator(".matrix tbody tr:first-child > td").first,
    )
    assert frame.evaluate("frame => (frame.scrollLeft = 200, frame.scrollLeft)") == 200
    left = "place => place.getBoundingClientRect().left"
    assert first.evaluate(left) >= frame.evaluate(left), "the first column stays"
    assert page.evaluate("document.documentElement.scrollWidth") == VIEWS["narrow"]["width"]
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    for path in ("matrix/", "endpoints/find/", "releases/"):
        page.goto(address + path)
        wide = "all => all.map(each => each.getBoundingClientRect().right).filter(right => right > innerWidth)"
        assert page.locator("table, .timeline [role=cell]").evaluate_all(wide) == [], path


def test_a_button_copies_the_address_of_a_schema(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}endpoints/find/")
    page.get_by_role("button", name="Copy the URL of descriptor.json").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{address}versions/0.5.0/endpoints/find/descriptor.json"
    page.goto(copied)
    assert '"const": "Find"' in page.content()


def test_the_colours_follow_the_system_and_the_switch(browser: Browser, address: str) -> None:
    page = opened(browser, scheme="dark")
    page.goto(address)
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.locator("label[title='Switch to light mode']:visible").click()
    page.wait_for_function(f"{background} !== '{dark}'")
    light = page.evaluate(background)
    page.goto(f"{address}endpoints/find/")
    assert page.evaluate(background) == light


def test_the_keyboard_reaches_the_content_and_the_tabs(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.goto(f"{address}endpoints/find/")
    page.keyboard.press("Tab")
    assert "md-skip" in page.evaluate("document.activeElement.className")
    page.locator(".tabbed-set input").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_text("import arrakis").first.is_visible()
    page.locator("button.copy").first.focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.href").endswith("descriptor.json")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_the_site_of_another_api_works_too(browser: Browser, built_site: Callable[[Path], Path]) -> None:
    page, wrong = opened(browser), list[str]()
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    with served(built_site(PROJECT / "tests/fixtures/weather")) as place:
        page.goto(f"{place}endpoints/forecast/")
        page.locator("[data-try]").scroll_into_view_if_needed()
        page.get_by_text("Accepted by forecast 1.1.0.").wait_for()
        page.goto(place)
        page.get_by_role("link", name="Changelog").first.click()
        page.locator("article").get_by_text("First release").wait_for()
    assert wrong == []
