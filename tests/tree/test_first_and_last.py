"""Sites at the ends of a history: nothing is there yet, something was removed, somebody copied a release by hand."""

import json
import shutil
from pathlib import Path

import pytest

from arrakis_schema.site import BuildError, site, tree
from arrakis_schema.store.lock import format_lock, lock_release
from arrakis_schema.store.store import Store

WEATHER = Path(__file__).parents[1] / "fixtures/weather"


def built(root: Path) -> dict[str, str]:
    files = {file.path: file for file in site(Store(root))}
    return {path: file.content.decode() for path, file in files.items() if path.endswith((".html", ".md", ".json"))}


def frozen(root: Path, version: str) -> None:
    """Freeze the working set as it is."""
    contents = {
        path.relative_to(root / "schemas").as_posix(): path.read_bytes() for path in (root / "schemas").rglob("*.*")
    }
    del contents["registry.toml"]
    lock = Store(root).lock
    lock[version] = lock_release(lock, contents)
    for path, content in contents.items():
        (root / "versions" / version / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "versions" / version / path).write_bytes(content)
    (root / "versions/lock.json").write_text(format_lock(lock))


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    shutil.copytree(WEATHER, tmp_path / "weather")
    frozen(tmp_path / "weather", "0.0.1")
    return tmp_path / "weather"


@pytest.mark.parametrize(("removed", "name"), [("endpoints/forecast", "forecast"), ("publication", "publication")])
def test_what_was_removed_is_told_and_linked_where_it_was(weather: Path, removed: str, name: str) -> None:
    shutil.rmtree(weather / "schemas" / removed)
    pages = built(weather)
    version = Store(weather).settings.version
    assert f"next/{name}/index.html" not in pages
    assert f"(removed in {version})" in pages["matrix/index.md"]
    own = pages[f"matrix/{name}/index.md"]
    what = "message" if name == "publication" else "endpoint"
    assert f"[Removed in {version}: the {what} in 0.0.1](../../endpoints/{name}/index.md)" in own
    assert f"{version}, removed" in own
    for page in (f"endpoints/{name}/index.md", f"releases/0.0.1/{name}/index.md"):
        assert f"It was removed in {version}, which is not released yet." in pages[page]
    grid = json.loads(pages["matrix/index.json"])["names"][name]
    assert grid["groups"] == [[version], ["0.0.1"]]
    answers = [[cell["answer"] for cell in row] for row in grid["cells"]]
    asked = name == "forecast"  # a client that asks is refused; a subscriber just hears nothing
    assert answers == [["removed", "removed"], ["breaks" if asked else "removed", "works"]]


def test_what_a_client_still_asks_for_breaks_it_with_a_reason(weather: Path) -> None:
    shutil.rmtree(weather / "schemas/endpoints/forecast")
    pages = built(weather)
    version = Store(weather).settings.version
    assert f"release {version} has no endpoints/forecast/descriptor.json" in pages["matrix/forecast/index.md"]
    assert "[forecast](forecast/index.md#why-forecast-" in pages["matrix/index.md"]


def test_what_came_back_is_no_longer_removed(weather: Path) -> None:
    shutil.move(weather / "schemas/endpoints", weather / "kept")
    frozen(weather, "0.0.2")
    shutil.move(weather / "kept", weather / "schemas/endpoints")
    pages = built(weather)
    assert "removed in" not in pages["matrix/index.md"]
    assert "0.0.2, removed" in pages["matrix/forecast/index.md"]


def test_a_registry_without_a_document_has_a_site_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    shutil.copy(WEATHER / "schemas/registry.toml", tmp_path / "schemas")
    settings = (tmp_path / "schemas/registry.toml").read_text().partition("[")[0]
    (tmp_path / "schemas/registry.toml").write_text(settings)
    pages = built(tmp_path)
    for path in ("index.md", "matrix/index.md", "releases/index.md", "changelog/index.md"):
        assert "There is no document yet." in pages[path], path
    assert {file.path for file in tree(Store(tmp_path))} >= {"index.html", "versions/index.json"}


def test_a_release_that_nobody_locked_is_named_in_one_sentence(weather: Path) -> None:
    shutil.copytree(weather / "versions/0.0.1", weather / "versions/0.0.2")
    with pytest.raises(Exception, match=r"versions/0\.0\.2 is not in versions/lock\.json") as caught:
        list(site(Store(weather)))
    assert "\n" not in str(caught.value)


def test_what_mkdocs_complains_of_is_told_with_the_file(weather: Path) -> None:
    (weather / "docs").mkdir()
    (weather / "docs/index.md").write_text("# A\n\n[b](missing.md) [c](#nowhere)\n")
    with pytest.raises(BuildError) as caught:
        list(site(Store(weather)))
    first, *others = str(caught.value).splitlines()
    assert "cannot render the pages" in first
    assert ["index.md" in line and "missing.md" in line for line in others].count(True) == 1
