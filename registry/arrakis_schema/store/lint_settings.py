"""`[[lint]]` of `registry.toml`: how severe a rule is in which files, with the reason."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.rules import FIXED, LINT
from arrakis_schema.store.globs import glob_problem, translate_glob
from arrakis_schema.store.toml_files import list_problems
from arrakis_schema.text.short_repr import short_repr

OFF = "off"
_SEVERITIES = (*(severity.value for severity in Severity), OFF)
_KEYS = {"rule", "files", "severity", "reason"}
_EXAMPLE = '[[lint]] rule = "unit-missing" severity = "off" reason = "…"'


@dataclass(frozen=True, slots=True)
class LintSetting:
    """One entry: the rule, the files below `schemas/` or a release (None: all), and its severity, `off` for none."""

    rule: str
    files: re.Pattern[str] | None
    severity: str

    __repr__ = short_repr


def lint_problems(entries: Any) -> Iterator[str]:
    """Yield what is wrong with the list `lint` of `registry.toml`."""
    return list_problems("lint", entries, _KEYS, _EXAMPLE, _entry_problems)


def _entry_problems(entry: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with one entry."""
    files, reason = entry.get("files", "*"), entry.get("reason")
    yield from _rule_problems(entry.get("rule"))
    if entry.get("severity") not in _SEVERITIES:
        yield f"severity is {entry.get('severity')!r}: expected one of {', '.join(_SEVERITIES)}"
    if not isinstance(files, str):
        yield 'files is not text, as in files = "core/**/*.json"'
    elif problem := glob_problem(files):
        yield f"files = {files!r} {problem}"
    if not isinstance(reason, str) or not reason.strip():
        yield "reason is missing, empty or not text: give a reason for later readers"


def _rule_problems(rule: Any) -> Iterator[str]:
    """Yield what is wrong with the rule of an entry."""
    if not isinstance(rule, str):
        yield 'rule is missing or not text, as in rule = "unit-missing"'
    elif rule in FIXED:
        yield f"rule = {rule!r} is always an error: documents with this problem could not be read or published"
    elif rule not in LINT:
        near = get_close_matches(rule, LINT - FIXED, 1)
        hint = f"did you mean {near[0]}?" if near else "a finding of lint ends with its rule in brackets"
        yield f"rule = {rule!r} is not a rule of lint: {hint}"


def read_lint(entries: Iterable[dict[str, Any]]) -> tuple[LintSetting, ...]:
    """Return the settings of a list without problems."""
    return tuple(
        LintSetting(
            entry["rule"], re.compile(translate_glob(entry["files"])) if "files" in entry else None, entry["severity"]
        )
        for entry in entries
    )


def with_settings(findings: Iterable[Finding], settings: Sequence[LintSetting], folder: str) -> Iterator[Finding]:
    """Yield findings about files in `folder` with the severity of the first setting that is about each, if any."""
    for finding in findings:
        path = finding.file.removeprefix(f"{folder}/")
        setting = next((setting for setting in settings if _is_about(setting, finding.rule, path)), None)
        if setting is None:
            yield finding
        elif setting.severity != OFF:
            yield replace(finding, severity=Severity(setting.severity))


def _is_about(setting: LintSetting, rule: str, path: str) -> bool:
    """Tell whether a setting is about a rule in a file."""
    return setting.rule == rule and (setting.files is None or setting.files.fullmatch(path) is not None)
