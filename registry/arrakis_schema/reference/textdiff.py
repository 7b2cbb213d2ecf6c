"""The documents of two releases, line by line."""

from collections.abc import Iterator
from difflib import unified_diff
from itertools import groupby

from arrakis_schema.escaping import literal
from arrakis_schema.reference.history import History
from arrakis_schema.reference.html import element, verbatim
from arrakis_schema.store import Release
from arrakis_schema.system.relations import names

_MARKS = {"+": "ins", "-": "del"}
_LONGEST = 400
_LINE_BREAK = literal("\n")


def text_diffs(history: History, old: Release, new: Release) -> Iterator[str]:
    """Yield the difference of each document that both releases have, folded up; for a long one only its size."""
    for name in names([old, new]):
        before, after = history.documents(old, name), history.documents(new, name)
        for path in sorted(before.keys() & after.keys()):
            lines = list(unified_diff(before[path].text.splitlines(), after[path].text.splitlines(), lineterm="", n=2))
            if lines:
                yield _folded(path, lines[2:])


def _folded(path: str, lines: list[str]) -> str:
    """Return one difference behind its name and size."""
    counts = {mark: sum(line.startswith(mark) for line in lines) for mark in _MARKS}
    size = element("span", f"+{counts['+']} -{counts['-']}", class_="size")
    summary = element("summary", f"{verbatim(path)} {size}")
    cut = "\n…" if len(lines) > _LONGEST else ""
    shown = "".join(_run(mark, list(run)) for mark, run in groupby(lines[:_LONGEST], key=lambda line: line[:1]))
    text = shown.removesuffix(_LINE_BREAK) + literal(cut)
    return element("details", summary + element("pre", element("code", text)), class_="diff")


def _run(mark: str, lines: list[str]) -> str:
    """Return neighbouring lines of one kind."""
    text = literal("\n".join(lines) + "\n")
    return element(_MARKS[mark], text) if mark in _MARKS else text
