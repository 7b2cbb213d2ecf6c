"""Which release a page is about, and how to come from one to another: by links, without JavaScript."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from arrakis_schema.reference import book
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

WEATHER = Path(__file__).parents[1] / "fixtures/weather"
SOFTWARE = """
[[client]]
name = "barometer"
versions = ["3.0", "3.1"]
release = "1.1.0"
calls = { forecast = ["forecast"] }

[[server]]
name = "station"
versions = ["7.2"]
release = "1.1.0"
"""


def declare(root: Path, old: str, new: str) -> None:
    for path in [file for file in (root / "schemas").rglob("*.*") if file.suffix in {".json", ".toml"}]:
        path.write_text(path.read_text().replace(old, new))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two releases, the first without publications, and a working set with one more endpoint."""
    root = tmp_path / "weather"
    shutil.copytree(WEATHER, root)
    shutil.move(root / "schemas/publication", tmp_path / "publication")
    declare(root, "1.1.0", "1.0.0")
    settings = (root / "schemas/registry.toml").read_text()
    (root / "schemas/registry.toml").write_text(re.sub(r"\[\[topics\]\]\n(?:.+\n)*", "", settings))
    freeze(root)
    shutil.move(tmp_path / "publication", root / "schemas/publication")
    (root / "schemas/registry.toml").write_text(settings)
    declare(root, "1.0.0", "1.1.0")
    freeze(root)
    declare(root, "1.1.0", "1.2.0")
    shutil.copytree(root / "schemas/endpoints/forecast", root / "schemas/endpoints/warning")
    (root / "versions/software.toml").write_text(SOFTWARE)
    return root


def choices(page: str) -> list[tuple[str, str, str]]:
    """Return the address, the name and the notes of each release to choose."""
    items = re.findall(r"<li>(.*?)</li>", page.partition('<details class="selector"')[2].partition("</details>")[0])
    found = [
        re.fullmatch(r'<(?:a href="([^"]*)"[^>]*|span)>(.*?)</(?:a|span)>(?: <small>(.*)</small>)?', item)
        for item in items
    ]
    return [(unescape(each[1] or ""), each[2], each[3] or "") for each in found if each]


def test_each_page_leads_to_itself_in_every_release(root: Path) -> None:
    pages = dict(book(Store(root)))
    software = "barometer 3.0 to 3.1 · station 7.2"
    places = {
        "endpoints/forecast.md": "../../",
        "releases/1.0.0/forecast.md": "../../../",
        "next/forecast.md": "../../",
    }
    for path, up in places.items():
        assert choices(pages[path]) == [
            (f"{up}endpoints/forecast/", "1.1.0", f"the newest · {software}"),
            (f"{up}releases/1.0.0/forecast/", "1.0.0", ""),
            (f"{up}next/forecast/", "1.2.0", "not released yet"),
        ]
    assert [choice[0] for choice in choices(pages["releases/1.0.0/index.md"])] == [
        f"../../releases/{version}/" for version in ("1.1.0", "1.0.0", "1.2.0")
    ]


def test_a_page_that_a_release_does_not_have_is_told_and_not_linked(root: Path) -> None:
    pages = dict(book(Store(root)))
    missing = "not in this release"
    assert [(bool(address), notes == missing) for address, _, notes in choices(pages["endpoints/publication.md"])] == [
        (True, False),
        (False, True),
        (True, False),
    ]


def test_the_current_release_is_the_newest_that_is_frozen(root: Path) -> None:
    pages = dict(book(Store(root)))
    versions = {
        path: json.loads(text)["version"]
        for path, text in pages.items()
        if re.match(r"(?:endpoints|next)/.*json", path)
    }
    assert versions["endpoints/forecast/index.json"] == "1.1.0"
    assert versions["next/forecast/index.json"] == "1.2.0"
    assert pages["releases/1.1.0/forecast/index.json"] == pages["endpoints/forecast/index.json"]
    assert "versions/1.1.0/endpoints/forecast/descriptor.json){ data-copy }" in pages["endpoints/forecast.md"]
    assert "!!!" not in pages["endpoints/forecast.md"].partition("## ")[0]
    assert "1.2.0 is not released yet" in pages["next/forecast.md"]


