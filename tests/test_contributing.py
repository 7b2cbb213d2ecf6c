"""What CONTRIBUTING.md promises: whoever forgets a part of an addition is told by a test what to add."""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from arrakis_schema.cli.arguments import build_parser
from arrakis_schema.cli.commands import COMMANDS
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.json_schema.dialects import DIALECTS, EVERY_KEYWORD, Dialect, Role
from arrakis_schema.json_schema.violations import EXPECTATIONS
from arrakis_schema.server.application import ROUTES
from arrakis_schema.site import site
from arrakis_schema.store.conformance_log import LogRecord, append_record
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent
PAGE = PROJECT / "CONTRIBUTING.md"
CASES = PROJECT / "tests/cases"
SHOWN = CASES / "report/formats"
PARTS = {"help", "bundle", "wheel", "docs", "lock", "clean"}
"""The tasks that others run, that CONTRIBUTING.md names, or that need no explanation."""


def test_the_page_names_what_there_is() -> None:
    text = PAGE.read_text()
    spans = re.findall(r"`([^`\s]+)`", text) + re.findall(r"\]\(([^)#]+)\)", text)
    paths = {span.partition("::")[0] for span in spans if re.fullmatch(r"[\w.\-/]+(::\w+)?", span) and "/" in span}
    missing = sorted(path for path in paths if not (PROJECT / path).exists())
    assert not missing, f"CONTRIBUTING.md names what is not there: {missing}"
    for path, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
        assert f"def {test}(" in (PROJECT / path).read_text(), f"CONTRIBUTING.md names {path}::{test}, which is gone"
    tasks = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= tasks


def test_every_task_is_on_the_front_page() -> None:
    tasks = set(re.findall(r"^([a-z-]+):.*## ", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", (PROJECT / "README.md").read_text()))
    assert tasks - named - PARTS == set(), "add the task to README.md"


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_every_keyword_has_words_for_what_it_refuses(dialect: Dialect) -> None:
    asserting = {name for name, keyword in dialect.keywords.items() if keyword.role is Role.ASSERTION}
    wordless = sorted(asserting - EXPECTATIONS.keys())
    assert not wordless, f"add {wordless} to `expected` in json_schema/words.json"
    assert EXPECTATIONS.keys() - EVERY_KEYWORD.keys() == {"false", "unknown"}, (
        "json_schema/words.json has words of no keyword"
    )


SAMPLE = [
    Finding(
        *("schemas/endpoints/forecast/descriptor.json", 11, 48, "maximum-tightened", Severity.ERROR),
        location="/properties/days/maximum",
        message="days: `maximum` changed from 14 to 10",
        witness='{"request": "Forecast", "days": 11}',
        accept='[[exception]]\nrule = "maximum-tightened"',
    ),
    Finding("schemas/registry.toml", 1, 1, "version-too-low", Severity.WARNING, "", "1.2.0 is declared"),
]


def test_every_report_format_is_shown_and_documented() -> None:
    shown = {path.name for path in SHOWN.iterdir()}
    add = f"add a file of this name to {SHOWN.relative_to(PROJECT)} with the report on SAMPLE"
    assert set(FORMATS) == shown, f"{sorted(set(FORMATS) ^ shown)}: {add}"
    for file in ("docs/commands.md", "action.yml", "CONTRIBUTING.md"):
        text = (PROJECT / file).read_text()
        assert not [name for name in FORMATS if not re.search(rf"\b{name}\b", text)], f"name every format in {file}"


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_what_its_file_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])  # so that no metadata says where the pages of the package are
    file = SHOWN / name
    assert file.exists(), f"add {file.relative_to(PROJECT)} with the report on SAMPLE"
    assert FORMATS[name](SAMPLE).rstrip("\n") == file.read_text().rstrip("\n")


def test_every_command_has_arguments_a_section_and_a_case() -> None:
    actions = build_parser()._actions  # noqa: SLF001
    choices = next(action.choices for action in actions if action.dest == "==SUPPRESS==" and action.choices)
    assert set(COMMANDS) == set(choices), "add the command to COMMANDS in cli/commands.py and to cli/arguments.py"
    sections = set(re.findall(r"^## `([a-z]+)`", (PROJECT / "docs/commands.md").read_text(), re.MULTILINE))
    assert set(COMMANDS) == sections, "add a section to docs/commands.md"
    cases = json.loads((CASES / "cli/commands.json").read_text())
    tried = {name for case in cases for name in case["arguments"][:1]}
    assert set(COMMANDS) <= tried, "add a case to tests/cases/cli/commands.json"


def test_every_file_of_cases_is_read_by_a_test() -> None:
    tests = [path.read_text() for path in (PROJECT / "tests").rglob("*.py") if path != Path(__file__)]
    for file in sorted(CASES.rglob("*.json")):
        folder = file.parent.name
        readers = [text for text in tests if re.search(rf'cases/{folder}\b|"cases" / "{folder}"', text)]
        read = any(f'{file.name}"' in text or '.glob("*.json")' in text for text in readers)
        assert read, f"{file.relative_to(PROJECT)} is read by no test: add one, or remove it"


