"""Findings as SARIF 2.1.0, which GitHub code scanning, Azure and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import os
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata
from urllib.parse import quote

from arrakis_schema.findings.as_json import dump_json
from arrakis_schema.findings.finding import Finding, Severity, for_programs
from arrakis_schema.findings.rules import RULES

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_PACKAGE = "arrakis-schema"
_URLS = ("http://", "https://", "file://")
_RESERVED = ":/?@!$&'()*+,;=%"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def sarif(findings: Sequence[Finding]) -> str:
    """Return a log with one run; each rule with a finding has an entry that links to its page."""
    pages = _documentation()
    about = {"informationUri": pages} if pages else {}
    rules = [_rule(rule, pages) for rule in dict.fromkeys(finding.rule for finding in findings)]
    driver = {"name": _PACKAGE, **about, "rules": rules}
    results = [
        _result(legible, _uri(finding.file)) for finding, legible in zip(findings, for_programs(findings), strict=True)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _documentation() -> str:
    """Return the address of the documentation in the metadata of this package; empty if there is none."""
    try:
        urls = metadata(_PACKAGE).get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    labelled = (url.partition(", ") for url in urls)
    return next((address for label, _, address in labelled if label == "Documentation"), "")


def _rule(rule: str, pages: str) -> dict[str, str]:
    """Return the entry of a rule, with the address of its explanation."""
    address = f"{pages}{'changes' if rule in RULES else 'rules'}/#{quote(rule, safe='$')}"
    return {"id": rule, **({"helpUri": address} if pages else {})}


def _uri(file: str) -> str:
    """Return the reference to a file: its URL, or a path relative to the root (RFC 3986, section 4.2)."""
    if file.startswith(_URLS):
        return _STRAY_PERCENT.sub("%25", quote(_encode(file), safe=_RESERVED))
    return f"file://{quote(_encode(file))}" if file.startswith("/") else quote(_encode(file))


def _encode(file: str) -> bytes:
    """Return the bytes of a file name as the file system has them, even if they are not UTF-8."""
    try:
        return os.fsencode(file)
    except UnicodeEncodeError:
        return file.encode("utf-8", "backslashreplace")


def _result(finding: Finding, uri: str) -> dict[str, object]:
    """Return the result for one finding in the file at `uri`."""
    region = {"startLine": max(finding.line, 1), "startColumn": max(finding.column, 1)}
    physical = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    logical = {"logicalLocations": [{"fullyQualifiedName": finding.location}]} if finding.location else {}
    optional = {"witness": finding.witness, "accept": finding.accept}
    properties = {name: value for name, value in optional.items() if value}
    extra = {"properties": properties} if properties else {}
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{**physical, **logical}],
        **extra,
    }
