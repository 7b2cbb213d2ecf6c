"""Findings as the formats show them: cut to a readable length, and made of characters that every reader accepts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from arrakis_schema.findings.finding import Finding
from arrakis_schema.text.printable import printable

WITNESS = 1_000
"""How much of a witness people are shown."""

DATA = 16_000
"""How long a witness may be for programs: half a JSON text is of no use to them, so a longer one is left out."""


def for_people(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings whose every text is a printable line; the entry that accepts one has several."""
    for finding in findings:
        yield replace(
            finding,
            file=printable(finding.file),
            location=printable(finding.location),
            message=printable(finding.message),
            witness=printable(finding.witness, WITNESS),
            accept=_whole(finding.accept),
        )


def for_programs(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings whose message is a printable line; file, location and witness are exact."""
    for finding in findings:
        yield replace(
            finding,
            file=encodable(finding.file),
            location=encodable(finding.location),
            message=printable(finding.message),
            witness=_whole(encodable(finding.witness)),
            accept=_whole(finding.accept),
        )


def _whole(text: str) -> str:
    """Return a text of which half is of no use: all of it, or nothing where it is too long."""
    return text if len(text) <= DATA else ""


def encodable(text: str) -> str:
    """Return a text that UTF-8 can hold: a lone surrogate becomes an escape, as strict readers of JSON refuse it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
