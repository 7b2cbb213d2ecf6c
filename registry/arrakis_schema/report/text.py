"""Findings for people: one line each, as compilers write them, and a line that counts them."""

from collections.abc import Sequence

from arrakis_schema.findings import Finding, Severity


def text(findings: Sequence[Finding]) -> str:
    """Return the findings as lines of `file:line:column: severity: message [rule]`."""
    lines = [
        f"{found.file}:{found.line}:{found.column}: {found.severity.value}: {found.message} [{found.rule}]"
        for found in findings
    ]
    return "\n".join([*lines, _summary(findings)]) + "\n"


def _summary(findings: Sequence[Finding]) -> str:
    """Return the line that counts the findings."""
    if not findings:
        return "no findings"
    errors = sum(found.severity is Severity.ERROR for found in findings)
    return f"{_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}"


def _count(number: int, thing: str) -> str:
    """Return a number with its noun."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
