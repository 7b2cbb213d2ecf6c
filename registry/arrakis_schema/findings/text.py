"""Findings for people: one line each, as compilers write them, and a line that counts them."""

from collections.abc import Sequence

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.legible import for_people
from arrakis_schema.text.printable import MESSAGE, printable


def text(findings: Sequence[Finding], closing: str = "") -> str:
    """Return the findings as lines of `file:line:column: severity: message [rule]`; the last line counts them."""
    return "\n".join([*map(line, for_people(findings)), closing or summary(findings)]) + "\n"


def line(finding: Finding) -> str:
    """Return the line of a legible finding, and on lines of their own the message that shows it and what accepts it."""
    place = f"{finding.file}:{finding.line}:{finding.column}"
    first = printable(f"{place}: {finding.severity}: {finding.message} [{finding.rule}]", 3 * MESSAGE)
    shown = [finding.witness] if finding.witness else []
    shown += ["accept it in schemas/exceptions.toml:", *finding.accept.split("\n")] if finding.accept else []
    return "\n    ".join([first, *shown])


def summary(findings: Sequence[Finding]) -> str:
    """Return the line that counts the findings."""
    if not findings:
        return "no findings"
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    parts = [counted(counts[Severity.ERROR], "error"), counted(counts[Severity.WARNING], "warning")]
    return ", ".join([*parts, *([counted(counts[Severity.NOTICE], "notice")] if counts[Severity.NOTICE] else [])])


def counted(number: int, thing: str) -> str:
    """Return a number with its noun."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
