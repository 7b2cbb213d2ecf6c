"""Which breaks are accepted, by which entry, and which entries are out of date."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.store.exceptions import EXCEPTIONS_FILE, Accepted, entry_text, is_at
from arrakis_schema.store.versions import is_release, precedence
from arrakis_schema.system.base_comparison import BaseComparison, Breakage
from arrakis_schema.system.bump import bump_between, required_bump, version_after
from arrakis_schema.text.short_repr import short_repr


@dataclass(frozen=True, slots=True)
class AcceptedBreak:
    """An accepted break: the finding, the reason, and the release that it is accepted with."""

    finding: Finding
    reason: str
    release: str

    __repr__ = short_repr


@dataclass(slots=True)
class Acceptance:
    """The entries of the working set and of the releases, oldest first, matched with what breaks.

    `compare` returns what the working set breaks for users of a release, also of one that `check` does not cover.
    """

    version: str
    releases: Sequence[str]
    entries: Sequence[Accepted]
    released: dict[str, list[Accepted]]
    compare: Callable[[str], BaseComparison]
    accepted: list[AcceptedBreak] = field(default_factory=list)
    _new_locations: set[str] | None = None

    def open_breaks(self, result: BaseComparison) -> Iterator[Finding]:
        """Yield the breaks that no entry accepts, each with the entry that would; note the others."""
        target = self._release_for(result.base)
        for breakage in result.breakages:
            finding = breakage.finding
            accepting = self._accepting(breakage, result.base)
            if accepting is None:
                yield replace(finding, accept=entry_text(finding.rule, breakage.place, target))
            else:
                release, entry = accepting
                noted = replace(finding, severity=Severity.NOTICE)
                self.accepted.append(AcceptedBreak(noted, entry.reason, release))

    def _release_for(self, base: str) -> str:
        """Return the release that a break of this base is accepted with: the declared one, or the one that it needs."""
        if not is_release(base):
            return self.version
        newest = self.releases[-1]
        bump = required_bump(newest, breaks=True, changes=True)
        return self.version if bump_between(newest, self.version) >= bump else version_after(newest, bump)

    def _accepting(self, breakage: Breakage, base: str) -> tuple[str, Accepted] | None:
        """Return the release and the entry that accept a break, where there is one.

        A break of a release is accepted by the entries of the releases after it, as long as nothing at that location
        breaks the newest one: what the working set adds to it has to be accepted anew.
        """
        rule = breakage.finding.rule
        for entry in self._active():
            if entry.covers(rule, breakage.place):
                return entry.release, entry
        for release, entries in self.released.items():
            for entry in entries:
                if self._has_passed(base, release, breakage.location):
                    if entry.covers_location(rule, breakage.location):
                        return release, entry
                elif not is_release(base) and entry.covers(rule, breakage.place):
                    return release, entry
        return None

    def _active(self) -> Iterator[Accepted]:
        """Yield the entries for the release that the working set becomes."""
        for entry in self.entries:
            if entry.release not in self.releases and entry.holds_for(self.version):
                yield entry

    def _has_passed(self, base: str, release: str, location: str) -> bool:
        """Return whether a release came after a base, and the working set breaks nothing more at a location."""
        if not is_release(base) or precedence(base) >= precedence(release):
            return False
        if self._new_locations is None:
            breakages = self.compare(self.releases[-1]).breakages
            self._new_locations = {
                breakage.location
                for breakage in breakages
                if not any(entry.covers(breakage.finding.rule, breakage.place) for entry in self._active())
            }
        return location not in self._new_locations

    def entry_findings(self, compared: Sequence[BaseComparison]) -> Iterator[Finding]:
        """Yield a finding for each entry whose release was never made, and for each place that nothing breaks."""
        newest = next((result for result in compared if self.releases and result.base == self.releases[-1]), None)
        if newest is None:
            return
        for entry in self.entries:
            if entry.release in self.releases:
                continue
            if not entry.holds_for(self.version):
                yield _entry_finding("exception-expired", entry.places[0], _expired_message(entry, self.version))
                continue
            for place in entry.places:
                if not self._breaks(entry.rule, place, [newest, *compared]):
                    yield _entry_finding("exception-stale", place, _stale_message(entry.rule, place, newest))

    def _breaks(self, rule: str, place: str, compared: Sequence[BaseComparison]) -> bool:
        """Return whether something breaks a place, or may do so: for any release of the major version."""
        document = place.partition("#")[0].partition(" = ")[0]
        if document in compared[0].left_out | compared[0].undecided:
            return True
        if any(
            (rule, place) == (breakage.finding.rule, breakage.place)
            for result in compared
            for breakage in result.breakages
        ):
            return True
        compared_bases = {result.base for result in compared}
        major = self.releases[-1].partition(".")[0]
        others = [
            version for version in self.releases if version.partition(".")[0] == major and version not in compared_bases
        ]
        return any(
            (rule, place) == (breakage.finding.rule, breakage.place)
            for version in others
            for breakage in self.compare(version).breakages
        )


def _entry_finding(rule: str, place: str, message: str) -> Finding:
    """Return the finding for an entry that is out of date."""
    return Finding(EXCEPTIONS_FILE, 1, 1, rule, Severity.ERROR, place, message)


def _expired_message(entry: Accepted, version: str) -> str:
    """Return the message for an entry whose release is past, with what to do."""
    remedy = f'write release = "{version}" if the break is still intended, or delete the entry'
    return f"the entry for {entry.rule} is for {entry.release}, and {version} is declared: {remedy}"


def _stale_message(rule: str, place: str, newest: BaseComparison) -> str:
    """Return the message for a place that nothing breaks, with what to do."""
    breakages = [breakage for breakage in newest.breakages if breakage.finding.rule == rule]
    broken = [breakage.place for breakage in breakages if is_at(place, breakage.location)]
    if broken:
        remedy = "write that place if the reason applies to it"
        return f"{rule} is accepted at {place}, but what breaks is {broken[0]}: {remedy}"
    if any(breakage.location.startswith((f"{place}/", f"{place}#")) for breakage in breakages):
        return f"{place} is not an exact place: use the places under the errors, if the reason applies to them"
    return f"{rule} breaks nothing at {place}: delete this place, or correct it"
