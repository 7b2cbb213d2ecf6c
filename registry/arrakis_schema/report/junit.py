"""Findings as the XML of JUnit, which every CI system shows: one test case a finding, failed where it is an error.

The schema that Jenkins holds it to:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from arrakis_schema.findings import Finding, Severity

_NAME = "arrakis-schema"
_FORBIDDEN = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n\r"}


def junit(findings: Sequence[Finding]) -> str:
    """Return one suite; without findings it has one case, which passed."""
    failures = str(sum(found.severity is Severity.ERROR for found in findings))
    tests = str(max(len(findings), 1))
    top = ET.Element("testsuites", name=_NAME)
    suite = ET.SubElement(top, "testsuite", name=_NAME, tests=tests, failures=failures, errors="0")
    for found in findings:
        _case(suite, found)
    if not findings:
        ET.SubElement(suite, "testcase", name="schemas", classname=_NAME)
    ET.indent(top)
    return ET.tostring(top, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, found: Finding) -> None:
    """Add the test case of one finding."""
    name = f"{found.rule} {found.location}".strip()
    case = ET.SubElement(suite, "testcase", name=_text(name), classname=_text(found.file))
    told = f"{found.file}:{found.line}:{found.column}: {found.message}"
    told += f"\n{found.witness}" if found.witness else ""
    if found.severity is Severity.ERROR:
        ET.SubElement(case, "failure", message=_text(found.message), type=found.rule).text = _text(told)
    else:
        ET.SubElement(case, "system-out").text = _text(told)


def _text(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return text.translate(_FORBIDDEN).encode("utf-8", "replace").decode("utf-8")
