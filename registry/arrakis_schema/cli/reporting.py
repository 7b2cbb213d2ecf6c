"""Findings with the paths that the readers of a report expect: for CI systems, from the top of the repository."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from arrakis_schema.findings.finding import Finding

_FROM_THE_TOP = {"github", "gitlab", "sarif", "junit"}
"""The report formats whose readers show a finding at its line of a file of the repository."""


def place_findings(findings: Sequence[Finding], form: str, root: Path | None) -> list[Finding]:
    """Return findings with the paths that a report format needs."""
    folder = _folder_in_repository(root) if form in _FROM_THE_TOP and root is not None else ""
    return [replace(finding, file=_place_file(finding.file, folder)) for finding in findings]


def _place_file(file: str, folder: str) -> str:
    """Return the path of a file in a folder; the location of a server is not changed."""
    return f"{folder}/{file}" if folder and "://" not in file else file


def _folder_in_repository(root: Path) -> str:
    """Return the path of a folder from the top of the work tree of git around it.

    Where there is none, as in a copy that a CI job was given, it is the path from the current folder, where jobs begin,
    and empty where that is not around it.
    """
    folder, current = root.resolve(), Path.cwd()
    around = (folder, *folder.parents)
    top = next((parent for parent in around if (parent / ".git").exists()), current if current in around else folder)
    return "" if top == folder else folder.relative_to(top).as_posix()
