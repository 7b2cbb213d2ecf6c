"""The pages build without a warning, and what they and the README show is what happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import arrakis_schema
from arrakis_schema.cli import main

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text()


def test_the_pages_build_strictly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "pages")]
    built = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert (built.returncode, "WARNING" in built.stderr) == (0, False), built.stderr
    pages = list((tmp_path / "pages").rglob("*.html"))
    assert len(pages) > len(list((PROJECT / "docs").glob("*.md"))) - 1
    for page in pages:
        assert not re.search(r'(src|href)="https?://(?!example\.org)[^"]*\.(js|css|woff2?)', page.read_text())


def test_the_first_error_of_the_readme_is_what_happens() -> None:
    code, shown = re.findall(r"```(?:python|text)\n(.*?)```", README, re.DOTALL)[:2]
    with pytest.raises(arrakis_schema.InvalidRequestError) as caught:
        exec(code, {})  # noqa: S102 - our own page
    assert shown == f"InvalidRequestError: {caught.value}\n"


def test_the_first_command_of_the_readme_prints_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    command, shown = re.findall(r"\$ arrakis-schema (.*)\n(.*)\n", README)[0]
    assert main(command.split()) == 1
    assert shown in capsys.readouterr().out.splitlines()


def test_every_file_that_the_readme_links_exists() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (PROJECT / target).exists(), target


def test_every_public_name_is_on_the_python_page() -> None:
    page = (PROJECT / "docs/python.md").read_text()
    for name in arrakis_schema.__all__:
        assert name in page, f"add {name} to docs/python.md"


def test_every_task_of_the_makefile_that_the_readme_names_exists() -> None:
    tasks = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= tasks


def test_what_the_guide_to_publishing_shows_is_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    page = (PROJECT / "docs/guides/publishing.md").read_text()
    names: dict[str, object] = {}
    pairs = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert len(pairs) == 3
    for code, shown in pairs:
        exec(code, names)  # noqa: S102 - our own page
        assert capsys.readouterr().out == shown
