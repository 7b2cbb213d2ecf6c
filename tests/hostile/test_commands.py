"""Every command and every report format on every hostile root: what others wrote is text, and costs no more than a finding."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET

import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif  # type: ignore[import-untyped]

from arrakis_schema.cli import main
from arrakis_schema.cli.exit_codes import EXIT_CODES, INTERNAL, INTERRUPTED, UNUSABLE
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.store.layout import STANDARD
from arrakis_schema.store.store import Store
from tests.hostile.commands import COMMANDS, SERVERS, invocations, options, parsers
from tests.hostile.roots import ROOTS, write_secret
from tests.hostile.texts import HALVES, SECRET, TEXTS
from tests.report.runner import commands

SECONDS = 20
"""How much time one command may take here; most take a tenth of a second."""

MOST_PRINTED = 2_000_000
EXACT = {("show", "json"), ("show", "text"), ("show", "arrow"), ("show", "arrow-json"), ("show", "bundle")}
"""What is not for people: documents, byte for byte, and files made from them."""

HOSTILE = ("::error::a\n\x1b[31mb\u202e<b>%s{0}", "../../../secret", "-x\udcff", "a" * 5000)
SLOW = {"words", "structures"}
"""Roots that a verdict takes seconds on: each command is called once, and once for each document."""

MOST_ANNOTATIONS = 10
LISTED = {arguments for table in COMMANDS.values() for arguments in table}
"""Arguments that are called for each document; with each choice of an option, the first document is enough."""


@dataclass
class Trap:
    """The hostile roots, a server that counts what it is asked, and a folder to work in."""

    roots: dict[str, Path]
    work: Path
    asked: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Nothing was fetched, and no text was run."""
        assert self.asked == []
        assert list(self.work.rglob("*canary*")) == []


@dataclass(frozen=True)
class Printed:
    """What a command printed, and its exit code."""

    code: int
    out: bytes
    err: bytes
    seconds: float


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    home = tmp_path_factory.mktemp("hostile")
    (home / "work").mkdir()
    trap = Trap({}, home / "work")

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            trap.asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815 - the names that the server looks for

        def log_message(self, *_: object) -> None:
            pass

    write_secret(home)
    (home / "work/message.json").write_text(json.dumps({"request": "Probe", "args": {TEXTS[0]: 1}, TEXTS[1]: TEXTS[2]}))
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name, write in ROOTS.items():
            trap.roots[name] = write(home / name, server.server_address[1])
        commit(trap.roots["files"])
        before = Path.cwd()
        os.chdir(trap.work)
        yield trap
        os.chdir(before)
        server.shutdown()


def commit(root: Path) -> None:
    """Commit a root, with its links."""
    git = [
        "git",
        "-C",
        str(root),
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "init.defaultBranch=main",
    ]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "a"]):
        subprocess.run([*git, *words], check=True, capture_output=True)


def test_every_command_is_called() -> None:
    assert COMMANDS.keys() == parsers().keys()


