"""Each way in which a command ends has its exit code, and what goes wrong with the streams is no traceback."""

import os
import re
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import commands, main
from arrakis_schema.cli.exit_codes import EXIT_CODES
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.working_on import working_on

PROJECT = Path(__file__).parent.parent.parent
WEATHER = PROJECT / "tests/fixtures/weather"

CAPABILITIES = "-dac_override,-dac_read_search"
PLAIN_USER = (
    [shutil.which("setpriv"), f"--bounding-set={CAPABILITIES}", f"--inh-caps={CAPABILITIES}"]
    if os.geteuid() == 0
    else []
)
"""What takes from root the right to write where the permissions forbid it."""


def raising(error: BaseException) -> Callable[[Namespace], int]:
    def command(_: Namespace) -> int:
        with working_on("schemas/endpoints/find/descriptor.json"):
            raise error

    return command


def run(
    *arguments: str | bytes, redirected: str = "", prefix: Sequence[str | None] = (), **options: Any
) -> "subprocess.CompletedProcess[str]":
    """Run the command in a process of its own; `redirected` is what a shell does with its streams."""
    program = [*filter(None, prefix), sys.executable, "-m", "arrakis_schema.cli", *arguments]
    command = ["bash", "-c", f'"$@" {redirected}', "bash", *program] if redirected else program
    return subprocess.run(command, check=False, capture_output=True, text=True, errors="surrogateescape", cwd=PROJECT, **options)  # fmt: skip


