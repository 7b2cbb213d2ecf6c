"""A pull request may add releases; whatever else it does to what is frozen is found, though the lock was edited too."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.store.append_only import history_since
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from arrakis_schema.store.verification import verify
from arrakis_schema.system.check import check, closing_line
from tests.store.test_contract import DAYS
from tests.system.git import commit, declare, project

LOCK, DATES = "versions/lock.json", "versions/dates.toml"
FILE = "publication/schema.txt"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose branch main has the releases 1.1.0 and 1.2.0, and records about them."""
    root = project(tmp_path / "weather")
    declare(root, "1.2.0")
    freeze(root)
    (root / "versions/corrections.toml").write_text("")
    (root / "versions/software.toml").write_text("")
    (root / "versions/conformance.json").write_text("{}")
    commit(root)
    return root


def found(root: Path, base: str = "git:main") -> list[tuple[str, str]]:
    return [(one.rule, one.file) for one in history_since(Store(root), base) if one.severity is Severity.ERROR]


def edit_lock(root: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change what the lock says, as an editor of JSON would."""
    lock = json.loads((root / LOCK).read_text())
    edit(lock["releases"])
    (root / LOCK).write_text(json.dumps(lock))


def rewrite(root: Path) -> None:
    file = root / "versions/1.1.0" / FILE
    file.write_text(file.read_text().replace("float64", "float32"))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    edit_lock(root, lambda lock: lock["1.1.0"].update({FILE: {"sha256": sha256, "id": 99}}))


def drop(root: Path) -> None:
    shutil.rmtree(root / "versions/1.1.0")
    edit_lock(root, lambda lock: lock.pop("1.1.0"))


def rename(root: Path) -> None:
    (root / "versions/1.1.0").rename(root / "versions/1.0.9")
    edit_lock(root, lambda lock: lock.update({"1.0.9": lock.pop("1.1.0")}))


def take_out(root: Path) -> None:
    (root / "versions/1.1.0" / FILE).unlink()
    edit_lock(root, lambda lock: lock["1.1.0"].pop(FILE))


def put_in(root: Path) -> None:
    (root / "versions/1.1.0/more.json").write_text("{}")
    sha256 = hashlib.sha256(b"{}").hexdigest()
    edit_lock(root, lambda lock: lock["1.1.0"].update({"more.json": {"sha256": sha256}}))


def move(root: Path) -> None:
    """Give a frozen file another name."""
    (root / "versions/1.1.0/endpoints/forecast").rename(root / "versions/1.1.0/endpoints/weather")
    edit_lock(
        root,
        lambda lock: lock.update(
            {"1.1.0": {path.replace("/forecast/", "/weather/"): entry for path, entry in lock["1.1.0"].items()}}
        ),
    )


def swap_releases(root: Path) -> None:
    first, second = (root / "versions" / release for release in ("1.1.0", "1.2.0"))
    first.rename(root / "kept")
    second.rename(first)
    (root / "kept").rename(second)
    edit_lock(root, lambda lock: lock.update({"1.1.0": lock["1.2.0"], "1.2.0": lock["1.1.0"]}))


def renumber(root: Path) -> None:
    """Give every document another id, consistently."""
    edit_lock(
        root,
        lambda lock: [
            entry.update(id=entry["id"] + 100) for files in lock.values() for entry in files.values() if "id" in entry
        ],
    )


def date(root: Path, edit: Callable[[str], str]) -> None:
    (root / DATES).write_text(edit((root / DATES).read_text()))


DESCRIPTOR = "versions/1.1.0/endpoints/forecast/descriptor.json"
TAMPERING: dict[str, tuple[Callable[[Path], object], tuple[str, str]]] = {
    "a file and its line": (rewrite, ("release-rewritten", f"versions/1.1.0/{FILE}")),
    "a release dropped": (drop, ("release-removed", LOCK)),
    "a release renamed": (rename, ("release-removed", LOCK)),
    "a file taken out": (take_out, ("release-rewritten", f"versions/1.1.0/{FILE}")),
    "a file put in": (put_in, ("release-rewritten", "versions/1.1.0/more.json")),
    "a file renamed": (move, ("release-rewritten", DESCRIPTOR)),
    "two releases swapped": (swap_releases, ("release-rewritten", DESCRIPTOR)),
    "other ids": (renumber, ("release-rewritten", DESCRIPTOR)),
    "another date": (
        lambda root: date(root, lambda text: text.replace("20", "19", 1)),
        ("release-rewritten", DATES),
    ),
    "a date taken out": (
        lambda root: date(root, lambda text: text.splitlines()[1]),
        ("release-rewritten", DATES),
    ),
    "no dates": (lambda root: (root / DATES).unlink(), ("release-rewritten", DATES)),
    "no corrections": (
        lambda root: (root / "versions/corrections.toml").unlink(),
        ("record-changed", "versions/corrections.toml"),
    ),
    "broken corrections": (
        lambda root: (root / "versions/corrections.toml").write_text("[[correction]]\nx = 1\n"),
        ("record-changed", "versions/corrections.toml"),
    ),
    "broken record": (
        lambda root: (root / "versions/conformance.json").write_text("{"),
        ("record-changed", "versions/conformance.json"),
    ),
    "broken software": (
        lambda root: (root / "versions/software.toml").write_bytes(b"\xff"),
        ("record-changed", "versions/software.toml"),
    ),
}


@pytest.mark.parametrize("tampering", TAMPERING)
def test_what_was_frozen_is_held_to_the_base(tampering: str, root: Path) -> None:
    tamper, expected = TAMPERING[tampering]
    tamper(root)
    assert expected in found(root)
    assert main(["verify", "--root", str(root), "--against", "git:main"]) == 1
    if not tampering.startswith("broken"):
        commit(root, "all of it committed")
        assert expected in found(root, "git:HEAD~1")


def test_the_lock_alone_does_not_tell(root: Path) -> None:
    drop(root)
    (root / DATES).write_text((root / DATES).read_text().splitlines()[1])
    edit_lock(root, lambda lock: [entry.update(id=n) for n, entry in enumerate(documents(lock["1.2.0"]), 1)])
    assert verify(Store(root)) == []
    assert ("release-removed", LOCK) in found(root)


def documents(files: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in files.values() if "id" in entry]


def test_tampering_fails_a_check_that_has_errors_of_its_own(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(root)
    (root / "schemas" / FILE).write_text("broken")
    assert main(["check", "--root", str(root), "--against", "git:main"]) == 1
    assert "[release-rewritten]" in capsys.readouterr().out


def test_what_may_change_is_named_and_passes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declare(root, "1.3.0")
    freeze(root)
    (root / "versions/corrections.toml").write_text(
        '[[correction]]\nreleases = ["1.1.0"]\ndocuments = []\nreason = "Wrong."\n'
    )
    assert found(root) == []
    assert main(["verify", "--root", str(root), "--against", "git:main"]) == 0
    assert main(["check", "--root", str(root), "--against", "git:main"]) == 0
    told = capsys.readouterr().out
    assert "release 1.3.0 is new since git:main: 7 files" in told
    assert "versions/corrections.toml was changed since git:main" in told
    assert "[release-added]" in told
    assert "[record-changed]" in told


def test_a_correction_that_hides_a_break_is_named(root: Path) -> None:
    file, record = root / "schemas/endpoints/forecast/descriptor.json", root / "versions/corrections.toml"
    file.write_text(file.read_text().replace('"maximum": 14', '"maximum": 10'))
    record.write_text(DAYS)
    hidden = check(Store(root), against="1.1.0")
    assert "maximum-tightened" not in {finding.rule for finding in hidden.findings}
    assert closing_line(hidden).startswith("compared 3 documents with 1.1.0 (with the corrections of 1.1.0): ")
    assert "maximum-tightened" in {finding.rule for finding in check(Store(root), as_documented=True).findings}
    shown = check(Store(root), against="git:main")
    assert "maximum-tightened" in {finding.rule for finding in shown.findings}
    (named,) = (finding for finding in shown.findings if finding.rule == "record-changed")
    assert named.severity is Severity.WARNING
    assert "the corrections of 1.1.0/endpoints/forecast/descriptor.json changed. Review each" in named.message
    commit(root)
    record.write_text(DAYS.replace("Never", "Nowhere"))
    (named,) = history_since(Store(root), "git:main")
    assert named.severity is Severity.WARNING


def test_a_missing_date_may_be_added_later(root: Path) -> None:
    (root / DATES).write_text('"1.1.0" = 2026-01-01T00:00:00Z\n')
    commit(root)
    date(root, lambda text: text + '"1.2.0" = 2026-01-01T00:00:00Z\n')
    assert found(root) == []


def test_a_base_that_is_damaged_may_be_repaired_and_not_be_made_worse(root: Path) -> None:
    file = root / "versions/1.1.0" / FILE
    frozen = file.read_bytes()
    file.write_text("x: int8\n")
    commit(root)
    file.write_bytes(frozen)
    assert found(root) == []


def test_a_release_that_the_lock_of_the_base_does_not_name_is_held_by_its_files(root: Path) -> None:
    copied = root / "versions/1.0.0"
    shutil.copytree(root / "versions/1.1.0", copied)
    commit(root)
    shutil.rmtree(copied)
    assert found(root) == [("release-removed", LOCK)]


@pytest.mark.parametrize("file", [LOCK, DATES])
def test_a_base_whose_lock_or_dates_cannot_be_read_is_named(file: str, root: Path) -> None:
    sound = (root / file).read_bytes()
    (root / file).write_text("{")
    commit(root)
    (root / file).write_bytes(sound)
    with pytest.raises(DamagedStoreError, match=f"{file} of git:main"):
        history_since(Store(root), "git:main")


def test_verify_says_what_it_does_not_know(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--root", str(root)]) == 0
    assert "not compared with history" in capsys.readouterr().out
