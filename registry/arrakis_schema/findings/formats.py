"""Findings in the formats of CI systems, and the table of all report formats.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from urllib.parse import quote
from xml.etree import ElementTree as ET

from arrakis_schema.findings.finding import Finding, Severity, for_people, for_programs
from arrakis_schema.findings.reports import (
    as_json,
    dump_json,
    format_count,
    format_line,
    format_summary,
    markdown,
    text,
)
from arrakis_schema.findings.rules import RULES

MOST = 10
"""How many annotations of one severity GitHub shows for a step; it drops the others silently."""

_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}
_GITLAB_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_URLS = ("http://", "https://", "file://")
_RESERVED = ":/?@!$&'()*+,;=%"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PACKAGE = "arrakis-schema"


def github(findings: Sequence[Finding], closing: str = "") -> str:
    """Return one `::error file=…,line=…,col=…,title=…::message` for each finding, and a line that counts them.

    If there are more of a severity than GitHub shows, the last annotation says how many, and the others follow as
    lines of the log.
    """
    legible = list(for_people(findings))
    lines = [text for severity in Severity for text in _severity_lines(severity, legible)]
    return "\n".join([*lines, closing or format_summary(legible)]) + "\n"


def _severity_lines(severity: Severity, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the lines for the findings of one severity."""
    chosen = [finding for finding in findings if finding.severity is severity]
    annotated = chosen if len(chosen) <= MOST else chosen[: MOST - 1]
    yield from map(_github_command, annotated)
    unannotated = chosen[len(annotated) :]
    if unannotated:
        count = f"{format_count(len(unannotated), f'more {severity.value}')}: see the log of this step"
        yield f"::{severity.value} title=arrakis-schema::{count} (GitHub shows {MOST} annotations of a kind)"
        yield from map(format_line, unannotated)


def _github_command(finding: Finding) -> str:
    """Return the command for one finding."""
    properties = {"file": finding.file, "line": finding.line, "col": finding.column, "title": finding.rule}
    joined = ",".join(f"{name}={_escape_command(str(value), _IN_PROPERTY)}" for name, value in properties.items())
    return f"::{finding.severity.value} {joined}::{_escape_command(finding.message, _IN_MESSAGE)}"


def _escape_command(text: str, table: dict[str, str]) -> str:
    """Return a text with the characters of the table replaced."""
    return "".join(table.get(character, character) for character in text)


def gitlab(findings: Sequence[Finding]) -> str:
    """Return a list with one issue for each finding; the fingerprint stays while rule and location stay."""
    return dump_json([_gitlab_issue(finding) for finding in for_programs(findings)])


def _gitlab_issue(finding: Finding) -> dict[str, object]:
    """Return the issue for one finding."""
    identity = f"{finding.file}\0{finding.rule}\0{finding.location}\0{finding.message}"
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": _GITLAB_SEVERITIES[finding.severity],
        "location": {"path": finding.file, "lines": {"begin": max(finding.line, 1)}},
    }


def sarif(findings: Sequence[Finding]) -> str:
    """Return a log with one run; each rule with a finding has an entry that links to its page."""
    pages = _documentation()
    about = {"informationUri": pages} if pages else {}
    rules = [_sarif_rule(rule, pages) for rule in dict.fromkeys(finding.rule for finding in findings)]
    driver = {"name": _PACKAGE, **about, "rules": rules}
    results = [
        _sarif_result(legible, _uri(finding.file))
        for finding, legible in zip(findings, for_programs(findings), strict=True)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return dump_json({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _documentation() -> str:
    """Return the address of the documentation in the metadata of this package; empty if there is none."""
    try:
        urls = metadata(_PACKAGE).get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    labelled = (url.partition(", ") for url in urls)
    return next((address for label, _, address in labelled if label == "Documentation"), "")


def _sarif_rule(rule: str, pages: str) -> dict[str, str]:
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


def _sarif_result(finding: Finding, uri: str) -> dict[str, object]:
    """Return the result for one finding in the file at `uri`."""
    region = {"startLine": max(finding.line, 1), "startColumn": max(finding.column, 1)}
    physical = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    logical = {"logicalLocations": [{"fullyQualifiedName": finding.location}]} if finding.location else {}
    optional = {"witness": finding.witness, "accept": finding.accept}
    properties = {name: value for name, value in optional.items() if value}
    extra = {"properties": properties} if properties else {}
    return {
        "ruleId": finding.rule,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{**physical, **logical}],
        **extra,
    }


def junit(findings: Sequence[Finding]) -> str:
    """Return one suite in ASCII; without findings it has one case, which passed."""
    failures = str(sum(finding.severity is Severity.ERROR for finding in findings))
    tests = str(max(len(findings), 1))
    top = ET.Element("testsuites", name=_PACKAGE)
    suite = ET.SubElement(top, "testsuite", name=_PACKAGE, tests=tests, failures=failures, errors="0")
    skipped = sum(_is_skipped(finding) for finding in findings)
    if skipped:
        suite.set("skipped", str(skipped))
    for finding in for_people(findings):
        _add_case(suite, finding)
    if not findings:
        ET.SubElement(suite, "testcase", name="schemas", classname=_PACKAGE)
    ET.indent(top)
    xml: str = ET.tostring(top, encoding="us-ascii", xml_declaration=True).decode("ascii")
    return xml.replace("##", "#&#35;") + "\n"


def _add_case(suite: ET.Element, finding: Finding) -> None:
    """Add the test case of one finding; a printable text has no character that XML cannot hold."""
    name = f"{finding.rule} {finding.location}".strip()
    case = ET.SubElement(suite, "testcase", name=name, classname=finding.file)
    text = f"{finding.file}:{finding.line}:{finding.column}: {finding.message}"
    text += f"\n{finding.witness}" if finding.witness else ""
    if finding.severity is Severity.ERROR:
        ET.SubElement(case, "failure", message=finding.message, type=finding.rule).text = text
    elif _is_skipped(finding):
        ET.SubElement(case, "skipped", message=finding.message).text = text
    else:
        ET.SubElement(case, "system-out").text = text


def _is_skipped(finding: Finding) -> bool:
    """Return whether a finding says that something was not examined."""
    return finding.rule in {"not-examined", "undecided"} and finding.severity is not Severity.ERROR


FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": text,
    "json": as_json,
    "markdown": markdown,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
}
