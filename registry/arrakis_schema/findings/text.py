"""Findings for people: one line each, as compilers write them, and a line that counts them."""

from collections.abc import Sequence

from arrakis_schema.findings.finding import Finding, Severity, for_people
from arrakis_schema.text.printable import MESSAGE, printable


def text(findings: Sequence[Finding], closing: str = "") -> str:
    """Return the findings as lines of `file:line:column: severity: message [rule]`; the last line counts them."""
    return "\n".join([*map(format_line, for_people(findings)), closing or format_summary(findings)]) + "\n"


def format_line(finding: Finding) -> str:
    """Return the line of a legible finding, and on further lines its witness and the entry that accepts it."""
    position = f"{finding.file}:{finding.line}:{finding.column}"
    first = printable(f"{position}: {finding.severity}: {finding.message} [{finding.rule}]", 3 * MESSAGE)
    indented = [finding.witness] if finding.witness else []
    indented += ["accept it in schemas/exceptions.toml:", *finding.accept.split("\n")] if finding.accept else []
    return "\n    ".join([first, *indented])


def format_summary(findings: Sequence[Finding]) -> str:
    """Return the line that counts the findings."""
    if not findings:
        return "no findings"
    counts = {severity: sum(finding.severity is severity for finding in findings) for severity in Severity}
    parts = [format_count(counts[Severity.ERROR], "error"), format_count(counts[Severity.WARNING], "warning")]
    return ", ".join([*parts, *([format_count(counts[Severity.NOTICE], "notice")] if counts[Severity.NOTICE] else [])])


def format_count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, in the plural if need be."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
