"""What stands below a root is named, one way or another; what is no plain file is never read."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema import load_payload, load_schema
from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError, ReleaseError
from arrakis_schema.site import tree
from arrakis_schema.store import files
from arrakis_schema.store.exceptions import read_exceptions
from arrakis_schema.store.files import FILE, FOLDER, LINK, SPECIAL
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.inventory import IGNORED, PROGRAMS, SETTINGS, classify, read_inventory
from arrakis_schema.store.layout import STANDARD
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store
from arrakis_schema.system.lint import lint_release
from arrakis_schema.text.printable import printable

PROJECT = Path(__file__).parent.parent.parent
WEATHER = PROJECT / "tests/fixtures/weather"
NAMES = st.sampled_from(
    [
        "endpoints",
        "publication",
        "examples",
        "refused",
        "find",
        "Find",
        "descriptor.json",
        "schema.txt",
        "schema",
        "full.json",
        "full.py",
        "a.html",
        "a.md",
        "index.json",
        "schema.arrow.json",
        ".git",
        ".DS_Store",
        "registry.toml",
        "a�.json",
        "a\nb.json",
        "con",
        "a?.txt",
        "café.json",
    ]
) | st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=3)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    shutil.copytree(WEATHER, tmp_path / "weather")
    return tmp_path / "weather"


@given(st.dictionaries(PATHS, st.sampled_from([FILE, FILE, FILE, LINK, SPECIAL]), max_size=8))
def test_each_file_has_a_role_or_is_refused(entries: dict[str, str]) -> None:
    parents = {"/".join(path.split("/")[:end]) for path in entries for end in range(1, path.count("/") + 1)}
    inventory = classify({**entries, **dict.fromkeys(parents, FOLDER)}.items())
    refused = {one.path for one in inventory.refused}
    for path, kind in entries.items():
        around = {printable("/".join(path.split("/")[:end])) for end in range(1, path.count("/") + 2)}
        kept = path in (*inventory.published, *inventory.notes, *SETTINGS) or Path(path).name in IGNORED
        assert path in parents or (kept and kind == FILE) or around & refused
    assert all(
        STANDARD.is_document(path) or ".json" in path or Path(path).suffix in PROGRAMS for path in inventory.published
    )
    assert all(printable(text) == text for one in inventory.refused for text in (one.path, one.message))
    assert set(inventory.published) == {*inventory.documents, *dict(inventory.examples), *inventory.programs}
    for path in inventory.published:
        path.encode("utf-8")


def test_the_working_set_has_no_file_without_a_role() -> None:
    inventory = read_inventory(str(PROJECT), "schemas")
    assert inventory.refused == ()
    assert set(inventory.plain) - set(inventory.published) == SETTINGS
    walked = {path.relative_to(PROJECT / "schemas").as_posix() for path in (PROJECT / "schemas").rglob("*.*")}
    assert set(inventory.plain) == walked


def test_notes_are_kept_and_neither_frozen_nor_published(weather: Path) -> None:
    for path in ("README.md", "endpoints/forecast/NOTES.md", "endpoints/.gitkeep", ".gitattributes"):
        (weather / "schemas" / path).write_text("# Why")
    assert list(lint_release(Store(weather).release(None))) == []
    assert not [
        path for path in freeze(weather).inventory.plain if path.endswith((".md", ".gitkeep", ".gitattributes"))
    ]
    assert not [file.path for file in tree(Store(weather)) if file.path.endswith((".md", ".gitkeep", ".gitattributes"))]


def test_a_program_is_plain_text_and_an_example_is_json(weather: Path) -> None:
    for number, suffix in enumerate(PROGRAMS):
        (weather / f"schemas/endpoints/forecast/examples/three-days.{number}{suffix}").write_text(
            "<script>alert(1)</script>"
        )
    freeze(weather)
    types = {Path(file.path).suffix: file.media_type for file in tree(Store(weather)) if "/examples/" in file.path}
    assert types == {**dict.fromkeys(PROGRAMS, "text/plain; charset=utf-8"), ".json": "application/json"}


def test_what_lint_refuses_is_not_on_the_site(weather: Path) -> None:
    folder = weather / "schemas/endpoints/forecast"
    (folder / "notes.txt").symlink_to("/proc/self/environ")
    (folder / "evil.html").write_text("<script>alert(1)</script>")
    os.mkfifo(folder / "examples/more.json")
    (weather / "schemas/publication/other.json").symlink_to(PROJECT / "schemas/publication/metadata.json")
    before = {file.path: file for file in tree(Store(WEATHER))}
    assert {file.path: file for file in tree(Store(weather))} == before


def test_a_version_is_the_name_of_a_folder(weather: Path) -> None:
    registry = weather / "schemas/registry.toml"
    text = registry.read_text()
    registry.write_text(text.replace("1.1.0", "2.0.0-rc.1"))
    freeze(weather)
    for version, rule in {"2.0.0-RC.1": "file-name-clash", f"2.0.0-{'x' * 300}": "file-name-invalid"}.items():
        registry.write_text(text.replace("1.1.0", version))
        store = Store(weather)
        found = [one.rule for one in lint_release(store.release(None)) if one.file == "schemas/registry.toml"]
        assert found == [rule]
    registry.write_text(text.replace("1.1.0", "2.0.0-RC.1"))
    with pytest.raises(ReleaseError, match=r"^release 2\.0\.0-rc\.1 exists and never changes"):
        freeze(weather)


def test_a_folder_that_cannot_be_read_is_an_error_everywhere(weather: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(weather)
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("schemas/endpoints/forecast/examples"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for use in (
        lambda: list(lint_release(Store(weather).release(None))),
        lambda: freeze(weather),
        lambda: list(tree(Store(weather))),
        lambda: Store(weather).release("next"),
    ):
        with pytest.raises(DamagedStoreError, match=r"^schemas/endpoints/forecast/examples cannot be read: Permission"):
            use()


def test_a_file_that_cannot_be_read_is_an_error(weather: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(root: str, path: str) -> bytes:
        if path.endswith("three-days.json"):
            raise PermissionError(13, "Permission denied", path)
        return (Path(root) / path).read_bytes()

    monkeypatch.setattr(files, "read_plain", refuse)
    for use in (
        lambda: freeze(weather),
        lambda: list(tree(Store(weather))),
        lambda: list(lint_release(Store(weather).release(None))),
    ):
        with pytest.raises(DamagedStoreError, match=r"three-days\.json cannot be read: Permission denied$"):
            use()
    assert list(Store(weather).releases) == []


@pytest.mark.parametrize("folder", ["schemas", "schemas/endpoints", "schemas/endpoints/forecast", "versions"])
def test_a_folder_that_is_a_link_is_not_followed(folder: str, weather: Path) -> None:
    freeze(weather)
    (weather / folder).rename(weather / "elsewhere")
    (weather / folder).symlink_to(weather / "elsewhere")
    sentence = f"^{folder} is a symbolic link, which is never followed: put the file or folder itself there$"
    version = "1.1.0" if folder == "versions" else None
    with pytest.raises(DamagedStoreError, match=sentence):
        load_schema("forecast", version, root=weather)
    with pytest.raises(DamagedStoreError, match=sentence):
        load_payload("forecast", version, root=weather)
    with pytest.raises(ArrakisSchemaError):
        freeze(weather)


def test_the_root_itself_may_be_a_link(weather: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(weather)
    assert load_schema("forecast", root=tmp_path / "link")
    assert Store(tmp_path / "link").release(None).files == Store(weather).release(None).files


def test_an_installer_may_make_the_data_of_the_package_of_links(
    weather: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `uv pip install --link-mode symlink` and Bazel do."""
    freeze(weather)
    shutil.copytree(weather, tmp_path / "packaged", copy_function=lambda old, new: Path(new).symlink_to(old))
    packaged = Store(tmp_path / "packaged")
    with pytest.raises(DamagedStoreError, match="is a symbolic link"):
        load_schema("forecast", "1.1.0", root=packaged.root)
    monkeypatch.setattr(files, "PACKAGED", str(packaged.root))
    assert load_schema("forecast", "1.1.0", root=packaged.root) == load_schema("forecast", "1.1.0", root=weather)
    assert packaged.release("latest").inventory == Store(weather).release("latest").inventory


