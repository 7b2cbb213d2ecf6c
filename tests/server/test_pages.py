"""What people get where there is no file: a page, the site's own where it has one."""

import asyncio
import re
import time
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from arrakis_schema.server import application
from arrakis_schema.server.resources import prefers_page
from arrakis_schema.site.plain_pages import missing_page
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.settings import Settings

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
OWN = missing_page(Settings("1.0.0", "Weather", "https://example.org/some/where/")).decode()
FILES = [
    Representation("assets/main.css", b"", "text/css"),
    Representation("endpoints/find/index.html", b"", "text/html"),
    Representation("endpoints/<b>&amp;.html", b"", "text/html"),
]


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]


def ask(path: str, *, own: bool = False, root_path: str = "", method: str = "GET", **fields: str) -> httpx.Response:
    files = [*FILES, Representation("404.html", OWN.encode(), "text/html")] if own else FILES
    app: Any = application(files)

    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(app, root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
            return await client.request(method, path, headers={"accept": BROWSER, **fields})

    return asyncio.run(answered())


@pytest.mark.parametrize("root_path", ["", "/below"])
def test_the_sites_own_page_has_links_that_hold_and_says_what_is_missing(root_path: str) -> None:
    answer = ask(f"{root_path}/endpoints/fnd/deep/down", own=True, root_path=root_path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert answer.headers["vary"] == "Accept"
    page = Page(answer.text)
    assert page.links == ["data:,", f"{root_path}/endpoints/find/", f"{root_path}/"]
    assert f"Page not found</h1>\n<p>{root_path}/endpoints/ has no fnd; there are" in answer.text
    (script,) = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert b64encode(sha256(script.encode()).digest()).decode() in answer.text


def test_without_one_there_is_a_plain_page() -> None:
    answer = ask("/nothing")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert Page(answer.text).links == ["/"]
    assert "<h1>Not Found</h1>" in answer.text


@pytest.mark.parametrize("own", [False, True])
def test_what_a_page_repeats_is_text(*, own: bool) -> None:
    asked = "/endpoints/<script>alert(1)</script>&amp;\"'"
    answer = ask(asked, own=own)
    expected = Page(ask("/endpoints/x", own=own).text)
    assert [tag for tag in Page(answer.text).tags if tag != "p"] == [tag for tag in expected.tags if tag != "p"]
    misspelt = ask("/endpoints/<b>&amp;.htm", own=own)
    assert Page(misspelt.text).links[-2] == "/endpoints/%3Cb%3E%26amp%3B.html"


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("POST", "/", {}, 405),
        ("GET", "/%zz", {}, 400),
        ("GET", "/endpoints/find/", {"accept-encoding": "*;q=0"}, 406),
        ("GET", "/endpoints/find/", {"if-match": '"x"'}, 412),
        ("GET", "/" + "x" * 8_001, {}, 414),
        ("GET", "/?" + "x" * 8_001, {}, 414),
        ("GET", "/", {"x": "y" * 32_001}, 431),
    ],
)
def test_every_refusal_is_a_page_for_a_browser_and_problem_details_for_a_program(
    method: str, path: str, fields: dict[str, str], status: int
) -> None:
    page = ask(path, method=method, own=True, **fields)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    problem = ask(path, method=method, own=True, **{**fields, "accept": "*/*"})
    assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")
    assert problem.json()["status"] == status
    assert problem.json()["detail"].partition(";")[0].replace('"', "&quot;") in page.text


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML, */*;q=0.1", True),
        ("text/*", True),
        ("text/html;level=1;q=0.5, text/html;q=0.4", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html, application/problem+json", False),
        ("text/html;q=0", False),
        ("text/html;q=nonsense", False),
        ("text/plain", False),
        ("image/png, text/css, */*;q=0.1", False),
    ],
)
def test_a_page_is_for_who_wants_html_more_than_json(accept: str, *, page: bool) -> None:
    assert prefers_page(accept.encode()) == page


def test_a_wrong_digest_is_cheap() -> None:
    names = [sha256(str(number).encode()).hexdigest() for number in range(100)]
    app: Any = application([Representation(f"digests/sha256/{name}", b"", "text/plain") for name in names[:60]])

    async def receive() -> Any:
        raise AssertionError("a body was read")

    async def send(_: Any) -> None:
        pass

    async def ask_all(paths: list[str]) -> float:
        began = time.process_time()
        for path in paths * 5:
            await app({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send)
        return time.process_time() - began

    right, wrong = ([f"/digests/sha256/{name}" for name in half] for half in (names[:40], names[60:]))
    asyncio.run(ask_all(wrong))
    assert asyncio.run(ask_all(wrong)) < 60 * asyncio.run(ask_all(right))
