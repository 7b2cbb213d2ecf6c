"""Every rule has a section, and each example on it is reported by the engine, or fixed."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.cli.commands import explanations
from arrakis_schema.compat import Kind
from arrakis_schema.findings.rules import FIXED, LINT, RULES
from arrakis_schema.lint.subject import Subject
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from arrakis_schema.system.lint import lint, lint_release, rules
from tests.docs import differences, sent
from tests.docs.pages import DOCS, PROJECT, blocks, play

RELEASES = [rule for rule in RULES if differences.home(rule) == "releases"]
DOCUMENTS = [rule for rule in RULES if differences.home(rule) not in {"columns", "releases", "sent"}]


def sections(page: str) -> dict[str, str]:
    parts = re.split(r'^<h3 id="([^"]+)">', (DOCS / page).read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_pages_are_written_from_their_cases() -> None:
    stale = [path for path, text in differences.pages().items() if (DOCS / path).read_text() != text]
    assert stale == [], "python -m tests.docs.differences"


def test_every_rule_has_one_section() -> None:
    found = [rule for name in differences.TITLES for rule in sections(f"changes/{name}.md")]
    assert len(found) == len(set(found))
    missing = sorted(set(RULES) - set(found))
    add = (
        "add an example to tests/cases/compat (differences.json or sent.json) and run python -m tests.docs.differences"
    )
    assert not missing, f"{missing}: {add}; a rule on releases gets a section in docs/changes/releases.md"
    assert not set(found) - set(RULES), f"{sorted(set(found) - set(RULES))}: add to RULES in findings/rules.py"


@pytest.mark.parametrize("rule", DOCUMENTS)
def test_a_difference_is_reported_in_its_example(rule: str) -> None:
    for verdict in differences.asked(rule):
        if rule.endswith("-reordered") or rule.startswith("annotation-"):
            assert verdict.kind is Kind.COMPATIBLE
    assert rule in {change.rule for change in differences.asked(rule)[0].findings}


@pytest.mark.parametrize("rule", differences.CASES["columns"])
def test_a_difference_of_columns_is_reported_in_its_example(rule: str) -> None:
    for verdict in differences.asked_of_columns(rule):
        assert rule in {change.rule for change in verdict.findings}


@pytest.mark.parametrize("rule", sent.CASES)
def test_what_is_sent_is_found_in_its_example_and_fixed(rule: str) -> None:
    found = {one.rule for one in sent.found(rule, "wrong")}
    assert found - {"undecided"} == {rule}, "a service that answers nothing is undecided, too"
    assert sent.found(rule, "fixed") == ()
    told = sections("changes/sent.md")[rule]
    assert all(one.message in told for one in sent.found(rule, "wrong") if one.rule == rule)


@pytest.mark.parametrize("rule", RELEASES)
def test_the_commands_of_a_rule_on_releases_print_what_is_shown(rule: str, released: Path) -> None:
    block = blocks("changes/releases.md")[RELEASES_IN_ORDER.index(rule)]
    assert rule in play([block], released)
    assert RULES[rule].meaning in sections("changes/releases.md")[rule]


RELEASES_IN_ORDER = list(sections("changes/releases.md"))


def lint_examples() -> dict[str, list[str]]:
    parts = re.split(r"^## `([a-z-]+)`$", (DOCS / "rules.md").read_text(), flags=re.MULTILINE)[1:]
    found = {
        rule: re.findall(r"```diff\n(.*?)```", text, re.DOTALL) for rule, text in zip(*[iter(parts)] * 2, strict=True)
    }
    assert set(found) == set(rules())
    return found


def explanation(rule: str) -> str:
    return dict(explanations(DOCS))[rule]


def test_every_rule_is_explained_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    texts = dict(explanations(DOCS))
    assert texts.keys() == LINT | RULES.keys()
    summaries = rules() | {name: rule.meaning for name, rule in RULES.items()}
    for name, text in texts.items():
        assert text.startswith(summaries[name])
        assert "```" not in text
        assert "](" not in text, name
        assert ("[[lint]]" in text) == (name in LINT - FIXED)
    assert main(["lint", "--explain", "unit-missing"]) == 0
    printed = capsys.readouterr().out
    assert printed == f"unit-missing\n\n{texts['unit-missing']}\n"
    assert 'files = "legacy/**/*"' in printed


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("requird-added", "did you mean required-added"),
        ("unit", "did you mean unit-missing?"),
        ("Title-Missing", "did you mean title-missing"),
        ("zz", "a finding ends with its rule in brackets"),
        ("", "a finding ends with its rule in brackets"),
        ("../../x\n", "a finding ends with its rule in brackets"),
    ],
)
def test_an_unknown_rule_gets_one_sentence_with_names_near_it(
    name: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--explain", name]) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert printed.startswith(f"arrakis-schema: there is no rule {name!r}: {hint}")


def side(diff: str, sign: str) -> list[str]:
    """Return the lines of one side of a difference."""
    return [line[2:] for line in diff.splitlines() if line[:1] in {sign, " "}]


def subject(lines: list[str]) -> Subject:
    """Return the document that some lines of the page stand for: an Arrow schema, a JSON Schema, or one property of it."""
    placed = [line.partition(": ")[::2] for line in lines if line.startswith("examples/")]
    text = "\n".join(line for line in lines if not line.startswith("examples/"))
    text = re.sub(r"… (\d+) MB …", lambda size: "x" * int(size.group(1)) * 1_000_000, text)
    arrow = not text.startswith(("{ ", '"'))
    path = "publication/schema.txt" if arrow else "endpoints/x/descriptor.json"
    text = (
        f'{{"description": "d", "properties": {{{text}}}}}' if text.startswith('"') else text + "\n" if arrow else text
    )
    folder = path.rpartition("/")[0]
    examples = tuple(Example(f"{folder}/{name}", content.encode()) for name, content in placed)
    return Subject(Document(path, text.encode()), "https://example.org/versions/1.0.0/find.json", path, examples)


def found(lines: list[str], folder: Path) -> dict[str, str]:
    """Return the rules that find something in what some lines of the page stand for, with the severity of each."""
    if lines[0].startswith(("releases = ", "patch = ")):
        return found_in_correction(lines[0], folder)
    if not lines[0].startswith("schemas/"):
        return {one.rule: one.severity for one in lint(subject(lines))}
    (folder / "schemas").mkdir(parents=True)
    (folder / "schemas/registry.toml").write_text('version = "1.0.0"\ntitle = "t"\nbase_url = "https://example.org/"\n')
    for line in lines:
        path, _, text = line.partition(": ")
        path, _, target = path.partition(" -> ")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if target:
            (folder / path).symlink_to(target)
        else:
            (folder / path).write_text(text or "{}")
    store = Store(folder)
    return {one.rule: one.severity for one in lint_release(store.release(None))}


def found_in_correction(line: str, folder: Path) -> dict[str, str]:
    """Return the rules that find something in a correction with this line."""
    shutil.copytree(PROJECT / "tests/fixtures/weather", folder)
    freeze(folder)
    others = ["" if line.startswith("releases") else 'releases = ["1.1.0"]', 'reason = "r"', line]
    entry = ["[[correction]]", 'documents = ["endpoints/forecast/descriptor.json"]', *others]
    (folder / "versions/corrections.toml").write_text("\n".join(entry))
    return {one.rule: one.severity for one in lint_release(Store(folder).release(None))}


@pytest.mark.parametrize(("rule", "diff"), [(rule, diff) for rule, diffs in lint_examples().items() for diff in diffs])
def test_lint_reports_the_wrong_lines_and_not_the_fixed_ones(rule: str, diff: str, tmp_path: Path) -> None:
    wrong, right = (found(side(diff, sign), tmp_path / sign) for sign in "-+")
    assert rule not in right
    fixed = ", fixed" if rule in FIXED else ""
    assert f"\nSeverity: {wrong[rule]}{fixed}.\n" in explanation(rule) or rule == "document-unreachable"
    assert "json-invalid" not in right
    assert "text-invalid" not in right


def test_every_rule_of_lint_has_an_example_and_its_own_sentence() -> None:
    page = (DOCS / "rules.md").read_text()
    assert all(lint_examples().values())
    assert all(summary in page for summary in rules().values())


def test_the_cases_are_of_known_rules() -> None:
    cases: dict[str, Any] = json.loads((PROJECT / "tests/cases/compat/differences.json").read_text())
    assert {rule for part in cases["documents"].values() for rule in part} | set(cases["columns"]) <= set(RULES)
