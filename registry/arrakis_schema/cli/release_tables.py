"""The commands that compare releases for people: `diff`, and `matrix`, which clients work with which servers."""

import json
import sys
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from io import StringIO
from shutil import get_terminal_size
from typing import cast

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Column, Table
from rich.text import Text

from arrakis_schema.cli.exit_codes import OK, UNDECIDED
from arrakis_schema.cli.output import write
from arrakis_schema.errors import UnknownSchemaError
from arrakis_schema.findings.reports import format_count
from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.store.bases import documents_of
from arrakis_schema.store.records import SOFTWARE_FILE
from arrakis_schema.store.store import Release, Store, open_store
from arrakis_schema.system.advice import advice, relations_data
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.matrix import calls, equivalent_releases, grid, merge_alike, range_of, sides
from arrakis_schema.system.relations import Answer, Call, Relation, sent_names
from arrakis_schema.text.printable import printable

_MARKS = {
    Answer.WORKS: "[green]✓[/]",
    Answer.PARTLY: "[yellow]~[/]",
    Answer.EDGE: "[green]≈[/]",
    Answer.BREAKS: "[red]✗[/]",
    Answer.UNDECIDED: "?",
    Answer.UNKNOWN: "·",
}
_LEGEND = (
    "✓ works   ~ works, but a field is not understood   ≈ breaks only for messages that no example sends"
    "   ✗ breaks   ? undecided   · unknown: not documented"
)
_COLOURS = {Effect.NARROWED: "red", Effect.CHANGED: "yellow", Effect.WIDENED: "green", Effect.ANNOTATION: "dim"}
_ABSENT, _ABSENT_LEGEND = "-", "   - not in both releases"
_PLAIN_WIDTH = 200


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
    counted = f"{old.version} → {new.version}: {format_count(rows, 'difference')}"
    console.print(counted if rows or left_out else "no difference in meaning")
    print_uncomparable(console, left_out)
    print_console(console)
    return UNDECIDED if left_out else OK


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


