"""Findings for programs: an object whose `findings` are objects with the fields of `Finding`, all always there."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from arrakis_schema.findings import Finding


def as_json(findings: Sequence[Finding]) -> str:
    """Return `{"findings": [{"file", "line", "column", "rule", "severity", "location", "message"}, …]}`."""
    return json.dumps({"findings": [asdict(found) for found in findings]}, indent=2) + "\n"
