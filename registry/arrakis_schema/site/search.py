"""What search finds on a page: its sections, read faster than by the parser of the standard library.

Which text of a page is indexed is decided by the plugin of the theme alone.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from operator import methodcaller
from typing import Any

from mkdocs.structure.pages import Page

_TAG = re.compile(
    r"""(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:\s+[^\s"'<>/=]+(?:="[^"]*")?)*)\s*(?P<void>/?)"""
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:="([^"]*)")?""")
_VERBATIM = {"script", "style", "textarea", "title", "plaintext", "xmp", "iframe", "noembed", "noframes"}
"""The elements in which a parser looks for no tags."""

_Handler = Callable[[HTMLParser], None]


def index_page(index: Any, page: Page) -> None:
    """Add the sections of a page to an index, as its `add_entry_from_context` does."""
    from material.plugins.search.plugin import Parser  # noqa: PLC0415 - other themes do without it

    if (page.meta.get("search") or {}).get("exclude"):
        return
    parser = Parser()
    parse_html(parser, page.content or "")
    for section in parser.data:
        if not section.is_excluded():
            index.create_entry_for_section(section, page.toc, page.url, page)


def parse_html(parser: HTMLParser, html: str) -> None:
    """Let a parser handle a whole page, as its `feed` and `close` do; they are called where HTML is unusual."""
    before, *parts = html.split("<")
    pairs = [part.partition(">") for part in parts]
    handlers = [_handler(tag) for tag, _, _ in pairs]
    if None in handlers or not all(closed for _, closed, _ in pairs):
        parser.feed(html)
        parser.close()
        return
    for handle, text in zip((None, *handlers), (before, *(text for _, _, text in pairs)), strict=True):
        if handle:
            handle(parser)
        if text:
            parser.handle_data(unescape(text))


@lru_cache(maxsize=4096)
def _handler(tag: str) -> _Handler | None:
    """Return the call for a tag, which is given without its angle brackets; None where it is unusual."""
    match = _TAG.fullmatch(tag)
    name = match["name"].lower() if match else ""
    if not match or name in _VERBATIM:
        return None
    if match["end"]:
        return methodcaller("handle_endtag", name)
    attributes = [
        (key.lower(), None if value is None else unescape(value))
        for key, value in (attribute.groups() for attribute in _ATTRIBUTE.finditer(match["attributes"]))
    ]
    return methodcaller("handle_startendtag" if match["void"] else "handle_starttag", name, attributes)
