"""The ready-made pieces for CI run: their commands, with the variables that each system sets."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

PROJECT = Path(__file__).parent.parent.parent
BIN = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": BIN, **variables}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def action_check() -> str:
    action = yaml.safe_load((PROJECT / "action.yml").read_text())
    return str(next(step["run"] for step in action["runs"]["steps"] if step.get("name") == "Check"))


@pytest.mark.parametrize(("against", "code"), [("", 0), ("0.5.0", 0), ("0.2.0", 1)])
def test_the_github_action_annotates_and_fails(against: str, code: int, tmp_path: Path) -> None:
    variables = {"ROOT": str(PROJECT), "AGAINST": against, "TRANSITIVE": "false", "FORMAT": "github", "OUTPUT": ""}
    done = run(action_check(), tmp_path, **variables)
    assert done.returncode == code, done.stderr
    assert ("::error file=schemas/endpoints/count/descriptor.json," in done.stdout) == bool(code)
    written = run(action_check(), tmp_path, **{**variables, "FORMAT": "sarif", "OUTPUT": "out.sarif"})
    assert written.returncode == code
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(("against", "code"), [("", 0), ("0.2.0", 1)])
def test_the_gitlab_job_writes_its_reports_and_fails(against: str, code: int, tmp_path: Path) -> None:
    job = yaml.safe_load((PROJECT / "ci/gitlab.yml").read_text())["schemas"]
    done = run("\n".join(job["script"]), tmp_path, SCHEMA_ROOT=str(PROJECT), SCHEMA_AGAINST=against)
    assert done.returncode == code, done.stderr
    issues = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text())
    assert ("major" in {issue["severity"] for issue in issues}) == bool(code)
    suite = ET.parse(tmp_path / job["artifacts"]["reports"]["junit"]).getroot()[0]  # noqa: S314 - our own file
    assert (suite.attrib["failures"] != "0") == bool(code)


@pytest.mark.parametrize(
    ("schema", "file"), [("vendor.github-actions", "action.yml"), ("vendor.gitlab-ci", "ci/gitlab.yml")]
)
def test_the_files_are_what_the_systems_read(schema: str, file: str) -> None:
    done = run(f"check-jsonschema --builtin-schema {schema} {file}", PROJECT)
    assert done.returncode == 0, done.stdout


def test_the_hooks_of_pre_commit_run() -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        done = run(" ".join([hook["entry"], *hook["args"]]), PROJECT)
        assert done.returncode == 0, done.stdout + done.stderr
    extras = (PROJECT / "pyproject.toml").read_text()
    assert all(f'"{needed}"' in extras for hook in hooks for needed in hook["additional_dependencies"])
