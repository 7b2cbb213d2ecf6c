"""The command line: each case holds arguments, exit code and what is printed; bad input gets one sentence."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema.cli import main
from arrakis_schema.cli.arguments import build_parser

PROJECT = Path(__file__).parent.parent.parent
CASES = json.loads((PROJECT / "tests/cases/cli/commands.json").read_text())


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    return tmp_path / "weather"


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case["arguments"]) for case in CASES])
def test_a_command_does_what_its_case_says(
    case: dict[str, Any], weather: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = [argument.replace("WEATHER", str(weather)) for argument in case["arguments"]]
    for path, text in case.get("files", {}).items():
        (weather / path).parent.mkdir(parents=True, exist_ok=True)
        (weather / path).write_text(text)
    try:
        code = main(arguments)
    except SystemExit as ended:  # argparse ends the program itself
        code = int(ended.code or 0)
    printed = capfd.readouterr()
    shown = [
        part.replace(str(weather), "WEATHER").replace(str(PROJECT), "PROJECT") for part in (printed.out, printed.err)
    ]
    assert code == case["exit"], shown
    for wanted, found in zip((case.get("out", []), case.get("err", [])), shown, strict=True):
        assert all(line in found for line in wanted), found
        assert wanted or not found
    assert "Traceback" not in shown[1]


def test_the_bytes_of_show_are_those_of_the_document(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = PROJECT / "versions/0.5.0/endpoints/find"
    for view, file in (("json", "descriptor.json"), ("text", "schema.txt")):
        assert main(["show", "find", "--release", "latest", "--as", view]) == 0
        assert capfdbinary.readouterr().out == (folder / file).read_bytes()
    assert main(["show", "find", "--as", "arrow"]) == 0
    assert pa.ipc.open_stream(capfdbinary.readouterr().out).schema.names[0] == "channel"
    assert main(["show", "find", "--as", "arrow-json"]) == 0
    assert json.loads(capfdbinary.readouterr().out)["fields"][0]["name"] == "channel"


def test_release_verify_and_build_go_together(weather: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = ["--root", str(weather)]
    assert main(["release", *root]) == 0
    assert main(["verify", *root]) == 0
    assert main(["release", *root]) == 2
    assert main(["build", *root, str(tmp_path / "site")]) == 0
    assert (tmp_path / "site/versions/latest/endpoints/forecast/schema.txt").is_file()
    (weather / "versions/1.1.0/publication/schema.txt").write_text("x: int8\n")
    assert main(["verify", *root]) == 1
    assert "versions/1.1.0/publication/schema.txt was changed after the release" in capfd.readouterr().out


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = [sys.executable, "-m", "arrakis_schema.cli", "lint", "--release", "0.5.0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT) as lint:
        assert lint.stdout is not None
        assert lint.stderr is not None
        lint.stdout.close()
        assert lint.stderr.read() == b""
    assert lint.returncode in {1, 141}


def test_serve_answers_until_it_is_interrupted(weather: Path) -> None:
    command = [sys.executable, "-m", "arrakis_schema.cli", "serve", "--root", str(weather), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{url}versions/next/endpoints/forecast/schema.txt", timeout=10) as answer:  # noqa: S310
            assert answer.read() == (weather / "schemas/endpoints/forecast/schema.txt").read_bytes()
        port = url.rstrip("/").rpartition(":")[2]
        busy = subprocess.run([*command[:-1], port], check=False, capture_output=True, text=True, cwd=PROJECT)
        assert busy.returncode == 2
        assert busy.stderr == f"arrakis-schema: port {port} on 127.0.0.1 is in use: choose another with --port\n"
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=15) == 0


def told(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    return server.stdout.readline().rstrip("\n")


def answered(url: str, wanted: str) -> None:
    """Wait until no worker answers with anything else: an old one may still answer while it is replaced."""
    seen, deadline = 0, time.monotonic() + 15
    while seen < 20:
        assert time.monotonic() < deadline
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
            seen = seen + 1 if wanted in answer.read().decode() else 0
        time.sleep(0.05)


def test_serve_shows_what_was_edited_and_goes_on_with_the_site_before_where_it_cannot(weather: Path) -> None:
    command = [sys.executable, "-m", "arrakis_schema.cli", "serve", "--root", str(weather), "--port", "0"]
    document = weather / "schemas/endpoints/forecast/descriptor.json"
    text = document.read_text()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as server:
        page = f"{told(server).split()[-1]}endpoints/forecast/"
        document.write_text(text.replace('"description": "', '"description": "Edited just now: ', 1))
        assert told(server).startswith("rebuilt: ")
        answered(page, "Edited just now")
        document.write_text(text[:-5])
        assert "the site could not be rebuilt and stays as it was: schemas/endpoints/forecast" in told(server)
        answered(page, "Edited just now")
        document.write_text(text)
        assert told(server).startswith("rebuilt: ")
        server.terminate()
        assert server.wait(timeout=15) == 0


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [
        ("granian", ["serve"], "serve"),
        ("pyarrow", ["build", "nowhere"], "arrow"),
        ("pyarrow", ["show", "find", "--as", "arrow"], "arrow"),
        ("jsonschema", ["lint"], "check"),
        ("jsonschema", ["compare", "find@0.5.0", "find@0.4.0"], "check"),
        ("pyarrow", ["check"], "check"),
        ("rich", ["diff", "0.5.0"], "check"),
        ("rich", ["matrix"], "check"),
    ],
)
def test_a_missing_extra_names_the_command_that_installs_it(module: str, arguments: list[str], extra: str) -> None:
    code = f"import sys; sys.modules[{module!r}] = None; from arrakis_schema.cli import main; sys.exit(main({arguments!r}))"
    failed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=PROJECT)
    assert (failed.returncode, failed.stderr) == (
        2,
        f"arrakis-schema: {module} is not installed: pip install 'arrakis-schema[{extra}]'\n",
    )


def test_the_current_folder_is_the_default_root_if_it_has_a_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "mine")]) == 0
    for folder, arguments, endpoint in (
        ("mine", [], "levels"),
        ("mine", ["--root", str(PROJECT / "tests/fixtures/weather")], "forecast"),
        ("mine/schemas", ["--root", ".."], "levels"),
        ("mine/schemas", [], "find"),
        (".", [], "find"),
    ):
        monkeypatch.chdir(tmp_path / folder)
        capsys.readouterr()
        assert main(["list", *arguments]) == 0
        printed = capsys.readouterr().out
        named = [name for name in ("levels", "forecast", "find") if re.search(rf"\b{name}\b", printed)]
        assert named == [endpoint], (folder, arguments)


def test_no_choice_is_offered_twice() -> None:
    commands = next(action for action in build_parser()._actions if action.choices and action.dest == "==SUPPRESS==")  # noqa: SLF001
    parsers: dict[str, Any] = dict(commands.choices or {})
    offered = [list(action.choices) for parser in parsers.values() for action in parser._actions if action.choices]  # noqa: SLF001
    assert offered
    assert [choices for choices in offered if len(set(choices)) < len(choices)] == []


def test_every_option_of_every_command_is_on_the_page() -> None:
    page = (PROJECT / "docs/commands.md").read_text()
    commands = next(action for action in build_parser()._actions if action.choices and action.dest == "==SUPPRESS==")  # noqa: SLF001
    assert isinstance(commands.choices, dict)
    for name, command in commands.choices.items():
        assert f"## `{name}`" in page
        section = (
            page.partition(f"## `{name}`")[2].partition("\n## ")[0]
            + page.partition("## Common options")[2].partition("\n## ")[0]
        )
        options = [option for action in command._actions for option in action.option_strings if option.startswith("--")]  # noqa: SLF001
        missing = [option for option in options if option != "--help" and f"`{option}" not in section]
        assert not missing, f"add {missing} to the section on {name} in docs/commands.md"


EVERY_EXTRA = ("pyarrow", "jsonschema", "referencing", "yaml", "rich", "mkdocs", "granian", "starlette")
OLD, NEW = '{"properties": {"a": {"type": "integer"}}}', '{"properties": {"a": {"type": "integer", "minimum": 1}}}'
WRONG = '{"request": "Count", "args": {"pattern": 1}}'


@pytest.mark.parametrize(
    ("missing", "arguments", "code", "out", "err"),
    [
        (EVERY_EXTRA, ["list"], 0, "(latest)", ""),
        (EVERY_EXTRA, ["show", "find"], 0, "find: request", ""),
        (EVERY_EXTRA, ["verify"], 0, "frozen releases", ""),
        (EVERY_EXTRA, ["lint", "--explain", "unit-missing"], 0, "Severity: warning.", ""),
        (EVERY_EXTRA, ["init", "new"], 0, "wrote 14 files", ""),
        (EVERY_EXTRA, ["validate", "RIGHT"], 0, "accepted by release 0.6.0", ""),
        (EVERY_EXTRA, ["validate", "wrong.json"], 1, "wrong.json:1:", "only the first violation is listed: jsonschema"),
        (("pyarrow",), ["validate", "wrong.json"], 1, "expected a string, found 1", ""),
        (("pyarrow",), ["compare", "old.json", "new.json"], 1, "[minimum-added]", ""),
        (("pyarrow",), ["compare", "DOCUMENT@0.2.0", "DOCUMENT@0.3.0"], 1, "[required-added]", ""),
        (
            ("pyarrow",),
            ["compare", "old.txt", "old.txt"],
            2,
            "",
            "pyarrow is not installed: pip install 'arrakis-schema",
        ),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list | tuple) else "",
)
def test_what_needs_no_extra_runs_without_it(  # noqa: PLR0917
    missing: tuple[str, ...], arguments: list[str], code: int, out: str, err: str, tmp_path: Path
) -> None:
    for name, text in {"old.json": OLD, "new.json": NEW, "old.txt": "a: int8\n", "wrong.json": WRONG}.items():
        (tmp_path / name).write_text(text)
    names = {
        "RIGHT": str(PROJECT / "schemas/endpoints/count/examples/full.json"),
        "DOCUMENT": "endpoints/count/descriptor.json",
    }
    given = [next((one.replace(name, text) for name, text in names.items() if name in one), one) for one in arguments]
    program = f"import sys; sys.modules.update(dict.fromkeys({missing!r})); from arrakis_schema.cli import main"
    command = [sys.executable, "-c", f"{program}; sys.exit(main({given!r}))"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (code, int(bool(err))), done.stderr
    assert out in done.stdout
    assert err in done.stderr


def test_a_message_is_validated_in_python_without_any_extra() -> None:
    program = f"import sys; sys.modules.update(dict.fromkeys({EVERY_EXTRA!r})); from arrakis_schema import validate"
    failed = subprocess.run(
        [sys.executable, "-c", f"{program}; validate({json.loads(WRONG)!r})"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert failed.stderr.splitlines()[-1].startswith("arrakis_schema.errors.InvalidRequestError: args")
