"""What the page on fetching shows is run, in each language that this machine has, against a server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import load_payload
from arrakis_schema.store.store import Store
from tests.docs.pages import PATH, PROJECT, Block, blocks, play

PAGE = "guides/fetch.md"
EXAMPLE = "http://127.0.0.1:8000"
FIELDS: Any = load_payload("find", "0.5.0")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "arrakis_schema.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as server:
        assert server.stdout is not None
        found = re.search(r"http://[\d.:]+", server.stdout.readline())
        assert found
        yield found.group()
        server.terminate()


def shown(address: str, *languages: str) -> list[Block]:
    """Return the blocks of the page in some languages, which ask this server."""
    return [
        Block(block.language, block.file, block.text.replace(EXAMPLE, address))
        for block in blocks(PAGE)
        if block.language in languages
    ]


def ran(folder: Path, *command: str, code: int = 0) -> str:
    env = {**os.environ, "PATH": PATH, "CARGO_NET_RETRY": "0"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_the_commands_print_what_is_shown(address: str, tmp_path: Path) -> None:
    commands = [block for block in shown(address, "console") if "g++" not in block.text]
    assert len(commands) == 5
    assert "304, 0 bytes" in play(commands, tmp_path)
    assert (tmp_path / "schema.arrow").read_bytes()[:4] == b"\xff\xff\xff\xff"


def test_both_ways_of_python_get_the_same(address: str, tmp_path: Path) -> None:
    by_url, by_package, whole = (ran(tmp_path, sys.executable, "-c", block.text) for block in shown(address, "python"))
    assert str(FIELDS) in by_url
    assert by_url.startswith("{'type': 'string', 'const': 'Find'")
    assert by_url == by_package
    count = len(Store(PROJECT).release("0.5.0").documents)
    assert whole == f"{count} documents are what was released\n"


def test_javascript_reads_the_same_fields_and_refuses(address: str, tmp_path: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("no Node on this machine: apt-get install npm")
    installed = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "ajv", "apache-arrow"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode:
        pytest.skip("npm cannot install ajv and apache-arrow: is the registry reachable?")
    play(shown(address, "js"), tmp_path)
    lines = ran(tmp_path, "node", "fetch.mjs").splitlines()
    assert lines[0] == "must have required property 'data_type'"
    assert [line.split(":")[0] for line in lines[1:]] == FIELDS.names
    assert [line.endswith(" not null") for line in lines[1:]] == [not field.nullable for field in FIELDS]


def test_cpp_compiles_and_prints_the_schema(address: str, tmp_path: Path) -> None:
    if not shutil.which("g++"):
        pytest.skip("no C++ compiler on this machine: apt-get install g++")
    fetched = f"curl -sO {address}/versions/0.5.0/endpoints/find/schema.arrow"
    play([Block("console", "", f"$ {fetched}\n"), *shown(address, "cpp")], tmp_path)
    script = next(block.text for block in shown(address, "console") if "g++" in block.text)
    commands = "\n".join(line.removeprefix("$ ") for line in script.splitlines() if line.startswith("$ "))
    assert ran(tmp_path, "bash", "-ec", commands) == f"{FIELDS}\n"


def test_rust_compiles_and_prints_the_names(address: str, tmp_path: Path) -> None:
    if not shutil.which("cargo"):
        pytest.skip("no Rust on this machine: https://rustup.rs")
    ran(tmp_path, "cargo", "init", "--quiet", "--name", "fetch", ".")
    added = subprocess.run(
        ["cargo", "add", "--quiet", "ureq@3", "arrow-ipc"],
        cwd=tmp_path,
        env={**os.environ, "CARGO_NET_RETRY": "0"},
        capture_output=True,
        check=False,
    )
    if added.returncode:
        pytest.skip("cargo cannot fetch ureq and arrow-ipc: is the registry of crates reachable?")
    play(shown(address, "rust"), tmp_path)
    assert ran(tmp_path, "cargo", "run", "--quiet").split() == FIELDS.names
