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
from arrakis_schema.store import freeze as freezing
from arrakis_schema.store.dates import read_dates
from arrakis_schema.store.freeze import freeze
from arrakis_schema.store.lock import format_lock, read_lock, verify
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture
def store(tmp_path: Path) -> Store:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    (tmp_path / "weather/versions").mkdir(exist_ok=True)
    return Store(tmp_path / "weather")


def declare(store: Store, version: str) -> None:
    file = store.root / "schemas/registry.toml"
    old = store.settings.version
    file.write_text(file.read_text().replace(old, version))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_release_is_the_working_set(store: Store) -> None:
    assert freeze(store).version == "1.1.0"
    assert store.releases == ["1.1.0"]
    working = tree(store.root / "schemas")
    del working["registry.toml"]
    assert tree(store.root / "versions/1.1.0") == working
    assert verify(store) == []
    assert sorted(tree(store.root / "versions")) == sorted(
        [*(f"1.1.0/{path}" for path in working), "dates.toml", "lock.json"]
    )


def test_a_release_is_never_made_twice(store: Store) -> None:
    freeze(store)
    before = tree(store.root)
    (store.root / "schemas/endpoints/forecast/schema.txt").write_text("x: int8\n")
    with pytest.raises(ReleaseError, match=r"release 1\.1\.0 exists and never changes"):
        freeze(store)
    assert tree(store.root / "versions") == {
        path.removeprefix("versions/"): data for path, data in before.items() if path.startswith("versions/")
    }


def test_the_same_content_has_the_same_id_and_a_new_one_the_next(store: Store) -> None:
    freeze(store)
    declare(store, "1.2.0")
    (store.root / "schemas/endpoints/forecast/schema.txt").write_text("day: date32[day] not null\n")
    freeze(store)
    lock = read_lock(store.root)
    ids = {release: {path: entry.id for path, entry in files.items() if entry.id} for release, files in lock.items()}
    assert sorted(ids["1.1.0"].values()) == [1, 2, 3]
    changed = {path for path in ids["1.1.0"] if ids["1.1.0"][path] != ids["1.2.0"][path]}
    assert changed == {"endpoints/forecast/schema.txt"}
    assert ids["1.2.0"]["endpoints/forecast/schema.txt"] == 4


def test_an_empty_working_set_is_not_released(store: Store) -> None:
    for folder in ("endpoints", "publication"):
        shutil.rmtree(store.root / "schemas" / folder)
    with pytest.raises(ReleaseError, match="holds no documents"):
        freeze(store)


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
def test_every_later_change_is_told_and_blocks_the_next_release(store: Store, sentence: str) -> None:
    freeze(store)
    DAMAGE[sentence](store.root)
    (problem,) = verify(store)
    assert problem.startswith(sentence)
    declare(store, "1.2.0")
    with pytest.raises(DamagedStoreError):
        freeze(store)
    assert "1.2.0" not in store.releases


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
def test_a_damaged_lock_is_named(store: Store, text: str) -> None:
    (store.root / "versions/lock.json").write_text(text)
    with pytest.raises(DamagedStoreError, match=r"^versions/lock\.json is damaged"):
        verify(store)


