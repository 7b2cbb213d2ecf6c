"""Small pieces of Markdown, with what stands in the documents escaped."""

import json
import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!])")
_FENCE = re.compile(r"`{3,}")


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return a text as code within a line; a bar inside a table stays a bar."""
    ticks = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{' '.join(text.split())}{pad}{ticks}".replace("|", "\\|")


def fenced(text: str, language: str = "") -> str:
    """Return a block of code."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def json_block(value: object) -> str:
    """Return a value as a block of JSON."""
    return fenced(json.dumps(value, indent=2, ensure_ascii=False, default=str), "json")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def note(kind: str, title: str, text: str) -> str:
    """Return an admonition."""
    inside = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
    return f'!!! {kind} "{title.replace(chr(34), chr(39))}"\n\n{inside}'


def page(*blocks: str) -> str:
    """Return the blocks that are not empty, with a line between them."""
    return "\n\n".join(block for block in blocks if block) + "\n"
