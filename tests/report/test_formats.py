"""Every format has the shape that its readers expect, whatever stands in the findings."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml
from sarif_pydantic import Sarif  # type: ignore[import-untyped]

from arrakis_schema.findings import Finding, Severity
from arrakis_schema.report import FORMATS

SHAPES = json.loads((Path(__file__).parent.parent / "cases/report/shapes.json").read_text())
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["::", "%0A", "a|b", "]]>", "```", "\0", "<&>"]
)
FINDINGS = st.lists(
    st.builds(
        Finding,
        file=st.sampled_from(["schemas/a.json", "schemas/endpoints/b,c:d.json"]),
        line=st.integers(0, 9),
        column=st.integers(0, 9),
        rule=st.sampled_from(["required-added", "$ref-changed"]),
        severity=st.sampled_from(Severity),
        location=TEXTS,
        message=TEXTS.filter(bool),
        witness=TEXTS,
    ),
    max_size=4,
)


@pytest.mark.parametrize("name", SHAPES)
@given(findings=FINDINGS)
def test_the_json_formats_have_their_shape(name: str, findings: list[Finding]) -> None:
    report = json.loads(FORMATS[name](findings))
    jsonschema.validate(report, SHAPES[name], jsonschema.Draft7Validator)
    listed = {
        "gitlab": lambda: report,
        "sarif": lambda: report["runs"][0]["results"],
        "json": lambda: report["findings"],
    }
    assert len(listed[name]()) == len(findings)
    if name == "sarif":
        assert len(Sarif.model_validate(report).runs[0].results or []) == len(findings)


@given(FINDINGS)
def test_another_parser_reads_junit(findings: list[Finding]) -> None:
    (suite,) = JUnitXml.fromstring(FORMATS["junit"](findings).encode())
    assert (suite.tests, suite.failures) == (len(list(suite)), sum(not case.is_passed for case in suite))


@given(FINDINGS)
def test_junit_counts_what_it_holds(findings: list[Finding]) -> None:
    suite = ET.fromstring(FORMATS["junit"](findings)).find("testsuite")  # noqa: S314 - our own text
    assert suite is not None
    cases, failures = suite.findall("testcase"), suite.findall("testcase/failure")
    assert len(cases) == int(suite.attrib["tests"]) == max(1, len(findings))
    assert len(failures) == int(suite.attrib["failures"]) == sum(one.severity is Severity.ERROR for one in findings)
    assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)


@given(FINDINGS)
def test_github_has_one_command_a_finding(findings: list[Finding]) -> None:
    lines = FORMATS["github"](findings).split("\n")
    assert len(lines) == len(findings) + 1
    for line in lines[:-1]:
        assert re.fullmatch(r"::(error|warning|notice) file=[^,:]*,line=\d,col=\d,title=[^,:]*::.+", line), line


@given(FINDINGS)
def test_markdown_has_one_row_a_finding(findings: list[Finding]) -> None:
    rows = [
        line for line in FORMATS["markdown"](findings).split("\n") if re.match(r"\| (error|warning|notice) \|", line)
    ]
    assert len(rows) == len(findings)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_a_fingerprint_stays_where_only_the_line_moves() -> None:
    one, moved = (Finding("a.json", line, 1, "x", Severity.ERROR, "/a", "m") for line in (1, 9))
    prints = [json.loads(FORMATS["gitlab"]([found]))[0]["fingerprint"] for found in (one, moved)]
    assert prints[0] == prints[1]
