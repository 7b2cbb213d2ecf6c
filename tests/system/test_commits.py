"""A base is read from git's objects wherever the repository lies, or one sentence says what to do; nothing else runs."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from arrakis_schema.cli import main
from arrakis_schema.store.append_only import history_since
from arrakis_schema.store.bases import Base, open_bases
from arrakis_schema.store.git import BaseError
from arrakis_schema.store.store import Store
from tests.system.git import SETTINGS, commit, git, project

DOCUMENTS = {"endpoints/forecast/descriptor.json", "endpoints/forecast/schema.txt", "publication/schema.txt"}
DESCRIPTOR = "schemas/endpoints/forecast/descriptor.json"


@pytest.fixture(autouse=True)
def plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two commits, whose documents differ, and a root in a subfolder; made once, and copied."""
    top = tmp_path_factory.mktemp("made") / "top"
    top.mkdir()
    weather = project(top / "services/weather")
    text = (weather / DESCRIPTOR).read_text()
    for maximum in ("12", "10"):
        (weather / DESCRIPTOR).write_text(text.replace('"maximum": 14', f'"maximum": {maximum}'))
        commit(top)
    return top


@pytest.fixture
def root(repository: Path, tmp_path: Path) -> Path:
    """The root in a copy of the repository."""
    return shutil.copytree(repository, tmp_path / "top", symlinks=True) / "services/weather"


def base(root: Path, name: str) -> Base:
    (opened,) = open_bases(Store(root), f"git:{name}", transitive=False)
    return opened


def maximum(root: Path, name: str) -> bytes:
    """Return which of the two commits a name leads to, by what it says."""
    opened = base(root, name)
    assert set(opened.documents) == DOCUMENTS
    assert opened.findings == ()
    (found,) = re.findall(rb'"maximum": (\d+)', opened.documents["endpoints/forecast/descriptor.json"].content)
    return bytes(found)


def test_a_commit_has_many_names(root: Path) -> None:
    first, second = git(root, "rev-parse", "HEAD~1", "HEAD").split()
    git(root, "tag", "--annotate", "v1", "--message", "one", first)
    git(root, "branch", "odd/näme", first)
    for name in (first, first[:10], "HEAD~1", "HEAD^", "v1", "odd/näme", "main~1", "HEAD^{/a commit}~1"):
        assert maximum(root, name) == b"12", name
    for name in (second, "HEAD", "main", "@", "refs/heads/main", ":/a commit"):
        assert maximum(root, name) == b"10", name


def test_linked_worktrees_and_submodules_are_repositories(root: Path, tmp_path: Path) -> None:
    top = root.parent.parent
    git(top, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), "HEAD~1")
    assert maximum(tmp_path / "linked/services/weather", "main") == b"10"
    git(top, "clone", "--quiet", "--bare", str(top), str(tmp_path / "bare.git"))
    git(tmp_path / "bare.git", "worktree", "add", "--quiet", str(tmp_path / "of-bare"), "main")
    assert maximum(tmp_path / "of-bare/services/weather", "HEAD~1") == b"12"
    (tmp_path / "outer").mkdir()
    commit(tmp_path / "outer")
    git(tmp_path / "outer", "submodule", "--quiet", "add", str(top), "inner")
    commit(tmp_path / "outer")
    assert maximum(tmp_path / "outer/inner/services/weather", "HEAD~1") == b"12"


def test_what_a_hook_sets_does_not_lead_astray(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = root.parent.parent
    monkeypatch.chdir(top)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert maximum(Path("services/weather"), "HEAD~1") == b"12"
    (tmp_path / "another").mkdir()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "another/.git"))
    commit(tmp_path / "another")
    assert maximum(root, "HEAD~1") == b"12"


