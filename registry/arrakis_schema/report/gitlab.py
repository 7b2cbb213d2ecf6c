"""Findings as GitLab shows them in a merge request: a Code Quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
import json
from collections.abc import Sequence

from arrakis_schema.findings import Finding, Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def gitlab(findings: Sequence[Finding]) -> str:
    """Return a list with one issue for each finding; the fingerprint stays while rule and location stay."""
    return json.dumps([_issue(found) for found in findings], indent=1, ensure_ascii=False) + "\n"


def _issue(found: Finding) -> dict[str, object]:
    """Return the issue for one finding."""
    identity = f"{found.file}\0{found.rule}\0{found.location}\0{found.message}"
    return {
        "description": found.message,
        "check_name": found.rule,
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": _SEVERITIES[found.severity],
        "location": {"path": found.file, "lines": {"begin": max(found.line, 1)}},
    }
