"""The static tree: URL = path, the same bytes every time, nothing of it made for one API."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.site import BuildError, tree, write_tree
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent.parent
STORE = Store(PROJECT)
FILES = {file.path: file for file in tree(STORE)}
TEXTS = [path for path in FILES if path.endswith("/schema.txt")]


def content(path: str) -> Any:
    return json.loads(FILES[path].content)


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    freeze(tmp_path / "weather")
    return tmp_path / "weather"


def test_every_frozen_file_is_at_its_path_byte_for_byte_and_immutable() -> None:
    for release in STORE.releases:
        for path in STORE.release(release).files:
            file = FILES[f"versions/{release}/{path}"]
            assert file.content == (PROJECT / file.path).read_bytes()
            assert file.immutable


@pytest.mark.parametrize(
    ("alias", "folder"), [("latest", "versions/0.5.0"), ("0.1", "versions/0.1.2"), ("next", "schemas")]
)
def test_an_alias_answers_as_what_it_stands_for_and_may_change(alias: str, folder: str) -> None:
    for path in (PROJECT / folder).rglob("*"):
        if path.is_file() and path.name not in {"registry.toml", "exceptions.toml"}:
            file = FILES[f"versions/{alias}/{path.relative_to(PROJECT / folder).as_posix()}"]
            assert file.content == path.read_bytes()
            assert not file.immutable


@pytest.mark.parametrize("path", TEXTS)
def test_beside_every_text_stands_the_schema_for_every_arrow_library(path: str) -> None:
    text, stem = FILES[path].content.decode(), path.removesuffix(".txt")
    document = parse_document(text)
    wanted = document.unbound if isinstance(document, Template) else document
    with pa.ipc.open_stream(FILES[f"{stem}.arrow"].content) as reader:
        assert reader.schema.equals(wanted, check_metadata=True)
        assert list(reader) == []
    assert [field["name"] for field in content(f"{stem}.arrow.json")["fields"]] == wanted.names


def test_a_publication_stands_there_for_each_data_type() -> None:
    for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"):
        schema = pa.ipc.open_stream(FILES[f"versions/next/publication/schema.{name}.arrow"].content).schema
        assert schema.field("data").type == pa.list_(pa.type_for_alias(name))


def test_a_digest_finds_the_content() -> None:
    digests = {path.rpartition("/")[2]: file for path, file in FILES.items() if path.startswith("digests/sha256/")}
    assert all(hashlib.sha256(file.content).hexdigest() == sha256 for sha256, file in digests.items())
    frozen = {file.sha256 for path, file in FILES.items() if file.immutable and path.startswith("versions/")}
    assert frozen == set(digests)


def test_the_index_lists_every_document_with_its_digest_and_id() -> None:
    index = content("versions/index.json")
    assert [release["version"] for release in index["releases"]] == ["0.6.0", *reversed(STORE.releases)]
    assert index["aliases"] == {**STORE.aliases, "next": "0.6.0"}
    for release in index["releases"]:
        for document in release["documents"]:
            file = FILES[f"versions/{document['url']}"]
            assert (file.sha256, len(file.content)) == (document["sha256"], document["size"])
            assert ("id" in document) == release["frozen"]


def test_the_catalogue_names_urls_that_exist() -> None:
    catalogue = content("catalog.json")
    assert catalogue["version"] == 1
    for schema in catalogue["schemas"]:
        assert {"name", "description", "url", "versions"} == set(schema)
        assert all(url in FILES for url in (schema["url"], *schema["versions"].values()))


def test_every_link_of_the_front_page_is_relative_and_resolves() -> None:
    page = FILES["index.html"].content.decode()
    links = re.findall(r'href="([^"]*)"', page)
    assert len(links) > 50
    assert all(link in FILES or link == "data:," for link in links)
    assert not re.search(r"<script|https?://|@import|url\(", page)


def test_two_builds_are_the_same_and_each_path_stands_once(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "schemas", tmp_path / "copy/schemas")
    shutil.copytree(PROJECT / "versions", tmp_path / "copy/versions")
    again = list(tree(Store(tmp_path / "copy")))
    assert len(again) == len(FILES)
    assert {file.path: file for file in again} == FILES


def test_another_api_has_a_tree_of_the_same_kind(weather: Path) -> None:
    files = {file.path: file for file in tree(Store(weather))}
    assert "versions/1.1.0/endpoints/forecast/schema.arrow" in files
    assert "versions/latest/publication/schema.float32.arrow" in files
    page = files["index.html"].content.decode()
    assert "<h1>Weather &lt;API&gt; &amp; friends: schemas</h1>" in page
    assert "rrakis" not in "".join(file.content.decode(errors="replace") for file in files.values())


def test_a_tree_is_written_whole_and_replaces_only_a_tree(tmp_path: Path, weather: Path) -> None:
    target = tmp_path / "site"
    count = write_tree(tree(Store(weather)), target)
    assert sum(path.is_file() for path in target.rglob("*")) == count
    (target / "stale").write_text("of an earlier build")
    assert write_tree(tree(Store(weather)), target) == count
    assert not (target / "stale").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/file").write_text("precious")
    with pytest.raises(BuildError, match="exists and is not a site that was built here"):
        write_tree(tree(Store(weather)), tmp_path / "mine")
    assert (tmp_path / "mine/file").read_text() == "precious"


def test_a_build_that_fails_leaves_the_earlier_one(tmp_path: Path, weather: Path) -> None:
    target = tmp_path / "site"
    write_tree(tree(Store(weather)), target)
    before = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    (weather / "schemas/endpoints/forecast/schema.txt").write_text("x: in8\n")
    with pytest.raises(
        DamagedStoreError, match=r"schemas/endpoints/forecast/schema\.txt: line 1: there is no type 'in8'"
    ):
        write_tree(tree(Store(weather)), target)
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site", "weather"]


def test_a_path_through_a_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="cannot be written"):
        write_tree([Representation("a", b"", "text/plain")], tmp_path / "file/site")
