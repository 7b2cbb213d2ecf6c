"""Findings for programs: an object whose `findings` are objects with the fields of `Finding`, all always there."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.legible import for_programs


def as_json(findings: Sequence[Finding], **more: Any) -> str:
    """Return `{"findings": [{"file", "line", "column", "rule", "severity", "location", "message", …}]}`, and more."""
    return dump_json({"findings": [asdict(finding) for finding in for_programs(findings)], **more}, indent=2)


def dump_json(value: Any, indent: int = 1) -> str:
    """Return JSON in ASCII, whatever the encoding of standard output, in which no `##[…]` commands a CI system."""
    return json.dumps(value, indent=indent).replace("##", "#\\u0023") + "\n"
