"""Breaks that a team accepts: `schemas/exceptions.toml`, itself checked, so that no entry outlives its reason."""

from dataclasses import dataclass
from pathlib import Path

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.files import exists, read_file
from arrakis_schema.toml_files import parse_toml
from arrakis_schema.versions import is_release, precedence

EXCEPTIONS_FILE = "schemas/exceptions.toml"
_KEYS = ("rule", "location", "reason", "until")
_EXAMPLE = "[[exception]] with rule, location, reason and until, the release up to which it holds"


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted break: the rule, the place (`document#pointer`, or what stands before it), why, and until when."""

    rule: str
    location: str
    reason: str
    until: str

    def covers(self, rule: str, location: str) -> bool:
        """Tell whether a break is accepted by this entry."""
        inside = location == self.location or location.startswith((f"{self.location}/", f"{self.location}#"))
        return rule == self.rule and inside

    def holds_for(self, version: str) -> bool:
        """Tell whether the entry still holds for a release."""
        return precedence(version) <= precedence(self.until)


def read_exceptions(root: Path) -> list[Accepted]:
    """Read the accepted breaks; none where there is no file. Raises `DamagedStoreError` that names what is wrong."""
    if not exists(str(root), EXCEPTIONS_FILE):
        return []
    table = parse_toml(read_file(str(root), EXCEPTIONS_FILE), EXCEPTIONS_FILE)
    entries = table.get("exception")
    if table.keys() != {"exception"} or not isinstance(entries, list):
        raise DamagedStoreError([f"{EXCEPTIONS_FILE} is not a list of {_EXAMPLE}"])
    problems = [problem for number, entry in enumerate(entries, 1) for problem in _problems(number, entry)]
    if problems:
        raise DamagedStoreError(problems)
    return [Accepted(**entry) for entry in entries]


def _problems(number: int, entry: object) -> list[str]:
    """Return what is wrong with one entry."""
    where = f"{EXCEPTIONS_FILE}, entry {number}"
    if not isinstance(entry, dict):
        return [f"{where} is not {_EXAMPLE}"]
    wrong = [key for key in _KEYS if not isinstance(entry.get(key), str) or not entry[key].strip()]
    problems = [f"{where}: {key} is missing or not text" for key in wrong]
    problems += [f"{where}: unknown key {key!r}" for key in entry.keys() - set(_KEYS)]
    if "until" not in wrong and not is_release(entry["until"]):
        problems.append(f"{where}: until = {entry['until']!r} is not a release, such as 0.7.0")
    return problems
