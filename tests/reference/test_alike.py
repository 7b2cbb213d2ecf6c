"""A page leads to an earlier one only where the text of both is the same apart from the number of the release."""

import json
import shutil
from pathlib import Path

import pytest

from arrakis_schema.reference.facts.history import History, read_history
from arrakis_schema.reference.sections import _content_digest, first_alike
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Release, Store
from arrakis_schema.system.relations import names
from tests.reference.project_pages import PROJECT

PATH = "endpoints/forecast/descriptor.json"


def releases_of_weather(root: Path, **descriptions: str) -> Store:
    """Return a store with a release for each of these versions (`v2_0_0`) and descriptions of its request."""
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    before = "1.1.0"
    for key, description in {**descriptions, "v9_0_0": "Not released."}.items():
        version = key.removeprefix("v").replace("_", ".")
        for path in (file for file in (root / "schemas").rglob("*.*") if file.suffix in {".json", ".toml"}):
            path.write_text(path.read_text().replace(before, version))
        document = root / "schemas" / PATH
        schema = json.loads(document.read_text())
        schema["properties"]["days"]["description"] = description
        document.write_text(json.dumps(schema))
        if version != "9.0.0":
            freeze(root)
        before = version
    return Store(root)


def compare_pages(history: History, name: str) -> dict[str, str]:
    """Return for each release the first with the same page, found by comparing every page with the one before."""
    first = dict[str, str]()
    complete = history.page_release(name) or history.last_release(name)
    for release in history.releases:
        before = history.previous_release(release)
        if not history.documents(release, name):
            continue
        may_lead = before and before.version in first and release.frozen and release is not complete
        is_same = may_lead and before and is_alike(history, before, release, name)
        first[release.version] = first[before.version] if is_same and before else release.version
    return first


def is_alike(history: History, old: Release, new: Release, name: str) -> bool:
    return _content_digest(history, old, name) == _content_digest(history, new, name)


@pytest.mark.parametrize(
    ("descriptions", "expected"),
    [
        ({"v2_0_0": "How far.", "v2_0_1": "How far.", "v2_0_2": "How far."}, ["2.0.0", "2.0.0", "2.0.2"]),
        ({"v2_0_0": "How far.", "v2_0_1": "Days.", "v2_0_2": "Days."}, ["2.0.0", "2.0.1", "2.0.2"]),
        ({"v2_0_0": "From 2.0.0 on.", "v2_0_1": "From 2.0.0 on.", "v2_0_2": ""}, ["2.0.0", "2.0.1", "2.0.2"]),
        ({"v2_0_0": "From 2.0.0 on.", "v2_0_1": "From 2.0.1 on.", "v2_0_2": ""}, ["2.0.0", "2.0.0", "2.0.2"]),
    ],
)
def test_a_number_in_a_text_is_part_of_the_text(
    tmp_path: Path, descriptions: dict[str, str], expected: list[str]
) -> None:
    history = read_history(releases_of_weather(tmp_path / "root", **descriptions))
    versions = ["2.0.0", "2.0.1", "2.0.2"]
    assert [
        first_alike(history, history.store.release(version), "forecast").version for version in versions
    ] == expected
    assert [compare_pages(history, "forecast")[version] for version in versions] == expected


def test_comparing_what_pages_are_made_of_gives_the_same_answer_as_comparing_pages() -> None:
    history = read_history(Store(PROJECT))
    for name in names(history.releases):
        expected = compare_pages(history, name)
        found = {version: first_alike(history, history.store.release(version), name).version for version in expected}
        assert found == expected, name
