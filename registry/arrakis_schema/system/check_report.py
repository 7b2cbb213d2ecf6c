"""The report of `check`: the findings in a format, and what was compared with what."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from arrakis_schema.findings.as_json import as_json
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.findings.github import github
from arrakis_schema.findings.legible import for_programs
from arrakis_schema.findings.markdown import markdown
from arrakis_schema.findings.text import format_count, text
from arrakis_schema.system.acceptance import AcceptedBreak
from arrakis_schema.system.check import CheckResult
from arrakis_schema.system.comparison import BaseComparison
from arrakis_schema.text.printable import join_names, printable

_CLOSED = {"text": text, "markdown": markdown, "github": github}


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
