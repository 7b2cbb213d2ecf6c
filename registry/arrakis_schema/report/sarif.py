"""Findings as SARIF 2.1.0, which GitHub code scanning, Azure and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Sequence

from arrakis_schema.differences import RULES
from arrakis_schema.findings import Finding, Severity

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_PAGES = "https://docs.ligo.org/ngdd/arrakis-schema/"


def sarif(findings: Sequence[Finding]) -> str:
    """Return a log with one run; each rule that was hit has an entry that links to its page."""
    rules = [{"id": rule, "helpUri": _page(rule)} for rule in dict.fromkeys(found.rule for found in findings)]
    driver = {"name": "arrakis-schema", "informationUri": _PAGES, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": list(map(_result, findings))}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _page(rule: str) -> str:
    """Return where a rule is explained."""
    return f"{_PAGES}{'changes' if rule in RULES else 'rules'}/#{rule}"


def _result(found: Finding) -> dict[str, object]:
    """Return the result for one finding."""
    region = {"startLine": max(found.line, 1), "startColumn": max(found.column, 1)}
    place = {"physicalLocation": {"artifactLocation": {"uri": found.file}, "region": region}}
    logical = {"logicalLocations": [{"fullyQualifiedName": found.location}]} if found.location else {}
    shown = {"properties": {"witness": found.witness}} if found.witness else {}
    message = {"text": found.message}
    level = _LEVELS[found.severity]
    return {"ruleId": found.rule, "level": level, "message": message, "locations": [{**place, **logical}], **shown}
