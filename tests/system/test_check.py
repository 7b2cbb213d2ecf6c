"""The gate: what breaks is told whatever else is wrong, and nothing passes that was not looked at."""

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.cli import main
from arrakis_schema.errors import ReleaseError
from arrakis_schema.findings.rules import RULES
from arrakis_schema.store.exceptions import Accepted, entry_text, place_of, read_exceptions, value_text
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from arrakis_schema.system.check import CheckResult, check, check_report, closing_line

PROJECT = Path(__file__).parent.parent.parent
CASES = PROJECT / "tests/cases/check"
EDITS: list[dict[str, Any]] = json.loads((CASES / "edits.json").read_text())
FORECAST, FORECAST_ROWS, PUBLICATION = (
    f"schemas/{path}"
    for path in ("endpoints/forecast/descriptor.json", "endpoints/forecast/schema.txt", "publication/schema.txt")
)
TIGHTER = ('"maximum": 14', '"maximum": 10')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A weather service whose release 1.1.0 is frozen, and whose next version is declared."""
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    freeze(tmp_path / "weather")
    declare(tmp_path / "weather", "1.2.0")
    return tmp_path / "weather"


def declare(root: Path, version: str) -> None:
    old = Store(root).settings.version
    for path in (root / "schemas/registry.toml", root / FORECAST):
        path.write_text(path.read_text().replace(old, version))


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert text.count(old) == 1
    (root / path).write_text(text.replace(old, new))


def add(root: Path, path: str, content: str | bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content.encode() if isinstance(content, str) else content)


def told(result: CheckResult) -> list[tuple[str, str, str]]:
    """Return what is found about compatibility and version."""
    others = {"release-changed", "not-compared", "exception-invalid"}
    found = (one for one in result.findings if one.rule in RULES and one.rule not in others)
    return [(one.severity.value, one.rule, one.location) for one in found]


def rules(result: CheckResult) -> list[str]:
    return [one.rule for one in result.findings]


def accept(root: Path, result: CheckResult, reason: str = "It is meant.") -> None:
    """Paste the entries that stand under the errors, with a reason."""
    entries = dict.fromkeys(one.accept for one in result.findings if one.accept)
    text = "\n\n".join(entries).replace('reason = ""', f'reason = "{reason}"')
    path = root / "schemas/exceptions.toml"
    path.write_text(f"{path.read_text() if path.exists() else ''}{text}\n")


def code(root: Path, *more: str) -> int:
    return main(["check", "--root", str(root), *more])


TROUBLE: dict[str, Callable[[Path], None]] = {
    "nothing": lambda _: None,
    "an example that fails": lambda root: add(
        root, "schemas/endpoints/forecast/examples/wrong.json", '{"request": "Forecast", "place": 3}'
    ),
    "an example that is not JSON": lambda root: add(root, "schemas/endpoints/forecast/examples/broken.json", "{"),
    "an unknown keyword": lambda root: edit(root, FORECAST, '"type": "object",', '"type": "object", "maximun": 1,'),
    "a new document that does not parse": lambda root: add(root, "schemas/endpoints/other/descriptor.json", "{"),
    "a frozen example that was edited": lambda root: add(
        root, "versions/1.1.0/endpoints/forecast/examples/three-days.json", "{}"
    ),
    "a lock that does not parse": lambda root: add(root, "versions/lock.json", "{"),
    "exceptions that do not parse": lambda root: add(root, "schemas/exceptions.toml", "[["),
}


@pytest.mark.parametrize("case", EDITS, ids=[case["name"] for case in EDITS])
@pytest.mark.parametrize("trouble", TROUBLE)
def test_who_breaks_is_told_whatever_else_is_wrong(case: dict[str, Any], trouble: str, root: Path) -> None:
    TROUBLE[trouble](root)
    for old, new in case["replace"]:
        edit(root, f"schemas/{case['file']}", old, new)
    if not case["replace"]:
        (root / "schemas" / case["file"]).unlink()
    result = check(Store(root))
    assert told(result) == [tuple(found) for found in case["found"]]
    assert result.failed or trouble == "nothing"


BROKEN: dict[str, tuple[str, bytes]] = {
    "not JSON": (FORECAST, b"{"),
    "no schema": (FORECAST, b"[1]"),
    "no schema of its dialect": (FORECAST, b'{"type": "strin"}'),
    "an unknown dialect": (FORECAST, b'{"$schema": "http://json-schema.org/draft-03/schema#"}'),
    "not a number": (FORECAST, b'{"maximum": NaN}'),
    "UTF-16": (FORECAST, '{"type": "object"}'.encode("utf-16")),
    "nested too deep": (FORECAST, b'{"not":' * 100_000 + b"true" + b"}" * 100_000),
    "no text of a schema": (FORECAST_ROWS, b"day: dat32"),
    "Latin-1": (FORECAST_ROWS, "temperature: int8\n  -- field metadata --\n  unit: '\u00b0C'\n".encode("latin-1")),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("side", ["schemas", "versions/1.1.0"])
def test_only_a_document_that_cannot_be_compared_is_left_out_and_named(name: str, side: str, root: Path) -> None:
    path, content = BROKEN[name]
    broken = path.replace("schemas", side, 1)
    add(root, broken, content)
    edit(root, PUBLICATION, "'float32 float64'", "'float32'")
    result = check(Store(root))
    assert [one.file for one in result.findings if one.rule == "not-compared"] == [broken]
    assert ("error", "value-removed", "value") in told(result)
    assert result.undecided
    assert "(1 not compared)" in closing_line(result)


def test_a_frozen_document_that_cannot_be_compared_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    text = (root / FORECAST).read_text()
    edit(root, FORECAST, "draft-07", "draft-03")
    freeze(root)
    add(root, FORECAST, text)
    declare(root, "1.1.1")
    capsys.readouterr()
    assert code(root) == 3
    *_, finding, closing = capsys.readouterr().out.splitlines()
    assert finding.startswith(
        "versions/1.1.0/endpoints/forecast/descriptor.json:1:1: warning: not compared: $schema is"
    )
    assert closing == "compared 2 documents with 1.1.0 (1 not compared): 1 warning"


def test_what_the_lock_has_and_the_disk_has_not_is_left_out_and_named(root: Path) -> None:
    (root / "versions/1.1.0/endpoints/forecast/schema.txt").unlink()
    result = check(Store(root))
    assert rules(result) == ["release-changed", "not-compared"]
    assert closing_line(result) == "compared 2 documents with 1.1.0 (1 not compared): 1 error, 1 warning"


@pytest.mark.parametrize("case", EDITS, ids=[case["name"] for case in EDITS])
def test_the_entries_that_stand_under_the_errors_accept_them_and_nothing_else_does(
    case: dict[str, Any], root: Path
) -> None:
    for old, new in case["replace"]:
        edit(root, f"schemas/{case['file']}", old, new)
    if not case["replace"]:
        (root / "schemas" / case["file"]).unlink()
    accept(root, check(Store(root)))
    declare(root, "2.0.0")
    result = check(Store(root))
    breaking = [rule for severity, rule, _ in case["found"] if severity == "error" and rule != "version-too-low"]
    assert [one.finding.rule for one in result.accepted] == breaking
    assert not [one for one in told(result) if one[0] == "error"]
    assert all(one.reason == "It is meant." and one.release == "2.0.0" for one in result.accepted)


EXACT: dict[str, tuple[list[tuple[str, str, str]], list[tuple[str, str, str]], str]] = {
    "another value": (
        [(FORECAST, *TIGHTER)],
        [(FORECAST, '"maximum": 10', '"maximum": 9')],
        "maximum-tightened",
    ),
    "another member that is required": (
        [(FORECAST, '["request", "place"]', '["request", "place", "days"]')],
        [(FORECAST, '["request", "place", "days"]', '["request", "place", "days", "a.b"]')],
        "required-added",
    ),
    "another column": (
        [(FORECAST_ROWS, "day: ", "gust: int8\nday: ")],
        [(FORECAST_ROWS, "day: ", "gain: int8\nday: ")],
        "column-added",
    ),
    "another type of a column": (
        [(FORECAST_ROWS, "day: date32[day]", "day: timestamp[s]")],
        [(FORECAST_ROWS, "day: timestamp[s]", "day: string")],
        "type-changed",
    ),
    "another change of the same document": (
        [(FORECAST, *TIGHTER)],
        [(FORECAST, '"minLength": 1', '"minLength": 2')],
        "minLength-tightened",
    ),
    "a reference to something stricter": (
        [(FORECAST, *TIGHTER)],
        [
            (FORECAST, '"minLength": 1, "description": "Name of a place."', '"$ref": "#/definitions/p"'),
            (FORECAST, '"required"', '"definitions": { "p": { "minLength": 3 } },\n  "required"'),
        ],
        "$ref-added",
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_an_entry_accepts_just_what_it_was_written_for(name: str, root: Path) -> None:
    before, since, rule = EXACT[name]
    with (root / "schemas/registry.toml").open("a") as settings:
        settings.write('\n[readers.payload]\nunknown = "rejected"\n')
    for change in before:
        edit(root, *change)
    accept(root, check(Store(root)))
    declare(root, "2.0.0")
    assert not [one for one in told(check(Store(root))) if one[0] == "error"]
    for change in since:
        edit(root, *change)
    errors = [one for one in check(Store(root)).findings if one.severity == "error" and one.rule in RULES]
    assert rule in {one.rule for one in errors}
    assert all(one.accept for one in errors if one.rule == rule)


def test_changes_that_break_only_together_are_told(root: Path) -> None:
    edit(root, FORECAST, '"minLength": 1, "description": "Name of a place."', '"$ref": "#/definitions/p"')
    edit(root, FORECAST, '"required"', '"definitions": { "p": { "minLength": 3 } },\n  "required"')
    (broken,) = (one for one in check(Store(root)).findings if one.severity == "error" and one.accept)
    assert (broken.rule, broken.location) == ("$ref-added", "/properties/place/$ref")
    assert len(json.loads(broken.witness)["place"]) < 3


def released(root: Path) -> None:
    """Make the release 2.0.0 with an accepted break, and declare the version after it."""
    edit(root, FORECAST, *TIGHTER)
    declare(root, "2.0.0")
    add(root, "schemas/exceptions.toml", "# Breaks that are meant.\n# A second line.\n\n")
    accept(root, check(Store(root)))
    freeze(root)


def test_accepted_breaks_are_frozen_with_their_release(root: Path) -> None:
    released(root)
    store = Store(root)
    assert (root / "schemas/exceptions.toml").read_text() == "# Breaks that are meant.\n# A second line.\n"
    (kept,) = read_exceptions(Store(root), "versions/2.0.0")
    assert (kept.reason, kept.release) == ("It is meant.", "2.0.0")
    assert "versions/2.0.0/exceptions.toml" not in store.release("2.0.0").documents
    assert check(store).findings == ()
    for version in ("2.0.1", "2.1.0", "3.0.0"):
        declare(root, version)
        assert not check(store).failed
    assert main(["verify", "--root", str(root)]) == 0
    add(root, "versions/2.0.0/exceptions.toml", (root / "versions/2.0.0/exceptions.toml").read_text() + "\n")
    assert main(["verify", "--root", str(root)]) == 1


def test_a_release_that_was_interrupted_before_it_took_the_entries_out_is_completed(root: Path) -> None:
    released(root)
    entries = (root / "versions/2.0.0/exceptions.toml").read_bytes()
    add(root, "schemas/exceptions.toml", entries)
    assert check(Store(root)).findings == ()
    assert freeze(root).version == "2.0.0"
    assert b"[[exception]]" not in (root / "schemas/exceptions.toml").read_bytes()


@pytest.mark.parametrize("step", range(5))
def test_a_release_that_fails_at_any_step_loses_no_reason(
    step: int, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(root, FORECAST, *TIGHTER)
    declare(root, "2.0.0")
    accept(root, check(Store(root)))
    steps = iter(range(100))

    def failing(move: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def run(source: Any, target: Any) -> None:
            if next(steps) == step:
                raise OSError(28, "No space left on device")
            move(source, target)

        return run

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", failing(os.replace))
        patched.setattr(os, "rename", failing(os.rename))
        with suppress(OSError, ReleaseError):
            freeze(root)
    assert next(steps) > 0
    assert not check(Store(root)).failed or not Store(root).releases[1:]
    with suppress(ReleaseError):
        freeze(root)
    assert [entry.reason for entry in read_exceptions(Store(root), "versions/2.0.0")] == ["It is meant."]
    assert read_exceptions(Store(root)) == ()
    assert check(Store(root)).findings == ()


def test_a_released_break_stays_accepted_across_its_release_until_more_is_broken_there(root: Path) -> None:
    released(root)
    declare(root, "2.1.0")
    result = check(Store(root), against="1.1.0")
    assert [(one.finding.rule, one.release) for one in result.accepted] == [("maximum-tightened", "2.0.0")]
    assert not result.failed
    edit(root, FORECAST, '"maximum": 10', '"maximum": 12')
    assert not check(Store(root), against="1.1.0").failed
    edit(root, FORECAST, '"maximum": 12', '"maximum": 9')
    result = check(Store(root), against="1.1.0")
    assert rules(result) == ["maximum-tightened"]
    assert 'release = "3.0.0"' in result.findings[0].accept


def test_transitive_asks_every_release_of_the_major_version(root: Path) -> None:
    released(root)
    declare(root, "2.1.0")
    edit(root, FORECAST, '    "days"', '    "hours": { "type": "boolean" },\n    "days"')
    freeze(root)
    declare(root, "2.2.0")
    result = check(Store(root), transitive=True)
    assert [one.base for one in result.compared] == ["2.0.0", "2.1.0"]
    assert closing_line(result) == "compared 3 documents with 2.1.0 and 1 older release: 2 warnings, 1 notice"


def test_an_entry_of_an_earlier_version_of_the_package_says_nothing_once_its_release_is_there(root: Path) -> None:
    edit(root, FORECAST, *TIGHTER)
    declare(root, "2.0.0")
    freeze(root)
    old = 'rule = "maximum-tightened"\nlocation = "endpoints/forecast"\nreason = "Meant."\nuntil = "2.0.0"\n'
    add(root, "schemas/exceptions.toml", f"[[exception]]\n{old}")
    assert check(Store(root)).findings == ()
    declare(root, "2.0.1")
    assert check(Store(root)).findings == ()


WRONG: dict[str, tuple[str, str, str]] = {
    "exception-expired": ("1.1.5", "endpoints/forecast/descriptor.json = 1", 'write release = "1.2.0" if the break'),
    "nothing there": ("1.2.0", "endpoints/forecast/descriptor.json#/type", "breaks nothing at"),
    "another value": (
        "2.0.0",
        "endpoints/forecast/descriptor.json#/properties/days/maximum = 12",
        "what breaks is endpoints/forecast/descriptor.json#/properties/days/maximum = 10: write that",
    ),
    "no exact place": ("2.0.0", "endpoints/forecast", "endpoints/forecast is not an exact place"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_entry_that_says_something_untrue_is_an_error_with_a_remedy(name: str, root: Path) -> None:
    release, place, remedy = WRONG[name]
    edit(root, FORECAST, *TIGHTER)
    entry = entry_text("maximum-tightened", place, release).replace('reason = ""', 'reason = "Meant."')
    add(root, "schemas/exceptions.toml", entry)
    wrong = [one for one in check(Store(root)).findings if one.rule.startswith("exception-")]
    assert [one.rule for one in wrong] == [name if name in RULES else "exception-stale"]
    assert remedy in wrong[0].message


def test_an_entry_about_what_was_not_compared_is_not_called_stale(root: Path) -> None:
    edit(root, FORECAST, *TIGHTER)
    accept(root, check(Store(root)))
    add(root, FORECAST, "{")
    assert "exception-stale" not in rules(check(Store(root)))


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ['"', "'", "\\", "\x7f", "\U0001f600\n", "##[error]", "a\n::error::"]
)


@given(rule=TEXTS, location=TEXTS, value=TEXTS | st.none() | st.integers() | st.lists(TEXTS))
def test_an_entry_is_read_as_it_is_printed(rule: str, location: str, value: Any) -> None:
    place = place_of("endpoints/x/descriptor.json", location, value_text(value))
    text = entry_text(rule, place, "1.0.0")
    assert all(line.isprintable() for line in text.split("\n"))
    assert "##" not in text, "a command of a CI system"
    (entry,) = tomllib.loads(text)["exception"]
    assert Accepted(rule, (place,), "", "1.0.0").covers(entry["rule"], entry["places"][0])


CODES: dict[str, tuple[list[tuple[str, str, str]], int]] = {
    "nothing": ([], 0),
    "undecided": ([(FORECAST, '"minLength": 1', '"pattern": "^(?<! )."')], 3),
    "undecided, and a notice": (
        [(FORECAST, '"minLength": 1', '"pattern": "^(?<! )."'), (FORECAST, '    "days"', '    "h": {},\n    "days"')],
        3,
    ),
    "undecided, and a break elsewhere": (
        [(FORECAST, '"minLength": 1', '"pattern": "^(?<! )."'), (PUBLICATION, "float32 float64", "float32")],
        1,
    ),
}


@pytest.mark.parametrize("name", CODES)
def test_a_break_wins_over_what_stayed_open_and_that_over_success(name: str, root: Path) -> None:
    edits, wanted = CODES[name]
    for change in edits:
        edit(root, *change)
    assert code(root) == wanted


def test_what_stayed_open_beside_accepted_breaks_is_not_hidden(root: Path) -> None:
    edit(root, FORECAST, *TIGHTER)
    accept(root, check(Store(root)))
    declare(root, "2.0.0")
    edit(root, FORECAST, '"minLength": 1', '"pattern": "^(?<! )."')
    result = check(Store(root))
    assert set(rules(result)) == {"undecided"}
    assert [one.finding.rule for one in result.accepted] == ["maximum-tightened"]
    assert code(root) == 3


def test_a_commit_whose_document_cannot_be_compared(root: Path) -> None:
    text = (root / FORECAST).read_text()
    add(root, FORECAST, "{")
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    add(root, FORECAST, text)
    edit(root, PUBLICATION, "float32 float64", "float32")
    result = check(Store(root), against="git:HEAD")
    assert [(one.file, one.rule) for one in result.findings] == [
        (PUBLICATION, "value-removed"),
        (FORECAST, "not-compared"),
    ]
    assert result.findings[1].message.startswith("not compared: in git:HEAD it is not JSON")


def test_a_working_set_without_documents(root: Path, tmp_path: Path) -> None:
    shutil.rmtree(root / "schemas/endpoints")
    shutil.rmtree(root / "schemas/publication")
    result = check(Store(root))
    assert rules(result) == ["document-removed"] * 3 + ["version-too-low"]
    assert closing_line(result) == "compared 0 documents with 1.1.0: 4 errors"
    shutil.copytree(root / "schemas", tmp_path / "new/schemas")
    assert closing_line(check(Store(tmp_path / "new"))) == "schemas/ holds no documents: nothing was checked"


def test_documents_that_only_one_side_has(root: Path) -> None:
    add(root, "schemas/endpoints/levels/descriptor.json", '{"$schema": "http://json-schema.org/draft-07/schema#"}')
    (root / FORECAST_ROWS).unlink()
    result = check(Store(root))
    assert {"document-removed", "version-too-low"} <= set(rules(result))
    assert closing_line(result).startswith("compared 2 documents with 1.1.0 (1 new): ")


def test_the_report_lists_accepted_breaks_where_it_is_asked_to(root: Path) -> None:
    edit(root, FORECAST, *TIGHTER)
    result = check(Store(root))
    assert '    places = ["endpoints/forecast/descriptor.json#/properties/days/maximum = 10"]' in check_report(
        result, "text"
    )
    accept(root, result)
    declare(root, "2.0.0")
    result = check(Store(root))
    line = "compared 3 documents with 1.1.0: 1 accepted break (--verbose lists them)\n"
    assert check_report(result, "text") == line
    assert check_report(result, "markdown") == line
    assert "[accepted with 2.0.0: It is meant.]" in check_report(result, "text", verbose=True)
    told = json.loads(check_report(result, "json"))
    assert told["findings"] == []
    assert told["accepted"][0]["reason"] == "It is meant."
    assert told["compared"] == [
        {"base": "1.1.0", "documents": 3, "added": 0, "left_out": [], "undecided": [], "corrected": []}
    ]
