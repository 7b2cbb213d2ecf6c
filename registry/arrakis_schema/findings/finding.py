"""A finding about a document, as data, and findings cut to a readable length for each kind of reader.

`findings.formats` turns findings into text, JSON and the formats of CI systems.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from arrakis_schema.findings.rules import LINT, RULES, check_id
from arrakis_schema.text.printable import printable
from arrakis_schema.text.short_repr import short_repr

_IDS = RULES.keys() | LINT

WITNESS = 1_000
"""The maximal length of a witness for people."""

DATA = 16_000
"""The maximal length of a witness for programs; a longer one is left out, because a cut JSON text is useless."""


class Severity(StrEnum):
    """How much a finding matters to the author of a change."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fact about one document, found by the rule with this id; raises `ValueError` for an unknown id.

    `file` is relative to the root folder, `location` a JSON Pointer (RFC 6901) into a JSON document or the dotted
    name of a field of an Arrow schema, `line` and `column` count from 1 (0: unknown);
    `witness` is a message that demonstrates it, as JSON, or empty; `accept` is the entry of `exceptions.toml`, as TOML,
    that accepts it if it is a break that can be accepted.
    """

    file: str
    line: int
    column: int
    rule: str
    severity: Severity
    location: str
    message: str
    witness: str = ""
    accept: str = ""

    __repr__ = short_repr

    def __post_init__(self) -> None:
        """Refuse an id that is in no table."""
        check_id(self.rule, _IDS)


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
