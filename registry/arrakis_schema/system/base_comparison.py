"""The working set compared with one base: what breaks users of the base, and how far the version has to move for it.

Whether a break is accepted is decided in `system.acceptance`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import with_article
from arrakis_schema.findings.verdicts import Break, Effect, Kind
from arrakis_schema.languages import language_of
from arrakis_schema.store.documents import Document
from arrakis_schema.store.exceptions import place_of
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.versions import is_release
from arrakis_schema.system.bump import Bump, bump_between, required_bump, version_after
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.text.short_repr import short_repr

DocumentsByPath = Mapping[str, Document]
WORKING = "schemas"


@dataclass(frozen=True, slots=True)
class Breakage:
    """One break of those who use a base: the finding, and the exact place that an exception names."""

    finding: Finding
    place: str

    __repr__ = short_repr

    @property
    def location(self) -> str:
        """The document and the location in it, as exceptions have it, without what stands there."""
        path = self.finding.file.removeprefix(f"{WORKING}/")
        return place_of(path, self.finding.location, "")


@dataclass(slots=True)
class BaseComparison:
    """What the working set does to those who use a base.

    `documents` counts those that were compared, `added` those that only the working set has; `left_out` are the paths
    of those that could not be compared, and `undecided` of those that may or may not break; `corrected` are those of
    the base that were taken with corrections.
    """

    base: str
    documents: int = 0
    added: int = 0
    left_out: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    breakages: list[Breakage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    changed: bool = False
    corrected: tuple[str, ...] = ()

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Against:
    """The comparison of the working set, under its declared version, with one base."""

    comparisons: Comparisons
    version: str
    result: BaseComparison
    old: DocumentsByPath
    new: DocumentsByPath

    def compare(self) -> None:
        """Compare all documents."""
        old, new = self.old, self.new
        for path in sorted({*old, *new}):
            if not (new.get(path) or old[path]).kind.is_sent:  # those that refer to it are compared with what it says
                self.result.added += path not in old
            elif path not in new:
                self._report_removed(path)
            elif path not in old:
                self.result.added += 1
                self.result.changed = True
            elif self._is_comparable(old[path], new[path]):
                self.result.documents += 1
                if self.comparisons.reach(old[path]) != self.comparisons.reach(new[path]):
                    self._document(old[path], new[path])

    def _report_removed(self, path: str) -> None:
        """Note a document that was removed."""
        message = f"{path} of {self.result.base} was removed: everybody who uses it breaks"
        finding = Finding(f"{WORKING}/{path}", 1, 1, "document-removed", Severity.ERROR, "", message)
        self.result.breakages.append(Breakage(finding, place_of(path, "", "")))
        self.result.changed = True

    def _is_comparable(self, old: Document, new: Document) -> bool:
        """Return whether both documents can be compared with others, and note why not."""
        if self.comparisons.reach(old) == self.comparisons.reach(new):
            return True
        base = self.result.base
        folder, origin = (f"versions/{base}", "") if is_release(base) else (WORKING, f"in {base} ")
        for document, where, which in ((old, folder, origin), (new, WORKING, "")):
            problem = self.comparisons.problem(document)
            if problem:
                self.result.left_out.add(new.path)
                self.result.findings.append(not_compared(f"{where}/{document.path}", f"{which}{problem}"))
        return new.path not in self.result.left_out

    def _document(self, old: Document, new: Document) -> None:
        """Compare one document, for those of the base with the working set and the other way round."""
        writes, reads = map(with_article, new.layout.roles_of(new.path))
        new_reads = not new.kind.is_answer
        for reader_is_new in (new_reads, not new_reads):
            reader, writer = (new, old) if reader_is_new else (old, new)
            verdict = self.comparisons.verdict(reader, writer, reader_is_new=reader_is_new)
            self.result.changed |= any(change.effect is not Effect.ANNOTATION for change in verdict.findings)
            releases = (self.result.base, self.version) if reader_is_new else (self.version, self.result.base)
            pair = f"{writes} of {releases[0]} with {reads} of {releases[1]}"
            must_work = new.kind is DocumentKind.PUBLICATION or reader_is_new == new_reads
            if verdict.kind is Kind.UNDECIDED:
                self._report_undecided(new.path, f"{pair}: undecided, {verdict.reason}")
            elif verdict.kind is Kind.COMPATIBLE and verdict.reason:
                self._warn(new.path, "writer-empty", f"{pair}: {verdict.reason}")
            elif verdict.kind is Kind.INCOMPATIBLE:
                for breaking in self.comparisons.breaks(reader, writer, reader_is_new=reader_is_new):
                    self._report_break(new, breaking, pair, reader_is_new=reader_is_new, must_work=must_work)

    def _report_undecided(self, path: str, message: str) -> None:
        """Note that the comparison of a document is undecided."""
        self.result.undecided.add(path)
        self._warn(path, "undecided", message)

    def _warn(self, path: str, rule: str, message: str) -> None:
        """Add a warning about a whole document."""
        self.result.findings.append(Finding(f"{WORKING}/{path}", 1, 1, rule, Severity.WARNING, "", message))

    def _report_break(self, new: Document, breaking: Break, pair: str, *, reader_is_new: bool, must_work: bool) -> None:
        """Note a change that breaks: as a break where those of the base must go on working, or else as a notice."""
        if breaking.change.rule == "undecided":
            self._report_undecided(new.path, f"{pair}: {breaking.change.message}")
            return
        path, location = language_of(new).origin(new, breaking.change.new)
        changed = new if path == new.path else self.new[path]
        line, column = self.comparisons.place(changed, location)
        message = f"{pair} breaks{'' if changed is new else f' in {new.path}'}: {breaking.description}"
        witness = json.dumps(breaking.witness, ensure_ascii=False, default=str)
        severity = Severity.ERROR if must_work else Severity.NOTICE
        position = f"{WORKING}/{path}", line, column
        finding = Finding(*position, breaking.change.rule, severity, location, message, witness)
        if must_work:
            located = replace(breaking, change=replace(breaking.change, new=location))
            value = self._value(changed, located, side="reader" if reader_is_new else "writer")
            self.result.breakages.append(Breakage(finding, place_of(path, location, value)))
        else:
            self.result.findings.append(finding)

    def _value(self, new: Document, breaking: Break, side: str) -> str:
        """Return what the new document has where a change breaks: of a column what its type is; empty for nothing."""
        return language_of(new).text_at(self.comparisons.parsed_schema(new), breaking, side)


def not_compared(file: str, problem: str) -> Finding:
    """Return the finding for a document that could not be compared."""
    return Finding(file, 1, 1, "not-compared", Severity.WARNING, "", f"not compared: {problem}")


def compare_with(comparisons: Comparisons, base: str, old: DocumentsByPath, new: DocumentsByPath) -> BaseComparison:
    """Return what the documents of the working set, under its declared version, do to those who use a base."""
    result = BaseComparison(base)
    Against(comparisons, comparisons.store.settings.version, result, old, new).compare()
    return result


def version_findings(version: str, result: BaseComparison) -> Iterator[Finding]:
    """Yield a finding where the declared version does not say how much has changed since a release."""
    base, breaks = result.base, bool(result.breakages)
    if not is_release(base):
        return
    bump = required_bump(base, breaks=breaks, changes=result.changed)
    if (breaks or result.changed) and bump_between(base, version) < bump:
        why = "breaks" if breaks else "changes"
        message = (
            f"{version} is declared, but the {why} since {base} require {version_after(base, bump)}, a {bump} release"
        )
        yield Finding(REGISTRY_FILE, 1, 1, "version-too-low", Severity.ERROR, "version", message)
    elif bump_between(base, version) > max(bump, Bump.MINOR) and not (result.undecided or result.left_out):
        message = f"{version} is declared, but {version_after(base, bump)} is enough: nothing breaks since {base}"
        yield Finding(REGISTRY_FILE, 1, 1, "version-too-high", Severity.NOTICE, "version", message)
