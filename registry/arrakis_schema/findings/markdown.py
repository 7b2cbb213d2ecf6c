"""Findings as Markdown, for a comment or a job summary: a table, and below it the witnesses.

Untrusted text is written as code, the only part of a comment in which nothing is markup, a link or a `@mention`.
"""

from collections.abc import Sequence
from itertools import count

from arrakis_schema.findings.finding import Finding, for_people
from arrakis_schema.findings.text import format_summary


def markdown(findings: Sequence[Finding], closing: str = "") -> str:
    """Return the table and the summary, or the summary alone if there are no findings."""
    if not findings:
        return f"{closing or format_summary(findings)}\n"
    legible = list(for_people(findings))
    table = ["| | where | rule | what |", "| --- | --- | --- | --- |", *map(_row, legible)]
    details_items = [
        f"- {_code(finding.rule)} in {_code(_place(finding))}:\n\n{_block(text, language)}"
        for finding in legible
        for text, language in ((finding.witness, "json"), (finding.accept, "toml"))
        if text
    ]
    title = "Messages that demonstrate the findings" + (
        ", and entries that accept them" if any(finding.accept for finding in legible) else ""
    )
    details = (
        ["", f"<details><summary>{title}</summary>", "", *details_items, "", "</details>"] if details_items else []
    )
    return "\n".join([*table, "", closing or format_summary(findings), *details]) + "\n"


def _row(finding: Finding) -> str:
    """Return a row of the table; pipes are escaped, because they end a cell even inside code."""
    cells = (_code(part).replace("|", "\\|") for part in (_place(finding), finding.rule, finding.message))
    return f"| {finding.severity.value} | {' | '.join(cells)} |"


def _place(finding: Finding) -> str:
    """Return file and line."""
    return f"{finding.file}:{finding.line}"


def _code(text: str) -> str:
    """Return a text as inline code, between more backticks than it has in succession."""
    if not text.strip():
        return ""
    mark = _fence(text, 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{mark}{padding}{text}{padding}{mark}"


def _block(text: str, language: str) -> str:
    """Return a text as a block of code inside an item of a list."""
    mark = _fence(text, 3)
    return "\n".join(f"  {line}" for line in (f"{mark}{language}", *text.split("\n"), mark))


def _fence(text: str, shortest: int) -> str:
    """Return more backticks than a text has in succession anywhere."""
    return next("`" * length for length in count(shortest) if "`" * length not in text)
