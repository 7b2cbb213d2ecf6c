"""A command that takes too long or too much ends with a sentence that names its work, whatever it is doing."""

import signal
import subprocess
import sys
import threading

import pytest

from arrakis_schema.cli import main
from arrakis_schema.cli.arguments import build_parser
from arrakis_schema.cli.limits import UNLIMITED

NAMES = sorted(set(build_parser()._subparsers._group_actions[0].choices) - UNLIMITED)  # type: ignore[union-attr, arg-type] # noqa: SLF001
WORK = {
    "a loop": "while True: pass",
    "a search of re": "import re; re.search('^(a+)+$', 'a' * 60 + '!')",
    "a loop that catches errors": "while True:\n  try:\n    while True: pass\n  except Exception: pass",
    "a loop that catches all once": "try:\n  while True: pass\nexcept BaseException: pass\nwhile True: pass",
    "a child process": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])",
}


def run(work: str, *options: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys\nfrom arrakis_schema.cli import commands, main\nfrom arrakis_schema.findings.working_on import working_on\n"
        f"def command(options):\n  with working_on('schemas/x.json'): exec({work!r})\n"
        "commands.COMMANDS['list'] = command\n"
        f"sys.exit(main(['list', {', '.join(map(repr, options))}]))"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such limit here")
@pytest.mark.parametrize("work", WORK)
def test_a_command_ends_within_its_time(work: str) -> None:
    ended = run(WORK[work], "--max-seconds", "0.4")
    sentence = (
        "arrakis-schema: not finished within 0.4 seconds for schemas/x.json: simplify it, or raise --max-seconds\n"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", sentence)


@pytest.mark.skipif(sys.platform != "linux", reason="kept by Linux")
def test_a_command_ends_within_its_memory() -> None:
    ended = run("lines = []\nwhile True: lines.append(bytes(1_000_000))", "--max-memory", "200")
    sentence = (
        "arrakis-schema: 200 MiB of memory are not enough for schemas/x.json: make it smaller, or raise --max-memory\n"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", sentence)


def test_a_limit_leaves_the_process_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGALRM)
    assert main(["list", "--max-seconds", "300"]) == 0
    assert capsys.readouterr().out
    assert (resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_command_runs_in_any_thread() -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["list"])))
    thread.start()
    thread.join()
    assert codes == [0]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_ends_by_itself_has_limits(name: str) -> None:
    shown = build_parser()._subparsers._group_actions[0].choices[name].format_help()  # type: ignore[union-attr, index] # noqa: SLF001
    assert "--max-seconds" in shown
    assert "--max-memory" in shown


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "soon"])
def test_a_limit_is_a_number(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["list", "--max-seconds", text])
    assert f"{text} is not a number of at least 0" in capsys.readouterr().err
