"""A release is a value: read once, and what it was, whatever happens on the disk."""

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema import (
    InvalidRequestError,
    Release,
    UnknownSchemaError,
    check_table,
    descriptor,
    iter_errors,
    open_release,
    payload_schema,
    validate,
    validator,
)
from arrakis_schema.reference import book
from arrakis_schema.site import tree
from arrakis_schema.store import files, settings
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import open_store

PROJECT = Path(__file__).parents[2]
ASKED = {"request": "Forecast", "place": "north", "days": 14}
DESCRIPTOR, PAYLOAD = "schemas/endpoints/forecast/descriptor.json", "schemas/endpoints/forecast/schema.txt"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    return tmp_path / "weather"


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def outcome(release: Release) -> tuple[Any, ...]:
    """Ask a release in every way that there is."""
    schema = payload_schema("forecast", release)
    table = pa.table(
        {name: pa.array([], data_type) for name, data_type in zip(schema.names, schema.types, strict=True)}
    )
    try:
        validate(ASKED, release)
        accepted = True
    except InvalidRequestError:
        accepted = False
    return (
        accepted,
        [str(one) for one in iter_errors(ASKED, release)],
        schema,
        [one.message for one in check_table(table.cast(schema), "forecast", release)],
        descriptor("forecast", release, place="north", days=3).command,
        release.settings.title,
        [example.content for example in release.examples_of("endpoints/forecast/descriptor.json")],
    )


def test_a_release_stays_what_it_was(root: Path) -> None:
    """Nothing is asked of the first one before the edit: it was read when it was opened."""
    before = open_release(root=root)
    edit(root, DESCRIPTOR, '"maximum": 14', '"maximum": 10')
    edit(root, PAYLOAD, "date32[day]", "date64[ms]")
    edit(root, "schemas/registry.toml", 'title = "', 'title = "The new ')
    shutil.rmtree(root / "schemas/endpoints/forecast/examples")
    after = open_release(root=root)
    old, new = outcome(before), outcome(after)
    assert (old[0], new[0]) == (True, False)
    assert all(one != other for one, other in zip(old[:3], new[:3], strict=True))
    assert old[5:] != new[5:]
    assert (old, new) == (outcome(before), outcome(after))


def test_an_edit_is_seen_by_whoever_opens_again(root: Path) -> None:
    validate(ASKED, root=root)
    check = validator("forecast", root=root)
    edit(root, DESCRIPTOR, '"maximum": 14', '"maximum": 10')
    with pytest.raises(InvalidRequestError):
        validate(ASKED, root=root)
    check(ASKED)


def test_two_roots_live_side_by_side(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "other")
    edit(tmp_path / "other", DESCRIPTOR, '"maximum": 14', '"maximum": 10')
    releases = [open_release(root=folder) for folder in (root, tmp_path / "other")] * 2
    assert [outcome(release)[0] for release in releases] == [True, False, True, False]


def test_threads_may_share_a_release(root: Path) -> None:
    release, expected = open_release(root=root), outcome(open_release(root=root))
    with ThreadPoolExecutor(8) as pool:
        assert all(one == expected for one in pool.map(outcome, [release] * 40))


def test_what_was_made_is_kept_and_an_error_is_not(root: Path) -> None:
    release, calls = open_release(root=root), list[int]()

    def make(_: Release, number: int) -> list[int]:
        calls.append(number)
        if number < 0:
            raise ValueError
        return [number]

    assert release.derived(make, 1) is release.derived(make, 1)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            release.derived(make, -1)
    assert calls == [1, -1, -1]


def test_an_open_release_is_returned_as_it_is(root: Path) -> None:
    release = open_release(root=root)
    assert open_release(release) is release
    assert open_release() is open_release("next")
    with pytest.raises(UnknownSchemaError, match=r"^there is no release '9\.9\.9'; there are next"):
        open_release("9.9.9", root)


def test_the_whole_site_reads_each_file_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(root)
    edit(root, "schemas/registry.toml", 'version = "1.1.0"', 'version = "1.2.0"')
    edit(root, DESCRIPTOR, "/1.1.0/", "/1.2.0/")
    read = Counter[str]()
    read_plain = files.read_plain

    def counted(folder: str, path: str) -> bytes:
        read[path] += 1
        return read_plain(folder, path)

    monkeypatch.setattr(files, "read_plain", counted)
    monkeypatch.setattr(settings, "read_plain", counted)
    store = open_store(root)
    assert list(tree(store))
    assert list(book(store))
    assert list(tree(store))
    assert read["schemas/registry.toml"] == 1
    assert read["versions/1.1.0/endpoints/forecast/schema.txt"] == 1
    assert {path: count for path, count in read.items() if count > 1} == {}