def test_a_repository_that_only_the_environment_names_is_found(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = root.parent.parent
    (top / ".git").rename(tmp_path / "elsewhere.git")
    monkeypatch.chdir(top)
    monkeypatch.setenv("GIT_DIR", "../elsewhere.git")
    assert maximum(Path("services/weather"), "HEAD~1") == b"12"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_DIR", "elsewhere.git")
    monkeypatch.setenv("GIT_WORK_TREE", "top")
    assert maximum(root, "HEAD~1") == b"12"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--depth=1"], "HEAD~1"),
        (["--depth=1"], "FIRST"),
        (["--depth=1"], "v1"),
        (["--depth=1"], "other"),
        (["--depth=1"], "origin/other"),
        (["--filter=blob:none"], "HEAD~1"),
        (["--filter=tree:0"], "HEAD~1"),
    ],
)
def test_a_clone_without_the_base_says_what_to_fetch(options: list[str], name: str, root: Path, tmp_path: Path) -> None:
    top, first = root.parent.parent, git(root, "rev-parse", "HEAD~1")
    for setting in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(top, "config", setting, "true")
    git(top, "tag", "v1", first)
    git(top, "branch", "other", first)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", *options, "--single-branch", "--no-tags", f"file://{top}", str(clone))
    objects = sorted((clone / ".git/objects").rglob("*"))
    place, asked = clone / "services/weather", name.replace("FIRST", first)
    with pytest.raises(BaseError) as told:
        base(place, asked)
    assert sorted((clone / ".git/objects").rglob("*")) == objects, "nothing was fetched"
    (remedy,) = re.findall(r"`git ([^`]+)`", str(told.value))
    git(place, *remedy.split())
    assert maximum(place, "FETCH_HEAD" if "FETCH_HEAD" in str(told.value) else asked) == b"12"


REFUSED = [
    "",
    "--output=x",
    "-h",
    "no-such",
    "a\nb",
    "main\0",
    "HEAD^{tree}",
    "main..HEAD",
    "^main",
    "HEAD:services",
    "\udcff",
]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_commit_gets_one_sentence(name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "verify"):
        assert main([command, "--root", str(root), "--against", f"git:{name}"]) == 2
        told = capsys.readouterr().err
        assert "is not a commit" in told
        assert told.count("\n") == 1


def test_attributes_hide_nothing_of_the_base(root: Path) -> None:
    (root / ".gitattributes").write_text("schemas/** export-ignore filter=evil diff=evil\nversions/** export-ignore\n")
    commit(root)
    assert maximum(root, "HEAD") == b"10"


def test_nothing_that_the_repository_configures_is_run(root: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    evil.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(evil, hooks / hook)
    (root / ".gitattributes").write_text("* filter=evil diff=evil\n")
    commit(root)
    settings = {
        "core.fsmonitor": str(evil),
        "core.hooksPath": str(hooks),
        "core.pager": str(evil),
        "core.sshCommand": str(evil),
        "filter.evil.smudge": str(evil),
        "filter.evil.clean": str(evil),
        "filter.evil.process": str(evil),
        "diff.evil.textconv": str(evil),
        "diff.external": str(evil),
        "alias.ls-tree": f"!{evil}",
        "remote.origin.url": "ssh://example.org/x",
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin",
    }
    for name, value in settings.items():
        git(root, "config", name, value)
    assert maximum(root, "HEAD") == b"10"
    with pytest.raises(BaseError):
        base(root, "0123456789012345678901234567890123456789")
    assert not mark.exists()


def test_replacements_and_grafts_do_not_count(root: Path) -> None:
    first, second = git(root, "rev-parse", "HEAD~1", "HEAD").split()
    git(root, "replace", second, first)
    assert maximum(root, "main") == b"10"
    git(root, "replace", "--delete", second)
    (root.parent.parent / ".git/info/grafts").write_text(f"{second}\n")
    assert maximum(root, "main~1") == b"12"


LINK = "a symbolic link, which is never followed"


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda file: (file.unlink(), file.symlink_to("/etc/passwd")), LINK),
        (lambda file: (file.rename(file.with_name("kept")), file.symlink_to("kept")), LINK),
        (
            lambda file: file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
            "pointer of Git LFS",
        ),
        (lambda file: file.write_text("{"), "not JSON"),
        (lambda file: file.write_bytes(b"\xff"), "not JSON"),
        (lambda file: file.write_text("[]"), "a schema is an object or a boolean"),
    ],
)
def test_a_document_of_the_base_that_is_not_read_is_named_and_undecided(
    damage: Callable[[Path], object], problem: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = (root / DESCRIPTOR).read_bytes()
    damage(root / DESCRIPTOR)
    commit(root)
    (root / DESCRIPTOR).unlink()
    (root / DESCRIPTOR).with_name("kept").unlink(missing_ok=True)
    (root / DESCRIPTOR).write_bytes(sound)
    assert main(["check", "--root", str(root), "--against", "git:HEAD"]) == 3
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "[not-compared]" in line]
    assert line.startswith(f"{DESCRIPTOR}:1:1: warning: not compared: in git:HEAD ")
    assert problem in line


