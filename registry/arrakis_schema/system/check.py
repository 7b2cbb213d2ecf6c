"""What CI asks: whether the working set breaks those who run the releases, and whether its version says so."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arrakis_schema.compat import Kind, Verdict
from arrakis_schema.compat.verdicts import Effect
from arrakis_schema.documents import Document
from arrakis_schema.documents import Kind as DocumentKind
from arrakis_schema.findings import Finding, Severity
from arrakis_schema.settings import REGISTRY_FILE
from arrakis_schema.system.bump import Bump, after, moved, needed
from arrakis_schema.system.exceptions import EXCEPTIONS_FILE, Accepted
from arrakis_schema.system.places import Places
from arrakis_schema.system.relations import Comparisons
from arrakis_schema.versions import is_release

Documents = Mapping[str, Document]
WORKING = "schemas"
_SIDES = {
    DocumentKind.ENVELOPE: ("a client", "a server"),
    DocumentKind.REQUEST: ("a client", "a server"),
    DocumentKind.PAYLOAD: ("a server", "a client"),
    DocumentKind.PUBLICATION: ("a publisher", "a subscriber"),
}


@dataclass(slots=True)
class Checked:
    """What a check has found: the findings, how far the version must move, and whether something stayed undecided."""

    findings: list[Finding] = field(default_factory=list)
    breaks: bool = False
    changes: bool = False
    undecided: bool = False

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return any(found.severity is Severity.ERROR for found in self.findings)


@dataclass(frozen=True, slots=True)
class Check:
    """The working set under its declared version, how its documents are compared, and which breaks are accepted."""

    comparisons: Comparisons
    new: Documents
    version: str
    accepted: Sequence[Accepted]

    def against(self, base: str, old: Documents, checked: Checked) -> None:
        """Compare the working set with the documents of a base, and note what is found."""
        checked.findings += self._gone(base, old)
        checked.breaks |= any(path not in self.new for path in old)
        checked.changes |= any(path not in old for path in self.new)
        for path in sorted({*old, *self.new}):
            if path in old and path in self.new and old[path].content != self.new[path].content:
                self._document(base, old[path], self.new[path], checked)

    def version_findings(self, base: str, checked: Checked) -> Iterator[Finding]:
        """Yield a finding where the declared version is lower than the changes since a release need."""
        if not is_release(base):
            return
        bump = needed(base, breaks=checked.breaks, changes=checked.changes)
        if (checked.breaks or checked.changes) and moved(base, self.version) < bump:
            why = "breaks" if checked.breaks else "changes"
            message = (
                f"{self.version} is declared, but what {why} since {base} needs {after(base, bump)}: a {bump} release"
            )
            yield Finding(REGISTRY_FILE, 1, 1, "version-too-low", Severity.ERROR, "version", message)
        elif moved(base, self.version) > max(bump, Bump.MINOR):
            message = f"{self.version} is declared, and {after(base, bump)} would do: nothing breaks since {base}"
            yield Finding(REGISTRY_FILE, 1, 1, "version-too-high", Severity.NOTICE, "version", message)

    def exception_findings(self, found: Sequence[Finding]) -> Iterator[Finding]:
        """Yield a finding for each accepted break that is none any more, or that has been accepted long enough."""
        for entry in self.accepted:
            if not entry.holds_for(self.version):
                message = f"{entry.rule} at {entry.location} was accepted until {entry.until}: mend it or prolong it"
                yield Finding(EXCEPTIONS_FILE, 1, 1, "exception-expired", Severity.ERROR, entry.location, message)
            elif not any(entry.covers(one.rule, location_of(one)) for one in found):
                message = f"nothing breaks {entry.rule} at {entry.location} any more: take the entry out"
                yield Finding(EXCEPTIONS_FILE, 1, 1, "exception-stale", Severity.ERROR, entry.location, message)

    def _gone(self, base: str, old: Documents) -> Iterator[Finding]:
        """Yield a finding for each document that is no longer there."""
        for path in sorted(old.keys() - self.new.keys()):
            message = f"{path} of {base} is gone: whoever uses it breaks"
            yield self._accepted(Finding(f"{WORKING}/{path}", 1, 1, "document-removed", Severity.ERROR, "", message))

    def _document(self, base: str, old: Document, new: Document, checked: Checked) -> None:
        """Compare one document, for those of the base with the working set and the other way round."""
        both_ways = new.kind is DocumentKind.PUBLICATION
        writes, reads = _SIDES[new.kind]
        new_reads = not new.kind.answers
        for reader_is_new in (new_reads, not new_reads):
            must_work = both_ways or reader_is_new == new_reads
            reader, writer = (new, old) if reader_is_new else (old, new)
            verdict = self.comparisons.verdict(reader, writer, reader_is_new=reader_is_new)
            releases = (base, self.version) if reader_is_new else (self.version, base)
            pair = f"{writes} of {releases[0]} with {reads} of {releases[1]}"
            found = list(self._findings(verdict, (reader, writer), pair, reader_is_new=reader_is_new))
            self._note(
                checked, verdict, found if must_work else [_as_notice(one) for one in found], must_work=must_work
            )

    def _note(self, checked: Checked, verdict: Verdict, found: list[Finding], *, must_work: bool) -> None:
        """Note what was found in one direction."""
        checked.findings += [self._accepted(one) for one in found]
        checked.changes |= any(change.effect is not Effect.ANNOTATION for change in verdict.findings)
        checked.breaks |= must_work and verdict.kind is Kind.INCOMPATIBLE
        checked.undecided |= verdict.kind is Kind.UNDECIDED

    def _findings(
        self, verdict: Verdict, pair: tuple[Document, Document], who: str, *, reader_is_new: bool
    ) -> Iterator[Finding]:
        """Yield a finding for each change that breaks, or one for a verdict that stayed open."""
        reader, writer = pair
        new = reader if reader_is_new else writer
        places = Places(new)
        if verdict.kind is Kind.UNDECIDED:
            message = f"{who}: not decided, {verdict.reason}"
            yield Finding(f"{WORKING}/{new.path}", 1, 1, "undecided", Severity.WARNING, "", message)
        if verdict.kind is Kind.COMPATIBLE and verdict.reason:
            message = f"{who}: {verdict.reason}"
            yield Finding(f"{WORKING}/{new.path}", 1, 1, "writer-empty", Severity.WARNING, "", message)
        if verdict.kind is Kind.INCOMPATIBLE:
            for one in self.comparisons.breaks(reader, writer, reader_is_new=reader_is_new):
                line, column = places.at(one.change.new)
                message = f"{who} breaks: {one.change.message}{f' ({one.at})' if one.at else ''}"
                shown = json.dumps(one.witness, ensure_ascii=False, default=str)
                place = f"{WORKING}/{new.path}", line, column
                yield Finding(*place, one.change.rule, Severity.ERROR, one.change.new, message, shown)

    def _accepted(self, found: Finding) -> Finding:
        """Return a finding as a notice where its break is accepted."""
        entry = next((one for one in self.accepted if one.covers(found.rule, location_of(found))), None)
        if entry is None or not entry.holds_for(self.version) or found.severity is not Severity.ERROR:
            return found
        return _as_notice(found, f" [accepted until {entry.until}: {entry.reason}]")


def location_of(found: Finding) -> str:
    """Return the place of a finding as `exceptions.toml` writes it: the document, and the pointer or column in it."""
    path = found.file.removeprefix(f"{WORKING}/")
    return f"{path}#{found.location}" if found.location else path


def _as_notice(found: Finding, more: str = "") -> Finding:
    """Return a finding that fails nothing."""
    severity = Severity.NOTICE if found.severity is Severity.ERROR else found.severity
    place = found.file, found.line, found.column, found.rule, severity, found.location
    return Finding(*place, found.message + more, found.witness)
