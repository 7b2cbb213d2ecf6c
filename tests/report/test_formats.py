"""Every format has the shape that its readers expect, whatever stands in the findings."""

import json
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from sarif_pydantic import Sarif  # type: ignore[import-untyped]

from arrakis_schema.cli import main
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.findings.reports import format_count
from arrakis_schema.text.printable import MESSAGE, printable
from tests.report.runner import commands

SHAPES = json.loads((Path(__file__).parent.parent / "cases/report/shapes.json").read_text())
ODD = [
    *(
        "::",
        "%0A",
        "a|b",
        "a\\|b",
        "]]>",
        "```",
        "``",
        "\0",
        "<&>",
        "\x1b[2J",
        "\u202e",
        "\ufffe",
        "\U0001ffff",
        "\r\n",
    ),
    *(
        "::error::x",
        " \u3000::error::x",
        "a\n::error::x",
        "##[error]x",
        "a ##vso[task.complete]",
        "###[x]",
        "\udce9",
        "\ud800",
    ),
    *(
        "@someone",
        "![x](http://e.org/x)",
        "<img src=x>",
        "[x](y)",
        "#1",
        "https://e.org",
        "a@e.org",
        "*a*",
        "\\",
        " ",
        "&lt;",
    ),
    *("\u2028", "\x85", "\ufeff", "x" * 700, "{{ x }}", "\\`"),
]
TEXTS = st.lists(st.text(max_size=8) | st.characters(categories=["Cc", "Cs", "Cn", "Cf"]) | st.sampled_from(ODD), max_size=3).map("".join)  # fmt: skip
FILES = (
    st.sampled_from(["schemas/a.json", "schemas/endpoints/b,c:d.json", "b:c.json", "/tmp/a b.json", "https://e.org/a b%"])  # noqa: S108 - a name
    | TEXTS.filter(bool).map(lambda text: f"schemas/{text}")
    | TEXTS.filter(bool)
)  # fmt: skip
FINDINGS = st.lists(
    st.builds(
        Finding,
        file=FILES,
        line=st.integers(0, 9),
        column=st.integers(0, 9),
        rule=st.sampled_from(["required-added", "$ref-changed"]),
        severity=st.sampled_from(Severity),
        location=TEXTS,
        message=TEXTS.filter(str.strip),
        witness=TEXTS,
    ),
    max_size=4,
)
URI_REFERENCE = re.compile(r"(https?:|file:)?(//[^/?#%]*)?([A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})+")


@pytest.mark.parametrize("name", SHAPES)
@given(findings=FINDINGS)
def test_the_json_formats_have_their_shape(name: str, findings: list[Finding]) -> None:
    text = FORMATS[name](findings)
    report = json.loads(text)
    if all(finding.file.startswith("schemas/") for finding in findings):
        jsonschema.validate(report, SHAPES[name], jsonschema.Draft7Validator)
    json.dumps(report, ensure_ascii=False).encode()  # no lone surrogate, which strict readers refuse
    listed = {
        "gitlab": lambda: report,
        "sarif": lambda: report["runs"][0]["results"],
        "json": lambda: report["findings"],
    }
    assert len(listed[name]()) == len(findings)
    if name == "sarif":
        assert len(Sarif.model_validate(report).runs[0].results or []) == len(findings)


@given(FINDINGS)
def test_the_places_of_sarif_are_uris(findings: list[Finding]) -> None:
    results = json.loads(FORMATS["sarif"](findings))["runs"][0]["results"]
    for finding, result in zip(findings, results, strict=True):
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert URI_REFERENCE.fullmatch(uri), uri
        assert ":" not in uri.partition("/")[0] or uri.startswith(("https://", "http://", "file://"))
        if finding.file.startswith("schemas/") and "\ud800" not in finding.file:
            assert unquote_to_bytes(uri).decode("utf-8", "surrogateescape") == finding.file or not encodes(finding.file)


def encodes(name: str) -> bool:
    try:
        name.encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        return False
    return True


@given(FINDINGS)
def test_another_parser_reads_junit(findings: list[Finding]) -> None:
    (suite,) = JUnitXml.fromstring(FORMATS["junit"](findings).encode())
    assert (suite.tests, suite.failures) == (len(list(suite)), sum(not case.is_passed for case in suite))


@given(FINDINGS)
def test_junit_is_xml_and_counts_what_it_holds(findings: list[Finding]) -> None:
    xml = FORMATS["junit"](findings)
    suite = ET.fromstring(xml).find("testsuite")  # noqa: S314 - our own text
    assert suite is not None
    cases, failures = suite.findall("testcase"), suite.findall("testcase/failure")
    assert len(cases) == int(suite.attrib["tests"]) == max(1, len(findings))
    assert len(failures) == int(suite.attrib["failures"]) == sum(one.severity is Severity.ERROR for one in findings)
    assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)
    for case, finding in zip(cases, findings, strict=False):
        assert printable(finding.message) in "".join(case.itertext())


