"""Small pieces of Markdown, with what stands in the documents escaped."""

import json
import re
from collections.abc import Iterable, Sequence
from html import escape

UNSEARCHED = "data-search-exclude"
"""The attribute of a heading whose section search passes over, so that a field is found where it is described."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|!])")
_FENCE = re.compile(r"`{3,}")


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def code(text: str) -> str:
    """Return a text as code within a line; a bar inside a table stays a bar."""
    ticks = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{' '.join(text.split())}{pad}{ticks}".replace("|", "\\|")


def fenced(text: str, language: str = "") -> str:
    """Return a block of code; without a language as HTML on one line, which costs MkDocs nothing to render."""
    if not language:
        shown = escape(text.rstrip(), quote=False).replace("\n", "&#10;")
        return f'<div class="highlight" {UNSEARCHED}><pre><code>{shown}</code></pre></div>'
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def fenced_json_line(value: object) -> str:
    """Return a value as JSON on one line, which the page breaks where it must."""
    return fenced(json.dumps(value, ensure_ascii=False, default=str))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def note(kind: str, title: str, text: str) -> str:
    """Return an admonition."""
    return f'!!! {kind} "{title.replace(chr(34), chr(39))}"\n\n{indented(text)}'


def tabs(blocks: Iterable[tuple[str, str]]) -> str:
    """Return blocks as tabs under their titles; without JavaScript they change all the same."""
    return "\n\n".join(f'=== "{title}"\n\n{indented(text)}' for title, text in blocks)


def indented(text: str) -> str:
    """Return a block inside of a tab or a note."""
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def front_matter(*, title: str = "", description: str = "", searched: bool = True, contents: bool = True) -> str:
    """Return what a page says of itself; `searched` is whether search finds it, `contents` whether it has a list."""
    said = {name: json.dumps(text) for name, text in (("title", title), ("description", description)) if text}
    lines = [f"{name}: {text}" for name, text in said.items()]
    lines += [] if searched else ["search:", "  exclude: true"]
    lines += [] if contents else ["hide:", "  - toc"]
    return "\n".join(["---", *lines, "---"]) if lines else ""


def page(*blocks: str) -> str:
    """Return the blocks that are not empty, with a line between them."""
    return "\n\n".join(block for block in blocks if block) + "\n"