def test_every_format_is_called() -> None:
    reporting = [name for name in COMMANDS if "--format" in options(name)]
    assert {"lint", "check", "compare", "conform"} <= set(reporting)
    assert set(FORMATS) == set(READERS)
    for name in reporting:
        assert set(options(name)["--format"]) == ({"text", "json"} if name == "matrix" else set(FORMATS))


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - SERVERS - {"build", "release", "conform", "adopt"}))
def test_a_command_takes_what_is_written_for_text(
    command: str, root: str, trap: Trap, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = trap.roots[root]
    for arguments in invocations(command, every_choice=root not in SLOW):
        for words in spelt(arguments, folder, trap.work):
            printed = run([command, *words], folder, capfdbinary)
            accept(command, words, printed, trap)


def spelt(arguments: tuple[str, ...], root: Path, work: Path) -> Iterator[list[str]]:
    """Yield arguments with what their words stand for."""
    given = {"FILE": str(work / "message.json"), "OUT": str(work / "site"), "URL": "grpc://127.0.0.1:1"}
    words = [given.get(word, word) for word in arguments]
    store = Store(root)
    names = sorted({STANDARD.name_of(path) for path in store.release(None).documents})
    texts = {"EACH": names if arguments in LISTED else names[:1], "HOSTILE": HOSTILE}
    place = next((place for place in texts if place in " ".join(arguments)), "")
    yield from ([word.replace(place, text) for word in words] for text in texts[place]) if place else [words]


def run(words: list[str], root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Printed:
    """Run a command in this process."""
    began = time.monotonic()
    try:
        code = main([words[0], "--root", str(root), *words[1:]])
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capfdbinary.readouterr()
    return Printed(code, out, err, time.monotonic() - began)


def accept(command: str, words: list[str], printed: Printed, trap: Trap) -> None:
    """A command ended as documented, in time, and what it printed is words that nothing acts on."""
    told = (command, [word[:80] for word in words], printed.err[-2000:])
    assert printed.code in EXIT_CODES, told
    assert printed.code not in {INTERNAL, INTERRUPTED}, told
    assert bool(printed.err) <= (printed.code == UNUSABLE or command == "build"), told
    assert printed.seconds < SECONDS, told
    assert len(printed.out) + len(printed.err) < MOST_PRINTED, told
    assert SECRET.encode() not in printed.out + printed.err, told
    choices = dict(pairwise(words))
    legible(printed.err, told)
    assert commands(printed.err.decode()) == [], told
    if (command, choices.get("--as", "")) not in EXACT:
        legible(printed.out, told)
        form = choices.get("--format", "")
        expected = READERS[form](printed.out.decode(), printed.code) if form and printed.code != UNUSABLE else 0
        assert len(commands(printed.out.decode())) == expected, told
    trap.check()


def legible(printed: bytes, told: object) -> None:
    """What was printed has no character that a terminal acts on, and no error of this program's own."""
    text = printed.decode("utf-8")
    odd = {character for character in text if unicodedata.category(character)[0] == "C" or character in "\u2028\u2029"}
    assert odd <= {"\n"}, (told, odd)
    assert "Traceback (most recent call last)" not in text, told
    assert "Warning: " not in text, told


def read_text(text: str, code: int) -> int:
    assert text.endswith("\n")
    assert ("no findings" in text) <= (code == 0)
    return 0


def read_json(text: str, _code: int) -> int:
    data = json.loads(text)
    assert isinstance(data.get("findings", data.get("relations")), list)
    strict(text)
    return 0


def read_markdown(text: str, _code: int) -> int:
    assert not re.search(r"(?<!\\)<(?!/?(details|summary|br)\b)", re.sub(r"(`+).*?\1", "", text, flags=re.DOTALL))
    return 0


def read_github(text: str, _code: int) -> int:
    found = commands(text)
    assert all(command.name in {"error", "warning", "notice"} for command in found)
    counts = [int(number) for number in re.findall(r"(\d+) (?:error|warning|notice)", text.splitlines()[-1])]
    return sum(min(count, MOST_ANNOTATIONS) for count in counts)


def read_gitlab(text: str, _code: int) -> int:
    assert all(finding["description"] and finding["location"]["path"] for finding in json.loads(text))
    strict(text)
    return 0


def read_sarif(text: str, _code: int) -> int:
    Sarif.model_validate(json.loads(text))
    strict(text)
    return 0


def read_junit(text: str, _code: int) -> int:
    JUnitXml.fromstring(text.encode())
    ET.fromstring(text)  # noqa: S314 - our own text
    return 0


READERS = {
    "text": read_text,
    "json": read_json,
    "markdown": read_markdown,
    "github": read_github,
    "gitlab": read_gitlab,
    "sarif": read_sarif,
    "junit": read_junit,
}
"""Who reads each format: returns how many commands for a CI system stand in it."""


def strict(text: str) -> None:
    """JSON has no half of a surrogate pair, which strict readers refuse."""
    json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("root", ROOTS)
def test_a_release_is_frozen_whole_or_not_at_all(
    root: str, trap: Trap, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = ROOTS[root](tmp_path / root, 9)
    before = sorted(path.relative_to(folder) for path in (folder / "versions").rglob("*"))
    printed = run(["release"], folder, capfdbinary)
    accept("release", ["release"], printed, trap)
    if root == "accepted":
        assert printed.code == 0, printed.out
        assert run(["verify"], folder, capfdbinary).code == 0
    else:
        assert printed.code in {1, 2}
        assert sorted(path.relative_to(folder) for path in (folder / "versions").rglob("*")) == before


@pytest.mark.parametrize("root", ["files", "structures", "broken"])
def test_a_site_holds_nothing_that_is_not_published(
    root: str, trap: Trap, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    printed = run(["build", str(tmp_path / "site")], trap.roots[root], capfdbinary)
    accept("build", ["build"], printed, trap)
    assert printed.code == (UNUSABLE if root == "broken" else 0), printed.err
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert bool(files) is (root != "broken")
    for path in files:
        content = path.read_bytes()
        assert SECRET.encode() not in content, path
        assert not path.is_symlink()
        if path.suffix == ".html":
            assert content.count(b"Content-Security-Policy") == 1, path
    assert not [path for path in files if {"evil.html", "evil.svg", "canary.js", "hooks.py"} & {path.name}]


@pytest.mark.parametrize("root", ["accepted", "words", "files", "structures"])
def test_a_mock_is_examined(root: str, trap: Trap, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with running("mock", trap.roots[root]) as url:
        for arguments in invocations("conform", every_choice=root == "files"):
            for words in spelt(arguments, trap.roots[root], trap.work):
                named = [word.replace("grpc://127.0.0.1:1", url) for word in words]
                accept("conform", named, run(["conform", *named], trap.roots[root], capfdbinary), trap)


@contextlib.contextmanager
def running(command: str, root: Path) -> Iterator[str]:
    """Run a server on a hostile root; what it prints is legible, and it ends when it is interrupted."""
    arguments = [sys.executable, "-m", "arrakis_schema.cli", command, "--port", "0", "--root", str(root)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdout is not None
        begun = server.stdout.readline()
        address = re.search(rb"(grpc|http)://\S+", begun)
        try:
            assert address is not None, begun
            yield address[0].decode()
        finally:
            server.send_signal(signal.SIGINT)
            out, err = server.communicate(timeout=SECONDS)
    legible(begun + out, command)
    legible(err, command)
    assert SECRET.encode() not in out + err
    assert server.returncode in {0, INTERRUPTED}


def test_a_served_site_answers_hostile_requests(trap: Trap) -> None:
    with running("serve", trap.roots["accepted"]) as address:
        for path in (
            *(quote(text, safe="") for text in TEXTS if text not in HALVES),
            "%00",
            "%FF",
            "..%2f..%2fsecret.json",
            "%2e%2e/secret.json",
        ):
            for accepting in ("text/html", "application/json"):
                status, headers, content = fetched(f"{address.rstrip('/')}/endpoints/{path}", accepting)
                assert status in {200, 308, 400, 404}, path
                assert SECRET.encode() not in content
                if headers.get_content_type() == "text/html":
                    assert b"Content-Security-Policy" in content or "Content-Security-Policy" in headers, path
                    assert not re.search(rb"<(script|img|svg onload|a href=javascript)[^>]*hacked", content), path
                else:
                    json.dumps(json.loads(content), ensure_ascii=False).encode()
        trap.check()


def fetched(url: str, accepting: str) -> tuple[int, Message, bytes]:
    """Return what a server answers."""
    request = Request(url, headers={"Accept": accepting})  # noqa: S310 - our own server
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the same
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        return error.code, error.headers, error.read()
