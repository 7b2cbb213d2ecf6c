"""Findings as Markdown, for a comment or a job summary: a table, and below it the messages that show each.

Text of strangers stands in code, the only place of a comment in which nothing is markup, a link or a `@mention`.
"""

from collections.abc import Sequence
from itertools import count

from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.legible import for_people
from arrakis_schema.findings.text import summary


def markdown(findings: Sequence[Finding], closing: str = "") -> str:
    """Return the table and the line that counts, or that line alone where there are no findings."""
    if not findings:
        return f"{closing or summary(findings)}\n"
    legible = list(for_people(findings))
    table = ["| | where | rule | what |", "| --- | --- | --- | --- |", *map(_row, legible)]
    shown = [
        f"- {_code(finding.rule)} in {_code(_place(finding))}:\n\n{_block(text, language)}"
        for finding in legible
        for text, language in ((finding.witness, "json"), (finding.accept, "toml"))
        if text
    ]
    title = "The messages that show it" + (", and what accepts it" if any(one.accept for one in legible) else "")
    details = ["", f"<details><summary>{title}</summary>", "", *shown, "", "</details>"] if shown else []
    return "\n".join([*table, "", closing or summary(findings), *details]) + "\n"


def _row(finding: Finding) -> str:
    """Return a row of the table; a pipe would end its cell, also in code, but for the backslash."""
    cells = (_code(part).replace("|", "\\|") for part in (_place(finding), finding.rule, finding.message))
    return f"| {finding.severity.value} | {' | '.join(cells)} |"


def _place(finding: Finding) -> str:
    """Return file and line."""
    return f"{finding.file}:{finding.line}"


def _code(text: str) -> str:
    """Return a text as inline code, between more backticks than it has in a row."""
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
    """Return more backticks than stand in a row anywhere in a text."""
    return next("`" * length for length in count(shortest) if "`" * length not in text)
