"""The commands that compare documents: `compare`, and `check` for CI."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from json import dumps
from pathlib import Path

from arrakis_schema.cli.exit_codes import OK, UNDECIDED, WRONG
from arrakis_schema.cli.output import place_findings, print_line, print_report, write
from arrakis_schema.cli.sources import SourceDocument, SourceError, read_sources
from arrakis_schema.compat.accepting import NotComparableError
from arrakis_schema.compat.breaks import with_breaks
from arrakis_schema.errors import ArrakisSchemaError, InvalidSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.verdicts import Effect, Kind, Verdict
from arrakis_schema.languages import Pair, language
from arrakis_schema.store.documents import Document
from arrakis_schema.store.layout import FORMATS
from arrakis_schema.store.settings import Reader
from arrakis_schema.store.store import Store, open_store
from arrakis_schema.system.base_comparison import not_compared
from arrakis_schema.system.check import CheckResult, check, check_report
from arrakis_schema.system.comparisons import Comparisons

CODES = {Kind.COMPATIBLE: OK, Kind.INCOMPATIBLE: WRONG, Kind.UNDECIDED: UNDECIDED}
_DOUBTS = {"writer-empty", "undecided"}
DIRECTIONS = {"backward": (True,), "forward": (False,), "full": (True, False)}


@dataclass(slots=True)
class _Comparison:
    """The verdicts on all pairs of documents, whether a writer can send nothing, and the findings."""

    kinds: set[Kind] = field(default_factory=set)
    empty: bool = False
    findings: list[Finding] = field(default_factory=list)

    @property
    def worst(self) -> Kind:
        """The verdict on all of them."""
        return next((kind for kind in (Kind.INCOMPATIBLE, Kind.UNDECIDED) if kind in self.kinds), Kind.COMPATIBLE)


def run_check(options: Namespace) -> int:
    """Print whether the working set may be released; return 0, 1, or 3 where it is undecided."""
    store = open_store(options.root)
    bases = {"against": options.against, "transitive": options.transitive, "as_documented": options.as_documented}
    result = check(store, **bases, timeout=options.timeout, steps=options.steps)
    write(check_report(_place_result(result, options.format, options.root), options.format, verbose=options.verbose))
    if result.failed:
        return WRONG
    return UNDECIDED if result.undecided else OK


def run_compare(options: Namespace) -> int:
    """Print whether one document can replace another; return 0, 1, or 3 where it is undecided."""
    store, answer = open_store(options.root), _Comparison()
    old, new = (read_sources(store, name, as_documented=options.as_documented) for name in (options.old, options.new))
    if len(old) == len(new) == 1:
        if problem := old[0].problem or new[0].problem:
            raise SourceError(problem)
        _compare(store, old[0], new[0], options, answer)
    else:
        _compare_all(store, old, new, options, answer)
    print_report(answer.findings, options.format, None)
    if options.format == "text":
        empty = answer.empty and answer.worst is Kind.COMPATIBLE
        print_line(f"{answer.worst}, because the writer can send nothing" if empty else answer.worst)
    return CODES[answer.worst]


def _compare_all(
    store: Store, old: list[SourceDocument], new: list[SourceDocument], options: Namespace, answer: _Comparison
) -> None:
    """Compare the documents with the same path, and report those that only one side has or that cannot be compared."""
    before, after = ({source.path: source for source in side if source.path} for side in (old, new))
    if not before.keys() & after.keys():
        labels = ", ".join(source.label for source in (*old, *new))
        raise SourceError(f"it is not clear what to compare with what: {labels}")
    for path in dict.fromkeys((*before, *after)):
        if path not in after:
            answer.kinds.add(Kind.INCOMPATIBLE)
            message = "only OLD has it: everybody who uses it breaks"
            answer.findings.append(Finding(before[path].label, 1, 1, "document-removed", Severity.ERROR, "", message))
        elif path not in before:
            message = "only NEW has it"
            answer.findings.append(Finding(after[path].label, 1, 1, "document-added", Severity.NOTICE, "", message))
        else:
            try:
                _compare(store, before[path], after[path], options, answer)
            except ArrakisSchemaError as error:
                answer.kinds.add(Kind.UNDECIDED)
                answer.findings.append(not_compared(after[path].label, str(error)))


def _compare(store: Store, old: SourceDocument, new: SourceDocument, options: Namespace, answer: _Comparison) -> None:
    """Compare one document with another, in each requested direction."""
    if problem := old.problem or new.problem:
        raise SourceError(problem)
    if old.format is not new.format:
        first, second = (form.title for form in FORMATS.values() if form in {old.format, new.format})
        raise NotComparableError(f"one of the two is {first} and the other {second}")
    for source in (old, new):
        _check_schema(source)
    try:
        whole_old, whole_new = (replace(source, schema=source.whole_schema) for source in (old, new))
    except InvalidSchemaError as error:
        answer.kinds.add(Kind.UNDECIDED)
        answer.findings.append(not_compared(new.label, str(error)))
        return
    for new_reads in DIRECTIONS[options.direction]:
        verdict = _verdict(store, whole_old, whole_new, options, new_reads=new_reads)
        answer.kinds.add(verdict.kind)
        answer.empty |= verdict.kind is Kind.COMPATIBLE and bool(verdict.reason)
        answer.findings += _findings(verdict, new, new_reads=new_reads)


def _check_schema(source: SourceDocument) -> None:
    """Raise `InvalidSchemaError` that names the document, if its schema is none."""
    try:
        language(source.format).check(source.schema)
    except InvalidSchemaError as error:
        raise InvalidSchemaError(source.label, error.problem, error.location) from error


def _verdict(store: Store, old: SourceDocument, new: SourceDocument, options: Namespace, *, new_reads: bool) -> Verdict:
    """Return the verdict in one direction, for the readers that `registry.toml` or the options describe.

    Each change that breaks is marked, with a witness of its own.
    """
    reader, writer = (new, old) if new_reads else (old, new)
    how = store.settings.reader(reader.kind.value) if reader.kind else Reader()
    how = replace(how, unknown=options.unknown or how.unknown, columns=options.columns or how.columns)
    examples = tuple(Comparisons(store).examples(new.path)) if new.path else ()
    limits = options.steps, options.timeout
    pair = Pair(reader.schema, writer.schema, how, new_reads, examples, *limits, options.policy)
    compare = language(reader.format)
    verdict = compare.compare(pair)
    if verdict.kind is Kind.UNDECIDED and (old.label, old.reach) == (new.label, new.reach):
        return Verdict(Kind.COMPATIBLE)  # a document accepts itself, wherever a reference leads
    faults = [change for change in verdict.findings if change.at_fault]
    if verdict.kind is not Kind.INCOMPATIBLE or (faults and all(change.witness is not None for change in faults)):
        return verdict
    return with_breaks(verdict, compare.breaks(pair, verdict))


def _findings(verdict: Verdict, new: SourceDocument, *, new_reads: bool) -> Iterator[Finding]:
    """Yield a finding for each difference; those at fault are errors, and carry the witness."""
    if verdict.kind is Kind.UNDECIDED:
        yield Finding(new.label, 1, 1, "undecided", Severity.WARNING, "", f"undecided: {verdict.reason}")
    place_of = _places(new)
    sides = ("the old writer", "the new reader") if new_reads else ("the new writer", "the old reader")
    for change in verdict.findings:
        if change.effect is not Effect.ANNOTATION:
            path, file, location, (line, column) = place_of(change.new)
            where = "" if file == new.label else f", in {path}"
            severity = Severity.WARNING if change.rule in _DOUBTS else Severity.NOTICE
            finding = Finding(file, line, column, change.rule, severity, location, change.message + where)
            if change.at_fault:
                message = f"{sides[0]} breaks {sides[1]}: {change.told}{where}"
                text = dumps(change.witness, ensure_ascii=False, default=str)
                finding = replace(finding, severity=Severity.ERROR, message=message, witness=text)
            yield finding


def _places(source: SourceDocument) -> Callable[[str], tuple[str, str, str, tuple[int, int]]]:
    """Return the function that finds a location: path and label of its file, the location there, line and column."""
    document = source.document or Document(f"x{source.format.suffix}", source.content)
    places: dict[str, Callable[[str], tuple[int, int]]] = {}

    def find(location: str) -> tuple[str, str, str, tuple[int, int]]:
        path, location = language(source.format).origin(document, location)
        if path == document.path:
            label, there = source.label, document
        else:
            among = document.among
            content = among.read(path) if among is not None and path in among.documents else b""
            label, there = f"{source.label.removesuffix(document.path)}{path}", Document(path, content)
        if there.content.startswith(b"\xff") or not there.content:
            return path, label, location, (1, 1)
        if path not in places:
            places[path] = language(source.format).places(there)
        return path, label, location, places[path](location)

    return find


def _place_result(result: CheckResult, form: str, root: Path | None) -> CheckResult:
    """Return the answer of `check` with the paths that a report format needs."""
    findings = place_findings([entry.finding for entry in result.accepted], form, root)
    accepted = (replace(entry, finding=finding) for entry, finding in zip(result.accepted, findings, strict=True))
    return replace(result, findings=tuple(place_findings(result.findings, form, root)), accepted=tuple(accepted))
