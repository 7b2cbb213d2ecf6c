"""The pages that compare two releases: neighbours, and each one with the newest; any other pair in the browser."""

from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff
from itertools import groupby, pairwise

from arrakis_schema.reference.changes import accepted_breaks, describe_changes
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import element, front_matter, page, table, verbatim
from arrakis_schema.store.store import Release
from arrakis_schema.system.relations import names
from arrakis_schema.text.escaping import literal


def compared_pairs(history: History) -> Iterator[tuple[Release, Release]]:
    """Yield the pairs that have a page: neighbours, and every older release with the newest."""
    yield from pairwise(history.releases)
    yield from ((old, history.newest) for old in history.releases[:-2])


def comparison_page(history: History, old: Release, new: Release) -> str:
    """Return what one release changed since another, in words and line by line."""
    return page(
        front_matter(
            title=f"{old.version} → {new.version}",
            description=f"Every difference of releases {old.version} and {new.version}.",
            searched=False,
            of_releases=True,
        ),
        f"# {old.version} → {new.version}",
        f"[{old.version}](../releases/{old.version}/index.md) ·"
        f" [{new.version}](../releases/{new.version}/index.md) · [other pairs](index.md)",
        "## In words { #in-words }",
        *describe_changes(history, old, new, "../"),
        *(accepted_breaks(history, new, "../") if history.previous_release(new) is old else ()),
        "## Line by line { #line-by-line }",
        *(text_diffs(history, old, new) or ["No document that both have differs."]),
    )


def comparison_index(history: History) -> str:
    """Return the page on which any two releases can be chosen."""
    rows = [
        (
            new.version,
            f"[{old.version} → {new.version}]({old.version}...{new.version}.md)",
            f"[{new.version} → {history.newest.version}]({new.version}...{history.newest.version}.md)"
            if new is not history.newest
            else "",
        )
        for old, new in reversed(list(pairwise(history.releases)))
    ]
    without = "Choosing any two needs JavaScript; the pairs below do not."
    data = {"data_compare": "", "data_up": "../"}
    return page(
        front_matter(description="What changed between any two releases, and what breaks.", contents=False),
        "# Compare two releases",
        element("div", element("noscript", element("p", without)), class_="compare", **data),
        table(("release", "since the one before", "to the newest"), rows) if rows else "There is one release.",
    )


_MARKS = {"+": "ins", "-": "del"}
_LONGEST = 400
_LINE_BREAK = literal("\n")


def text_diffs(history: History, old: Release, new: Release) -> tuple[str, ...]:
    """Return the difference of each document that both releases have, folded up; for a long one only its size."""
    return history.derived(_text_diffs, old, new)


def _text_diffs(history: History, old: Release, new: Release) -> tuple[str, ...]:
    """Find the differences of two releases line by line."""
    return tuple(_diff_documents(history, old, new))


def _diff_documents(history: History, old: Release, new: Release) -> Iterator[str]:
    """Yield the difference of each document of two releases."""
    for name in names([old, new]):
        before, after = history.documents(old, name), history.documents(new, name)
        for path in sorted(before.keys() & after.keys()):
            if before[path].content == after[path].content:
                continue
            lines = list(unified_diff(before[path].text.splitlines(), after[path].text.splitlines(), lineterm="", n=2))
            if lines:
                yield _collapsed_diff(history, path, lines[2:])


def _collapsed_diff(history: History, path: str, lines: list[str]) -> str:
    """Return one difference, collapsed under its name and size."""
    counts = Counter(line[:1] for line in lines)
    size = element("span", f"+{counts['+']} &minus;{counts['-']}", class_="size")
    summary = element("summary", f"{verbatim(path)} {size}")
    cut = "\n…" if len(lines) > _LONGEST else ""
    runs = groupby(lines[:_LONGEST], key=lambda line: line[:1])
    text = "".join(history.derived(_run, mark, "\n".join(run)) for mark, run in runs)
    text = text.removesuffix(_LINE_BREAK) + literal(cut)
    return element("details", summary + element("pre", element("code", text)), class_="diff")


def _run(_: History, mark: str, lines: str) -> str:
    """Return neighbouring lines of one kind, which are often the same in other releases."""
    text = literal(f"{lines}\n")
    return element(_MARKS[mark], text) if mark in _MARKS else text
