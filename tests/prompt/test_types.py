"""The types of the package are exact, for mypy and for pyright, in a project that only uses it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import arrakis_schema
from arrakis_schema import compat

HERE = Path(__file__).parent
SOURCE = Path(arrakis_schema.__file__).parent
WRONG = [
    number for number, line in enumerate((HERE / "project/misuses.py").read_text().splitlines(), 1) if "# wrong" in line
]
MYPY = "[mypy]\nstrict = true\n[mypy-pyarrow.*]\nignore_missing_imports = true\nfollow_imports = skip\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return shutil.copytree(HERE / "project", tmp_path / "project")


def mypy(project: Path) -> dict[str, set[int]]:
    """Return the lines with errors by the name of their file."""
    (project / "mypy.ini").write_text(MYPY)
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--no-error-summary", "."]
    env = {**os.environ, "MYPYPATH": str(SOURCE.parent)}
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
    errors = re.findall(r"^(\w+\.py):(\d+): error", done.stdout, re.MULTILINE)
    assert errors, done.stdout + done.stderr
    return {file: {int(line) for name, line in errors if name == file} for file, _ in errors}


def pyright(project: Path) -> dict[str, set[int]]:
    """Return the lines with errors by the name of their file; the test is skipped where there is no pyright."""
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which("pyright", path=places)
    if program is None:
        pytest.skip("no pyright on this machine: pip install pyright")
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(SOURCE.parent)], "reportMissingTypeStubs": False}
    unknown = ("reportUnknownMemberType", "reportUnknownVariableType", "reportUnknownArgumentType")
    settings |= dict.fromkeys((*unknown, "reportUnusedExpression"), False)  # pyarrow has no types
    (project / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [program, "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright does not run here: {done.stderr.strip()[-200:]}")
    found = [one for one in json.loads(done.stdout)["generalDiagnostics"] if one["severity"] == "error"]
    places_found = [(Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in found]
    return {file: {line for name, line in places_found if name == file} for file, _ in places_found}


@pytest.mark.parametrize("checker", [mypy, pyright], ids=["mypy", "pyright"])
def test_a_project_is_told_exactly_what_it_uses_wrongly(
    checker: Callable[[Path], dict[str, set[int]]], project: Path
) -> None:
    assert checker(project) == {"misuses.py": set(WRONG)}


def test_the_project_uses_every_public_name() -> None:
    text = (HERE / "project/uses.py").read_text()
    missing = [name for name in (*arrakis_schema.__all__, *compat.__all__) if not re.search(rf"\b{name}\b", text)]
    assert not missing, f"use {missing} in tests/prompt/project/uses.py"


def test_the_package_says_that_it_is_typed() -> None:
    assert (SOURCE / "py.typed").is_file()