RELEASE = r"(?:\d+\.\d+(?:\.\d+)?|latest|next)"


def shape(address: str) -> str:
    """Return the kind of an address: the same for each release, document, example and digest."""
    path = address.lstrip("/").removesuffix(".gz")
    path = re.sub(r"(^|/)index\.(html|md)$", r"\1", path)
    path = re.sub(rf"^(versions|releases)/{RELEASE}(?=/|$)", r"\1/RELEASE", path)
    path = re.sub(r"^versions/RELEASE/corrected/(?!index)", "versions/RELEASE/", path)  # all that stands by a document
    path = re.sub(rf"^compare/{RELEASE}\.\.\.{RELEASE}", "compare/RELEASE...RELEASE", path)
    path = re.sub(r"^digests/sha256/.*", "digests/sha256/DIGEST", path)
    path = re.sub(r"^conformance/(?!index)\w+(?=\.)", "conformance/NAME", path)
    path = re.sub(r"^versions/RELEASE/.*/examples/.*", "versions/RELEASE/FOLDER/examples/EXAMPLE", path)
    path = re.sub(r"/(schema|descriptor)\.\w+(\.arrow(?:\.json)?)$", r"/\1.BOUND\2", path)
    path = re.sub(
        r"^(versions/RELEASE/endpoints|endpoints|next|releases/RELEASE|matrix)/(?!index\.)[^/.]+/", r"\1/NAME/", path
    )
    path = re.sub(r"^versions/RELEASE/publication/(?!.*\.arrow)[^/]+$", "versions/RELEASE/publication/DOCUMENT", path)
    path = re.sub(r"^versions/RELEASE/(endpoints/NAME|publication)/(?=schema\.)", "versions/RELEASE/FOLDER/", path)
    return re.sub(r"^(assets|search)/.*", r"\1/FILE", path)


def documented(page: str) -> set[str]:
    """Return the kinds of addresses in the first table of docs/urls.md."""
    rows = [line.split("|")[1] for line in page.partition("\n\n## ")[0].splitlines() if line.startswith("| `")]
    spans = [span for row in rows for span in re.findall(r"`([^`]+)`", row)]
    whole = [span for span in spans if not re.search("^/versions/.*/…$", span)]  # all that a release has, again
    return {shape(span.replace("…/", "/versions/next/endpoints/find/")) for span in whole}


@pytest.fixture
def addresses(tmp_path: Path) -> set[str]:
    """Return every address of a site that has all that a root may have."""
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    (root / "schemas/endpoints/descriptor.json").write_text('{"title": "Any request", "type": "object"}')
    freeze(root)
    request = root / "schemas/endpoints/forecast/descriptor.json"
    reference = '"allOf": [{ "$ref": "../descriptor.json" }],'
    request.write_text(request.read_text().replace('"type": "object",', f'"type": "object", {reference}', 1))
    for file in ("schemas/registry.toml", *(f"schemas/endpoints/{name}" for name in ("forecast/descriptor.json",))):
        (root / file).write_text((root / file).read_text().replace("1.1.0", "1.2.0"))
    shutil.copy(PROJECT / "versions/conformance.json", root / "versions")
    (root / "versions/corrections.toml").write_text(
        '[[correction]]\nreleases = ["1.1.0"]\ndocuments = ["endpoints/forecast/descriptor.json"]\n'
        'reason = "never more than ten"\npatch = [{ op = "replace", path = "/properties/days/maximum", value = 10 }]\n'
    )
    entry = 'name = "weather"\nversions = ["1.1.3"]\nrelease = "1.1.0"\n'
    calls = 'calls = { forecast = ["forecast"] }\n'
    (root / "versions/software.toml").write_text(f"[[client]]\n{entry}{calls}[[server]]\n{entry}")
    record = LogRecord("2026-11-26T10:00:00Z", "grpc://localhost:1", "1.1.0", "conforms", "7.1", 3, 9)
    (root / "conformance").mkdir()
    append_record(root / "conformance/main.jsonl", record)
    return {f"/{file.path}" for file in site(Store(root))} | ROUTES.keys()


def kinds(addresses: Iterable[str]) -> dict[str, str]:
    return {shape(address): address for address in sorted(addresses)}


def test_every_address_of_the_site_is_documented(addresses: set[str]) -> None:
    known = documented((PROJECT / "docs/urls.md").read_text())
    unknown = sorted(address for kind, address in kinds(addresses).items() if kind not in known)
    assert not unknown, f"add to the table in docs/urls.md: {unknown}"


def test_every_address_that_is_documented_is_there(addresses: set[str]) -> None:
    known = documented((PROJECT / "docs/urls.md").read_text())
    gone = sorted(known - kinds(addresses).keys())
    assert not gone, f"remove from the table in docs/urls.md, or give the site of this test: {gone}"
