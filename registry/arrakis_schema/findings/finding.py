"""What is found about a document: data, without wording, colour or severity in a format.

`report/` puts findings into text, JSON and the formats of CI systems.
"""

from dataclasses import dataclass
from enum import StrEnum

from arrakis_schema.findings.rules import LINT, RULES, check_id
from arrakis_schema.text.short_repr import short_repr

_IDS = RULES.keys() | LINT


class Severity(StrEnum):
    """How much a finding matters to whoever changes the document."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fact found in one document by the rule of this id; an id that is in no table is a `ValueError`.

    `file` is relative to the root folder, `location` a JSON Pointer (RFC 6901) into a JSON document or the dotted
    name of a field of an Arrow schema, `line` and `column` count from 1 (0: not known);
    `witness` is a message as JSON that shows it, where there is one; `accept` the entry of `exceptions.toml`, as TOML,
    that accepts it, where it is a break that can be accepted.
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
