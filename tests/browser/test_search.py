"""What people type into the search field, and where the first hit leads."""

import pytest
from playwright.sync_api import Page

ENOUGH, LARGEST = 20, 300_000
QUESTIONS = {
    "max_rate": ("endpoints/count/", "endpoints/find/"),
    "gps": ("endpoints/",),
    "nanoseconds": ("endpoints/", ""),
    "null": ("endpoints/", "guides/authors/"),
    "replay": ("endpoints/stream/",),
    "how do I stream": ("endpoints/stream/",),
    "uint16": ("endpoints/", "changelog/"),
    "kafka": ("endpoints/publi", "guides/publishing/"),
    "partition id": ("endpoints/",),
    "deprecated": ("guides/releasing/",),
    "breaking": ("compatibility/",),
    "0.3.0": ("changelog/", "releases/0.3.0/"),
    "curl": ("guides/fetch/",),
    "rust": ("guides/fetch/",),
    "license": ("guides/fetch/",),
    "unknown argument": ("guides/authors/", "python/"),
    "sample rate": ("endpoints/",),
    "strain": ("python/", "endpoints/"),
    "channel name": ("endpoints/describe/",),
    "error": ("api/errors/",),
    "offline": ("guides/fetch/",),
    "decode message": ("guides/publishing/",),
    "changelog": ("changelog/",),
    "ci": ("guides/git",),
    "upgrade": ("guides/authors/",),
}
"""The beginnings of the pages that answer, beside each question; `""` is the front page."""

PARTS = {
    "rate": "endpoints/count/",
    "maxRate": "endpoints/count/",
    "publisher_info": "endpoints/metadata/",
    "matrix": "matrix/",
    "conformance": "guides/conformance/",
    "parse_request": "api/requests/",
    "doexchange": "endpoints/partition/",
    "unit-missing": "rules/",
    "minimum-added": "changes/",
}
"""Parts of names, and pages of every kind: these are all found first."""


@pytest.fixture
def index_requests(page: Page, parts: str) -> list[str]:
    """Open the front page, and collect the requests for the index."""
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("search_index.json") else None)
    page.goto(parts, wait_until="networkidle")
    return asked


def first_hit(page: Page, parts: str, question: str) -> str:
    """Type a question, and return where the first hit leads."""
    field, hit = page.locator(".md-search__input"), page.locator(".md-search-result__link").first
    field.fill("zzzz")
    field.press("End")
    page.locator(".md-search-result__meta", has_text="No matching documents").wait_for()
    field.fill(question)
    field.press("End")
    hit.wait_for()
    address = hit.evaluate("link => link.href")
    return str(address).removeprefix(parts).partition("?")[0].partition("#")[0]


def test_the_first_hit_answers_what_people_type(page: Page, parts: str, index_requests: list[str]) -> None:
    assert index_requests == [], "the index is fetched on first use"
    page.locator(".md-search__input").click()
    hits = {question: first_hit(page, parts, question) for question in (*QUESTIONS, *PARTS)}
    answered = [
        question
        for question, pages in QUESTIONS.items()
        if any(hits[question].startswith(path) if path else not hits[question] for path in pages)
    ]
    assert len(answered) >= ENOUGH, {question: hits[question] for question in QUESTIONS.keys() - answered}
    assert {question: hits[question] for question in PARTS} == PARTS
    assert len(index_requests) == 1
    body = page.request.get(index_requests[0]).body()
    assert len(body) <= LARGEST
