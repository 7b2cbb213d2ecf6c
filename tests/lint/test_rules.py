"""Each rule finds what its cases say, where they say it, and stays silent where they say nothing."""

import contextlib
import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.rules import LINT
from arrakis_schema.json_schema.dialects import EVERY_KEYWORD, KEYWORDS
from arrakis_schema.json_schema.keywords import walk
from arrakis_schema.json_schema.positions import positions
from arrakis_schema.lint.subject import Subject
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from arrakis_schema.system.lint import lint, lint_release, rules

PROJECT = Path(__file__).parent.parent.parent
FILES = sorted((PROJECT / "tests/cases/lint").glob("*.json"))
EVERY = [(file.stem, number, case) for file in FILES for number, case in enumerate(json.loads(file.read_text()))]
CASES = [(rule, number, case) for rule, number, case in EVERY if "document" in case]
OF_SETS = [(rule, number, case) for rule, number, case in EVERY if "files" in case]


OF_CORRECTIONS = [(rule, number, case) for rule, number, case in EVERY if "corrections" in case]


def subject(case: dict[str, Any]) -> Subject:
    folder = case["path"].rpartition("/")[0]
    examples = tuple(Example(f"{folder}/{path}", text.encode()) for path, text in case.get("examples", {}).items())
    document = re.sub(r"(?s)… (\d+) times (.*) …", lambda part: part.group(2) * int(part.group(1)), case["document"])
    return Subject(Document(case["path"], document.encode()), case.get("url"), case["path"], examples)


@pytest.mark.parametrize(
    ("rule", "case"), [(rule, case) for rule, _, case in CASES], ids=[f"{rule}-{n}" for rule, n, _ in CASES]
)
def test_a_rule_finds_what_its_case_says(rule: str, case: dict[str, Any]) -> None:
    found = [[finding.location, finding.line] for finding in lint(subject(case)) if finding.rule == rule]
    assert found == case["findings"]


@pytest.mark.parametrize(
    ("rule", "case"), [(rule, case) for rule, _, case in OF_SETS], ids=[f"{rule}-{n}" for rule, n, _ in OF_SETS]
)
def test_a_rule_over_the_files_finds_what_its_case_says(rule: str, case: dict[str, Any], tmp_path: Path) -> None:
    store = Store(write_set(tmp_path, case))
    found = {finding.file for finding in lint_release(store.release(None)) if finding.rule == rule}
    assert sorted(found) == [f"schemas/{path}" for path in case["findings"]]


@pytest.mark.parametrize(
    ("rule", "case"),
    [(rule, case) for rule, _, case in OF_CORRECTIONS],
    ids=[f"{rule}-{n}" for rule, n, _ in OF_CORRECTIONS],
)
def test_a_rule_over_corrections_finds_what_its_case_says(rule: str, case: dict[str, Any], released: Path) -> None:
    (released / "versions/corrections.toml").write_text(case["corrections"])
    found = [finding for finding in lint_release(Store(released).release(None)) if finding.rule == rule]
    assert [finding.line for finding in found] == [line for line, _ in case["findings"]]
    assert all(part in finding.message for finding, (_, part) in zip(found, case["findings"], strict=True))


@pytest.mark.parametrize("case", [case for _, _, case in OF_SETS])
def test_nothing_that_lint_refuses_is_frozen(case: dict[str, Any], tmp_path: Path) -> None:
    """Only what is in a program or a document is not looked at by `freeze`: the command lints it first."""
    store = Store(write_set(tmp_path, case))
    if not store.release(None).inventory.refused:
        return
    with pytest.raises(ArrakisSchemaError):
        freeze(store.root)
    assert list(store.releases) == []


def write_set(folder: Path, case: dict[str, Any]) -> Path:
    """Write the files, links, pipes and sockets of a case below `schemas/`."""
    schemas = folder / "root/schemas"
    schemas.mkdir(parents=True)
    (schemas / "registry.toml").write_text('version = "1.0.0"\ntitle = "t"\nbase_url = "https://example.org/"\n')
    for path in (*case["files"], *case.get("links", ()), *case.get("pipes", ()), *case.get("sockets", ())):
        (schemas / path).parent.mkdir(parents=True, exist_ok=True)
    for path, text in case["files"].items():
        (schemas / path).write_bytes(os.fsencode(text))
    for path, target in case.get("links", {}).items():
        (schemas / path).symlink_to(target)
    for kind, make in (("pipes", os.mkfifo), ("sockets", bind_socket)):
        for path in case.get(kind, ()):
            make(schemas / path)
    return folder / "root"


def bind_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one, contextlib.chdir(path.parent):  # a socket's path has 107 bytes at most
        one.bind(path.name)


def test_every_rule_has_a_case_and_a_section_on_the_page() -> None:
    cases = {file.stem for file in FILES}
    assert cases == set(rules()), f"{sorted(cases ^ set(rules()))}: add tests/cases/lint/RULE.json, or remove it"
    assert set(rules()) == LINT, f"{sorted(LINT ^ set(rules()))}: add to LINT in findings/rules.py, or remove it"
    headings = set(re.findall(r"^## `([a-z-]+)`$", (PROJECT / "docs/rules.md").read_text(), re.MULTILINE))
    assert headings == set(rules()), f"{sorted(headings ^ set(rules()))}: add a section to docs/rules.md, or remove it"