def run_matrix(options: Namespace) -> int:
    """Print the compatibility matrix; return 3 where something is undecided."""
    store = open_store(options.root)
    comparisons = Comparisons(store, options.timeout, options.steps, words=False)
    relations = _calls(comparisons, options) if options.software else _relations(comparisons, options)
    if options.format == "json":
        data = {"relations": relations_data(comparisons, relations)}
        write(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    else:
        console = open_console()
        for name in dict.fromkeys(relation.name for relation in relations):
            of_name = [relation for relation in relations if relation.name == name]
            words = ("client", "server") if options.software else sides(comparisons, [name])
            shown = _print_table(console, of_name, words, merged=options.software)
            for relation in shown if options.why else ():
                _explain(console, comparisons, relation)
        absent = any(not relation.exchanges for relation in relations)
        console.print(_LEGEND + _ABSENT_LEGEND * absent)
        if not options.software:
            _print_groups(console, comparisons, options)
        print_console(console)
    return UNDECIDED if any(relation.answer is Answer.UNDECIDED for relation in relations) else OK


def _releases(store: Store, options: Namespace) -> list[Release]:
    """Return the releases, as they are compared."""
    return [release.held(as_documented=options.as_documented) for release in store.every_release()]


def _relations(comparisons: Comparisons, options: Namespace) -> list[Relation]:
    """Return the relation of each release with each other, for the chosen names."""
    releases = _releases(comparisons.store, options)
    chosen = _choose(
        options.names, sent_names(releases), f"no release of {comparisons.store.root} has documents of the name"
    )
    bar = Console(stderr=True)
    steps = track(chosen, "comparing", console=bar, transient=True, disable=not bar.is_terminal)
    return [relation for name in steps for relation in grid(comparisons, name, releases)]


def _calls(comparisons: Comparisons, options: Namespace) -> list[Call]:
    """Return each call of each client to each server, for the chosen calls."""
    clients = comparisons.store.software.clients
    available = list(dict.fromkeys(call for client in clients for call in client.calls))
    chosen = _choose(options.names, available, f"no client of {SOFTWARE_FILE} has the call")
    return [call for call in calls(comparisons, as_documented=options.as_documented) if call.name in chosen]


def _choose(wanted: Sequence[str], available: list[str], otherwise: str) -> list[str]:
    """Return the names that are wanted, by default all; raises `UnknownSchemaError`."""
    for name in wanted:
        if name not in available:
            raise UnknownSchemaError(f"{otherwise} {name!r}", available)
    return [name for name in available if not wanted or name in wanted]


def _print_table(
    console: Console, relations: Sequence[Relation | Call], words: tuple[str, str], *, merged: bool
) -> list[Relation | Call]:
    """Print the table of one name, and return what it shows; `merged` joins neighbours with the same answers."""
    answers = {
        (relation.client, relation.server): _MARKS[relation.answer] if relation.exchanges else _ABSENT
        for relation in relations
    }
    clients, servers = (list(dict.fromkeys(side)) for side in zip(*answers, strict=True))
    by_client = {client: [answers[client, server] for server in servers] for client in clients}
    by_server = {server: [answers[client, server] for client in clients] for server in servers}
    rows = merge_alike(clients, by_client) if merged else [[client] for client in clients]
    columns = merge_alike(servers, by_server) if merged else [[server] for server in servers]
    shape = box.ROUNDED if sys.stdout.isatty() else None
    titles = (Column(plain(range_of(column))) for column in columns)
    table = Table(Column(plain(f"{relations[0].name}: {words[0]} ↓ {words[1]} →")), *titles, box=shape)
    for row in rows:
        table.add_row(plain(range_of(row)), *(answers[row[0], column[0]] for column in columns))
    console.print(table)
    shown = {(row[0], column[0]) for row in rows for column in columns}
    return [relation for relation in relations if (relation.client, relation.server) in shown]


def _explain(console: Console, comparisons: Comparisons, relation: Relation | Call) -> None:
    """Print the reasons of a relation other than "works", and what would have to change."""
    for exchange in relation.exchanges:
        if exchange.why:
            sides = f"client {relation.client}, server {relation.server}" if isinstance(relation, Call) else ""
            pair = f"{exchange.writer} writes, {exchange.reader} reads {exchange.document}"
            answer = "unknown" if exchange.answer is Answer.UNKNOWN else exchange.answer
            console.print(plain(f"  {sides}{': ' * bool(sides)}{pair}: {answer}: {exchange.why}"))
    if change := advice(comparisons, relation.exchanges):
        console.print(plain(f"    to change: {change}"))


def _print_groups(console: Console, comparisons: Comparisons, options: Namespace) -> None:
    """Print which releases have the same meaning, and what could not be compared."""
    releases, groups = _releases(comparisons.store, options), dict[str, list[str]]()
    for version, first in equivalent_releases(comparisons, releases).items():
        groups.setdefault(first, []).append(version)
    same = [" = ".join(group) for group in groups.values() if len(group) > 1]
    if same:
        console.print(f"equivalent releases: {'; '.join(same)}")
    print_uncomparable(console, list(uncomparable(comparisons, releases, options.names or None)))


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


def open_console() -> Console:
    """Return a console that writes to a buffer, as wide as the terminal; wide enough where there is none."""
    if sys.stdout.isatty():
        return Console(file=StringIO(), width=get_terminal_size().columns, force_terminal=True)
    return Console(file=StringIO(), width=_PLAIN_WIDTH, no_color=True, highlight=False)


def plain(text: str) -> Text:
    """Return untrusted text without interpreting markup."""
    return Text(printable(text))


def print_console(console: Console) -> None:
    """Print the buffer of a console; where it is piped, escape lines that begin like a command of a CI system."""
    collected = cast("StringIO", console.file).getvalue()
    if not sys.stdout.isatty():
        collected = "".join(f"{printable(line.rstrip(), sys.maxsize)}\n" for line in collected.split("\n")[:-1])
    write(collected)
