"""The index for search: the sections of each page, and the words that people type.

Which text of a page is indexed is decided by the plugin of the theme alone; here its HTML is only read faster.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from operator import methodcaller
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

_HEAD = re.compile(
    r"""(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:\s+[^\s"'<>/=`]+(?:="[^"]*")?)*)\s*(?P<void>/?)"""
)
_TAG = re.compile(r"<[^>]*>")
_COMPOUND = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z]*[a-z][A-Z][a-z][A-Za-z]*")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:="([^"]*)")?""")
_OPTION, _OPTIONS = re.compile(r'data-search-\w+="[^"]'), re.compile(r'\s?data-search-\w+="[^"]+"')
_VERBATIM = {"script", "style", "textarea", "title", "plaintext", "xmp", "iframe", "noembed", "noframes"}
"""The elements in which a parser looks for no tags."""

_Handler = Callable[[HTMLParser], None]


def index_page(index: Any, page: "Page") -> None:
    """Add the sections of a page to an index, as its `add_entry_from_context` does, and take the content of the page.

    What the plugin does to it next is that of `without_options`, which is faster.
    """
    from material.plugins.search.plugin import Parser  # noqa: PLC0415 - other themes do without it

    if (page.meta.get("search") or {}).get("exclude"):
        return
    parser = Parser()
    content, page.content = page.content or "", ""
    parse_html(parser, content)
    for section in parser.data:
        if not section.is_excluded():
            index.create_entry_for_section(section, page.toc, page.url, page)


def without_options(html: str) -> str:
    """Return the HTML of a page without the attributes that only search reads, as the plugin does."""
    return _OPTIONS.sub("", html) if _OPTION.search(html) else html


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
    match = _HEAD.fullmatch(tag)
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


def index_compounds(index: bytes) -> bytes:
    """Return the index of search with the words in camel case once more in lower case, as people type them.

    Search splits `FlightInfo` into its parts, and would find nothing for `flightinfo`.
    """
    content = json.loads(index)
    for entry in content["docs"]:
        plain = _TAG.sub(" ", f"{entry['title']} {entry['text']}")
        words = sorted({word.lower() for word in _COMPOUND.findall(plain)})
        entry["text"] += f" <p>{' '.join(words)}</p>" if words else ""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
