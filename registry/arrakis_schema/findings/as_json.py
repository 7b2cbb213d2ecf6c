"""Findings for programs: an object whose `findings` are objects with all fields of `Finding`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from arrakis_schema.findings.finding import Finding, for_programs


def as_json(findings: Sequence[Finding], **members: Any) -> str:
    """Return `{"findings": [{"file", "line", "column", "rule", "severity", "location", …}]}` with further `members`."""
    return dump_json({"findings": [asdict(finding) for finding in for_programs(findings)], **members}, indent=2)


def dump_json(value: Any, indent: int = 1) -> str:
    """Return JSON in ASCII, for any encoding of standard output, in which a CI system reads no `##[…]` command."""
    return json.dumps(value, indent=indent).replace("##", "#\\u0023") + "\n"
