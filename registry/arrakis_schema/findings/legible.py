"""Findings prepared for the formats: cut to a readable length, and made of characters that every reader accepts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from arrakis_schema.findings.finding import Finding
from arrakis_schema.text.printable import printable

WITNESS = 1_000
"""The maximal length of a witness for people."""

DATA = 16_000
"""The maximal length of a witness for programs; a longer one is left out, because a cut JSON text is useless."""


def for_people(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings with every text as one printable line; only `accept` has several lines."""
    for finding in findings:
        yield replace(
            finding,
            file=printable(finding.file),
            location=printable(finding.location),
            message=printable(finding.message),
            witness=printable(finding.witness, WITNESS),
            accept=_whole_or_nothing(finding.accept),
        )


def for_programs(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings whose message is a printable line; file, location and witness are exact."""
    for finding in findings:
        yield replace(
            finding,
            file=encodable(finding.file),
            location=encodable(finding.location),
            message=printable(finding.message),
            witness=_whole_or_nothing(encodable(finding.witness)),
            accept=_whole_or_nothing(finding.accept),
        )


def _whole_or_nothing(text: str) -> str:
    """Return a text, or nothing if it is too long: a cut text would be useless."""
    return text if len(text) <= DATA else ""


def encodable(text: str) -> str:
    """Return a text that UTF-8 can hold: a lone surrogate, which strict JSON parsers reject, becomes an escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
