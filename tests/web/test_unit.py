"""The scripts of the site: their own tests, their types, and what is bundled."""

import subprocess
from pathlib import Path

import pytest

from tests.browser.serving import BUNDLE
from tests.web.node import WEB, node

REQUESTS = 68_000


def test_the_scripts_pass_their_own_tests() -> None:
    ran = subprocess.run([node(), "--test"], cwd=WEB, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "# tests 0" not in ran.stdout


@pytest.mark.parametrize(
    "command", [["typescript/bin/tsc", "--project", "."], ["prettier/bin/prettier.cjs", "--check", ".", "../assets"]]
)
def test_the_scripts_are_typed_and_formatted(command: list[str]) -> None:
    program, *arguments = command
    ran = subprocess.run(
        [node(), f"node_modules/{program}", *arguments], cwd=WEB, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    subprocess.run([node(), "build.js", folder], cwd=WEB, check=True)
    return folder


def static(folder: Path, name: str) -> set[str]:
    """Return a script and what it imports at once."""
    text = (folder / name).read_text()
    wanted = {part.split('"')[0].removeprefix("./") for part in text.split('from"')[1:] if part.startswith("./")}
    wanted |= {part.split('"')[0].removeprefix("./") for part in text.split('import"')[1:]}
    return {name}.union(*(static(folder, one) for one in wanted))


def test_the_bundle_is_small_and_the_same_each_time(bundle: Path) -> None:
    loaded = static(bundle, "try.js")
    assert len(loaded) > 1
    assert sum((bundle / name).stat().st_size for name in loaded) < REQUESTS
    assert not any("arrow" in name for name in loaded)
    made = BUNDLE
    if not made.is_dir():
        pytest.skip("there is no bundle beside the sources: run make bundle")
    assert {one.name: one.read_bytes() for one in bundle.iterdir()} == {
        one.name: one.read_bytes() for one in made.iterdir()
    }


def test_no_code_is_made_from_text_and_no_other_host_is_named(bundle: Path) -> None:
    text = "".join(one.read_text() for one in bundle.glob("*.js"))
    assert "eval(" not in text
    assert "new Function" not in text
    assert "innerHTML=" not in text
    assert "@font-face" in (bundle / "fonts.css").read_text()
    assert "//" not in (bundle / "fonts.css").read_text()


def test_the_licence_of_each_package_is_told(bundle: Path) -> None:
    told = (bundle / "THIRD-PARTY.txt").read_text()
    for name in (
        "@cfworker/json-schema",
        "jsonc-parser",
        "diff",
        "apache-arrow",
        "flatbuffers",
        "@fontsource/ibm-plex-sans",
    ):
        assert f"\n{name} " in told, name
    assert "Copyright (c) Jeremy Danyow" in told
    for licence in (
        "Permission is hereby granted",
        "Apache License",
        "SIL OPEN FONT LICENSE",
        "Redistribution and use in source",
    ):
        assert licence in told, licence
