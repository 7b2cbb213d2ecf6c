"""The pages that compare two releases: neighbours, and each one with the newest; any other pair in the browser."""

from collections.abc import Iterator
from itertools import pairwise

from arrakis_schema.reference.accepted import accepted_breaks
from arrakis_schema.reference.changes import between
from arrakis_schema.reference.history import History
from arrakis_schema.reference.html import element
from arrakis_schema.reference.markdown import front_matter, page, table
from arrakis_schema.reference.textdiff import text_diffs
from arrakis_schema.store import Release


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
        ),
        f"# {old.version} → {new.version}",
        f"[{old.version}](../releases/{old.version}/index.md) ·"
        f" [{new.version}](../releases/{new.version}/index.md) · [other pairs](index.md)",
        "## In words { #in-words }",
        *between(history, old, new, "../"),
        *(accepted_breaks(history, new, "../") if history.before(new) is old else ()),
        "## Line by line { #line-by-line }",
        *(list(text_diffs(history, old, new)) or ["No document that both have differs."]),
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
    place = {"data_compare": "", "data_up": "../"}
    return page(
        front_matter(description="What changed between any two releases, and who still gets on.", contents=False),
        "# Compare two releases",
        element("div", element("noscript", element("p", without)), class_="compare", **place),
        table(("release", "since the one before", "to the newest"), rows) if rows else "There is one release.",
    )
