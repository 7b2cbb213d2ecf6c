"""`load_schema` and `load_payload`: names, versions, aliases, and what there is none of."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import arrakis_schema
from arrakis_schema import ArrakisSchemaError, UnknownSchemaError, load_payload, load_schema, parse_version, supports
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.versions import aliases, precedence

PROJECT = Path(__file__).parent.parent.parent
WEATHER = PROJECT / "tests/fixtures/weather"


def test_the_first_words() -> None:
    assert load_schema("count.json")["title"] == "arrakis-api-count"
    assert (
        load_schema("count")
        == load_schema("count.json")
        == load_schema("count", "next")
        == load_schema("count", "0.6.0")
    )


@pytest.mark.parametrize(("alias", "release"), [("latest", "0.5.0"), ("0.1", "0.1.2"), ("0.4", "0.4.0")])
def test_an_alias_is_a_release(alias: str, release: str) -> None:
    assert load_schema("find", version=alias) == load_schema("find", version=release)
    assert load_payload("find", version=alias) == load_payload("find", version=release)


def test_the_version_is_the_declared_one() -> None:
    assert arrakis_schema.__version__ == arrakis_schema.SCHEMA_VERSION == "0.6.0"


@pytest.mark.parametrize(
    "name",
    ["nope", "", "../count", "..", "/etc/passwd", "count/", "endpoints/count", "a\0b", "ä", "find\n"],
)
def test_an_unknown_name_lists_what_there_is(name: str) -> None:
    for call in (load_schema, load_payload):
        with pytest.raises(FileNotFoundError) as caught:
            call(name)
        assert isinstance(caught.value, UnknownSchemaError)
        assert "there are count, describe," in str(caught.value)


@pytest.mark.parametrize(
    "version", ["9.9.9", "9.9", "", "..", "0.5.0/", "../versions/0.5.0", "v0.5.0", "0.5.0\n", "LATEST", "0.05.0"]
)
def test_an_unknown_version_lists_what_there_is(version: str) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"there is no release .*; there are 0\.1\.0, .*, next \(0\.6\.0, not released yet\)"
    ):
        load_schema("count", version)


def test_a_release_without_payloads_says_so() -> None:
    with pytest.raises(FileNotFoundError, match=r"release 0\.1\.0 has no document 'find'; there are none"):
        load_payload("find", "0.1.0")


def test_another_root_works_the_same() -> None:
    assert load_schema("forecast", root=WEATHER)["title"] == "forecast"
    assert str(load_payload("forecast", root=WEATHER)).startswith("day: date32[day] not null")
    with pytest.raises(FileNotFoundError, match="there are next"):
        load_schema("forecast", "latest", root=WEATHER)


def test_the_dict_is_the_callers() -> None:
    load_schema("count")["title"] = "changed"
    assert load_schema("count")["title"] == "arrakis-api-count"


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_damaged_document_is_named(tmp_path: Path, content: bytes) -> None:
    shutil.copytree(WEATHER, tmp_path / "w")
    (tmp_path / "w/schemas/endpoints/forecast/descriptor.json").write_bytes(content)
    with pytest.raises(
        DamagedStoreError, match=r"^schemas/endpoints/forecast/descriptor\.json (is not|nests too deep)"
    ):
        load_schema("forecast", root=tmp_path / "w")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version = 1", "version is missing or not text"),
        ("x", "is not TOML"),
        ('version="1.0"\ntitle="t"\nbase_url="https://x/"', "version = '1.0' is not a semantic version"),
        ('version="1.0.0"\ntitle="t"\nbase_url="x"', "base_url = 'x' is not an http(s) URL that ends with a slash"),
        ('version="1.0.0"\ntitle="t"\nbase_url="https://x/"\nbase="y"', "unknown key 'base'"),
    ],
)
def test_damaged_settings_are_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/registry.toml").write_text(text)
    with pytest.raises(ArrakisSchemaError) as caught:
        load_schema("x", "9.9.9", root=tmp_path)
    assert problem in str(caught.value)
    assert "schemas/registry.toml" in str(caught.value)


def test_reading_one_document_opens_no_other() -> None:
    code = (
        "import sys, os; opened = [];"
        "sys.addaudithook(lambda name, args: opened.append(str(args[0])) if name == 'open' else None);"
        "from arrakis_schema import load_schema; load_schema('find', '0.3.0');"
        "print(*(path for path in opened if 'versions' in path or 'schemas' in path), sep='\\n')"
    )
    opened = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert [
        Path(path).relative_to(PROJECT).as_posix() for path in opened if path.endswith((".json", ".toml", ".txt"))
    ] == ["versions/0.3.0/endpoints/find/descriptor.json"]


def test_the_order_of_releases_is_that_of_semver() -> None:
    ordered = (
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.2.0 1.10.0"
    )
    assert sorted(sorted(ordered.split(), key=len), key=precedence) == ordered.split()
    assert aliases(ordered.split()) == {"1.0": "1.0.0", "1.2": "1.2.0", "1.10": "1.10.0", "latest": "1.10.0"}


@pytest.mark.parametrize(
    ("version", "parsed"),
    [
        ("0.5.0", (0, 5)),
        ("1.2.3.dev4+g1", (1, 2)),
        ("x", None),
        ("1", None),
        ("1.x", None),
        (None, None),
        ("", None),
        (3, None),
    ],
)
def test_versions_off_the_wire(version: str | None, parsed: tuple[int, int] | None) -> None:
    assert parse_version(version) == parsed
    assert supports(version, (0, 5)) is (None if parsed is None else parsed >= (0, 5))


def test_a_missing_extra_names_the_command() -> None:
    code = "import sys; sys.modules['pyarrow'] = None; from arrakis_schema import load_payload; load_payload('find')"
    failed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert "MissingExtraError: pyarrow is not installed: pip install 'arrakis-schema[arrow]'" in failed.stderr


def test_every_public_name_is_there() -> None:
    for name in arrakis_schema.__all__:
        assert getattr(arrakis_schema, name) is not None
    assert dir(arrakis_schema) == sorted(arrakis_schema.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = arrakis_schema.nope


def test_examples_are_json() -> None:
    assert json.loads((PROJECT / "schemas/endpoints/find/examples/minimal.json").read_text())["request"] == "Find"
