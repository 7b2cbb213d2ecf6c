"""A finding about a document, as data.

`findings.formats` turns findings into text, JSON and the formats of CI systems.
"""

from dataclasses import dataclass
from enum import StrEnum

from arrakis_schema.findings.rules import LINT, RULES, check_id
from arrakis_schema.text.short_repr import short_repr

_IDS = RULES.keys() | LINT


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
