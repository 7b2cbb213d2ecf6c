"""The check for CI: can the working set be released? Lint, frozen files, compatibility and version in one result."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from arrakis_schema.compat.logic.results import SECONDS, STEPS
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity, for_programs
from arrakis_schema.findings.formats import FORMATS, github
from arrakis_schema.findings.reports import as_json, format_count, markdown, text
from arrakis_schema.store.bases import Base, base_of_release, documents_of, open_bases
from arrakis_schema.store.exceptions import EXCEPTIONS, Accepted, read_exceptions, released_exceptions
from arrakis_schema.store.lock import LOCK_FILE, Lock
from arrakis_schema.store.store import Store
from arrakis_schema.store.verification import verify
from arrakis_schema.system.acceptance import Acceptance, AcceptedBreak
from arrakis_schema.system.base_comparison import (
    WORKING,
    BaseComparison,
    DocumentsByPath,
    compare_with,
    not_compared,
    version_findings,
)
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.lint import lint_release
from arrakis_schema.text.printable import join_names, printable
from arrakis_schema.text.short_repr import short_repr

_CLOSED = {"text": text, "markdown": markdown, "github": github}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer: what is found, which breaks are accepted, and what was compared with each base, the nearest last.

    `documents` counts those of the working set.
    """

    documents: int
    findings: tuple[Finding, ...]
    accepted: tuple[AcceptedBreak, ...]
    compared: tuple[BaseComparison, ...]

    __repr__ = short_repr

    @property
    def failed(self) -> bool:
        """Whether something is wrong."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def undecided(self) -> bool:
        """Whether something stayed open, or was left out."""
        return any(finding.rule in {"undecided", "not-compared"} for finding in self.findings)


def check(  # noqa: PLR0913 - each is a question of the user
    store: Store,
    *,
    against: str | None = None,
    transitive: bool = False,
    as_documented: bool = False,
    timeout: float = SECONDS,
    steps: int = STEPS,
) -> CheckResult:
    """Return whether the working set may be released.

    `against` is a release, an alias or `git:COMMIT`, the newest release where it is None; `transitive` compares with
    every release of the same major version. A release is taken with its corrections, which is what really holds, or
    `as_documented`. `steps` and `timeout` (seconds) bound the verdict on one pair of documents.
    What is wrong with one document hides nothing about the others. Raises `BaseError` where there is no such base, and
    `DamagedStoreError` where a file cannot be read.
    """
    working = store.release(None)
    findings = sorted(lint_release(working))
    findings += _frozen_findings(store)
    entries, released, invalid = _exceptions(store)
    findings += invalid
    comparing = _Comparing(Comparisons(store, timeout, steps), documents_of(working), _lock(store), as_documented)
    bases = open_bases(store, against, transitive=transitive, as_documented=as_documented)
    compared = [comparing.with_base(base) for base in bases]
    acceptance = Acceptance(working.version, store.releases, entries, released, comparing.with_release)
    for result in compared:
        findings += [*acceptance.open_breaks(result), *result.findings, *version_findings(working.version, result)]
    findings += [*(finding for base in bases for finding in base.findings), *acceptance.entry_findings(compared)]
    return CheckResult(
        len(working.documents), tuple(dict.fromkeys(findings)), tuple(acceptance.accepted), tuple(compared)
    )


@dataclass(frozen=True, slots=True)
class _Comparing:
    """The comparisons of the working set with each base, each made once."""

    comparisons: Comparisons
    documents: DocumentsByPath
    lock: Lock
    as_documented: bool
    done: dict[str, BaseComparison] = field(default_factory=dict)

    def with_release(self, version: str) -> BaseComparison:
        """Return what the working set does to a release."""
        release = self.comparisons.store.release(version).held(as_documented=self.as_documented)
        return self.done.get(version) or self.with_base(base_of_release(release))

    def with_base(self, base: Base) -> BaseComparison:
        """Return what the working set does to those who use a base; what cannot be read of the base is left out."""
        missing = [
            path
            for path, entry in self.lock.get(base.name, {}).items()
            if entry.id is not None and path not in base.documents
        ]
        problems = {f"versions/{base.name}/{path}": "it is missing" for path in missing}
        problems |= {f"{WORKING}/{path}": f"in {base.name} it is {problem}" for path, problem in base.unread.items()}
        left_out = {*missing, *base.unread}
        present = {path: document for path, document in self.documents.items() if path not in left_out}
        result = self.done[base.name] = compare_with(self.comparisons, base.name, base.documents, present)
        result.left_out |= left_out
        result.corrected = base.corrected
        result.findings += [not_compared(file, problem) for file, problem in sorted(problems.items())]
        return result


def _frozen_findings(store: Store) -> Iterator[Finding]:
    """Yield a finding for each way in which the frozen files differ from the lock."""
    try:
        problems = verify(store)
    except DamagedStoreError as error:
        problems = list(error.problems)
    yield from (Finding(LOCK_FILE, 1, 1, "release-changed", Severity.ERROR, "", problem) for problem in problems)


def _lock(store: Store) -> Lock:
    """Return the lock, empty where it is damaged: that is a finding already."""
    try:
        return store.lock
    except DamagedStoreError:
        return {}


def _exceptions(store: Store) -> tuple[tuple[Accepted, ...], dict[str, list[Accepted]], list[Finding]]:
    """Return the entries of the working set and of the releases, none where they cannot be read, and what is wrong."""
    try:
        return read_exceptions(store), released_exceptions(store), []
    except DamagedStoreError as error:
        return (), {}, list(map(_invalid, error.problems))


def _invalid(problem: str) -> Finding:
    """Return the finding for something that is wrong with a file of accepted breaks, which the problem begins with."""
    folder, _, message = problem.partition(EXCEPTIONS)
    return Finding(f"{folder}{EXCEPTIONS}", 1, 1, "exception-invalid", Severity.ERROR, "", message.lstrip(", "))


def check_report(result: CheckResult, name: str, *, verbose: bool = False) -> str:
    """Return the answer of `check` in a format of `FORMATS`; accepted breaks are listed where it is `verbose`."""
    findings = [*result.findings, *(map(_accepted_finding, result.accepted) if verbose else ())]
    if name in _CLOSED:
        return _CLOSED[name](findings, closing_line(result))
    if name == "json":
        accepted_findings = for_programs([accepted_break.finding for accepted_break in result.accepted])
        accepted = [
            {**asdict(finding), "reason": accepted_break.reason, "release": accepted_break.release}
            for finding, accepted_break in zip(accepted_findings, result.accepted, strict=True)
        ]
        return as_json(findings, accepted=accepted, compared=list(map(_comparison_data, result.compared)))
    return FORMATS[name](findings)


def closing_line(result: CheckResult) -> str:
    """Return what was compared with what, and how much was found."""
    if not result.documents and not result.compared:
        return "schemas/ holds no documents: nothing was checked"
    return f"{_scope(result.compared)}: {', '.join(_counts(result)) or 'no findings'}"


def _scope(compared: Sequence[BaseComparison]) -> str:
    """Return what was compared with what, and what was not."""
    if not compared:
        return "no release to compare with"
    nearest, older = compared[-1], len(compared) - 1
    bases = printable(nearest.base) + (f" and {format_count(older, 'older release')}" if older else "")
    remarks = [f"{nearest.added} new"] if nearest.added else []
    left_out = {path for base in compared for path in base.left_out}
    remarks += [f"{len(left_out)} not compared"] if left_out else []
    corrected = tuple(base.base for base in compared if base.corrected)
    remarks += [f"with the corrections of {join_names(corrected)}"] if corrected else []
    remark = f" ({', '.join(remarks)})" if remarks else ""
    return f"compared {format_count(nearest.documents, 'document')} with {bases}{remark}"


def _counts(result: CheckResult) -> Iterator[str]:
    """Yield how many findings there are of each severity, and how many accepted breaks."""
    for severity in Severity:
        number = sum(finding.severity is severity for finding in result.findings)
        if number:
            yield format_count(number, severity.value)
    if result.accepted:
        yield f"{format_count(len(result.accepted), 'accepted break')} (--verbose lists them)"


def _accepted_finding(accepted: AcceptedBreak) -> Finding:
    """Return the finding for an accepted break, with the reason."""
    message = f"{accepted.finding.message} [accepted with {accepted.release}: {accepted.reason}]"
    return replace(accepted.finding, message=message)


def _comparison_data(result: BaseComparison) -> dict[str, Any]:
    """Return what was compared with a base, for programs."""
    lists = {"left_out": sorted(result.left_out), "undecided": sorted(result.undecided)}
    return {
        "base": result.base,
        "documents": result.documents,
        "added": result.added,
        **lists,
        "corrected": list(result.corrected),
    }