def test_the_working_set_and_the_other_project_are_clean() -> None:
    for root in (PROJECT, PROJECT / "tests/fixtures/weather"):
        assert list(findings(Store(root), None)) == []


def test_the_misspelt_keyword_of_0_5_0_is_the_only_error_but_for_the_missing_ids() -> None:
    wrong = [
        found
        for found in findings(Store(PROJECT), "0.5.0")
        if found.severity == "error" and found.rule != "id-mismatch"
    ]
    assert [(found.file, found.line, found.rule) for found in wrong] == [
        ("versions/0.5.0/endpoints/count/descriptor.json", 16, "keyword-unknown"),
        ("versions/0.5.0/endpoints/find/descriptor.json", 16, "keyword-unknown"),
    ]
    assert all("did you mean 'exclusiveMinimum'?" in found.message for found in wrong)


def findings(store: Store, version: str | None) -> Any:
    release = store.release(version)
    for document in release.every_document():
        url = store.settings.url(release.version, document.path)
        yield from lint(Subject(document, url, f"{release.folder}/{document.path}", release.examples_of(document.path)))


SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4) | st.just(10**400) | st.just("\ud800")
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(sorted(EVERY_KEYWORD.keys() - {"$schema"})) | st.sampled_from(["x-unit", "typ", "a/b~"])
SCHEMAS = st.recursive(
    VALUES,
    lambda inner: st.dictionaries(
        NAMES, inner | st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2), max_size=4
    ),
    max_leaves=8,
)


@given(SCHEMAS, st.sampled_from([*KEYWORDS, None]))
def test_any_json_gets_findings_and_no_exception(schema: Any, dialect: str | None) -> None:
    value = {"$schema": dialect, **schema} if isinstance(schema, dict) and dialect else schema
    document = Document("endpoints/x/descriptor.json", json.dumps(value).encode())
    examples = (Example("endpoints/x/examples/a.json", b"{}"), Example("endpoints/x/examples/refused/b.json", b"1"))
    assert all(finding.rule in rules() for finding in lint(Subject(document, None, document.path, examples)))


@given(
    st.binary(max_size=60)
    | st.sampled_from([b"[" * 10_000, b'{"a":' * 10_000, b"9" * 5000, b'{"$ref": "#"}', b"\xef\xbb\xbf{}"])
)
def test_any_bytes_get_findings_and_no_exception(content: bytes) -> None:
    for path in ("endpoints/x/descriptor.json", "endpoints/x/schema.txt"):
        lint(Subject(Document(path, content), None, path))


@given(VALUES, st.sampled_from([None, 1, 3]))
def test_every_value_has_its_place(value: Any, indent: int | None) -> None:
    """What stands at a pointer's place in the text is what the pointer finds in the value."""
    text = json.dumps(value, indent=indent)
    places = positions(text)
    lines = text.split("\n")
    for pointer, (line, column) in places.items():
        found, name = resolve(value, pointer)
        rest = lines[line - 1][column - 1 :]
        shown = json.dumps(name if isinstance(name, str) else found)
        assert rest[0] == shown[0]
        if isinstance(name, str):
            assert rest.startswith(shown)


def resolve(value: Any, pointer: str) -> tuple[Any, str | int | None]:
    name: str | int | None = None
    for part in pointer.split("/")[1:]:
        plain = part.replace("~1", "/").replace("~0", "~")
        name = int(plain) if isinstance(value, list) else plain
        value = value[name]
    return value, name


def test_only_schemas_are_looked_into() -> None:
    schema = {
        "enum": [{"properties": {"a": {}}}],
        "const": {"items": {}},
        "properties": {"properties": {"items": True}},
    }
    assert [node.pointer for node in walk(schema)] == ["", "/properties/properties", "/properties/properties/items"]


def test_an_optional_member_that_is_a_reference_is_told_its_right_form() -> None:
    head = '"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"type": "string"}}'
    for member in ('{"$ref": "#/definitions/a"}', '{"$ref": "#/definitions/a", "x-omitted": "None."}'):
        text = f'{{{head}, "type": "object", "properties": {{"c": {member}}}}}'
        case = {"path": "publication/tide.json", "document": text}
        told = [f.message for f in lint(subject(case)) if f.rule in {"omission-undescribed", "keyword-ineffective"}]
        assert len(told) == 1
        assert '"allOf": [{"$ref": …}]' in told[0]
    right = text.replace(
        '"$ref": "#/definitions/a", "x-omitted"', '"allOf": [{"$ref": "#/definitions/a"}], "x-omitted"'
    )
    rules_found = {finding.rule for finding in lint(subject({**case, "document": right}))}
    assert not rules_found & {"omission-undescribed", "keyword-ineffective"}
