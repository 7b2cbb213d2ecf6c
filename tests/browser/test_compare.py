"""Any two releases compared, in a real browser under a strict policy."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from arrakis_schema.store.layout import STANDARD
from arrakis_schema.store.store import Release, Store
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.relations import names
from tests.member_texts import members_of

PROJECT = Path(__file__).parent.parent.parent
STORE = Store(PROJECT)
RELEASES = {release.version: release for release in STORE.every_release()}


def compared(page: Page, address: str, old: str, new: str) -> str:
    """Open the comparison of two releases, and return what it says first."""
    page.goto("about:blank")
    page.goto(f"{address}compare/#{old}...{new}")
    said = page.locator(".compare-said", has_text=re.compile("."))
    said.wait_for()
    return said.inner_text()


def paths(release: Release, document: str) -> set[str]:
    return {one.label for one in members_of(release.document(document))} if document in release.documents else set()


def test_the_newest_two_are_compared_at_first(page: Page, parts: str) -> None:
    page.goto(f"{parts}compare/")
    page.locator(".compare-result h2").first.wait_for()
    assert page.get_by_label("Old").input_value() == "0.5.0"
    assert page.get_by_label("New").input_value() == "0.6.0"


def test_the_choice_is_kept_in_the_address_and_the_way_back_works(page: Page, parts: str) -> None:
    compared(page, parts, "0.5.0", "0.6.0")
    page.get_by_label("Old").select_option("0.3.0")
    page.get_by_text("From 0.3.0 to 0.6.0").wait_for()
    assert page.url.endswith("#0.3.0...0.6.0")
    page.get_by_role("button", name="Swap").click()
    page.get_by_text("From 0.6.0 to 0.3.0").wait_for()
    page.go_back()
    page.get_by_text("From 0.3.0 to 0.6.0").wait_for()
    assert page.get_by_label("Old").input_value() == "0.3.0"


def test_what_is_the_same_is_said_to_be_the_same(page: Page, parts: str) -> None:
    assert compared(page, parts, "0.5.0", "0.5.0") == "Both are 0.5.0: choose another release to see a difference."
    documents = {
        path: [RELEASES[one].document(path).content for one in ("0.1.0", "0.1.1")]
        for path in RELEASES["0.1.0"].documents
    }
    same = sorted(STANDARD.name_of(path) for path, (old, new) in documents.items() if old == new)
    said = compared(page, parts, "0.1.0", "0.1.1")
    assert sorted(said.rpartition("No difference in ")[2].rstrip(".").split(", ")) == same or said.startswith(
        "No difference:"
    )


@pytest.mark.parametrize(
    ("old", "new"), [("0.1.0", "0.6.0"), ("0.2.0", "0.3.0"), ("0.6.0", "0.1.2"), ("0.4.0", "0.5.0")]
)
def test_added_and_removed_fields_are_those_of_the_documents(page: Page, parts: str, old: str, new: str) -> None:
    compared(page, parts, old, new)
    before, after = RELEASES[old], RELEASES[new]
    shown = page.locator(".compare-fields").evaluate_all(
        """tables => tables.flatMap(table => [...table.querySelectorAll("tbody th")].map(head => [
            table.caption.innerText.match(/Fields of (.*) that differ/)[1], head.innerText, head.nextSibling.innerText
        ]))"""
    )
    for document in {*before.documents, *after.documents}:
        rows = {(field, kind) for path, field, kind in shown if path == document}
        assert {field for field, kind in rows if kind == "added"} == paths(after, document) - paths(before, document)
        if document in after.documents:
            assert {field for field, kind in rows if kind == "removed"} == paths(before, document) - paths(
                after, document
            )


@pytest.mark.parametrize(("old", "new"), [("0.1.0", "0.6.0"), ("0.4.0", "0.5.0"), ("0.5.0", "0.6.0")])
def test_who_gets_on_is_what_the_package_says(page: Page, parts: str, old: str, new: str) -> None:
    compared(page, parts, old, new)
    rows = page.locator(".compare-relations tbody tr").evaluate_all(
        "rows => rows.map(row => [row.cells[0], ...[1, 2].map(cell => row.cells[cell].querySelector('span'))].map(one => one.innerText))"
    )
    comparisons = Comparisons(STORE)
    both = [RELEASES[old].contract, RELEASES[new].contract]
    words = {"edge": "works for known messages"}
    pairs = (both, both[::-1])
    found = {name: [comparisons.relation(name, *pair).answer.name.lower() for pair in pairs] for name in names(both)}
    expected = {
        name: [words.get(answer, answer) for answer in found[name]]
        for name in names(both)
        if all(comparisons.documents(release, name) for release in both)
    }
    assert {name: answers for name, *answers in rows if name in expected} == expected
    assert {name for name, *_ in rows} == set(names(both))


def test_a_reason_is_shown_with_a_message(page: Page, parts: str) -> None:
    compared(page, parts, "0.5.0", "0.6.0")
    cell = page.locator(".compare-relations tr", has=page.get_by_role("rowheader", name="find")).locator("td").first
    cell.locator("summary").press("Enter")
    assert '"min_rate": 9223372036854775808' in cell.locator("pre").first.inner_text()
    assert "`maximum` 9223372036854775807 was added" in cell.inner_text()


def test_the_text_is_compared_line_by_line(page: Page, parts: str) -> None:
    compared(page, parts, "0.4.0", "0.6.0")
    details = page.locator("details", has_text="The text of endpoints/find/descriptor.json")
    details.locator("summary").press("Enter")
    details.locator("pre").wait_for()
    lines = details.locator("pre").text_content().split("\n")  # type: ignore[union-attr]
    old, new = (
        RELEASES[version].document("endpoints/find/descriptor.json").text.splitlines() for version in ("0.4.0", "0.6.0")
    )
    removed, added = ([line[1:] for line in lines if line.startswith(sign)] for sign in "-+")
    assert removed
    assert added
    assert len(old) - len(removed) + len(added) == len(new)
    assert set(removed) <= set(old)
    assert set(added) <= set(new)


def test_a_field_leads_to_its_heading(page: Page, parts: str) -> None:
    compared(page, parts, "0.5.0", "0.6.0")
    page.get_by_role("link", name="args.max_rate").last.click()
    page.wait_for_url("**/next/find/#args.max_rate")


def test_an_address_that_names_no_release_shows_the_newest_two(page: Page, parts: str) -> None:
    assert compared(page, parts, "9.9.9", "%3Cb%3E").startswith("From 0.5.0 to 0.6.0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_shut_out(browser: Browser, parts: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    compared(page, parts, "0.5.0", "0.6.0")
    page.locator("details summary").evaluate_all("all => all.slice(0, 40).forEach(one => one.click())")
    page.locator(".compare-patch").first.wait_for()
    result = Axe().run(page, context=".compare").response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in result] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