def test_the_page_and_the_help_list_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    page = (PROJECT / "docs/commands.md").read_text()
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == list(EXIT_CODES)
    with pytest.raises(SystemExit):
        main(["--help"])
    help_text = " ".join(capsys.readouterr().out.split())
    assert all(f"{code} {meaning}" in help_text for code, meaning in EXIT_CODES.items())


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (KeyError("x"), 70, "arrakis-schema: internal error in list of schemas/endpoints/find/descriptor.json (KeyError: 'x', at cli/test_exits.py:"),
        (MemoryError(), 2, "arrakis-schema: 4096 MiB of memory are not enough for schemas/endpoints/find/descriptor.json: "),
        (RecursionError("maximum recursion depth exceeded"), 70, "(RecursionError: maximum recursion depth exceeded, at cli/test_exits.py:"),
        (ValueError("x\n::error::y\x1b[2J" * 200_000), 70, r"(ValueError: x\n::error::y\x1b[2J"),
        (DamagedStoreError(["a\nb"]), 2, "arrakis-schema: a\\nb\n"),
        (OSError(5, "Input/output error", "/x\ny"), 2, "arrakis-schema: /x\\ny: Input/output error\n"),
        (OSError("no reason"), 2, "arrakis-schema: the system: no reason\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)  # fmt: skip
def test_each_failure_has_its_exit_code(
    error: BaseException, code: int, sentence: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(commands.COMMANDS, "list", raising(error))
    assert main(["list"]) == code
    printed = capfd.readouterr()
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == (1 if sentence else 0)
    assert len(printed.err) < 700
    if code == 70:
        assert "this is a bug in arrakis-schema; please report it with what --debug prints" in printed.err
    assert printed.out == ""


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(commands.COMMANDS, "list", raising(KeyError("x")))
    assert main(["list", "--debug"]) == 70
    printed = capfd.readouterr().err
    assert "Traceback (most recent call last):" in printed
    assert printed.splitlines()[-1].endswith("please report it with what this prints")


def test_the_exit_codes_of_answers(tmp_path: Path) -> None:
    texts = {
        "number": '{"type": "integer"}',
        "text": '{"type": "string", "pattern": "^a"}',
        "twice": '{"type": "string", "pattern": "^(.)\\\\1$"}',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.json").write_text(text)
    pairs = [("number", "number"), ("number", "text"), ("twice", "text")]
    compared = [run("compare", *(str(tmp_path / f"{name}.json") for name in pair)).returncode for pair in pairs]
    assert compared == [0, 1, 3]
    assert run("nope").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "redirected", "code", "error"),
    [
        (("list",), ">/dev/full", 2, "arrakis-schema: standard output cannot be written: No space left on device\n"),
        (("--help",), ">/dev/full", 2, "arrakis-schema: standard output cannot be written: No space left on device\n"),
        (("matrix",), ">/dev/full", 2, "arrakis-schema: standard output cannot be written: No space left on device\n"),
        (("show", "find", "--as", "json"), ">/dev/full", 2, "arrakis-schema: standard output cannot be written: No space left on device\n"),
        (("lint", "--format", "junit"), ">/dev/full", 2, "arrakis-schema: standard output cannot be written: No space left on device\n"),
        (("list",), ">&-", 0, ""),
        (("show", "find"), ">&-", 0, ""),
        (("matrix",), ">&-", 0, ""),
        (("list",), ">/dev/full 2>/dev/full", 2, ""),
        (("nope",), "2>/dev/full", 2, ""),
        (("show", "nope"), "2>&-", 2, ""),
        (("show", "nope"), ">&- 2>&- <&-", 2, ""),
        (("validate", "-"), "<&-", 1, ""),
    ],
)  # fmt: skip
def test_streams_that_cannot_be_written_are_no_traceback(
    arguments: tuple[str, ...], redirected: str, code: int, error: str
) -> None:
    done = (
        run(*arguments, "--root", str(WEATHER), redirected=redirected)
        if arguments[0] == "matrix"
        else run(*arguments, redirected=redirected)
    )
    assert (done.returncode, done.stderr) == (code, error)


def test_a_reader_that_went_away_ends_the_command_quietly() -> None:
    done = run("show", "find", redirected="| true; echo ${PIPESTATUS[0]}")
    assert (done.stdout.strip() in {"0", "141"}, done.stderr) == (True, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8", "utf-16"])
@pytest.mark.parametrize("command", ["list", "matrix --why", "diff 1.1.0", "check --format junit", "check --format gitlab", "show forecast"])  # fmt: skip
def test_an_encoding_that_lacks_a_character_is_no_traceback(encoding: str, command: str, tmp_path: Path) -> None:
    root = tmp_path / "weather"
    shutil.copytree(WEATHER, root)
    document = root / "schemas/endpoints/forecast/descriptor.json"
    document.write_text(document.read_text().replace('"description": "', '"description": "\\ud800 😀 é ', 1))
    shutil.copytree(
        root / "schemas/endpoints/forecast", root / os.fsdecode(b"schemas/endpoints/caf\xe9 \xf0\x9f\x98\x80")
    )
    done = run(*command.split(), "--root", str(root), env={**os.environ, "PYTHONIOENCODING": encoding})
    assert done.returncode in {0, 1, 2}, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.parametrize("argument", [b"\xff\x1b[2J", b"a\n::error::b", b"x" * 5000])
@pytest.mark.parametrize("place", [["--root", ""], ["show"], ["list", "--release"], ["validate"], ["compare", "x"], ["build", "--root"], ["conform"]])  # fmt: skip
def test_an_odd_argument_gets_a_sentence(argument: bytes, place: list[str]) -> None:
    done = run(*(place[:1] if place == ["--root", ""] else place), argument)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "\n::error" not in done.stderr


@pytest.mark.skipif(None in PLAIN_USER, reason="root may write everywhere, and there is no setpriv")
@pytest.mark.parametrize(
    ("command", "folder"), [(["release"], "versions"), (["build", "out"], "."), (["build", "out/site"], "out")]
)
def test_a_folder_that_cannot_be_written_gets_a_sentence(command: list[str], folder: str, tmp_path: Path) -> None:
    root = tmp_path / "weather"
    shutil.copytree(WEATHER, root)
    place = root / folder
    place.mkdir(exist_ok=True)
    place.chmod(0o555)
    arguments = [part if part in {"release", "build"} else str(root / part) for part in command]
    done = run(*arguments, "--root", str(root), prefix=PLAIN_USER)
    place.chmod(0o755)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "ermission denied" in done.stderr
    assert len(done.stderr.splitlines()) == 1