@pytest.mark.parametrize("name", FORMATS)
@given(findings=FINDINGS)
def test_no_report_commands_a_ci_system_or_a_terminal(name: str, findings: list[Finding]) -> None:
    report = FORMATS[name](findings)
    assert all(character == "\n" or unicodedata.category(character)[0] != "C" for character in report)
    assert not re.search("[\u2028\u2029]", report)
    expected = [finding for finding in findings if name == "github"]
    assert len(commands(report)) == len(expected)


@pytest.mark.parametrize("name", FORMATS)
def test_a_finding_is_cut(name: str) -> None:
    long = Finding("schemas/a.json", 1, 1, "enum-changed", Severity.ERROR, "", "x" * 70_000, '"' + "y" * 70_000 + '"')
    assert len(FORMATS[name]([long])) < 5 * MESSAGE


@given(FINDINGS)
def test_github_has_one_command_a_finding(findings: list[Finding]) -> None:
    shown = commands(FORMATS["github"](findings))
    expected = [finding for severity in Severity for finding in findings if finding.severity is severity]
    for command, finding in zip(shown, expected, strict=True):
        assert command.name == finding.severity.value
        assert command.properties == {
            "file": printable(finding.file),
            "line": str(finding.line),
            "col": str(finding.column),
            "title": finding.rule,
        }
        assert command.data == printable(finding.message)


@pytest.mark.parametrize(("count", "annotations"), [(9, 9), (10, 10), (11, 10), (37, 10)])
@pytest.mark.parametrize("severity", Severity)
def test_what_github_would_drop_is_in_the_log(count: int, annotations: int, severity: Severity) -> None:
    findings = [
        Finding("a.json", number, 1, "enum-changed", severity, "", f"message {number}.") for number in range(count)
    ]
    report = FORMATS["github"](findings)
    shown = commands(report)
    assert len(shown) == annotations
    assert all(f"message {number}." in report for number in range(count))
    if count > annotations:
        assert shown[-1].data.startswith(f"{count - 9} more {severity}")
    assert str(count) in report.splitlines()[-1]


@given(FINDINGS)
def test_markdown_shows_every_text_as_it_is(findings: list[Finding]) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(FORMATS["markdown"](findings))
    rows = sum(token.type == "tr_open" for token in tokens)
    assert rows == (len(findings) + 1 if findings else 0)
    cells = [token for before, token in pairwise(tokens) if before.type == "td_open"]
    texts = [part for token in cells for part in (token.children or []) if part.type != "text" or part.content.strip()]
    assert {part.type for part in texts} <= {"text", "code_inline"}
    assert [part.content for part in texts] == [
        text
        for one in findings
        for text in (str(one.severity), f"{printable(one.file)}:{one.line}", one.rule, printable(one.message))
    ]
    blocks = [token.content.strip() for token in tokens if token.type == "fence"]
    assert blocks == [printable(one.witness, 1000).strip() for one in findings if one.witness]
    allowed = ["<details><summary>Messages that demonstrate the findings</summary>\n", "</details>"]
    assert [token.content.strip() for token in tokens if token.type == "html_block"] in (
        [],
        [one.strip() for one in allowed],
    )


def test_a_fingerprint_stays_where_only_the_line_moves() -> None:
    one, moved = (Finding("a.json", line, 1, "enum-changed", Severity.ERROR, "/a", "m") for line in (1, 9))
    prints = [json.loads(FORMATS["gitlab"]([found]))[0]["fingerprint"] for found in (one, moved)]
    assert prints[0] == prints[1]


@pytest.mark.parametrize(
    ("form", "shown"), [("github", "file={},"), ("gitlab", '"path": "{}"'), ("sarif", '"uri": "{}"'), ("junit", "{}")]
)
@pytest.mark.parametrize("in_git", [True, False])
def test_ci_finds_files_from_the_top_of_the_repository(
    tmp_path: Path,
    form: str,
    shown: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    in_git: bool,
) -> None:
    root = tmp_path / "services/api"
    (root / "schemas/publication").mkdir(parents=True)
    if in_git:
        (tmp_path / ".git").write_text("gitdir: elsewhere")
    else:
        monkeypatch.chdir(tmp_path)
    (root / "schemas/registry.toml").write_text('version="1.0.0"\ntitle="T"\nbase_url="https://example.org/"\n')
    (root / "schemas/publication/tide.json").write_text("{}")
    for command in ("lint", "check"):
        assert main([command, "--root", str(root), "--format", form]) == 1
        assert shown.format("services/api/schemas/publication/tide.json") in capsys.readouterr().out
        assert main([command, "--root", str(root)]) == 1
        assert capsys.readouterr().out.startswith("schemas/publication/tide.json:1:1:")


@pytest.mark.parametrize(
    ("number", "words", "count"),
    [
        (0, ["row"], "0 rows"),
        (1, ["more row"], "1 more row"),
        (8786, ["row"], "8,786 rows"),
        (1, ["batch", "batches"], "1 batch"),
        (2, ["batch", "batches"], "2 batches"),
    ],
)
def test_a_count_agrees_with_its_noun(number: int, words: list[str], count: str) -> None:
    assert format_count(number, *words) == count
