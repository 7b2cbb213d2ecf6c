"""Check a request in a real browser under a strict policy: verdicts, links, keyboard, narrow and dark."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Locator, Page

from arrakis_schema.arrow import parse_document
from arrakis_schema.json_schema.requests import iter_errors
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent.parent


def form(page: Page, address: str, name: str = "find") -> Locator:
    page.goto(f"{address}next/{name}/")
    found = near(page)
    found.locator(".try-verdict").first.wait_for()
    return found


def near(page: Page) -> Locator:
    """Go to where the forms are, for they are loaded only then, and return the first."""
    page.locator("[data-try]").scroll_into_view_if_needed()
    return page.locator(".try form").first


def verdict(found: Locator, text: str) -> str:
    """Return the verdict on a text, once it is there."""
    found.get_by_role("textbox").fill(text)
    found.get_by_role("button", name="Check").click()
    found.page.wait_for_timeout(350)
    return found.locator(".try-verdict").first.inner_text()


def test_the_smallest_example_is_accepted(page: Page, parts: str) -> None:
    found = form(page, parts)
    assert '"Find"' in found.get_by_role("textbox").input_value()
    assert found.locator(".try-verdict").inner_text() == "Accepted by find 0.6.0."


def test_each_example_gets_the_verdict_of_the_package(page: Page, parts: str) -> None:
    store = Store(PROJECT)
    newest = store.every_release()[-1]
    wrong = []
    for name in ("find", "stream"):
        found = form(page, parts, name)
        for example in newest.examples_of(f"endpoints/{name}/descriptor.json"):
            found.get_by_label("Example").select_option(label=example.name)
            for version in ("0.1.0", "0.5.0", newest.version):
                if (
                    version in store.releases
                    and f"endpoints/{name}/descriptor.json" not in store.release(version).documents
                ):
                    continue
                found.get_by_label("Release").select_option(value=version)
                found.locator(".try-verdict", has_text=re.compile(f"{name} {re.escape(version)}|JSON")).wait_for()
                contract = store.release(None if version == newest.version else version).contract
                said = sorted(str(one) for one in iter_errors(parse_json(example.content), contract))
                if (shown := problems_shown(page, found, said)) != said:
                    wrong.append((example.path, version, said, shown))
    assert wrong == []


def problems_shown(page: Page, found: Locator, expected: list[str]) -> list[str]:
    """Return the problems that a form lists, as soon as they are the expected ones, or else after three seconds."""
    shown: list[str] = []
    for _ in range(50):
        page.wait_for_timeout(60)
        lines = [line.rpartition(" line ")[0] or line for line in found.locator(".try-problems li").all_inner_texts()]
        shown = sorted(line for line in lines if "not described" not in line)
        if shown == expected:
            break
    return shown


def test_an_error_leads_to_the_heading_of_its_field(page: Page, parts: str) -> None:
    found = form(page, parts)
    text = '{"request": "Find", "args": {"pattern": "", "data_type": ["x"], "min_rate": 0, "max_rate": 0, "publisher": [], "time": null}}'
    assert verdict(found, text) == "Rejected by find 0.6.0: 2 problems"
    found.get_by_role("link", name="args.data_type[0]").click()
    assert page.url.endswith("/next/find/#args.data_type-items")
    found.get_by_label("Release").select_option("0.5.0")
    link = found.locator("a", has_text="args.data_type[0]")
    found.locator(".try-verdict", has_text="0.5.0").wait_for()
    assert link.get_attribute("href") == f"{parts}releases/0.5.0/find/#args.data_type-items"


def test_what_a_release_does_not_describe_is_told_with_what_the_reader_does(page: Page, parts: str) -> None:
    found = form(page, parts)
    text = found.get_by_role("textbox").input_value()
    assert verdict(found, text.replace("{", '{"extra": 1,', 1)) == "Accepted by find 0.6.0."
    assert found.get_by_text("extra: not described by 0.6.0; the server ignores it").is_visible()
    assert verdict(found, text.replace('"pattern"', '"patern": 1, "pattern"')).startswith("Rejected by the server")
    assert found.get_by_text("args.patern: expected one of the members").is_visible()


def test_a_request_of_many_errors_leaves_the_page_usable(page: Page, parts: str) -> None:
    found = form(page, parts)
    text = found.get_by_role("textbox").input_value()
    many = text.replace('"data_type": []', f'"data_type": [{", ".join(["5"] * 20_000)}]')
    assert many != text
    found.get_by_role("textbox").fill(many)
    found.get_by_text("at least 1000 problems").wait_for(timeout=10_000)
    assert found.locator(".try-problems li").count() == 101
    assert found.locator(".try-problems li").last.inner_text() == "and 900 more"
    assert verdict(found, text) == "Accepted by find 0.6.0."


def test_a_character_that_only_looks_like_json_is_named(page: Page, parts: str) -> None:
    found = form(page, parts)
    verdict(found, "{\u201crequest\u201d: 1}")
    assert "U+201C is a typographic quotation mark" in found.locator(".try-problems").inner_text()


def test_all_releases_are_asked_at_once(page: Page, parts: str) -> None:
    found = form(page, parts)
    found.get_by_label("Example").select_option(label="max-rate-zero")
    found.get_by_label("Release").select_option("every release")
    table = found.get_by_role("table")
    table.wait_for()
    rows = [row.split("\t") for row in table.locator("tbody tr").all_inner_texts()]
    refusal = "args.max_rate: expected more than 0, found 0"
    assert rows[0] == ["0.3.0 to 0.6.0, not released yet", "rejected", refusal]
    found.get_by_label("without corrections").check()
    found.get_by_text("0.3.0 to 0.5.0").wait_for()
    rows = [row.split("\t") for row in table.locator("tbody tr").all_inner_texts()]
    assert rows[:2] == [["0.6.0, not released yet", "rejected", refusal], ["0.3.0 to 0.5.0", "accepted", ""]]


def test_the_page_of_an_old_release_asks_that_release(page: Page, parts: str) -> None:
    page.goto(f"{parts}releases/0.2.0/find/")
    found = near(page)
    found.locator(".try-verdict").wait_for()
    assert found.get_by_label("Release").input_value() == "0.2.0"
    assert found.locator(".try-verdict").inner_text() == "Accepted by find 0.2.0."
    found.get_by_label("Example").select_option(label="pattern-null")
    found.get_by_role("link", name="args.pattern").click()
    assert page.url == f"{parts}releases/0.2.0/find/#args.pattern"


def test_no_json_is_told_with_its_place(page: Page, parts: str) -> None:
    found = form(page, parts)
    assert verdict(found, '{\n  "a": 1,\n  "a": 2\n}') == "This is not JSON."
    assert found.get_by_text('line 3, column 3: the name "a" occurs twice in one object').is_visible()
    found.get_by_role("button", name="show").click()
    area = found.get_by_role("textbox")
    assert area.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)") == '"a"'


def test_the_keyboard_is_enough(page: Page, parts: str) -> None:
    found = form(page, parts)
    found.get_by_label("Example").focus()
    order = []
    for _ in range(5):
        order.append(page.evaluate("document.activeElement.localName"))
        page.keyboard.press("Tab")
    assert order == ["select", "select", "input", "button", "textarea"]


def test_what_others_wrote_is_text(page: Page, parts: str) -> None:
    found = form(page, parts)
    verdict(found, '{"request": "<img src=x onerror=alert(1)>", "args": {"<b>": 1}}')
    assert found.locator("img, b").count() == 0
    assert found.get_by_text("<img src=x onerror=alert(1)>").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_shut_out(browser: Browser, parts: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    found = form(page, parts)
    for text in ("{", '{"request": "Find", "args": {"max_rate": 0, "x": 1}, "y": 2}'):
        verdict(found, text)
        result = Axe().run(page, context=".try").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in result] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    found.get_by_label("Release").select_option("every release")
    found.get_by_role("table").wait_for()
    assert Axe().run(page, context=".try").response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def payload(page: Page, address: str, name: str) -> Locator:
    page.goto(f"{address}next/{name}/")
    near(page)
    found = page.locator(".try form", has_text="print(schema)")
    found.locator(".try-verdict").wait_for()
    return found


def test_a_printed_schema_is_compared_with_the_payload_of_a_release(page: Page, parts: str) -> None:
    found = payload(page, parts, "find")
    assert found.locator(".try-verdict").inner_text() == "The same as the payload of find 0.6.0."
    text = str(parse_document((PROJECT / "schemas/endpoints/find/schema.txt").read_text()))
    assert verdict(found, text) == "The same as the payload of find 0.6.0."
    found.get_by_label("Release").select_option("0.5.0")
    found.get_by_text("The same as the payload of find 0.5.0.").wait_for()
    found.get_by_label("without corrections").check()
    found.get_by_text("stride: not in the payload of find 0.5.0; clients reject unknown columns").wait_for()


def test_an_arrow_file_is_compared_with_a_template(page: Page, parts: str, tmp_path: Path) -> None:
    template = parse_document((PROJECT / "schemas/endpoints/stream/schema.txt").read_text())
    schema = template.bind([{"channel": "H1:A", "data_type": "float32", "sample_rate": 16}])
    with pa.OSFile(str(tmp_path / "some.arrow"), "wb") as sink, pa.ipc.new_file(sink, schema):
        pass
    (tmp_path / "other.arrow").write_bytes(b"PAR1" + bytes(100))
    found = payload(page, parts, "stream")
    found.locator("input[type=file]").set_input_files(tmp_path / "some.arrow")
    found.get_by_text("The same as the payload of stream 0.6.0, with 1 column for {channel}.").wait_for()
    assert found.get_by_role("textbox").input_value() == "time: int64 not null\nH1:A: list<item: float>"
    found.locator("input[type=file]").set_input_files(tmp_path / "other.arrow")
    found.get_by_text("other.arrow: this is a Parquet file, not an Arrow file or stream").wait_for()
