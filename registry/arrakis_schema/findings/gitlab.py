"""Findings as GitLab shows them in a merge request: a Code Quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
from collections.abc import Sequence

from arrakis_schema.findings.as_json import dump_json
from arrakis_schema.findings.finding import Finding, Severity, for_programs

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def gitlab(findings: Sequence[Finding]) -> str:
    """Return a list with one issue for each finding; the fingerprint stays while rule and location stay."""
    return dump_json([_issue(finding) for finding in for_programs(findings)])


def _issue(finding: Finding) -> dict[str, object]:
    """Return the issue for one finding."""
    identity = f"{finding.file}\0{finding.rule}\0{finding.location}\0{finding.message}"
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.file, "lines": {"begin": max(finding.line, 1)}},
    }
