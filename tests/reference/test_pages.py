"""The rendered site: every link and fragment leads somewhere, every field has its heading, nobody is phoned."""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest

from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Store
from tests.member_texts import members_of

PROJECT = Path(__file__).parent.parent.parent
ROOTS = {"arrakis": PROJECT, "weather": PROJECT / "tests/fixtures/weather"}
HOST = "http://site.example/under/a/path/"
LINKED = {"canonical", "alternate", "prev", "next"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """The ids and links of a page, what it loads, and what a validator of HTML would report."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.labels: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.alike: list[str] = []
        self.inside_alike = False
        self.feed(text)
        self.faults += [f"<{tag}> is not closed" for tag in self.open]
        self.faults += [f"a label is for {target!r}, which is not there" for target in self.labels - self.ids]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing behind {self.open[-3:]}")
        self.inside_alike = self.inside_alike and tag != "p"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside_alike = self.inside_alike or (tag == "p" and ("class", "alike") in attrs)
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        if len(given) < len(attrs) or given.get("tabindex") == "":
            self.faults.append(f"attributes of <{tag}>: {attrs}")
        if given.get("type") == "checkbox" and "autocomplete" in given:
            self.faults.append("a checkbox has no autocomplete")
        if tag == "label" and given.get("for"):
            self.labels.add(given["for"] or "")
        for name, value in attrs:
            if name == "id":
                self.faults += [f"the id {value!r} stands twice"] if value in self.ids or not value else []
                self.ids.add(value or "")
            if tag == "a" and name == "href" and value is not None:
                self.links.append(value)
                self.alike += [value] if self.inside_alike else []
            if (tag, name) in LOADED and value and LINKED.isdisjoint((dict(attrs).get("rel") or "").split()):
                self.loads.append(value)


@pytest.fixture(scope="module", params=ROOTS)
def files(request: pytest.FixtureRequest, site_contents: Callable[[Path], dict[str, bytes]]) -> dict[str, bytes]:
    return site_contents(ROOTS[request.param])


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, Page]:
    return {path: Page(content.decode()) for path, content in files.items() if path.endswith(".html")}


def targets(path: str, links: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each link into the site, with the path of the file and the fragment that it leads to."""
    base = urljoin(HOST, path.removesuffix("index.html"))
    for link in links:
        url = urlsplit(urljoin(base, link))
        if url.scheme in {"http", "https"} and url.netloc == urlsplit(HOST).netloc:
            place = unquote(url.path).removeprefix(urlsplit(HOST).path)
            yield link, f"{place}index.html" if place == "" or place.endswith("/") else place, unquote(url.fragment)


def test_every_link_leads_somewhere(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    broken = [
        (path, link)
        for path, page in pages.items()
        if path != "404.html"  # it stands at any depth, and its links begin at the root
        for link, target, fragment in targets(path, page.links)
        if target not in files or (fragment and target in pages and fragment not in pages[target].ids | {"__tabbed"})
    ]
    assert broken == []


def test_every_page_is_valid_and_has_a_title_of_its_own(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    assert {path: page.faults[:3] for path, page in pages.items() if page.faults} == {}
    here = [path for path in pages if b'http-equiv="refresh"' not in files[path]]  # the others lead to one of these
    titles = [re.findall(rb"<title>(.*?)</title>", files[path], re.DOTALL) for path in here]
    assert [title for title, count in Counter(map(tuple, titles)).items() if count > 1 or len(title) != 1] == []


def test_nothing_is_loaded_from_elsewhere(pages: dict[str, Page]) -> None:
    foreign = [
        (path, url)
        for path, page in pages.items()
        for url in page.loads
        if urlsplit(urljoin(HOST, url)).netloc != urlsplit(HOST).netloc and url != "data:,"  # no icon
    ]
    assert foreign == []


def test_every_field_of_every_release_has_its_place(pages: dict[str, Page]) -> None:
    root = ROOTS["arrakis" if "matrix/index.html" in pages and "endpoints/find/index.html" in pages else "weather"]
    store = Store(root)
    for release in store.every_release():
        folder = f"releases/{release.version}" if release.frozen else "next" if store.releases else "endpoints"
        for path in release.documents:
            document = release.document(path)
            name = Document(path, b"").name
            address = f"{folder}/{name}/index.html"
            page = pages[address]
            for _, target, _ in targets(
                address, page.alike
            ):  # a release that changed nothing leads to the one that did
                page = pages[target]
            for field in members_of(document):
                assert field.anchor in page.ids, (release.version, path, field.path)


RULES = "rules/index.html"  # a section for every rule, each with an address that findings lead to


def test_no_page_is_large(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    sizes = {path: len(files[path]) for path in pages}
    assert {path: size for path, size in sizes.items() if size > (64 if path == RULES else 60) * 1024} == {}
    assert len(files["search/search_index.json"]) < 300_000  # fetched once somebody searches


def test_every_page_runs_its_own_scripts_and_no_others(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    for path in pages.keys() - {"404.html"}:
        text = files[path].decode()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        assert policy, path
        assert policy.start() < text.index("<script"), "the policy holds from the first script on"
        allowed = set(re.findall(r"'sha256-([^']*)'", policy.group(1)))
        inline = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        assert {b64encode(sha256(script.encode()).digest()).decode() for script in inline} == allowed
        assert "unsafe" not in policy.group(1)
        assert not re.search(r"<[^>]* (?:style|on[a-z]+)=", text), path


def test_every_page_says_what_it_is_and_where_its_data_is(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    for path in pages.keys() - {"404.html"}:
        text = files[path].decode()
        for name in ("og:title", "og:description", "og:type", "og:url"):
            assert re.search(rf'<meta property="{name}" content="[^"]+">', text), (path, name)
        found = re.search(r'<link rel="describedby alternate" type="application/json"[^>]* href="([^"]*)">', text)
        assert found, path
        json.loads(files[normpath(f"{dirname(path)}/{found.group(1)}").removeprefix("/")])
        assert files[f"{dirname(path)}/index.md".removeprefix("/")].startswith((b"#", b"<")), path


def test_the_lists_for_machines_name_what_is_there(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    listed = re.findall(r"\]\(([^)]*)\)", files["llms.txt"].decode())
    assert len(listed) > 5
    assert [link for link in listed if link not in files] == []
    index = json.loads(files["versions/index.json"])
    urls = [
        document[key]
        for release in index["releases"]
        for document in release["documents"]
        for key in ("url", "bundle", "corrected")
        if key in document
    ]
    assert [url for url in urls if f"versions/{unquote(url)}" not in files] == []
    sitemap = ET.fromstring(files["sitemap.xml"])  # noqa: S314 - our own
    listed = [url.text or "" for url in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    base = next(url for url in listed if url.endswith("/") and all(other.startswith(url) for other in listed))
    elsewhere = {path for path in pages if b'http-equiv="refresh"' in files[path]}  # such a page only leads to another
    assert {f"{url.removeprefix(base)}index.html" for url in listed} == pages.keys() - elsewhere - {"404.html"}


def test_the_pages_of_another_api_know_nothing_of_arrakis(site_contents: Callable[[Path], dict[str, bytes]]) -> None:
    for path, content in site_contents(ROOTS["weather"]).items():
        if path.endswith((".html", ".md", ".json", ".atom", ".txt")):
            words = re.sub(r"arrakis[-_]schema|^/\*.*", "", content.decode())
            assert "arrakis" not in words.lower(), path


def test_each_tab_opens_an_overview_and_the_menu_of_a_release_names_its_pages(
    built_site: Callable[[Path], Path],
) -> None:
    site = built_site(PROJECT)
    tabs = re.findall(r'<a href="([^"]*)" class="md-tabs__link">', (site / "index.html").read_text())
    assert tabs == [".", "endpoints/", "releases/", "guides/", "reference/"]
    page = (site / "releases/0.3.0/find/index.html").read_text()
    menu = page.partition('aria-label="Navigation"')[2].partition("md-content")[0]
    named = re.findall(
        r'<a href="(\.\./|\./|\.\./\w+/)" class="md-nav__link ?([^"]*)">\s*<span[^>]*>\s*(.*?)\s*</span>', menu
    )
    active = "md-nav__link--active"
    others = [
        (f"../{name}/", "", name) for name in ("count", "describe", "descriptor", "partition", "publish", "stream")
    ]
    assert named == [("../", "", "Endpoints"), *others[:3], ("./", active, "find"), *others[3:]]
    assert "<title>find in 0.3.0 - Arrakis schemas</title>" in page
    menu = (site / "compare/0.4.0...0.5.0/index.html").read_text().partition('aria-label="Navigation"')[2]
    assert re.search(
        r'class="md-nav__item md-nav__item--active[^"]*">\s*<input[^>]*>\s*<div[^>]*>\s*<a href="../../releases/"', menu
    )


def test_known_problems_stand_at_their_field(built_site: Callable[[Path], Path]) -> None:
    text = (built_site(PROJECT) / "releases/0.4.0/find/index.html").read_text()
    field = text.index('id="args.max_rate"')
    assert field < text.index("exclusiveMinimum is misspelt") < text.index('id="args.publisher"')
    assert "The newest release is" in text