def test_the_lock_prints_back_byte_for_byte() -> None:
    assert format_lock(read_lock(PROJECT)) == (PROJECT / "versions/lock.json").read_text()
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
from arrakis_schema.store.freeze import freeze
from arrakis_schema.store.store import Store
sys.addaudithook(count)
freeze(Store(Path(sys.argv[1])))
"""


def test_a_release_that_is_killed_at_any_moment_is_all_or_nothing(store: Store) -> None:
    """Kill it before its first, second, third … touch of `versions/`, until one run reaches its end."""
    first = tree(store.root)
    freeze(store)
    whole = tree(store.root / "versions/1.1.0")
    outcomes = set()
    for calls in range(200):
        shutil.rmtree(store.root)
        for path, content in first.items():
            (store.root / path).parent.mkdir(parents=True, exist_ok=True)
            (store.root / path).write_bytes(content)
        (store.root / "versions").mkdir(exist_ok=True)
        ended = subprocess.run(
            [sys.executable, "-c", KILLER, str(store.root), str(calls)], check=False, capture_output=True
        )
        assert ended.returncode in {0, -signal.SIGKILL}, ended.stderr.decode()
        outcomes.add(store.releases == ["1.1.0"])
        if store.releases:
            assert tree(store.root / "versions/1.1.0") == whole
            assert verify(store) == []
        if ended.returncode == 0:
            break
        if not store.releases:
            assert freeze(store).version == "1.1.0"
        else:
            with pytest.raises(ReleaseError, match="exists and never changes"):
                freeze(store)
        assert verify(store) == []
        assert tree(store.root / "versions/1.1.0") == whole
        assert list(read_dates(store.root)) == ["1.1.0"]
        assert sorted(path.name for path in (store.root / "versions").iterdir()) == ["1.1.0", "dates.toml", "lock.json"]
        assert "versions/** -text\n" in (store.root / ".gitattributes").read_text()
    assert ended.returncode == 0
    assert outcomes == {True, False}


def test_the_moment_between_lock_and_folder_is_told_by_verify(store: Store) -> None:
    freeze(store)
    (store.root / "versions/.staged").mkdir()
    (store.root / "versions/1.1.0").rename(store.root / "versions/.staged/1.1.0")
    assert verify(store) == [
        "the release of 1.1.0 was interrupted: run `arrakis-schema release` again, which completes it"
    ]
    assert freeze(store).version == "1.1.0"
    assert verify(store) == []


def test_an_interrupted_release_that_is_not_the_working_set_any_more_is_completed_and_told(store: Store) -> None:
    freeze(store)
    (store.root / "versions/.staged").mkdir()
    (store.root / "versions/1.1.0").rename(store.root / "versions/.staged/1.1.0")
    (store.root / "versions/dates.toml").unlink()
    (store.root / "schemas/publication/schema.txt").write_text("x: int8\n")
    with pytest.raises(ReleaseError, match="had been interrupted, and is complete now; the working set has changed"):
        freeze(store)
    assert verify(store) == []
    assert list(read_dates(store.root)) == ["1.1.0"]


@pytest.mark.parametrize("last", ["lock.json", "dates.toml", "1.1.0"])
def test_a_rename_that_fails_is_taken_back(last: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (store.root / "versions/dates.toml").write_text("# dates\n")
    before = tree(store.root)

    def failing(rename: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def renamed(path: Path, target: Path) -> Path:
            if path.parent.name == ".staged" and path.name == last:
                raise PermissionError(errno.EACCES, "Permission denied", str(target))
            return rename(path, target)

        return renamed

    for name in ("rename", "replace"):
        monkeypatch.setattr(Path, name, failing(getattr(Path, name)))
    with pytest.raises(ReleaseError, match=r"versions/1\.1\.0 cannot be put in place: Permission denied"):
        freeze(store)
    assert tree(store.root) == before
    monkeypatch.undo()
    assert freeze(store).version == "1.1.0"


@pytest.mark.parametrize("moment", ["verify", "_put_in_place", "_sync_folder"])
def test_an_interrupt_leaves_all_or_nothing(moment: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(freezing, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        freeze(store)
    monkeypatch.undo()
    assert list((store.root / "versions").iterdir()) == []
    assert freeze(store).version == "1.1.0"


def test_an_interrupt_between_the_renames_completes_the_release(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == "dates.toml":
            monkeypatch.undo()
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        freeze(store)
    assert store.releases == ["1.1.0"]
    assert verify(store) == []
    assert list(read_dates(store.root)) == ["1.1.0"]


def test_a_full_disk_names_the_file_and_leaves_nothing(store: Store) -> None:
    """A limit on the size of a file stands for the disk: the system refuses to write in the same way."""
    (store.root / "versions").rmdir()
    before = tree(store.root)
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from arrakis_schema.store.freeze import ReleaseError, freeze; from arrakis_schema.store.store import Store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))\n"
        "try: freeze(Store(Path(sys.argv[1])))\n"
        "except ReleaseError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code, str(store.root)], check=True, capture_output=True, text=True)
    file = store.root / "versions/1.1.0/endpoints/forecast/descriptor.json"
    assert told.stdout == f"{file} cannot be written: File too large; nothing was released\n"
    assert tree(store.root) == before
    assert not (store.root / "versions").exists()


def test_of_releases_at_once_one_wins_and_the_others_say_so(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from arrakis_schema.store.freeze import ReleaseError, freeze\n"
        "from arrakis_schema.store.store import Store; sys.stdin.readline()\n"
        "try: print('released', freeze(Store(Path(sys.argv[1]))).version)\n"
        "except ReleaseError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(store.root)]
    runs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    printed = [run.communicate()[0] for run in runs]
    assert printed.count("released 1.1.0\n") == 1
    others = [line for line in printed if not line.startswith("released")]
    assert all("another release is being made" in line or "exists and never changes" in line for line in others)
    assert verify(store) == []
    assert list(read_dates(store.root)) == ["1.1.0"]


@pytest.mark.parametrize("staged", ["a file", "a link"])
def test_what_stands_in_the_way_is_named(staged: str, store: Store) -> None:
    path = store.root / "versions/.staged"
    path.write_text("") if staged == "a file" else path.symlink_to(store.root)
    with pytest.raises(ReleaseError, match=r"versions/\.staged is no folder, and in the way of a release: remove it"):
        freeze(store)
    assert (store.root / "schemas/registry.toml").exists()


def test_a_date_is_a_line_of_its_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    freeze(store)
    dates = store.root / "versions/dates.toml"
    dates.write_text(dates.read_text().rstrip())
    declare(store, "1.2.0")
    for wrong in ("soon", "9" * 30, "-1e3"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(ReleaseError, match="and no number of seconds since 1970"):
            freeze(store)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    freeze(store)
    assert dates.read_text() == '"1.1.0" = 2026-01-01T00:00:00Z\n"1.2.0" = 2026-01-01T00:00:00Z\n'


def test_two_releases_at_once_do_not_mix(store: Store) -> None:
    code = "import fcntl, os, sys, time; fcntl.flock(os.open(sys.argv[1], 0), fcntl.LOCK_EX); print('held', flush=True); time.sleep(30)"
    with subprocess.Popen([sys.executable, "-c", code, str(store.root / "versions")], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(ReleaseError, match="another release is being made"):
            freeze(store)
        other.kill()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert freeze(store).version == "1.1.0"
        except ReleaseError:
            continue
        break
    assert store.releases == ["1.1.0"]


def test_a_folder_that_cannot_be_written_is_named(store: Store) -> None:
    if os.geteuid() == 0:
        (store.root / "versions/.staged").write_text("a file where a folder is wanted")
    else:
        (store.root / "versions").chmod(0o500)
    with pytest.raises((ArrakisSchemaError, OSError)):
        freeze(store)
    assert store.releases == []
