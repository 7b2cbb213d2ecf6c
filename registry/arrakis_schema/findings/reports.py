"""Findings for people, as lines of text and as Markdown, and for programs, as JSON.

The text has one line for each finding, as compilers write them, and a line that counts them. Markdown is for a comment
or a job summary: a table, and below it the witnesses; untrusted text is written as code, the only part of a comment in
which nothing is markup, a link or a `@mention`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import count
from typing import Any

from arrakis_schema.findings.finding import Finding, Severity, for_people, for_programs
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


def as_json(findings: Sequence[Finding], **members: Any) -> str:
    """Return `{"findings": [{"file", "line", "column", "rule", "severity", "location", …}]}` with further `members`."""
    return dump_json({"findings": [asdict(finding) for finding in for_programs(findings)], **members}, indent=2)


def dump_json(value: Any, indent: int = 1) -> str:
    """Return JSON in ASCII, for any encoding of standard output, in which a CI system reads no `##[…]` command."""
    return json.dumps(value, indent=indent).replace("##", "#\\u0023") + "\n"


def with_article(noun: str) -> str:
    """Return a noun with its indefinite article."""
    return f"{'an' if noun[:1].lower() in set('aeiou') else 'a'} {noun}"


def plural(noun: str) -> str:
    """Return the plural of a regular noun."""
    if noun.endswith("y") and noun[-2:-1] not in set("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"
