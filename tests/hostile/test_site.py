"""A site made from hostile documents: all that they say is text, in pages, feeds, data and lists."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from itertools import permutations
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser

from arrakis_schema.reference.endpoint import find_removed
from arrakis_schema.reference.facts.history import read_history
from arrakis_schema.site import site, write_tree
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.store import Store
from arrakis_schema.text.escaping import visible
from tests.browser.serving import BUNDLE, served
from tests.hostile.root import NAMES, write_root
from tests.member_texts import members_of

WEATHER = Path(__file__).parents[1] / "fixtures/weather"
HOST = "https://example.org/site/"
MORE = {
    *(("details", ""), ("details", "class"), ("summary", ""), ("ins", ""), ("del", "")),  # differences line by line
    *(("h2", "class"), ("h3", "data-search-exclude"), ("a", "id"), ("br", ""), ("style", "")),
    ("wbr", ""),  # in long names
}
"""What pages have that the ordinary ones below have no occasion for."""


FOREIGN = "[onclick], [onload], [onerror], a[href^='javascript:' i], img[src='x'], iframe, object, embed, base"
"""What no page has."""


class Page(HTMLParser):
    """The elements of a page with their attributes, its links, and the text of each element that has a class or an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.kinds: set[tuple[str, str]] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[tuple[str, str, str]] = []
        self._open: list[tuple[str, str, list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds |= {(tag, ""), *((tag, name) for name, _ in attrs)}
        named = {name: value or "" for name, value in attrs}
        self.ids += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if tag == "a" and "href" in named else []
        self._open.append((tag, named.get("class", ""), []))

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(tag == name for name, *_ in self._open):
            name, kind, parts = self._open.pop()
            self.texts.append((name, kind, "".join(parts)))
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        for _, _, parts in self._open:
            parts.append(data)

    def of(self, tag: str, kind: str = "") -> list[str]:
        return [text for name, own, text in self.texts if name == tag and (not kind or kind in own.split())]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_root(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def files(root: Path) -> dict[str, Representation]:
    return {file.path: file for file in site(Store(root))}


@pytest.fixture(scope="module")
def written(files: dict[str, Representation], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "site"
    write_tree(files.values(), folder)
    return folder


@pytest.fixture(scope="module")
def pages(files: dict[str, Representation]) -> dict[str, Page]:
    return {path: Page(file.content.decode()) for path, file in files.items() if path.endswith(".html")}


@pytest.fixture(scope="module")
def ordinary(built_site: Callable[[Path], Path]) -> list[Page]:
    return [Page(path.read_text()) for path in built_site(WEATHER).rglob("*.html")]


def test_no_page_has_an_element_or_an_attribute_that_ordinary_pages_lack(
    pages: dict[str, Page], ordinary: list[Page]
) -> None:
    known = MORE.union(*(page.kinds for page in ordinary))
    assert {(path, kind) for path, page in pages.items() for kind in page.kinds - known} == set()


def test_no_page_runs_a_script_that_ordinary_pages_lack(
    files: dict[str, Representation], pages: dict[str, Page], ordinary: list[Page]
) -> None:
    known = {_anywhere(script) for page in ordinary for script in page.of("script")}
    for path, page in pages.items():
        text = files[path].content.decode()
        assert {_anywhere(script) for script in page.of("script")} <= known, path
        assert text.count("<meta charset") == text.count("Content-Security-Policy") == 1, path
        digests = {b64encode(sha256(script.encode()).digest()).decode() for script in page.of("script")}
        (allowed,) = re.findall(r"script-src ([^;\"]*)", text)
        assert set(re.findall(r"'sha256-([^']+)'", allowed)) <= digests, path


def _anywhere(script: str) -> str:
    """Return a script as it stands at the top of a site."""
    return re.sub(r'"(\.\.?/?)+', '"', script)


def test_every_link_leads_to_a_page_or_a_file_of_the_site(
    files: dict[str, Representation], pages: dict[str, Page]
) -> None:
    for path, page in pages.items():
        for link in page.links if path != "404.html" else []:
            url = urlsplit(urljoin(f"{HOST}{path.removesuffix('index.html')}", link))
            target = unquote(url.path).removeprefix(urlsplit(HOST).path)
            target = f"{target}index.html" if target.endswith("/") or not target else target
            if url.netloc == urlsplit(HOST).netloc:
                assert target in files, (path, link)
                ids = {*pages[target].ids, "", "__tabbed"} if target in pages else {""}
                assert unquote(url.fragment) in ids, (path, link)
            else:
                assert url.netloc in {"squidfunk.github.io", "pypi.org"}, (path, link)


def test_every_id_stands_once(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert sorted(page.ids) == sorted(set(page.ids)), path


def test_fields_and_the_document_are_shown_as_they_are(root: Path, pages: dict[str, Page]) -> None:
    store = Store(root)
    for release in store.every_release():
        folder = "next" if not release.frozen else f"releases/{release.version}"
        page = pages[f"{folder}/probe/index.html"]
        request, payload = (release.document(f"endpoints/probe/{name}") for name in ("descriptor.json", "schema.txt"))
        heads = [text.removesuffix("¶") for text in page.of("h3", "field")]
        documents = () if release.frozen else (request, payload)
        removed = (find_removed(read_history(store), release, "probe", document.path) for document in documents)
        members = [*members_of(request), *(entry.member for entries in removed for entry in entries)]
        assert heads == [visible(member.path) or '""' for member in members]
        assert visible(payload.text).removesuffix("\n") in page.of("code")
        columns = [field.path for field in members_of(payload)]
        assert {visible(column) or '""' for column in columns} <= set(page.of("code"))


def test_every_text_of_a_field_is_on_its_page(root: Path, pages: dict[str, Page]) -> None:
    shown = " ".join(" ".join(pages["next/probe/index.html"].of("html")).split())
    store = Store(root)
    for field in members_of(store.release(None).document("endpoints/probe/descriptor.json")):
        values = [json.dumps(value, ensure_ascii=False) for value in field.values]
        for text in (field.description, field.unit, field.null, field.omitted, *values):
            assert " ".join(visible(text).split()) in shown


def test_what_programs_read_is_well_formed(files: dict[str, Representation]) -> None:
    for path, file in files.items():
        if path.startswith(("versions/", "digests/", "assets/")) and path != "versions/index.json":
            continue
        text = file.content.decode("utf-8") if not path.endswith((".gz", ".woff2", ".png")) else ""
        if path.endswith(".json"):
            assert json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")
        if path.endswith((".xml", ".atom")):
            ET.fromstring(text)  # noqa: S314 - our own
    feed = ET.fromstring(files["changelog.atom"].content)  # noqa: S314 - our own
    assert {element.tag.rpartition("}")[2] for element in feed.iter()} <= {
        *("feed", "id", "title", "updated", "author", "name", "link", "entry", "content")
    }


def test_the_list_for_language_models_names_each_page_once(files: dict[str, Representation]) -> None:
    lines = files["llms.txt"].content.decode().splitlines()
    entries = [line for line in lines if line.startswith("- [")]
    assert len(entries) > len(NAMES)
    for line in entries:
        found = re.fullmatch(r"- \[[^][]*\]\(([^()\s]+)\)(: .*)?", line)
        assert found, line
        assert unquote(found[1]) in files, line


def test_the_search_index_holds_no_element_that_its_reader_does_not_expect(files: dict[str, Representation]) -> None:
    index = json.loads(files["search/search_index.json"].content)
    shown = [part for entry in index["docs"] for part in (entry["title"], entry["text"])]
    tags = {tag.lower() for part in shown for tag in re.findall(r"</?([a-zA-Z][^\s>/]*)", part)}
    assert tags <= {"p", "code", "pre", "li", "ol", "ul", "sub", "sup"}


def test_nothing_runs_or_is_asked_of_another_host_in_a_browser(
    browser: Browser, files: dict[str, Representation], written: Path
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.add_init_script("addEventListener('securitypolicyviolation', () => { window.hacked = 'policy'; })")
    with served(written) as address:
        page.on(
            "request", lambda request: None if request.url.startswith((address, "data:")) else wrong.append(request.url)
        )
        for path in sorted(files):
            redirects = b'http-equiv="refresh"' in files[path].content  # its target is visited, too
            if path.endswith("index.html") and not redirects and not path.startswith(("guides/", "api/")):
                page.goto(f"{address}{quote(path.removesuffix('index.html'))}")
                assert page.evaluate(f"[window.hacked, document.querySelectorAll({FOREIGN!r}).length]") == [None, 0], (
                    path
                )
                assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert wrong == []
        page.goto(f"{address}?q=onerror")
        page.locator(".md-search-result__link").first.wait_for(timeout=10_000)
        assert page.locator(".md-search-result :is(img, script, svg:not([viewBox]))").count() == 0
        assert page.evaluate("window.hacked") is None
    assert wrong == []
    context.close()


def test_a_button_copies_a_document_as_it_is_shown(browser: Browser, root: Path, written: Path) -> None:
    store = Store(root)
    payload = store.release(None).document("endpoints/probe/schema.txt")
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    with served(written) as address:
        page.goto(f"{address}next/probe/")
        page.locator(".md-code__button").first.wait_for(state="attached")
        shown = page.locator("pre:has(code)").evaluate_all(
            "all => all.map(one => one.querySelector('code').textContent)"
        )
        text = visible(payload.text).removesuffix("\n")
        place = [one.removesuffix("\n") for one in shown].index(text)
        page.locator("pre:has(code)").nth(place).evaluate("one => one.querySelector('[data-md-type=copy]').click()")
        assert page.evaluate("navigator.clipboard.readText()").removesuffix("\n") == text
    context.close()


@pytest.mark.skipif(not (BUNDLE / "try.js").exists(), reason="the site's JavaScript is not bundled: make bundle")
def test_what_javascript_adds_is_text_and_its_links_lead_somewhere(
    browser: Browser, pages: dict[str, Page], written: Path
) -> None:
    context = browser.new_context()
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    with served(written) as address:
        links = []
        for path in sorted(path for path in pages if path.startswith("endpoints/") and path != "endpoints/index.html"):
            page.goto(f"{address}{quote(path.removesuffix('index.html'))}")
            forms = page.locator("[data-try]")
            forms.scroll_into_view_if_needed()
            page.locator("[data-try] form textarea").first.wait_for()
            page.locator("[data-try] form textarea").first.fill('{"request": 1, "args": {"a ` b `` c ``` d": 1}}')
            page.locator("[data-try] form select").last.select_option("every release")
            page.locator("[data-try] .try-table, [data-try] .try-verdict").first.wait_for()
            links += page.eval_on_selector_all("[data-try] a[href]", "all => all.map(one => one.href)")
        for old, new in permutations(("1.0.0", "1.1.0", "2.0.0"), 2):
            page.goto("about:blank")
            page.goto(f"{address}compare/#{old}...{new}")
            page.locator(".compare-said", has_text=re.compile(".")).wait_for()
            links += page.eval_on_selector_all(".compare a[href]", "all => all.map(one => one.href)")
            page.locator(".compare details summary").evaluate_all("all => all.forEach(one => one.click())")
            page.wait_for_timeout(200)
            assert page.evaluate("window.hacked") is None
    for link in sorted(set(links)):
        url = urlsplit(link)
        target = f"{unquote(url.path).removeprefix('/')}index.html"
        assert target in pages, link
        assert unquote(url.fragment) in {"", *pages[target].ids}, link
    assert len(set(links)) > 50
    assert wrong == []
    context.close()