def test_an_example_that_is_a_link_in_the_base_does_not_matter(root: Path) -> None:
    (root.parent / "shared.json").write_text("{}")
    (root / "schemas/endpoints/forecast/examples/linked.json").symlink_to("../../../../../shared.json")
    commit(root)
    assert maximum(root, "HEAD") == b"10"


@pytest.mark.parametrize("folder", ["schemas", "versions"])
def test_a_folder_of_the_base_that_is_none_is_named(folder: str, root: Path) -> None:
    (root / folder).rename(root / "kept")
    (root / folder).symlink_to("kept")
    commit(root)
    (root / folder).unlink()
    (root / "kept").rename(root / folder)
    with pytest.raises(BaseError, match=f"{folder} of git:main is a symbolic link"):
        base(root, "main")


def test_a_submodule_in_the_base_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    head = commit(tmp_path / "other")
    shutil.rmtree(root / "versions")
    git(root, "add", "--all")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{head},services/weather/versions")
    git(root, "commit", "--quiet", "--message", "a submodule")
    with pytest.raises(BaseError, match="versions of git:HEAD is a submodule"):
        base(root, "HEAD")


def test_names_that_are_not_utf_8_can_be_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = root / "schemas/endpoints" / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    shutil.copy(root / DESCRIPTOR, folder)
    commit(root)
    shutil.rmtree(folder)
    assert main(["check", "--root", str(root), "--against", "git:HEAD"]) == 1
    assert r"endpoints/caf\xe9/descriptor.json of git:HEAD was removed" in capsys.readouterr().out


def test_a_base_without_documents_is_told_and_stops_nobody(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "checkout", "--quiet", "--orphan", "empty")
    git(root, "rm", "--quiet", "-r", "--cached", ".")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "nothing")
    assert main(["check", "--root", str(root), "--against", "git:empty"]) == 0
    assert "[base-empty]" in capsys.readouterr().out
    assert main(["verify", "--root", str(root), "--against", "git:empty"]) == 0


def test_without_a_repository_or_git_it_says_what_it_cannot_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path / "weather")
    arguments = ["verify", "--root", str(root), "--against", "git:main"]
    known = "the digests prove the files against versions/lock.json, but not the lock against history"
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"arrakis-schema: {root} is not in a git working tree: {known}\n"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"arrakis-schema: git is not installed, so no commit can be read: {known}\n"
    assert main(arguments[:3]) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to another user")
def test_a_repository_of_another_user_is_read_where_git_is_told_to(root: Path, tmp_path: Path) -> None:
    top = root.parent.parent
    subprocess.run(["chown", "-R", "12345", str(top)], check=True)
    with pytest.raises(BaseError) as told:
        history_since(Store(root), "git:main")
    assert f"`git config --global --add safe.directory {top}`" in str(told.value)
    (tmp_path / "settings").write_text(f"[safe]\n\tdirectory = {top}\n")
    os.environ["GIT_CONFIG_GLOBAL"] = str(tmp_path / "settings")
    assert history_since(Store(root), "git:main") == []
