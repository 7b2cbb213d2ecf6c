"""Freezing and verifying: all or nothing, whenever it is interrupted; every later change is told."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError, ReleaseError
from arrakis_schema.store import freezing
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.lock import format_lock
from arrakis_schema.store.store import Store
from arrakis_schema.store.verification import verify

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    (tmp_path / "weather/versions").mkdir(exist_ok=True)
    return tmp_path / "weather"


def declare(root: Path, version: str) -> None:
    file = root / "schemas/registry.toml"
    old = Store(root).settings.version
    file.write_text(file.read_text().replace(old, version))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_release_is_the_working_set(root: Path) -> None:
    assert freeze(root).version == "1.1.0"
    assert list(Store(root).releases) == ["1.1.0"]
    working = tree(root / "schemas")
    del working["registry.toml"]
    assert tree(root / "versions/1.1.0") == working
    assert verify(Store(root)) == []
    assert sorted(tree(root / "versions")) == sorted(
        [*(f"1.1.0/{path}" for path in working), "dates.toml", "lock.json"]
    )


def test_a_release_is_never_made_twice(root: Path) -> None:
    freeze(root)
    before = tree(root)
    (root / "schemas/endpoints/forecast/schema.txt").write_text("x: int8\n")
    with pytest.raises(ReleaseError, match=r"release 1\.1\.0 exists and never changes"):
        freeze(root)
    assert tree(root / "versions") == {
        path.removeprefix("versions/"): data for path, data in before.items() if path.startswith("versions/")
    }


def test_the_same_content_has_the_same_id_and_a_new_one_the_next(root: Path) -> None:
    freeze(root)
    declare(root, "1.2.0")
    (root / "schemas/endpoints/forecast/schema.txt").write_text("day: date32[day] not null\n")
    freeze(root)
    lock = Store(root).lock
    ids = {release: {path: entry.id for path, entry in files.items() if entry.id} for release, files in lock.items()}
    assert sorted(ids["1.1.0"].values()) == [1, 2, 3]
    changed = {path for path in ids["1.1.0"] if ids["1.1.0"][path] != ids["1.2.0"][path]}
    assert changed == {"endpoints/forecast/schema.txt"}
    assert ids["1.2.0"]["endpoints/forecast/schema.txt"] == 4


def test_an_empty_working_set_is_not_released(root: Path) -> None:
    for folder in ("endpoints", "publication"):
        shutil.rmtree(root / "schemas" / folder)
    with pytest.raises(ReleaseError, match="holds no documents"):
        freeze(root)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "versions/1.1.0/endpoints/forecast/schema.txt was changed": lambda root: (
        root / "versions/1.1.0/endpoints/forecast/schema.txt"
    ).write_text("x"),
    "versions/1.1.0/publication/schema.txt is missing": lambda root: (
        root / "versions/1.1.0/publication/schema.txt"
    ).unlink(),
    "versions/1.1.0/new.json was added": lambda root: (root / "versions/1.1.0/new.json").write_text("{}"),
    "versions/1.1.0 is in versions/lock.json, but the folder is missing": lambda root: shutil.rmtree(
        root / "versions/1.1.0"
    ),
    "versions/1.3.0 is not in versions/lock.json": lambda root: shutil.copytree(
        root / "versions/1.1.0", root / "versions/1.3.0"
    ),
    "versions/notes is not a release": lambda root: (root / "versions/notes").mkdir(),
}


@pytest.mark.parametrize("sentence", DAMAGE)
def test_every_later_change_is_told_and_blocks_the_next_release(root: Path, sentence: str) -> None:
    freeze(root)
    DAMAGE[sentence](root)
    (problem,) = verify(Store(root))
    assert problem.startswith(sentence)
    declare(root, "1.2.0")
    with pytest.raises(DamagedStoreError):
        freeze(root)
    assert "1.2.0" not in Store(root).releases


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"releases": 1}',
        '{"releases": {"1.0.0": {"a": {"sha256": "x"}}}}',
        '{"releases": {"1.0.0": {"a": 1}}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_lock_is_named(root: Path, text: str) -> None:
    (root / "versions/lock.json").write_text(text)
    with pytest.raises(DamagedStoreError, match=r"^versions/lock\.json is damaged"):
        verify(Store(root))


def test_the_lock_prints_back_byte_for_byte() -> None:
    assert format_lock(Store(PROJECT).lock) == (PROJECT / "versions/lock.json").read_text()
    assert json.loads((PROJECT / "versions/lock.json").read_text())["format"] == 1


KILLER = """
import os, signal, sys
from pathlib import Path
calls = int(sys.argv[2])
def count(name, args):
    global calls
    if name in {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"} and "versions" in str(args[0]):
        calls -= 1
        if calls < 0:
            os.kill(os.getpid(), signal.SIGKILL)
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
sys.addaudithook(count)
freeze(Path(sys.argv[1]))
"""


def test_a_release_that_is_killed_at_any_moment_is_all_or_nothing(root: Path) -> None:
    """Kill it before its first, second, third … touch of `versions/`, until one run reaches its end."""
    first = tree(root)
    freeze(root)
    whole = tree(root / "versions/1.1.0")
    outcomes = set()
    for calls in range(200):
        shutil.rmtree(root)
        for path, content in first.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        (root / "versions").mkdir(exist_ok=True)
        ended = subprocess.run([sys.executable, "-c", KILLER, str(root), str(calls)], check=False, capture_output=True)
        assert ended.returncode in {0, -signal.SIGKILL}, ended.stderr.decode()
        outcomes.add(list(Store(root).releases) == ["1.1.0"])
        if Store(root).releases:
            assert tree(root / "versions/1.1.0") == whole
            assert verify(Store(root)) == []
        if ended.returncode == 0:
            break
        if not Store(root).releases:
            assert freeze(root).version == "1.1.0"
        else:
            with pytest.raises(ReleaseError, match="exists and never changes"):
                freeze(root)
        assert verify(Store(root)) == []
        assert tree(root / "versions/1.1.0") == whole
        assert list(Store(root).dates) == ["1.1.0"]
        assert sorted(path.name for path in (root / "versions").iterdir()) == ["1.1.0", "dates.toml", "lock.json"]
        assert "versions/** -text\n" in (root / ".gitattributes").read_text()
    assert ended.returncode == 0
    assert outcomes == {True, False}


def test_the_moment_between_lock_and_folder_is_told_by_verify(root: Path) -> None:
    freeze(root)
    (root / "versions/.staged").mkdir()
    (root / "versions/1.1.0").rename(root / "versions/.staged/1.1.0")
    assert verify(Store(root)) == [
        "the release of 1.1.0 was interrupted: run `arrakis-schema release` again, which completes it"
    ]
    assert freeze(root).version == "1.1.0"
    assert verify(Store(root)) == []


def test_an_interrupted_release_that_is_not_the_working_set_any_more_is_completed_and_told(root: Path) -> None:
    freeze(root)
    (root / "versions/.staged").mkdir()
    (root / "versions/1.1.0").rename(root / "versions/.staged/1.1.0")
    (root / "versions/dates.toml").unlink()
    (root / "schemas/publication/schema.txt").write_text("x: int8\n")
    with pytest.raises(ReleaseError, match="had been interrupted, and is complete now; the working set has changed"):
        freeze(root)
    assert verify(Store(root)) == []
    assert list(Store(root).dates) == ["1.1.0"]


@pytest.mark.parametrize("last", ["lock.json", "dates.toml", "1.1.0"])
def test_a_rename_that_fails_is_taken_back(last: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "versions/dates.toml").write_text("# dates\n")
    before = tree(root)

    def failing(rename: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def renamed(path: Path, target: Path) -> Path:
            if path.parent.name == ".staged" and path.name == last:
                raise PermissionError(errno.EACCES, "Permission denied", str(target))
            return rename(path, target)

        return renamed

    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, failing(getattr(Path, name)))
    with pytest.raises(ReleaseError, match=r"versions/1\.1\.0 cannot be put in place: Permission denied"):
        freeze(root)
    assert tree(root) == before
    monkeypatch.undo()
    assert freeze(root).version == "1.1.0"


@pytest.mark.parametrize("moment", ["verify", "_put_in_place", "_sync_folder"])
def test_an_interrupt_leaves_all_or_nothing(moment: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(freezing, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        freeze(root)
    monkeypatch.undo()
    assert list((root / "versions").iterdir()) == []
    assert freeze(root).version == "1.1.0"


def test_an_interrupt_between_the_renames_completes_the_release(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == "dates.toml":
            monkeypatch.undo()
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        freeze(root)
    assert list(Store(root).releases) == ["1.1.0"]
    assert verify(Store(root)) == []
    assert list(Store(root).dates) == ["1.1.0"]


def test_a_full_disk_names_the_file_and_leaves_nothing(root: Path) -> None:
    """A limit on the size of a file stands for the disk: the system refuses to write in the same way."""
    (root / "versions").rmdir()
    before = tree(root)
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from arrakis_schema.store.freezing import ReleaseError, freeze; from arrakis_schema.store.store import Store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))\n"
        "try: freeze(Path(sys.argv[1]))\n"
        "except ReleaseError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code, str(root)], check=True, capture_output=True, text=True)
    file = root / "versions/1.1.0/endpoints/forecast/descriptor.json"
    assert told.stdout == f"{file} cannot be written: File too large; nothing was released\n"
    assert tree(root) == before
    assert not (root / "versions").exists()


def test_of_releases_at_once_one_wins_and_the_others_say_so(root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from arrakis_schema.store.freezing import ReleaseError, freeze\n"
        "from arrakis_schema.store.store import Store; sys.stdin.readline()\n"
        "try: print('released', freeze(Path(sys.argv[1])).version)\n"
        "except ReleaseError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(root)]
    runs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    printed = [run.communicate()[0] for run in runs]
    assert printed.count("released 1.1.0\n") == 1
    others = [line for line in printed if not line.startswith("released")]
    assert all("another release is being made" in line or "exists and never changes" in line for line in others)
    assert verify(Store(root)) == []
    assert list(Store(root).dates) == ["1.1.0"]


@pytest.mark.parametrize("staged", ["a file", "a link"])
def test_what_stands_in_the_way_is_named(staged: str, root: Path) -> None:
    path = root / "versions/.staged"
    path.write_text("") if staged == "a file" else path.symlink_to(root)
    with pytest.raises(ReleaseError, match=r"versions/\.staged is not a folder, and blocks the release: remove it"):
        freeze(root)
    assert (root / "schemas/registry.toml").exists()


def test_a_date_is_a_line_of_its_own(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    freeze(root)
    dates = root / "versions/dates.toml"
    dates.write_text(dates.read_text().rstrip())
    declare(root, "1.2.0")
    for wrong in ("soon", "9" * 30, "-1e3"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(ReleaseError, match="expected a number of seconds since 1970"):
            freeze(root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    freeze(root)
    assert dates.read_text() == '"1.1.0" = 2026-01-01T00:00:00Z\n"1.2.0" = 2026-01-01T00:00:00Z\n'


def test_two_releases_at_once_do_not_mix(root: Path) -> None:
    code = "import fcntl, os, sys, time; fcntl.flock(os.open(sys.argv[1], 0), fcntl.LOCK_EX); print('held', flush=True); time.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", code, str(root / "versions")], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(ReleaseError, match="another release is being made"):
            freeze(root)
        other.kill()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert freeze(root).version == "1.1.0"
        except ReleaseError:
            continue
        break
    assert list(Store(root).releases) == ["1.1.0"]


def test_a_folder_that_cannot_be_written_is_named(root: Path) -> None:
    if os.geteuid() == 0:
        (root / "versions/.staged").write_text("a file where a folder is wanted")
    else:
        (root / "versions").chmod(0o500)
    with pytest.raises((ArrakisSchemaError, OSError)):
        freeze(root)
    assert list(Store(root).releases) == []
