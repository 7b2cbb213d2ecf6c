"""The commands that ask who gets on with whom: `compare` and `check`, for CI."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from json import dumps

from arrakis_schema.cli.output import say, write
from arrakis_schema.cli.sources import Source, SourceError, sources
from arrakis_schema.compat import Kind, Verdict, accepts
from arrakis_schema.compat.verdicts import Change, Effect
from arrakis_schema.documents import Document
from arrakis_schema.findings import Finding, Severity
from arrakis_schema.lock import verify
from arrakis_schema.report import FORMATS
from arrakis_schema.settings import Reader
from arrakis_schema.store import Store, open_store
from arrakis_schema.system.bases import Base, documents_of, open_bases
from arrakis_schema.system.check import Check, Checked
from arrakis_schema.system.exceptions import read_exceptions
from arrakis_schema.system.linting import lint_release
from arrakis_schema.system.places import Places
from arrakis_schema.system.relations import Comparisons

COMPATIBLE, INCOMPATIBLE, UNDECIDED = 0, 1, 3
CODES = {Kind.COMPATIBLE: COMPATIBLE, Kind.INCOMPATIBLE: INCOMPATIBLE, Kind.UNDECIDED: UNDECIDED}
DIRECTIONS = {"backward": (True,), "forward": (False,), "full": (True, False)}


def compare(options: Namespace) -> int:
    """Print whether one document can take the place of another; return 0, 1, or 3 where it is undecided."""
    store = open_store(options.root)
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    for old, new in _paired(sources(store, options.old), sources(store, options.new)):
        for new_reads in DIRECTIONS[options.direction]:
            verdict = _verdict(store, old, new, options, new_reads=new_reads)
            verdicts.append(verdict)
            findings += _findings(verdict, new, new_reads=new_reads)
    write(FORMATS[options.format](findings))
    kinds = {verdict.kind for verdict in verdicts}
    worst = next((kind for kind in (Kind.INCOMPATIBLE, Kind.UNDECIDED) if kind in kinds), Kind.COMPATIBLE)
    if options.format == "text":
        empty = worst is Kind.COMPATIBLE and any(verdict.reason for verdict in verdicts)
        say(f"{worst}, for the writer can send nothing" if empty else worst)
    return CODES[worst]


def _paired(old: list[Source], new: list[Source]) -> Iterator[tuple[Source, Source]]:
    """Yield the pairs to compare: one with one, or those of the same path."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    by_path = {source.path: source for source in new if source.path}
    shared = [source for source in old if source.path in by_path]
    if not shared:
        labels = ", ".join(source.label for source in (*old, *new))
        raise SourceError(f"it is not clear what to compare with what: {labels}")
    yield from ((source, by_path[source.path]) for source in shared)


def _verdict(store: Store, old: Source, new: Source, options: Namespace, *, new_reads: bool) -> Verdict:
    """Return the verdict in one direction, for the readers that `registry.toml` or the options tell of."""
    reader, writer = (new, old) if new_reads else (old, new)
    how = store.settings.reader(reader.kind.value) if reader.kind else Reader()
    return accepts(
        reader.schema,
        writer.schema,
        policy=options.policy,
        unknown=options.unknown or how.unknown,
        columns=options.columns or how.columns,  # type: ignore[arg-type] # the settings are checked
        metadata=how.metadata,
        examples=Comparisons(store).examples(new.path) if new.path.endswith(".json") else (),
        steps=options.steps,
        timeout=options.timeout,
        reader_is_new=new_reads,
    )


def _findings(verdict: Verdict, new: Source, *, new_reads: bool) -> Iterator[Finding]:
    """Yield a finding for each difference; those at fault are errors, and carry the witness."""
    if verdict.kind is Kind.UNDECIDED:
        yield Finding(new.label, 1, 1, "undecided", Severity.WARNING, "", f"not decided: {verdict.reason}")
    places = Places(Document(new.path or f"x{'.json' if isinstance(new.schema, dict | bool) else '.txt'}", new.content))
    who = ("the old writer", "the new reader") if new_reads else ("the new writer", "the old reader")
    for change in verdict.findings:
        if change.effect is not Effect.ANNOTATION:
            line, column = _place(places, change, new)
            severity = Severity.WARNING if change.rule == "writer-empty" else Severity.NOTICE
            found = Finding(new.label, line, column, change.rule, severity, change.new, change.message)
            if change.at_fault:
                shown = change.witness if change.witness is not None else verdict.witness
                told = f"{who[0]} breaks {who[1]}: {change.message}"
                told += f" ({verdict.at})" if change.witness is None and verdict.at else ""
                text = dumps(shown, ensure_ascii=False, default=str)
                found = replace(found, severity=Severity.ERROR, message=told, witness=text)
            yield found


def _place(places: Places, change: Change, new: Source) -> tuple[int, int]:
    """Return line and column of a change, where the document is text."""
    return (1, 1) if new.content.startswith(b"\xff") else places.at(change.new)


def check(options: Namespace) -> int:
    """Print whether the working set may be released: lint, frozen bytes, compatibility and version in one pass."""
    store = open_store(options.root)
    working = store.release(None)
    checked = Checked(sorted(lint_release(store, working)))
    checked.findings += [
        Finding("versions/lock.json", 1, 1, "release-changed", Severity.ERROR, "", problem) for problem in verify(store)
    ]
    bases = open_bases(store, options.against, transitive=options.transitive)
    checked.undecided |= any(base.undecided for base in bases)
    if not any(found.severity is Severity.ERROR for found in checked.findings):
        _compatibility(store, options, checked, bases)
    checked.findings += [found for base in bases for found in base.findings]
    write(FORMATS[options.format](checked.findings))
    if checked.failed:
        return INCOMPATIBLE
    return UNDECIDED if checked.undecided else COMPATIBLE


def _compatibility(store: Store, options: Namespace, checked: Checked, bases: list[Base]) -> None:
    """Compare the working set with each base."""
    settings = store.settings
    comparisons = Comparisons(store, options.timeout, options.steps)
    asked = Check(comparisons, documents_of(store, store.release(None)), settings.version, read_exceptions(store.root))
    for base in bases:
        since = Checked()
        asked.against(base.name, base.documents, since)
        checked.findings += [*since.findings, *asked.version_findings(base.name, since)]
        checked.undecided |= since.undecided
    if store.releases and store.releases[-1] in {base.name for base in bases}:
        checked.findings += asked.exception_findings(checked.findings)
