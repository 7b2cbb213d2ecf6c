"""The site in a folder is whole at every moment: when builds meet, are killed or fail; and nothing is left beside it."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arrakis_schema.site import writer as swapping
from arrakis_schema.site.representations import Representation
from arrakis_schema.site.writer import MARK, BuildError, write_tree

COUNT = 40


def pages(label: str, count: int = COUNT) -> Iterator[Representation]:
    """Yield a small site, all of whose files say the same."""
    for path in (MARK, *(f"pages/{number}/index.html" for number in range(count - 1))):
        yield Representation(path, label.encode(), "text/html")


def content(site: Path) -> set[bytes]:
    """Return what the files of a site say: one thing, and there are all of them."""
    files = [path for path in site.rglob("*") if path.is_file()]
    assert len(files) == COUNT
    return {path.read_bytes() for path in files}


def beside(site: Path) -> list[str]:
    return sorted(path.name for path in site.parent.iterdir() if path.name != site.name)


def unable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system be one that cannot exchange two names."""
    monkeypatch.setattr(swapping, "exchange", lambda *_: False)


@pytest.fixture(params=["exchange", "renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "renames":
        unable(monkeypatch)
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_a_site_is_written_and_replaced(tmp_path: Path) -> None:
    site = tmp_path / "deep/below/site"
    for label in ("first", "second"):
        assert write_tree(pages(label), site) == COUNT
        assert content(site) == {label.encode()}
        assert beside(site) == []
    site.chmod(0o755)
    assert site.stat().st_mode & 0o777 == 0o755


ALONE = f"""
import sys, types
package = sys.modules["arrakis_schema.site"] = types.ModuleType("arrakis_schema.site")  # without what renders pages
package.__path__ = [{str(Path(swapping.__file__).parent)!r}]
from pathlib import Path
from arrakis_schema.site.representations import Representation
from arrakis_schema.site import writer as swapping
from arrakis_schema.site.writer import BuildError, MARK, write_tree
def pages(label):
    for path in (MARK, *(f"pages/{{number}}/index.html" for number in range({COUNT - 1}))):
        yield Representation(path, label.encode(), "text/html")
site = Path(sys.argv[1])
"""
WRITER = f"""{ALONE}
label = sys.argv[2]
if sys.argv[3] == "renames":
    swapping.exchange = lambda *_: False
for number in range(int(sys.argv[4])):
    print(label, number, write_tree(pages(f"{{label}} {{number}}"), site), flush=True)
"""


def writer(site: Path, label: str, way: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, str(site), label, way, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_builds_into_one_folder_at_once_are_each_whole(way: str, tmp_path: Path) -> None:
    site, rounds = tmp_path / "site", 15
    both = [writer(site, label, way, rounds) for label in "ab"]
    while any(one.poll() is None for one in both):
        time.sleep(0.01)
    for one in both:
        printed, wrong = one.communicate()
        assert (one.returncode, wrong) == (0, "")
        assert printed.count(f" {COUNT}\n") == rounds
    assert content(site) in [{f"{label} {rounds - 1}".encode()} for label in "ab"]
    assert beside(site) == []


def test_a_reader_finds_the_one_or_the_other_at_every_moment(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_tree(pages("0"), site)
    ended, absent = threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            if not (site / MARK).is_file():
                absent.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(50):
        write_tree(pages(str(number)), site)
    ended.set()
    reader.join()
    assert absent == []


def test_a_build_that_is_killed_at_any_time_leaves_the_site_whole_and_nothing_for_long(
    way: str, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    write_tree(pages("before"), site)
    for delay in (0.0, 0.001, 0.003, 0.007, 0.015):
        with writer(site, "killed", way, 1000) as killed:
            assert killed.stdout is not None
            killed.stdout.readline()
            time.sleep(delay)
            killed.send_signal(signal.SIGKILL)
        if way == "exchange":
            assert len(content(site)) == 1
        with pytest.raises(ZeroDivisionError):
            write_tree((1 / 0 for _ in "x"), site)  # type: ignore[misc] # it never yields
        assert len(content(site)) == 1, "a failing build brings back what a killed one had moved aside"
        assert beside(site) == []


def test_a_site_that_was_moved_aside_comes_back(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_tree(pages("before"), site)
    for name in (".site.0123456789abcdef.old", ".site.old"):
        site.rename(tmp_path / name)
        with pytest.raises(ZeroDivisionError):
            write_tree((1 / 0 for _ in "x"), site)  # type: ignore[misc] # it never yields
        assert content(site) == {b"before"}
        assert beside(site) == []


def test_what_belongs_to_a_running_build_or_to_somebody_else_is_left(tmp_path: Path) -> None:
    site = tmp_path / "site"
    names = [".site.new.txt", ".site.mine.new", ".sites.new", "site.new", ".site.0123456789ABCDEF.new"]
    for name in names:
        (tmp_path / name).mkdir()

    def build_inside() -> Iterator[Representation]:
        yield from pages("inner", 3)
        assert write_tree(pages("other"), site) == COUNT
        yield from list(pages("inner"))[3:]

    assert write_tree(build_inside(), site) == COUNT
    assert content(site) == {b"inner"}
    assert beside(site) == sorted(names)


def test_a_second_rename_that_fails_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    write_tree(pages("before"), site)
    unable(monkeypatch)
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name.endswith(".new") and target == site:
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(BuildError, match="site cannot be replaced: Permission denied"):
        write_tree(pages("after"), site)
    assert content(site) == {b"before"}
    assert beside(site) == []


def test_a_full_disk_names_the_file_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of a file stands for the disk: the system refuses to write in the same way."""
    code = f"""{ALONE}
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_tree([*pages("after"), Representation("large.bin", b"x" * 1000, "")], site)
except BuildError as error:
    print(error)
"""
    for site in (tmp_path / "a/b/site", tmp_path / "there/site"):
        if site.parent.name == "there":
            write_tree(pages("before"), site)
        told = subprocess.run([sys.executable, "-c", code, str(site)], check=True, capture_output=True, text=True)
        assert told.stdout == f"{site / 'large.bin'} cannot be written: File too large\n"
    assert not (tmp_path / "a").exists()
    assert content(site) == {b"before"}
    assert beside(site) == []


def test_a_link_to_a_site_stays_a_link(tmp_path: Path) -> None:
    write_tree(pages("before"), tmp_path / "real")
    (tmp_path / "site").symlink_to("real")
    write_tree(pages("after"), tmp_path / "site")
    assert (tmp_path / "site").is_symlink()
    assert content(tmp_path / "real") == {b"after"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["real", "site"]


def loop(folder: Path) -> Path:
    (folder / "site").symlink_to("site")
    return folder / "site"


def text(folder: Path) -> Path:
    (folder / "site").write_text("mine")
    return folder / "site"


def full(folder: Path) -> Path:
    (folder / "site").mkdir()
    (folder / "site/mine.txt").write_text("mine")
    return folder / "site"


def below_a_file(folder: Path) -> Path:
    text(folder)
    return folder / "site/below"


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a file": (text, "is not a site that was built here"),
    "somebody's folder": (full, "is not a site that was built here"),
    "below a file": (below_a_file, "is a file"),
    "a link to itself": (loop, "leads nowhere"),
    "a mount point": (lambda _: Path("/proc"), "is a mount point"),
    "the top": (lambda _: Path("/"), "is a mount point"),
    "the current folder": (lambda _: Path(), "holds the current folder"),
    "above the current folder": (lambda _: Path(".."), "holds the current folder"),
    "the root": (lambda folder: folder / "root", "is among the sources"),
    "above the root": (lambda folder: folder, "is among the sources"),
    "the documents": (lambda folder: folder / "root/schemas", "is among the sources"),
    "among the documents": (lambda folder: folder / "root/schemas/endpoints/site", "is among the sources"),
    "among the releases": (lambda folder: folder / "root/versions/1.0.0", "is among the sources"),
}


@pytest.mark.parametrize("target", REFUSED)
def test_what_cannot_be_replaced_is_refused_and_untouched(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, reason = REFUSED[target]
    current = tmp_path / "current/below"
    current.mkdir(parents=True)
    monkeypatch.chdir(current)
    (tmp_path / "case/root/schemas").mkdir(parents=True)
    site = make(tmp_path / "case")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BuildError, match=reason) as told:
        write_tree(pages("x"), site, root=tmp_path / "case/root")
    assert "\n" not in str(told.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_was_filled_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    site = tmp_path / "site"

    def slow() -> Iterator[Representation]:
        yield from pages("x")
        full(tmp_path)

    with pytest.raises(BuildError, match="is not a site that was built here"):
        write_tree(slow(), site)
    assert (site / "mine.txt").read_text() == "mine"
    assert beside(site) == []


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    code = f"{ALONE}\ntry:\n    write_tree(pages('x'), site)\nexcept BuildError as error:\n    print(error)"
    drop = ["setpriv", "--reuid=12345", "--clear-groups", "--bounding-set=-all"] if os.geteuid() == 0 else []
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    told = subprocess.run(
        [*drop, sys.executable, "-c", code, str(closed / "site")], check=False, capture_output=True, text=True
    )
    assert told.stdout == f"{closed / 'site'} cannot be written: Permission denied\n", told.stderr