READERS: dict[str, Callable[[Path], object]] = {
    "schemas/registry.toml": lambda root: read_settings(str(root)),
    "schemas/exceptions.toml": lambda root: read_exceptions(Store(root)),
    "schemas/endpoints/forecast/descriptor.json": lambda root: load_schema("forecast", root=root),
    "schemas/endpoints/forecast/schema.txt": lambda root: load_payload("forecast", root=root),
    "versions/1.1.0/endpoints/forecast/descriptor.json": lambda root: load_schema("forecast", "1.1.0", root=root),
    "versions/dates.toml": lambda root: Store(root).dates,
    "versions/corrections.toml": lambda root: Store(root).corrections,
    "versions/lock.json": lambda root: Store(root).lock,
    "versions/software.toml": lambda root: Store(root).software,
}


@pytest.mark.parametrize("path", READERS)
def test_whatever_is_read_is_a_plain_file(path: str, weather: Path) -> None:
    freeze(weather)
    (weather / path).unlink(missing_ok=True)
    (weather / path).symlink_to("/proc/self/environ")
    with pytest.raises(DamagedStoreError, match=f"{path} is a symbolic link, which is never followed"):
        READERS[path](weather)
    (weather / path).unlink()
    os.mkfifo(weather / path)
    with pytest.raises(
        ArrakisSchemaError, match=f"{path} is a pipe, a socket or a device|there is none|has no document"
    ):
        READERS[path](weather)
