"""Editors are told what ruff and prettier check."""

import json
import tomllib
from configparser import ConfigParser
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def sections() -> dict[str, dict[str, str]]:
    parser = ConfigParser()
    parser.read_string("[top]\n" + (PROJECT / ".editorconfig").read_text())
    return {name: dict(parser[name]) for name in parser.sections()}


def test_editors_write_what_the_checks_accept() -> None:
    said = sections()
    ruff = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["ruff"]
    assert said["*.py"]["max_line_length"] == str(ruff["line-length"])
    web = PROJECT / "registry/arrakis_schema/site/web"
    prettier = json.loads((web / "package.json").read_text())["prettier"]
    assert said["registry/arrakis_schema/site/web/**.{css,js}"]["max_line_length"] == str(prettier["printWidth"])
    assert said["*"]["indent_size"] == str(prettier.get("tabWidth", 2))
    assert said["Makefile"] == {"indent_style": "tab"}


def test_the_files_are_as_editors_would_write_them() -> None:
    texts = [path for path in PROJECT.glob("*") if path.suffix in {".md", ".toml", ".yml"}]
    texts += [path for folder in ("docs", "tests", "templates") for path in (PROJECT / folder).rglob("*.md")]
    texts += list((PROJECT / "registry").rglob("*.py"))
    for path in texts:
        content = path.read_bytes()
        assert content == b"" or content.endswith(b"\n"), path
        assert b"\r" not in content, path
        assert not any(line.endswith((b" ", b"\t")) for line in content.split(b"\n")), path


def test_editors_leave_frozen_files_alone() -> None:
    frozen = sections()["{schemas,versions}/**"]
    assert set(frozen.values()) == {"unset"}
    assert {*sections()["*"], "indent_size"} == set(frozen)
