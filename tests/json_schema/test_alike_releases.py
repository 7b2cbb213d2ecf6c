"""Releases whose documents differ only in their number share what is made of a document; each keeps its own name."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.json_schema.bundling import unversioned_content
from arrakis_schema.json_schema.validators import judge_of, validator_of
from arrakis_schema.reference.facts.history import read_history
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

WEATHER = Path(__file__).parents[1] / "fixtures/weather"
PATH = "endpoints/forecast/descriptor.json"


def two_releases(root: Path, **more: Any) -> Store:
    """Return a store with two releases, in which a document differs only in its `$id`; `more` is in both."""
    shutil.copytree(WEATHER, root)
    before = "1.1.0"
    for version in ("2.0.0", "2.0.1"):
        for path in (file for file in (root / "schemas").rglob("*.*") if file.suffix in {".json", ".toml"}):
            path.write_text(path.read_text().replace(before, version))
        document = root / "schemas" / PATH
        document.write_text(json.dumps(json.loads(document.read_text()) | more, indent=2) + "\n")
        freeze(root)
        before = version
    return Store(root)


def test_they_share_validators_and_members(tmp_path: Path) -> None:
    store = two_releases(tmp_path / "root")
    releases = [store.release("2.0.0"), store.release("2.0.1")]
    old, new = (release.derived(judge_of, PATH) for release in releases)
    assert releases[0].read(PATH) != releases[1].read(PATH)
    assert old.quick is new.quick
    assert (old.label, new.label) == (f"versions/2.0.0/{PATH}", f"versions/2.0.1/{PATH}")
    members = [read_history(store).members(release.document(PATH)) for release in releases]
    assert members[0] is members[1]
    for release in releases:
        with pytest.raises(InvalidRequestError, match=release.version):
            validator_of(release, "forecast")({"request": 1})


@pytest.mark.parametrize(
    ("more", "alike"),
    [
        ({}, True),
        ({"definitions": {"place": {"type": "string"}}, "not": {"$ref": "#/definitions/place"}}, True),
        ({"definitions": {"place": {"$id": "place.json", "type": "string"}}}, False),
        ({"definitions": {"place": {"$ref": "../../publication/stations.json"}}}, False),
        ({"definitions": {"place": {"$ref": ""}}}, False),
        ({"description": "Since the last release."}, True),
    ],
    ids=json.dumps,
)
def test_an_id_counts_where_something_may_depend_on_it(tmp_path: Path, more: dict[str, Any], alike: bool) -> None:  # noqa: FBT001 - a case
    store = two_releases(tmp_path / "root", **more)
    old, new = (unversioned_content(store.release(version), PATH) for version in ("2.0.0", "2.0.1"))
    assert (old == new) is alike
