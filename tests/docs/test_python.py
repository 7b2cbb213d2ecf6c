"""The page on Python prints what it shows, and the reference has every public name."""

import re
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

import arrakis_schema
from arrakis_schema import compat
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release
from tests.docs.pages import PROJECT, blocks, texts

PAGES = ("api/documents", "api/requests", "api/travel", "api/compat", "api/errors")
MOST = 60_000


@pytest.mark.parametrize("page", ["python.md", "guides/authors.md"])
def test_the_code_of_a_page_prints_what_it_shows(page: str) -> None:
    shown = StringIO()
    with MockServer(open_release(root=PROJECT)) as server:
        for block in blocks(page):
            if block.language == "python" and not block.file:
                code = block.text.replace("127.0.0.1:31206", f"127.0.0.1:{server.port}")
                with redirect_stdout(shown):
                    exec(code, {})  # noqa: S102 - our own page
    assert shown.getvalue() == "".join(texts(page, "text"))


@pytest.fixture(scope="module")
def site(site_contents: Callable[[Path], dict[str, bytes]]) -> dict[str, bytes]:
    return site_contents(PROJECT)


def test_every_public_name_has_a_heading_in_the_reference(site: dict[str, bytes]) -> None:
    text = "".join(site[f"{page}/index.html"].decode() for page in PAGES)
    found = re.findall(r'<h3 id="([\w.]+)"', text)
    wanted = [f"arrakis_schema.{name.strip('_')}" for name in arrakis_schema.__all__]
    wanted += [f"arrakis_schema.compat.{name}" for name in compat.__all__]
    wanted += ["arrakis_schema.arrow.Template", "arrakis_schema.arrow.strip_annotations"]
    missing = sorted(set(wanted) - set(found))
    assert not missing, f"add `::: {' '.join(missing)}` to a page in docs/api"
    assert sorted(found) == sorted(wanted)


def test_the_reference_is_small_and_links_no_source(site: dict[str, bytes]) -> None:
    for page in PAGES:
        content = site[f"{page}/index.html"]
        assert len(content) <= MOST, page
        assert b"Source code" not in content
        assert re.search(rb'<a href="[^"]*#arrakis_schema\.', content), page
        assert "```python\n" in site[f"{page}/index.md"].decode(), "the Markdown beside the page has its text"
