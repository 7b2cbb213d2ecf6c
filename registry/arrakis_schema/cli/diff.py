"""The command `diff`: every difference between two releases."""

from argparse import Namespace
from collections.abc import Collection, Iterator

from rich.console import Console
from rich.table import Table

from arrakis_schema.cli.consoles import open_console, plain, print_console
from arrakis_schema.compat import Change
from arrakis_schema.findings.verdicts import Effect
from arrakis_schema.store.git.bases import documents_of
from arrakis_schema.store.store import Release, open_store
from arrakis_schema.system.relations import Comparisons

_COLOURS = {Effect.NARROWED: "red", Effect.CHANGED: "yellow", Effect.WIDENED: "green", Effect.ANNOTATION: "dim"}


def run_diff(options: Namespace) -> int:
    """Print every difference between two releases."""
    store = open_store(options.root)
    old, new = store.release(options.old), store.release(options.new)
    table = Table("document", "what", "rule", "difference", box=None, pad_edge=False)
    comparisons = Comparisons(store)
    rows, left_out = 0, list(uncomparable(comparisons, [old, new]))
    for path, change in _changes(comparisons, old, new):
        if change.effect is not Effect.ANNOTATION or options.annotations:
            rows += 1
            colour = _COLOURS[change.effect]
            table.add_row(plain(path), f"[{colour}]{change.word}[/]", change.rule, plain(change.message))
    console = open_console()
    if rows:
        console.print(table)
    counted = f"{old.version} → {new.version}: {rows} differences"
    console.print(counted if rows or left_out else "no difference in meaning")
    print_uncomparable(console, left_out)
    print_console(console)
    return 3 if left_out else 0


def uncomparable(
    comparisons: Comparisons, releases: list[Release], chosen: Collection[str] | None = None
) -> Iterator[str]:
    """Yield each document that cannot be compared, with the reason; by default of all names."""
    for release in releases:
        for document in release.every_document():
            problem = comparisons.problem(document) if chosen is None or document.name in chosen else ""
            if problem:
                yield f"{release.folder}/{document.path}: not compared: {problem}"


def print_uncomparable(console: Console, lines: list[str]) -> None:
    """Print the documents that were not compared."""
    for line in lines:
        console.print(plain(line), soft_wrap=True)


def _changes(comparisons: Comparisons, old: Release, new: Release) -> Iterator[tuple[str, Change]]:
    """Yield each difference with the document it is in."""
    before, after = documents_of(old), documents_of(new)
    for path in dict.fromkeys((*before, *after)):
        if path not in after or path not in before:
            what = "added" if path in after else "removed"
            effect = Effect.WIDENED if path in after else Effect.NARROWED
            yield path, Change(f"document-{what}", "", "", effect, what)
        elif comparisons.reach(before[path]) != comparisons.reach(after[path]):
            yield from ((path, change) for change in comparisons.changes(before[path], after[path]))
