"""Findings for people: one line each, as compilers write them, and a line that counts them."""

from collections.abc import Sequence

from arrakis_schema.findings import Finding, Severity


def text(findings: Sequence[Finding]) -> str:
    """Return the findings as lines of `file:line:column: severity: message [rule]`."""
    lines = [
        f"{found.file}:{found.line}:{found.column}: {found.severity}: {found.message} [{found.rule}]{_shown(found)}"
        for found in findings
    ]
    return "\n".join([*lines, summary(findings)]) + "\n"


def _shown(found: Finding) -> str:
    """Return the message that shows a finding, on a line of its own."""
    return f"\n    {found.witness}" if found.witness else ""


def summary(findings: Sequence[Finding]) -> str:
    """Return the line that counts the findings."""
    if not findings:
        return "no findings"
    counts = {severity: sum(found.severity is severity for found in findings) for severity in Severity}
    parts = [_count(counts[Severity.ERROR], "error"), _count(counts[Severity.WARNING], "warning")]
    return ", ".join([*parts, *([_count(counts[Severity.NOTICE], "notice")] if counts[Severity.NOTICE] else [])])


def _count(number: int, thing: str) -> str:
    """Return a number with its noun."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
