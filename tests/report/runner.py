"""How the runner of GitHub Actions finds commands in a log, after its source: `ActionCommand.cs` of actions/runner.

Version 2 is `::name key=value,…::data` at the start of a line, after blanks; version 1 is `##[name …]data` anywhere.
Azure Pipelines reads `##vso[…]` and `##[…]`, TeamCity `##teamcity[…]`, likewise anywhere.
"""

import re
from dataclasses import dataclass

_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
_PROPERTY = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> list[Command]:
    """Return the commands in a log: those of version 2 whatever they are called, and those in brackets."""
    return [command for line in re.split(r"\r\n|\r|\n", log) if (command := _version_2(line) or _brackets(line))]


def _version_2(line: str) -> Command | None:
    text = line.lstrip()
    end = text.find("::", 2)
    if not text.startswith("::") or end < 0:
        return None
    name, _, rest = text[2:end].partition(" ")
    pairs = (part.split("=", 1) for part in rest.split(",") if "=" in part)
    properties = {key.strip(): _unescaped(value, _PROPERTY) for key, value in pairs}
    return Command(name, properties, _unescaped(text[end + 2 :], _DATA))


def _brackets(line: str) -> Command | None:
    found = re.search(r"##(\w*)\[([^\]]*)\](.*)", line)
    return Command(found.group(2), {}, found.group(3)) if found else None


def _unescaped(text: str, table: dict[str, str]) -> str:
    for escape, character in table.items():
        text = text.replace(escape, character)
    return text
