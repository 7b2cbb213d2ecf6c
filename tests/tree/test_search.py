"""Search finds the same on a page, whoever reads its HTML."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from arrakis_schema.site.search import parse_html, without_options


class Recorder(HTMLParser):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(("start", tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.events.append(("end", tag))

    def handle_data(self, data: str) -> None:
        self.events.append(("text", data))


@pytest.mark.parametrize(
    "html",
    [
        "",
        "only text & more",
        '<h1 id="a">A<a class="headerlink" href="#a" title="Permanent link">&para;</a></h1>\n<p>b &amp; c</p>',
        '<svg viewBox="0 0 1 1"><path d="M1 1"/></svg><br /><hr class="end"><input type="checkbox" checked>',
        '<p title="a &lt; b">x</p>',
        '<p title="a > b">x</p> <p title="a < b">y</p>',
        "<p title='single'>x</p><p title=bare>y</p>",
        "<!-- a <b> comment --><p>x</p>",
        "<script>if (a < b) { c }</script><style>a > b {}</style>",
        "<textarea><b>x</b></textarea><title>&amp;</title>",
        "a < b and c > d",
        "unfinished <p",
        "unfinished &am",
        "<P CLASS='x'>x</P >",
        "<my-element data-a='1'>x</my-element>",
        "<p a=\"1\"b='2'>x",
        "<a/b>x</a/b>",
        '<a `id="x">y</a>',
    ],
)
def test_a_parser_handles_the_same_as_when_it_reads_for_itself(html: str) -> None:
    fast, slow = Recorder(), Recorder()
    parse_html(fast, html)
    slow.feed(html)
    slow.close()
    assert fast.events == slow.events


@pytest.mark.parametrize(
    "html",
    [
        '<p data-search-exclude>a</p><p\ndata-search-boost="2" id="b">c</p>',
        '<p data-search-exclude="">a</p>',
        "<p>a</p>",
    ],
)
def test_the_theme_gets_no_attributes_that_only_search_reads(html: str) -> None:
    as_the_plugin = re.sub(r"\s?data-search-\w+=\"[^\"]+\"", "", html)
    assert without_options(html) == as_the_plugin
