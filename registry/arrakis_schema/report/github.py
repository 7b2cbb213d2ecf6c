"""Findings as the workflow commands of GitHub Actions, which show them at the line of the change.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Sequence

from arrakis_schema.findings import Finding

_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_MESSAGE, ":": "%3A", ",": "%2C"}


def github(findings: Sequence[Finding]) -> str:
    """Return one `::error file=…,line=…,col=…,title=…::message` for each finding."""
    return "".join(f"{_command(found)}\n" for found in findings)


def _command(found: Finding) -> str:
    """Return the command for one finding."""
    properties = {"file": found.file, "line": found.line, "col": found.column, "title": found.rule}
    joined = ",".join(f"{name}={_escaped(str(value), _PROPERTY)}" for name, value in properties.items())
    return f"::{found.severity.value} {joined}::{_escaped(found.message, _MESSAGE)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    """Return a text with the characters of the table replaced."""
    return "".join(table.get(character, character) for character in text)
