"""Small pieces of Markdown; text from the documents is escaped in them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from arrakis_schema.text.escaping import attribute, href, literal, one_line, visible

UNSEARCHED = "data-search-exclude"
"""The attribute of a heading whose section search passes over, so that a field is found where it is described."""

NOTHING_YET = "There is no document yet."

_LONGEST_DESCRIPTION, _LONG = 300, 5000
_KEYWORD = re.compile(r"`([$A-Za-z]+)`")
_TICKS = re.compile(r"`{3,}")
_WORD = r"(?:[][\w.,:;()/'=+-]|\{\w+\})+"
_PLAIN = re.compile(rf"(?!:){_WORD}(?: {_WORD})*")
_DIVISION = re.compile(r'^<hr class="(?:begin [\w-]*|end)">\n*', re.MULTILINE)
_PARAGRAPHS = re.compile(r"\n\s*\n")


def escape_markdown(text: str) -> str:
    """Return a text on one line, escaped so that Markdown shows it literally."""
    return literal(one_line(text))


def prose(text: str) -> list[str]:
    """Return the paragraphs of a text that Markdown shows as they are, with their line breaks.

    A long one is HTML already: the time that Markdown takes grows with the square of the marks in a paragraph.
    """
    paragraphs = (paragraph.splitlines() for paragraph in _PARAGRAPHS.split(visible(text).strip()))
    blocks = ["<br>".join(map(escape_markdown, lines)) for lines in paragraphs if lines]
    return [block if len(block) < _LONG else element("p", block) for block in blocks]


def code(text: str) -> str:
    """Return a text as code within a line, which nothing in it can end; one with marks in it as HTML."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else verbatim(text)


def with_keywords(text: str) -> str:
    """Return a text as Markdown, with the names of keywords as code."""
    parts = _KEYWORD.split(one_line(text))
    parts[::2] = map(literal, parts[::2])
    parts[1::2] = map(code, parts[1::2])
    return "".join(parts)


def code_block(text: str, language: str = "") -> str:
    """Return a block of code; `highlighting` makes HTML of it, so that no extension of Markdown reads it."""
    text = visible(text).removesuffix("\n")
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def fenced_json_line(value: object) -> str:
    """Return a value as JSON on one line, which the page breaks where it must."""
    return code_block(json.dumps(value, ensure_ascii=False, default=str))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def note(kind: str, title: str, text: str) -> str:
    """Return an admonition; `text` is Markdown already."""
    return f'!!! {kind} "{attribute(title)}"\n\n{indent(text)}'


def tabs(blocks: Iterable[tuple[str, str]]) -> str:
    """Return blocks of Markdown as tabs with titles, which work without JavaScript."""
    return "\n\n".join(f'=== "{attribute(title)}"\n\n{indent(text)}' for title, text in blocks)


def division(kind: str, *blocks: str) -> str:
    """Return blocks of Markdown in an element of a class, by which a style sheet arranges them.

    Markdown reads a block in an element in another way than outside, so the element is marked by its two ends:
    `highlighting.finish_page` writes it, and the Markdown beside a page is without it.
    """
    return page(f'<hr class="begin {kind}">', *blocks, '<hr class="end">').rstrip()


def without_divisions(markdown: str) -> str:
    """Return the Markdown of a page without the ends of its divisions."""
    return _DIVISION.sub("", markdown)


def expand_divisions(html: str) -> str:
    """Return the HTML of a page with an element for each division."""
    return html.replace('<hr class="end">', "</div>").replace('<hr class="begin ', '<div class="')


def indent(text: str) -> str:
    """Return a block indented as the content of a tab or a note."""
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


def front_matter(  # noqa: PLR0913 - all by name
    *,
    title: str = "",
    window_title: str = "",
    description: str = "",
    searched: bool | float = True,
    contents: bool = True,
    of_releases: bool = False,
) -> str:
    """Return the front matter of a page; `searched`: search finds it, `contents`: it has a table of contents.

    A number for `searched` is the weight of the page beside the others, which have 1. `title` is its name in a menu,
    `window_title` the one of the window if that says more; `of_releases`: the menu beside it is that of the releases.
    """
    lines = [f"title: {_yaml_string(title)}"] if title else []
    lines += [f"window_title: {_yaml_string(window_title)}"] if window_title else []
    lines += [f"description: {_yaml_string(_cut(description))}"] if description else []
    weight = "exclude: true" if not searched else f"boost: {searched}"
    lines += [] if searched is True else ["search:", f"  {weight}"]
    lines += [] if contents else ["hide:", "  - toc"]
    lines += ["of_releases: true"] if of_releases else []
    return "\n".join(["---", *lines, "---"]) if lines else ""


def redirect(up: str, target: str, title: str) -> str:
    """Return a page that leads to another at once; `up` leads from its URL to the top, `target` is the other's URL."""
    url = f"{up}{href(target)}"
    lines = [f"title: {_yaml_string(title)}", f"redirect: {_yaml_string(url)}", "search:", "  exclude: true"]
    link = element("a", literal(one_line(title)), href=url)
    return page("\n".join(["---", *lines, "---"]), "# This page has another address", element("p", f"It is at {link}."))


def page(*blocks: str) -> str:
    """Return the blocks that are not empty, with a line between them."""
    return "\n\n".join(block for block in blocks if block) + "\n"


def _yaml_string(text: str) -> str:
    """Return a text as HTML in a quoted YAML string: themes do not escape what stands in the front matter."""
    return json.dumps(escape(one_line(text)), ensure_ascii=False)


def _cut(text: str) -> str:
    """Return the beginning of a text, up to a length that search engines show."""
    return text if len(text) <= _LONGEST_DESCRIPTION else f"{text[:_LONGEST_DESCRIPTION]}…"


_BLANK = re.compile(r"^\s|\s$|\s\s|[^\S ]")


def element(name: str, content: str = "", /, **attributes: str) -> str:
    """Return an element around HTML; `class_` and `data_x` are written as HTML has them."""
    written = "".join(f' {key.strip("_").replace("_", "-")}="{attribute(text)}"' for key, text in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


def chip(text: str, kind: str = "") -> str:
    """Return one fact as a chip."""
    return element("span", literal(text), **({"class_": kind} if kind else {}))


def verbatim(text: str) -> str:
    """Return a text as code, with all its blanks; an empty one as two quotation marks."""
    kind = {"class_": "exact"} if _BLANK.search(text) else {}
    return element("code", literal(text) or "&quot;&quot;", **kind)


def facts(chips: Iterable[str]) -> str:
    """Return a line of facts."""
    return element("p", " ".join(chip for chip in chips if chip), class_="facts")


def meanings(texts: Mapping[str, str]) -> str:
    """Return a list of names and what each means, without those that have nothing to say."""
    entries = [element("dt", literal(name)) + element("dd", literal(text)) for name, text in texts.items() if text]
    return element("dl", "".join(entries), class_="meanings") if entries else ""
