"""What is known from the build before is never out of date: after each edit the site is what a fresh build makes."""

import shutil
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.site import site
from arrakis_schema.site.pages import SiteFolder
from arrakis_schema.store.caching import Memo
from arrakis_schema.store.store import open_store

PROJECT = Path(__file__).parents[2]
FORECAST = "schemas/endpoints/forecast/descriptor.json"
EXAMPLES = "schemas/endpoints/forecast/examples"
CORRECTION = (PROJECT / "tests/fixtures/correction.toml").read_text()
Edit = Callable[[Path], object]


def replaced(path: str, old: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))

    return edit


def written(path: str, text: str) -> Edit:
    return lambda root: (root / path).write_text(text)


def removed(path: str, link: str) -> Edit:
    def edit(root: Path) -> None:
        (root / path).unlink()
        replaced("docs/index.md", link, "")(root)

    return edit


EDITS = {
    "words of a schema": replaced(FORECAST, '"description": "', '"description": "Edited. '),
    "a bound": replaced(FORECAST, '"maximum": 14', '"maximum": 2'),
    "an example": replaced(f"{EXAMPLES}/three-days.json", ": 3", ": 1"),
    "a new example": written(f"{EXAMPLES}/new.json", '{"request": "Forecast", "place": "Hannover"}'),
    "a page": replaced("docs/guide.md", "Text.", "Text, and a [link](more.md#part)."),
    "the page that it leads to": replaced("docs/more.md", "## Part", "## A part\n\n## Part"),
    "the title of a page": replaced("docs/guide.md", "# Guide", "# A guide"),
    "a link to what there is now": lambda root: (
        (root / "docs/new.md").write_text("# New\n"),
        (root / "docs/index.md").write_text("# Weather\n\n[New](new.md)\n"),
    ),
    "the order of members": replaced(FORECAST, '"type": "object",\n', '"title": "Forecast", "type": "object",\n'),
    "a correction": written("versions/corrections.toml", CORRECTION),
    "the settings": replaced("schemas/registry.toml", 'title = "', 'title = "New '),
    "a page that is gone": removed("docs/new.md", "[New](new.md)"),
}


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    assert main(["release", "--root", str(root)]) == 0
    capsys.readouterr()
    replaced("schemas/registry.toml", "1.1.0", "1.2.0")(root)
    (root / "docs").mkdir()
    for name, text in {"index": "# Weather\n", "guide": "# Guide\n\nText.\n", "more": "# More\n\n## Part\n"}.items():
        (root / f"docs/{name}.md").write_text(text)
    return root


def build(root: Path, memo: Memo) -> dict[str, bytes]:
    return {file.path: file.content for file in site(open_store(root, memo))}


def test_after_each_edit_the_site_is_what_a_fresh_build_makes(root: Path) -> None:
    memo = Memo({})
    before = build(root, memo)
    for number, (name, edit) in enumerate(EDITS.items(), start=1):
        edit(root)
        memo = Memo(memo.used)
        after = build(root, memo)
        assert after != before, name
        assert number % 3 or after == build(root, Memo()), name
        before = after


def test_pages_of_the_same_text_are_rendered_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memo = Memo({})
    before = build(root, memo)
    monkeypatch.delattr("markdown.core.Markdown.convert")
    monkeypatch.delattr("arrakis_schema.compat.accepts")
    assert build(root, Memo(memo.used)) == before


def test_a_rendered_store_holds_no_verdicts_and_is_as_before(root: Path) -> None:
    store = open_store(root)
    release = store.release("latest")
    before = {file.path: file.content for file in site(store)}
    assert store.release("latest") is release
    assert not release._made  # noqa: SLF001
    assert {file.path: file.content for file in site(store)} == before


def test_a_broken_link_is_told_again(root: Path) -> None:
    memo = Memo({})
    build(root, memo)
    (root / "docs/more.md").unlink()
    replaced("docs/guide.md", "Text.", "A [link](more.md).")(root)
    for _ in range(2):
        with pytest.raises(ArrakisSchemaError, match=r"more\.md"):
            build(root, Memo(memo.used))


@pytest.mark.parametrize("index", ["index.md", "README.md"])
def test_the_site_is_the_same_when_mkdocs_looks_for_the_pages(
    root: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    (root / "docs/templates").mkdir()
    (root / "docs/templates/a.md").write_text("# Excluded by MkDocs\n")
    (root / "docs/index.md").rename(root / "docs" / index)
    added = build(root, Memo())
    monkeypatch.setattr(SiteFolder, "adds_pages", False)
    assert build(root, Memo()) == added


def test_what_nobody_asks_for_again_is_forgotten() -> None:
    known: dict[Hashable, Any] = {("a",): 1, ("b",): ""}
    memo = Memo(known)
    assert memo.recall(("a",), lambda: 2) == 1
    assert memo.recall(("b",), lambda: "new") == ""
    assert memo.recall(("c",), lambda: 3) == 3
    assert memo.used == {("a",): 1, ("b",): "", ("c",): 3}
    later = Memo(memo.used)
    assert later.recall(("a",), lambda: 4, lambda value: value == 2) == 4
    assert later.used == {("a",): 4}
    assert Memo().recall(("a",), lambda: 5) == 5
