"""The ready-made pieces for CI run: their commands, with the variables that each system sets."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
import yaml

from arrakis_schema.store.loading import data_root, declared_version

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
    job = yaml.safe_load((PROJECT / "templates/check.yml").read_text())["schemas"]
    done = run("\n".join(job["script"]), tmp_path, SCHEMA_ROOT=str(PROJECT), SCHEMA_AGAINST=against)
    assert done.returncode == code, done.stderr
    issues = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text())
    assert ("major" in {issue["severity"] for issue in issues}) == bool(code)
    suite = ET.parse(tmp_path / job["artifacts"]["reports"]["junit"]).getroot()[0]  # noqa: S314 - our own file
    assert (suite.attrib["failures"] != "0") == bool(code)


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-actions", "action.yml"),
        ("vendor.gitlab-ci", "templates/check.yml"),
        ("vendor.gitlab-ci", ".gitlab-ci.yml"),
    ],
)
def test_the_files_are_what_the_systems_read(schema: str, file: str) -> None:
    done = run(f"check-jsonschema --builtin-schema {schema} {file}", PROJECT)
    assert done.returncode == 0, done.stdout


def test_the_hooks_of_pre_commit_run() -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        done = run(" ".join([hook["entry"], *hook["args"]]), PROJECT)
        assert done.returncode == 0, done.stdout + done.stderr


def locked(file: str) -> dict[str, str]:
    """Return the version of each package in a lock, and what hashes stand below it."""
    parts = re.split(r"^(?=[a-z0-9-]+==)", (PROJECT / file).read_text(), flags=re.MULTILINE)[1:]
    return {part.split()[0]: part for part in parts}


def test_what_ci_installs_is_pinned() -> None:
    ours, everything = locked(".ci/requirements.lock"), locked("requirements.lock")
    assert ours.keys() <= everything.keys()
    assert all(hashes(part) and hashes(part) <= hashes(everything[pin]) for pin, part in ours.items())
    builds = {"hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}
    needed = [pin for pin in ours if pin.partition("==")[0] not in builds]
    variables = yaml.safe_load((PROJECT / "templates/check.yml").read_text())["variables"]
    assert variables["SCHEMA_DEPENDENCIES"].split() == needed
    assert variables["SCHEMA_PACKAGE"] == f"arrakis-schema[check]=={declared_version(data_root())}"
    for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text()):
        assert hook["additional_dependencies"] == needed
    extra = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    names = {re.split(r"[\[>=]", part)[0] for part in [*extra["check"], *extra["arrow"]]} - {"arrakis-schema"}
    assert names <= {pin.partition("==")[0] for pin in needed}


def hashes(part: str) -> set[str]:
    return set(re.findall("sha256:[0-9a-f]{64}", part))


def test_the_actions_that_are_used_are_commits() -> None:
    text = (PROJECT / "action.yml").read_text() + (PROJECT / "docs/guides/github.md").read_text()
    used = re.findall(r"uses: (\S+)@(\S+)( # v\d+\.\d+\.\d+)?", text)
    assert used
    for name, ref, comment in used:
        assert name.startswith("OWNER/") or (re.fullmatch("[0-9a-f]{40}", ref) and comment), name


def test_the_action_installs_by_hash_and_imports_nothing_from_the_folder_that_is_checked() -> None:
    steps = yaml.safe_load((PROJECT / "action.yml").read_text())["runs"]["steps"]
    install = next(step["run"] for step in steps if step.get("name") == "Install")
    first, second = install.strip().splitlines()
    assert "--require-hashes" in first
    assert "--no-deps --no-build-isolation" in second
    job = yaml.safe_load((PROJECT / "templates/check.yml").read_text())["schemas"]
    assert all("python -I -m pip" in line for line in (first, second, *job["before_script"]))


def pipeline() -> dict[str, Any]:
    text = (PROJECT / ".gitlab-ci.yml").read_text()
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def test_the_pipeline_of_the_project_runs_tasks_that_there_are() -> None:
    jobs = {name: job for name, job in pipeline().items() if isinstance(job, dict) and "script" in job}
    assert {"test", "coverage", "pages", "package", "upload", "release"} <= jobs.keys()
    assert jobs["test"]["script"] == [".ci/run"]
    assert "exec make test" in (PROJECT / ".ci/run").read_text()
    tasks = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    lines = [line for job in jobs.values() for line in job["script"]]
    assert {task for line in lines for task in re.findall(r"^make (\S+)", line)} <= tasks
    assert all((PROJECT / one["local"]).is_file() for one in pipeline()["include"])
    assert jobs["pages"]["artifacts"]["paths"] == [jobs["pages"]["script"][-1].rpartition(" ")[2]] == ["public"]
    assert {job["stage"] for job in jobs.values()} <= set(pipeline()["stages"])


def test_the_job_of_the_template_runs_the_package_of_the_project() -> None:
    assert pipeline()["variables"]["SCHEMA_PACKAGE"] == ".[check]"
    template = yaml.safe_load((PROJECT / "templates/check.yml").read_text())
    assert "schemas" in template
    assert "schemas" not in pipeline()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    done = run(f"python -m hatchling build -d {folder}", PROJECT)
    assert done.returncode == 0, done.stderr
    return folder


def test_what_is_released_is_whole(built: Path) -> None:
    version = declared_version(data_root())
    with ZipFile(built / f"arrakis_schema-{version}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        metadata = wheel.read(f"arrakis_schema-{version}.dist-info/METADATA").decode()
    with tarfile.open(built / f"arrakis_schema-{version}.tar.gz") as source:
        packed = {name.partition("/")[2] for name in source.getnames()}
    assert {"arrakis_schema/py.typed", "arrakis_schema/_data/schemas/registry.toml"} <= names
    assert {"pyproject.toml", "registry/arrakis_schema/py.typed", "schemas/registry.toml", "CHANGELOG.md"} <= packed
    assert re.search("^Project-URL: Documentation, https://", metadata, re.MULTILINE)
    assert not any("/web/" in name or "tests/" in name for name in names)


@pytest.mark.parametrize(("tag", "code"), [("v{}", 0), ("", 0), ("v9.9.9", 1)])
def test_a_tag_is_built_only_if_it_is_the_declared_version(tag: str, code: int, built: Path, tmp_path: Path) -> None:
    (tmp_path / "dist").symlink_to(built)
    line = pipeline()["package"]["script"][-1]
    named = tag.format(declared_version(data_root()))
    assert run(line, tmp_path, CI_COMMIT_TAG=named).returncode == code
