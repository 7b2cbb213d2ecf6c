"""The Markdown beside each page, `llms.txt` and the sitemap: whole, plain, and every link leads to a file."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.site.finishing import first_sentence, plain_markdown
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent.parent
STORE = Store(PROJECT)
FENCE = re.compile(r"^( *)(`{3,}).*?^\1\2 *$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def site(site_contents: Callable[[Path], dict[str, bytes]]) -> dict[str, bytes]:
    return site_contents(PROJECT)


def links(markdown: str) -> Iterator[str]:
    """The links of a page to other files, outside code."""
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", markdown))
    for target in (*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'href="([^"]+)"', text)):
        path = unescape(target).partition("#")[0]
        if path and ":" not in path:
            yield unquote(path)


def test_every_link_of_the_markdown_leads_to_a_file(site: dict[str, bytes]) -> None:
    twins = {path: content.decode() for path, content in site.items() if path.endswith("/index.md")}
    checked = [(path, link) for path, text in twins.items() for link in links(text)]
    reached = [(path, link, normpath(join(dirname(path), link))) for path, link in checked]
    assert len(checked) > 1_000
    assert [part for part in reached if not {part[2], f"{part[2]}/index.html"} & site.keys()] == []


def test_the_markdown_has_no_marks_of_a_site_generator(site: dict[str, bytes]) -> None:
    for path, content in site.items():
        if path.endswith("/index.md") and not path.startswith(("versions/", "digests/", "urls/")):
            text = FENCE.sub("", content.decode())
            assert not re.search(r'^ *(=== "|!!! |::: )|^\{ \.', text, re.MULTILINE), path


def test_llms_txt_leads_to_markdown_and_says_what_it_is_about(site: dict[str, bytes]) -> None:
    entries = re.findall(r"^- \[.*?\]\((.*?)\)(.*)$", site["llms.txt"].decode(), re.MULTILINE)
    assert [path for path, _ in entries if path not in site] == []
    assert [path for path, about in entries if not about.startswith(": ")] == []


def test_the_sitemap_leaves_out_pages_that_lead_elsewhere(site: dict[str, bytes]) -> None:
    listed = re.findall("<loc>(.*?)</loc>", site["sitemap.xml"].decode())
    assert len(listed) > 100
    assert not any("/releases/latest/" in url for url in listed)


def test_the_footer_links_to_the_source_the_licence_and_the_contact(site: dict[str, bytes]) -> None:
    for path in ("index.html", "endpoints/find/index.html", "releases/0.5.0/index.html"):
        page = site[path].decode()
        links = dict(re.findall(r'<a href="([^"]*)">(Source|Licence|Contact)</a>', page))
        assert links == {STORE.settings.site[name.lower()]: name for name in ("Source", "Licence", "Contact")}
        assert f'<meta property="og:image" content="{STORE.settings.site["image"]}">' in page


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('[site]\nsource = "javascript:alert(1)"', "site.source is not a URL"),
        ('[site]\nauthor = "https://example.org"', "unknown key site.author: expected one of source, licence"),
        ("site = 1", "site must be a table of URLs"),
    ],
)
def test_a_wrong_table_of_the_site_is_told(tmp_path: Path, table: str, problem: str) -> None:
    (tmp_path / "schemas").mkdir()
    known = 'version = "1.0.0"\ntitle = "A"\nbase_url = "https://example.org/"\n'
    (tmp_path / "schemas/registry.toml").write_text(f"{known}{table}\n")
    with pytest.raises(DamagedStoreError, match=re.escape(f"schemas/registry.toml: {problem}")):
        read_settings(str(tmp_path))


def test_no_word_lists_of_other_languages_are_shipped(site: dict[str, bytes]) -> None:
    assert not [path for path in site if "lunr" in path]


def test_blocks_become_plain_markdown() -> None:
    tab = '=== "One"\n\n    ```sh\n    [x](y.md)\n    ```\n\n    See [b](../b.md#c){ data-copy }.'
    text = f"# A {{ #a }}\n\n{tab}\n\nAfter `[x](y.md)`.\n"
    twins = {"g/a.md": "g/a/index.md", "b.md": "b/index.md"}
    assert plain_markdown(text, "g/a.md", twins) == (
        "# A\n\n**One**\n\n```sh\n[x](y.md)\n```\n\nSee [b](../../b/index.md#c).\n\nAfter `[x](y.md)`.\n"
    )
    assert first_sentence("# A\n\nReads `a.b` and [c](d.md). More.\n") == "Reads `a.b` and c."
