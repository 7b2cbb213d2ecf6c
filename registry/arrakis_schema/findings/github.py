"""Findings as the workflow commands of GitHub Actions, which show them at the line of the change.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterator, Sequence

from arrakis_schema.findings.finding import Finding, Severity, for_people
from arrakis_schema.findings.text import format_count, format_line, format_summary

MOST = 10
"""How many annotations of one severity GitHub shows for a step; it drops the others silently."""

_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_MESSAGE, ":": "%3A", ",": "%2C"}


def github(findings: Sequence[Finding], closing: str = "") -> str:
    """Return one `::error file=…,line=…,col=…,title=…::message` for each finding, and a line that counts them.

    If there are more of a severity than GitHub shows, the last annotation says how many, and the others follow as
    lines of the log.
    """
    legible = list(for_people(findings))
    lines = [text for severity in Severity for text in _severity_lines(severity, legible)]
    return "\n".join([*lines, closing or format_summary(legible)]) + "\n"


def _severity_lines(severity: Severity, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines for the findings of one severity."""
    chosen = [finding for finding in findings if finding.severity is severity]
    annotated = chosen if len(chosen) <= MOST else chosen[: MOST - 1]
    yield from map(_command, annotated)
    unannotated = chosen[len(annotated) :]
    if unannotated:
        count = f"{format_count(len(unannotated), f'more {severity.value}')}: see the log of this step"
        yield f"::{severity.value} title=arrakis-schema::{count} (GitHub shows {MOST} annotations of a kind)"
        yield from map(format_line, unannotated)


def _command(finding: Finding) -> str:
    """Return the command for one finding."""
    properties = {"file": finding.file, "line": finding.line, "col": finding.column, "title": finding.rule}
    joined = ",".join(f"{name}={_escape(str(value), _PROPERTY)}" for name, value in properties.items())
    return f"::{finding.severity.value} {joined}::{_escape(finding.message, _MESSAGE)}"


def _escape(text: str, table: dict[str, str]) -> str:
    """Return a text with the characters of the table replaced."""
    return "".join(table.get(character, character) for character in text)
