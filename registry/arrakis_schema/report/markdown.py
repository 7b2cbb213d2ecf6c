"""Findings as Markdown, for a comment or a job summary: a table, and below it the messages that show each."""

from collections.abc import Sequence

from arrakis_schema.findings import Finding
from arrakis_schema.report.text import summary

_MARKS = {"|": "\\|", "\n": " ", "<": "&lt;", ">": "&gt;", "`": "\\`", "*": "\\*", "_": "\\_"}


def markdown(findings: Sequence[Finding]) -> str:
    """Return the table, or one line where there are no findings."""
    if not findings:
        return f"{summary(findings)}\n"
    rows = [f"| {found.severity.value} | `{_place(found)}` | `{found.rule}` | {_cell(found)} |" for found in findings]
    table = ["| | where | rule | what |", "| --- | --- | --- | --- |", *rows]
    shown = [
        f"- `{found.rule}` in `{_place(found)}`:\n\n{_fenced(found.witness)}" for found in findings if found.witness
    ]
    details = (
        ["", "<details><summary>The messages that show it</summary>", "", *shown, "", "</details>"] if shown else []
    )
    return "\n".join([*table, "", summary(findings), *details]) + "\n"


def _place(found: Finding) -> str:
    """Return file and line."""
    return f"{found.file}:{found.line}"


def _cell(found: Finding) -> str:
    """Return the message as the text of a cell."""
    return "".join(_MARKS.get(character, character) for character in found.message)


def _fenced(witness: str) -> str:
    """Return a message as a block of code."""
    fence = "```"
    while fence in witness:
        fence += "`"
    return f"  {fence}json\n  {witness}\n  {fence}"
