"""The code blocks of a hand-written page, and a shell that plays through what it shows."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

PROJECT = Path(__file__).parent.parent.parent
DOCS = PROJECT / "docs"
_BLOCK = re.compile(r"^( *)```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@dataclass(frozen=True, slots=True)
class Block:
    """One code block: its language, the file that its title names, and its text."""

    language: str
    file: str
    text: str


def blocks(page: str) -> list[Block]:
    """Return the code blocks of a page, in its order; in tabs too."""
    found = _BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    return [Block(language, file, dedent(text)) for _, language, file, text in found]


def texts(page: str, language: str) -> list[str]:
    """Return the code of a page in one language."""
    return [block.text for block in blocks(page) if block.language == language]


def play(found: list[Block], folder: Path, **variables: str) -> str:
    """Write the files that the blocks name, run what stands behind `$`, and return all that was printed.

    Each line that a block shows below a command must be among those that it prints; `…` stands for anything.
    """
    printed = []
    for block in found:
        if block.file:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            printed += [_compared(*command, folder, variables) for command in _commands(block.text)]
    return "".join(printed)


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command with the lines shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        end = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\"))
        yield "\n".join(lines[:end]), lines[end:]


def _compared(command: str, shown: list[str], folder: Path, variables: dict[str, str]) -> str:
    """Run one command, and hold what is shown against what it prints."""
    env = {**os.environ, "PATH": PATH, **variables}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    for line in shown:
        pattern = ".*".join(map(re.escape, line.split("…")))
        assert any(re.fullmatch(pattern, one) for one in printed.splitlines()), f"{command}{line}\n{printed}"
    assert shown or done.returncode == 0, f"{command}{printed}"
    return printed