def test_what_no_release_has_is_shown_as_it_is_in_the_working_set(root: Path) -> None:
    pages = dict(book(Store(root)))
    assert json.loads(pages["endpoints/warning/index.json"])["version"] == "1.2.0"
    assert "No release has it yet." in pages["endpoints/warning.md"]


def test_latest_leads_to_the_newest_release(root: Path) -> None:
    pages = dict(book(Store(root)))
    assert 'redirect: "../../releases/1.1.0/"' in pages["releases/latest/index.md"]
    assert 'redirect: "../../../endpoints/forecast/"' in pages["releases/latest/forecast.md"]
    assert 'redirect: "../releases/1.2.0/"' in pages["next/index.md"]


def test_a_working_set_that_was_just_released_has_no_pages_of_its_own(root: Path) -> None:
    freeze(root)
    pages = dict(book(Store(root)))
    assert 'redirect: "../../endpoints/forecast/"' in pages["next/forecast.md"]
    assert [version for _, version, _ in choices(pages["endpoints/forecast.md"])] == ["1.2.0", "1.1.0", "1.0.0"]


def test_a_root_without_a_release_shows_its_working_set() -> None:
    pages = dict(book(Store(WEATHER)))
    assert json.loads(pages["endpoints/forecast/index.json"])["version"] == "1.1.0"
    assert "1.1.0 is not released yet" not in pages["endpoints/forecast.md"]
    assert 'redirect: "../../endpoints/forecast/"' in pages["next/forecast.md"]
    assert not [path for path in pages if path.startswith("releases/latest")]


def test_software_and_releases_are_told_apart(root: Path) -> None:
    page = dict(book(Store(root)))["releases/index.md"]
    assert "they are not the versions of barometer and station" in page
    assert "| [1.1.0](1.1.0/index.md) | 3.0 to 3.1 | 7.2 |" in page


def test_the_page_of_a_release_that_changed_nothing_leads_to_the_one_that_did(root: Path) -> None:
    freeze(root)
    pages = dict(book(Store(root)))
    page = pages["releases/1.1.0/forecast.md"]
    assert "see [forecast in 1.0.0](../../releases/1.0.0/forecast.md)" in page
    assert re.findall("^## (\\w+)", page, re.MULTILINE) == ["Documents"]
    assert "versions/1.1.0/endpoints/forecast/descriptor.json){ data-copy }" in page
    assert choices(page)[1][2] == "as in 1.0.0 · barometer 3.0 to 3.1 · station 7.2"
    for told in ("endpoints/forecast.md", "releases/1.2.0/forecast.md", "releases/1.0.0/forecast.md"):
        assert "{ .alike }" not in pages[told]
        assert "## Request fields" in pages[told]
    of_page, of_release = (
        json.loads(pages[f"releases/1.1.0/{name}index.json"])["documents"][0] for name in ("forecast/", "")
    )
    assert of_page["fields"]
    assert "fields" not in of_release


def test_a_release_that_changed_nothing_and_that_no_software_speaks_is_not_offered(root: Path) -> None:
    (root / "versions/software.toml").unlink()
    freeze(root)
    pages = dict(book(Store(root)))
    assert [version for _, version, _ in choices(pages["endpoints/forecast.md"])] == ["1.2.0", "1.0.0"]
    assert "those that changed nothing here are left out" in pages["endpoints/forecast.md"]
    assert [version for _, version, _ in choices(pages["releases/1.1.0/forecast.md"])] == ["1.2.0", "1.1.0", "1.0.0"]


def test_a_changed_description_is_told_again(root: Path) -> None:
    freeze(root)
    declare(root, "1.2.0", "1.3.0")
    descriptor = root / "schemas/endpoints/forecast/descriptor.json"
    document = json.loads(descriptor.read_text())
    document["description"] = "Told in other words."
    descriptor.write_text(json.dumps(document))
    freeze(root)
    declare(root, "1.3.0", "1.4.0")
    freeze(root)
    pages = dict(book(Store(root)))
    told = [
        version
        for version in ("1.0.0", "1.1.0", "1.2.0", "1.3.0")
        if "{ .alike }" not in pages[f"releases/{version}/forecast.md"]
    ]
    assert told == ["1.0.0", "1.3.0"]
