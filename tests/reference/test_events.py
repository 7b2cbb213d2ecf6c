"""The pages of a set that nobody asks anything of: its documents are published, and refer to each other."""

import json
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest

from arrakis_schema.reference import book, navigation
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

REGISTRY = """
version = "VERSION"
title = "Tides"
base_url = "https://example.org/tides/"

[[documents]]
files = "core/*.schema.json"
kind = "shared"

[[documents]]
files = "**/*.schema.json"
kind = "publication"
examples = "NAME[.VARIANT].example.json"
"""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TIME = {"time": {"type": "string"}, "clock_drift": {"type": "number", "description": "How wrong the clock is."}}


def write(root: Path, version: str, time: Mapping[str, object]) -> None:
    """Write the working set of one version."""
    gauge = {"allOf": [{"$ref": "../core/time.schema.json"}], "properties": {"level": {"type": "number"}}}
    example = {"$schema": "north/gauge.schema.json", "time": "2026-01-01T00:00:00Z", "level": 1, "mood": "calm"}
    (root / "schemas/south.schema.json").unlink(missing_ok=True)
    if version == "1.0.0":
        (root / "schemas").mkdir()
        (root / "schemas/south.schema.json").write_text(json.dumps({"$schema": DIALECT, "title": "Removed"}))
    for path, content in {
        "core/time.schema.json": {"$schema": DIALECT, "properties": time},
        "north/gauge.schema.json": {"$schema": DIALECT, "description": "A reading.", **gauge},
        "north/gauge.example.json": example,
    }.items():
        (root / "schemas" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "schemas" / path).write_text(json.dumps(content))
    (root / "schemas/registry.toml").write_text(REGISTRY.replace("VERSION", version))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tides")
    write(root, "1.0.0", TIME)
    freeze(root)
    write(root, "1.1.0", {"time": TIME["time"]})
    freeze(root)
    return root


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, str]:
    return dict(book(Store(root)))


def test_its_pages_speak_of_documents_publishers_and_subscribers(root: Path, pages: dict[str, str]) -> None:
    assert {"documents/index.md", "documents/north/gauge.md", "documents/core/time.md"} <= pages.keys()
    for path, text in pages.items():
        assert "endpoints/" not in f"{path} {text}", path
        assert not re.search(r"\b(clients?|servers?)\b", text), path
    assert list(navigation(Store(root))[0]) == ["Documents"]
    assert pages["releases/1.0.0/north/gauge.md"].startswith(
        '---\ntitle: "gauge"\nwindow_title: "north/gauge in 1.0.0"\n'
    )
    bundle = "[bundle](../../versions/1.1.0/north/gauge.schema.bundle.json) with all that it refers to"
    assert bundle in pages["documents/north/gauge.md"]
    assert "[bundle](" not in pages["documents/core/time.md"]
    assert json.loads(pages["matrix/index.json"])["sides"] == ["publisher", "subscriber"]


def test_what_began_without_endpoints_keeps_its_addresses(root: Path, tmp_path: Path) -> None:
    request = tmp_path / "tides/schemas/south/request.schema.json"
    for file in [file for file in root.rglob("*") if file.is_file()]:
        (tmp_path / "tides" / file.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tides" / file.relative_to(root)).write_bytes(file.read_bytes())
    request.parent.mkdir()
    request.write_text("{}")
    registry = tmp_path / "tides/schemas/registry.toml"
    request_of = '[[documents]]\nfiles = "south/*.schema.json"\nkind = "request"\n\n'
    text = registry.read_text().replace("1.1.0", "1.2.0").replace("[[documents]]", f"{request_of}[[documents]]", 1)
    registry.write_text(text)
    assert {"documents/south/request.md", "documents/north/gauge.md"} <= dict(book(Store(tmp_path / "tides"))).keys()


def test_the_overview_lists_documents_by_folder_with_a_sentence(pages: dict[str, str]) -> None:
    assert pages["documents/index.md"].partition("**core**")[2].split("\n\n") == [
        "",
        "- [time](core/time.md) <small>since 1.0.0, changed in 1.1.0</small>",
        "**north**",
        "- [gauge](north/gauge.md): A reading. <small>since 1.0.0, changed in 1.1.0</small>",
        '<hr class="end">\n',
    ]


@pytest.mark.parametrize("page", ["documents/core/time.md", "documents/north/gauge.md"])
def test_a_member_of_older_releases_is_found_with_the_release_that_has_it(pages: dict[str, str], page: str) -> None:
    section = unescape(pages[page].partition("## Removed members { #the-removed }")[2].partition("\n## ")[0])
    name = page.removeprefix("documents/").removesuffix(".md")
    up = "../" * (page.count("/") + 1)
    assert "### `clock_drift` { #removed-clock_drift .field }" in section
    assert f'<a href="{up}releases/1.0.0/{name}/#clock_drift">1.0.0</a>' in section
    assert "How wrong the clock is." in section
    assert "{ #clock_drift .field }" in pages[f"releases/1.0.0/{name}.md"]
    assert "the-removed" not in pages[f"releases/1.1.0/{name}.md"]


def test_search_finds_a_removed_document_at_the_last_release_that_has_it(pages: dict[str, str]) -> None:
    assert "documents/south.md" not in pages
    assert "exclude: true" not in pages["releases/1.0.0/south.md"]
    assert "exclude: true" in pages["releases/1.0.0/north/gauge.md"]


def test_the_matrix_warns_of_examples_that_hold_what_is_not_declared(pages: dict[str, str]) -> None:
    note = pages["matrix/north/gauge.md"].partition("Examples hold more than is declared")[2].partition("\n## ")[0]
    assert "Examples of 1.0.0, 1.1.0 also hold `mood`" in note
    assert "schema" not in note


def test_places_that_moved_are_linked_on_the_page_that_has_them(tmp_path: Path) -> None:
    for version, time in {"1.0.0": TIME, "1.0.1": TIME, "1.1.0": {"time": TIME["time"]}}.items():
        write(tmp_path, version, time)
        if version == "1.0.1":
            (tmp_path / "schemas/south.schema.json").write_text(json.dumps({"$schema": DIALECT, "title": "Removed"}))
        freeze(tmp_path)
    pages = dict(book(Store(tmp_path)))
    assert "Nothing has changed since 1.0.0" in pages["releases/1.0.1/core/time.md"]
    places = re.findall(r'href="([^"]*#clock_drift)"', unescape(pages["documents/core/time.md"]))
    assert places == ["../../../releases/1.0.0/core/time/#clock_drift"]
    assert "](../../releases/1.0.1/south.md#history)" in pages["releases/1.0.0/south.md"]
    assert "{ #history" in pages["releases/1.0.1/south.md"]
