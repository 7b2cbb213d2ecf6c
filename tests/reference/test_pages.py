"""The rendered site: every link and fragment leads somewhere, every field has its heading, nobody is phoned."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from arrakis_schema.documents import Document
from arrakis_schema.reference.fields import fields_of
from arrakis_schema.representations import Representation
from arrakis_schema.site import site
from arrakis_schema.store import Store

PROJECT = Path(__file__).parent.parent.parent
ROOTS = {"arrakis": PROJECT, "weather": PROJECT / "tests/fixtures/weather"}
HOST = "http://site.example/under/a/path/"
LINKED = {"canonical", "alternate", "prev", "next"}
LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """The ids and links of a page, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if tag == "a" and name == "href" and value is not None:
                self.links.append(value)
            if (tag, name) in LOADED and value and LINKED.isdisjoint((dict(attrs).get("rel") or "").split()):
                self.loads.append(value)


@pytest.fixture(scope="module", params=ROOTS)
def files(request: pytest.FixtureRequest) -> dict[str, Representation]:
    return {file.path: file for file in site(Store(ROOTS[request.param]))}


@pytest.fixture(scope="module")
def pages(files: dict[str, Representation]) -> dict[str, Page]:
    return {path: Page(file.content.decode()) for path, file in files.items() if path.endswith(".html")}


def targets(path: str, links: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each link into the site, with the path of the file and the fragment that it leads to."""
    base = urljoin(HOST, path.removesuffix("index.html"))
    for link in links:
        url = urlsplit(urljoin(base, link))
        if url.scheme in {"http", "https"} and url.netloc == urlsplit(HOST).netloc:
            place = unquote(url.path).removeprefix(urlsplit(HOST).path)
            yield link, f"{place}index.html" if place == "" or place.endswith("/") else place, unquote(url.fragment)


def test_every_link_leads_somewhere(files: dict[str, Representation], pages: dict[str, Page]) -> None:
    broken = [
        (path, link)
        for path, page in pages.items()
        if path != "404.html"  # it stands at any depth, and its links begin at the root
        for link, target, fragment in targets(path, page.links)
        if target not in files or (fragment and target in pages and fragment not in pages[target].ids | {"__tabbed"})
    ]
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(pages: dict[str, Page]) -> None:
    foreign = [
        (path, url)
        for path, page in pages.items()
        for url in page.loads
        if urlsplit(urljoin(HOST, url)).netloc != urlsplit(HOST).netloc
    ]
    assert foreign == []


def test_every_field_of_every_release_has_its_place(pages: dict[str, Page]) -> None:
    root = ROOTS["arrakis" if "matrix/index.html" in pages and "endpoints/find/index.html" in pages else "weather"]
    store = Store(root)
    for release in store.every_release():
        newest = release == store.every_release()[-1]
        for path in release.documents:
            document = store.document(release, path)
            name = Document(path, b"").name
            page = pages[f"endpoints/{name}/index.html" if newest else f"releases/{release.version}/{name}/index.html"]
            for field in fields_of(document):
                anchor = field.path.replace("[]", "-items") if path.endswith(".json") else f"column-{field.path}"
                assert anchor in page.ids or "{" in field.path, (release.version, path, field.path)


def test_no_page_is_large(files: dict[str, Representation], pages: dict[str, Page]) -> None:
    sizes = {path: len(files[path].content) for path in pages}
    assert max(sizes.values()) < 200_000
    assert len(files["search/search_index.json"].content) < 120_000


def test_known_problems_stand_at_their_field() -> None:
    text = next(file for file in site(Store(PROJECT)) if file.path == "releases/0.5.0/find/index.html").content.decode()
    field = text.index('id="args.max_rate"')
    assert field < text.index("exclusiveMinimum is misspelt") < text.index('id="args.publisher"')
    assert "The newest is" in text
