"""Findings as JUnit XML, which every CI system shows: one test case for each finding; an error is a failure.

What was not examined is a test that was skipped.

The schema that Jenkins checks it against:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from arrakis_schema.findings.finding import Finding, Severity, for_people

_NAME = "arrakis-schema"


def junit(findings: Sequence[Finding]) -> str:
    """Return one suite in ASCII; without findings it has one case, which passed."""
    failures = str(sum(finding.severity is Severity.ERROR for finding in findings))
    tests = str(max(len(findings), 1))
    top = ET.Element("testsuites", name=_NAME)
    suite = ET.SubElement(top, "testsuite", name=_NAME, tests=tests, failures=failures, errors="0")
    skipped = sum(_is_skipped(finding) for finding in findings)
    if skipped:
        suite.set("skipped", str(skipped))
    for finding in for_people(findings):
        _case(suite, finding)
    if not findings:
        ET.SubElement(suite, "testcase", name="schemas", classname=_NAME)
    ET.indent(top)
    xml: str = ET.tostring(top, encoding="us-ascii", xml_declaration=True).decode("ascii")
    return xml.replace("##", "#&#35;") + "\n"


def _case(suite: ET.Element, finding: Finding) -> None:
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
