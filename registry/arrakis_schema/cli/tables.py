"""The commands `diff` and `matrix`: tables for people, in colour on a terminal, plain when piped."""

import sys
from argparse import Namespace
from collections.abc import Collection, Iterator
from io import StringIO
from shutil import get_terminal_size
from typing import cast

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Column, Table
from rich.text import Text

from arrakis_schema.cli.output import write
from arrakis_schema.compat import Change
from arrakis_schema.errors import UnknownSchemaError
from arrakis_schema.findings.verdicts import Effect
from arrakis_schema.store.git.bases import documents_of
from arrakis_schema.store.store import Release, open_store
from arrakis_schema.system.relations import Answer, Comparisons, Relation, alike, grid, names
from arrakis_schema.text.printable import printable

_MARKS = {Answer.WORKS: "[green]✓[/]", Answer.PARTLY: "[yellow]~[/]", Answer.BREAKS: "[red]✗[/]", Answer.UNDECIDED: "?"}
_COLOURS = {Effect.NARROWED: "red", Effect.CHANGED: "yellow", Effect.WIDENED: "green", Effect.ANNOTATION: "dim"}
_PLAIN_WIDTH = 200


def run_diff(options: Namespace) -> int:
    """Print every difference between two releases."""
    store = open_store(options.root)
    old, new = store.release(options.old), store.release(options.new)
    table = Table("document", "what", "rule", "difference", box=None, pad_edge=False)
    comparisons = Comparisons(store)
    rows, uncomparable = 0, list(_uncomparable(comparisons, [old, new]))
    for path, change in _changes(comparisons, old, new):
        if change.effect is not Effect.ANNOTATION or options.annotations:
            rows += 1
            colour = _COLOURS[change.effect]
            table.add_row(_plain(path), f"[{colour}]{change.word}[/]", change.rule, _plain(change.message))
    console = _console()
    if rows:
        console.print(table)
    counted = f"{old.version} → {new.version}: {rows} differences"
    console.print(counted if rows or uncomparable else "no difference in meaning")
    _print_uncomparable(console, uncomparable)
    _print(console)
    return 3 if uncomparable else 0


def run_matrix(options: Namespace) -> int:
    """Print the compatibility matrix: a table for each endpoint, with clients in rows and servers in columns."""
    store = open_store(options.root)
    releases = store.every_release()
    comparisons, console = Comparisons(store, options.timeout, options.steps, words=False), _console()
    available = names(releases)
    for name in options.names:
        if name not in available:
            raise UnknownSchemaError(f"no release of {store.root} has documents of the name {name!r}", available)
    chosen = [name for name in available if not options.names or name in options.names]
    bar = Console(stderr=True)
    steps = track(chosen, "comparing", console=bar, transient=True, disable=not bar.is_terminal)
    tables = [(name, list(grid(comparisons, name, releases))) for name in steps]
    for name, relations in tables:
        console.print(_table(name, relations, releases))
        for relation in relations if options.why else []:
            _explain(console, relation)
    _groups(console, comparisons, releases)
    _print_uncomparable(console, list(_uncomparable(comparisons, releases, chosen)))
    _print(console)
    undecided = any(relation.answer is Answer.UNDECIDED for _, relations in tables for relation in relations)
    return 3 if undecided else 0


def _console() -> Console:
    """Return a console that writes to a buffer, as wide as the terminal; wide enough where there is none."""
    if sys.stdout.isatty():
        return Console(file=StringIO(), width=get_terminal_size().columns, force_terminal=True)
    return Console(file=StringIO(), width=_PLAIN_WIDTH, no_color=True, highlight=False)


def _plain(text: str) -> Text:
    """Return untrusted text without interpreting markup."""
    return Text(printable(text))


def _print(console: Console) -> None:
    """Print the buffer of a console; where it is piped, escape lines that begin like a command of a CI system."""
    collected = cast("StringIO", console.file).getvalue()
    if not sys.stdout.isatty():
        collected = "".join(f"{printable(line.rstrip(), sys.maxsize)}\n" for line in collected.split("\n")[:-1])
    write(collected)


def _uncomparable(
    comparisons: Comparisons, releases: list[Release], chosen: Collection[str] | None = None
) -> Iterator[str]:
    """Yield each document that cannot be compared, with the reason; by default of all names."""
    for release in releases:
        for document in release.every_document():
            problem = comparisons.problem(document) if chosen is None or document.name in chosen else ""
            if problem:
                yield f"{release.folder}/{document.path}: not compared: {problem}"


def _print_uncomparable(console: Console, uncomparable: list[str]) -> None:
    """Print the documents that were not compared."""
    for line in uncomparable:
        console.print(_plain(line), soft_wrap=True)


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


def _table(name: str, relations: list[Relation], releases: list[Release]) -> Table:
    """Return the table of one name."""
    shape = box.ROUNDED if sys.stdout.isatty() else None
    table = Table(Column(_plain(f"{name}: client ↓ server →")), *(release.version for release in releases), box=shape)
    for release in releases:
        marks = [_MARKS[relation.answer] for relation in relations if relation.client == release.version]
        table.add_row(release.version, *marks)
    return table


def _explain(console: Console, relation: Relation) -> None:
    """Print the reasons of a relation other than "works"."""
    for exchange in relation.exchanges:
        if exchange.why:
            pair = f"{exchange.writer} writes, {exchange.reader} reads {exchange.document}"
            console.print(_plain(f"  {pair}: {exchange.answer}: {exchange.why}"))


def _groups(console: Console, comparisons: Comparisons, releases: list[Release]) -> None:
    """Print which releases have the same meaning."""
    groups: dict[str, list[str]] = {}
    for version, first in alike(comparisons, releases).items():
        groups.setdefault(first, []).append(version)
    same = [" = ".join(group) for group in groups.values() if len(group) > 1]
    console.print("✓ works   ~ works, but a field is not understood   ✗ breaks   ? undecided")
    if same:
        console.print(f"the same in meaning: {'; '.join(same)}")
