"""The folder that a site generator renders: plain Markdown, raw files, and one flat configuration.

MkDocs, ProperDocs and Zensical render it alike. It needs no hooks or macros of this package; only those that
a trusted root configures are run. The data of a page is in its front matter, and data of several pages is in `extra` of
the configuration. Themes do not escape titles, so they are HTML here.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path, PurePosixPath
from posixpath import splitext
from typing import Any
from urllib.parse import quote

from arrakis_schema.reference.facts.history import read_history
from arrakis_schema.reference.highlighting import with_code_as_html
from arrakis_schema.reference.markup import NOTHING_YET, escape_markdown, without_divisions
from arrakis_schema.reference.overview import documents_by_folder
from arrakis_schema.reference.pages import book, endpoint_folders, navigation
from arrakis_schema.site.config import Configured, read_configuration
from arrakis_schema.site.pages import SiteFolder, SitePage, as_yaml, page_folder, page_url, split_front_matter
from arrakis_schema.site.python_api import expand, find_homes
from arrakis_schema.site.tree import INDEX, tree
from arrakis_schema.site.writer import BuildError
from arrakis_schema.store.settings import Settings
from arrakis_schema.store.store import Store

ASSETS = "assets/schemas"
_HERE = Path(__file__).parent
_STYLES = ("fonts.css", "reference.css")
"""Linked by every page; other style sheets are loaded by the script that needs them."""

_PAGE = ".md"
_HTML_PAGES = {"index.html", "404.html"}
_FIRST_STEPS = "The first is `schemas/endpoints/NAME/descriptor.json` or `schemas/publication/NAME.json`."
_COMMENT, _SPACE = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile(r"\s+")
_BETWEEN = re.compile(r" ?([{};,]) ?")


def site_folder(store: Store, *, trust_config: bool = False) -> SiteFolder:
    """Return what the site of a store is rendered from.

    `trust_config` lets the root's own `mkdocs.yml` run its hooks, plugins and theme: see `site/config.py`.
    """
    configured = read_configuration(store, trust_config=trust_config)
    own = {path: (configured.docs / path).read_bytes() for path in configured.published} if configured.docs else {}
    written = {path: _decode(path, content) for path, content in own.items() if _is_page(path)}
    if "index.md" not in written and "README.md" not in written:
        written["index.md"] = _front_page(store)
    generated = dict(book(store))
    attached = {path: content for path, content in own.items() if not _is_page(path)}
    files = {path: text.encode() for path, text in generated.items() if not _is_page(path)}
    files |= {
        file.path: file.content for file in tree(store) if not _is_page(file.path) and file.path not in _HTML_PAGES
    }
    files |= {f"{ASSETS}/{asset.name}": _asset_content(asset) for asset in _assets()}
    _refuse_clashes(own, {*generated, *files})
    beside = endpoint_folders(store)
    homes = find_homes(written)
    pages = {
        path: store.memo.recall(("written", path, text, *homes.items()), partial(_written_page, path, text, homes))
        for path, text in written.items()
    }
    pages |= {
        path: store.memo.recall(
            ("generated", path, text, *(extras := _page_settings(path, files, beside)).items()),
            partial(_generated_page, text, extras),
        )
        for path, text in generated.items()
        if _is_page(path)
    }
    themes = (*([configured.theme] if configured.theme else []), _HERE / "theme")
    settings = _flat_settings(store, configured, pages, beside)
    return SiteFolder(pages, files, attached, settings, themes, configured.plain)


def _refuse_clashes(own: Collection[str], generated: Collection[str]) -> None:
    """Raise `BuildError` where a file of the root's own would be at the address of a generated one."""
    addresses = {_address(path) for path in generated}
    for path in own:
        if _address(path) in addresses:
            raise BuildError(f"{path} of your docs/ has the address of a page or file that is generated: rename it")


def _address(path: str) -> str:
    """Return where a page or a file is in the site."""
    return page_url(path) if _is_page(path) else path


def _decode(path: str, content: bytes) -> str:
    """Return the text of a page of the root's own; raises `BuildError`."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BuildError(f"the page {path} is not UTF-8 at byte {error.start}: save it as UTF-8") from error


def _is_page(path: str) -> bool:
    """Return whether a file is a page."""
    return splitext(path)[1] == _PAGE


def _flat_settings(
    store: Store, configured: Configured, pages: Mapping[str, SitePage], beside: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """Return the configuration, with the generated pages after the first entry of the navigation."""
    settings = configured.settings
    nav = settings.get("nav") or []
    nav = nav if isinstance(nav, list) else [{title: entry} for title, entry in nav.items()]
    complete = [*nav[:1], *navigation(store), *nav[1:]]
    extra = {
        **(settings.get("extra") or {}),
        "documents": f"{read_history(store).folder}/",
        "beside": {folder: [_template_entry(entry) for entry in entries] for folder, entries in beside.items()},
    }
    extra.setdefault("image", store.settings.site.get("image", ""))
    theme = settings.get("theme", "material")
    return {
        **{
            key: _escape_texts(value) if key in {"site_name", "site_description"} else value
            for key, value in settings.items()
        },
        "site_url": _attribute(settings.get("site_url") or store.settings.base_url),
        "docs_dir": "docs",
        "theme": {**(theme if isinstance(theme, dict) else {"name": theme}), "custom_dir": "theme"},
        "nav": [_title_entry(entry, pages) for entry in complete],
        "extra_css": [
            *(f"{ASSETS}/{asset.name}" for asset in _assets() if asset.name in _STYLES),
            *settings.get("extra_css", []),
        ],
        "extra": extra,
        **({"copyright": line} if (line := settings.get("copyright") or _footer(store.settings)) else {}),
    }


def _escape_texts(value: Any) -> Any:
    """Return a value with every text in it as HTML."""
    if isinstance(value, dict):
        return {_escape_texts(key): _escape_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escape_texts(inner) for inner in value]
    return escape(value) if isinstance(value, str) else value


def _title_entry(entry: Any, pages: Mapping[str, SitePage]) -> Any:
    """Return an entry of a navigation with the titles of all pages, as HTML."""
    if isinstance(entry, str):
        return (
            {_escape_texts(pages[entry].title or _title_from_path(entry)): entry}
            if entry in pages
            else _escape_target(entry, pages)
        )
    if isinstance(entry, dict):
        return {
            _escape_texts(title): [_title_entry(inner, pages) for inner in target]
            if isinstance(target, list)
            else _escape_target(target, pages)
            for title, target in entry.items()
        }
    return entry


def _escape_target(target: Any, pages: Mapping[str, SitePage]) -> Any:
    """Return the target of an entry: a page, or an address that may stand in an attribute."""
    return target if target in pages or not isinstance(target, str) else _attribute(target)


def _attribute(url: str) -> str:
    """Return a URL without the characters that end an attribute, which it must not have anyway."""
    return re.sub(r"""[\s"'<>`]""", lambda character: quote(character[0]), url)


def _template_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of a navigation as the templates read it."""
    ((title, target),) = entry.items()
    if isinstance(target, list):
        return {"title": escape(title), "children": [_template_entry(inner) for inner in target]}
    return {"title": escape(title), "url": page_url(target)}


def _written_page(path: str, written: str, homes: Mapping[str, str]) -> SitePage:
    """Return a page of the root's own; the words in its front matter are text, and are written as HTML.

    It always gets front matter of ours: a generator would take `title: x` at the top for it, also without `---`.
    """
    text = expand(written, path, homes)
    markdown, meta = split_front_matter(text)
    page = SitePage(text, markdown, meta, meta, generated=False)
    title = {"title": page.title or _title_from_path(path)}
    front = _escape_texts(meta if _escape_texts(title) == title else {**meta, **title})
    return replace(page, source=f"---\n{as_yaml(front)}---\n\n{markdown}", front=front)


def _title_from_path(path: str) -> str:
    """Return the title of a page without a heading: the name of its file."""
    name = PurePosixPath(path).stem.replace("-", " ").replace("_", " ")
    return name.capitalize() if name.islower() else name


def _page_settings(path: str, files: Mapping[str, bytes], beside: Mapping[str, list[Any]]) -> dict[str, str]:
    """Return the address of the data of a page, and the folder that its navigation shows."""
    data = f"{page_folder(path)}index.json"
    above = next((str(folder) for folder in PurePosixPath(path).parents if str(folder) in beside), "")
    return {"data": data if data in files else "", "beside": above}


def _generated_page(text: str, more: Mapping[str, str]) -> SitePage:
    """Return a page of the store, with more lines of front matter."""
    markdown, meta = split_front_matter(text)
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in more.items() if value)
    head = text if text.startswith("---\n") else f"---\n---\n\n{text}"
    source = f"---\n{lines}{head.removeprefix('---' + chr(10))}" if lines or meta else text
    front = {key: value for key, value in more.items() if value} | meta
    return SitePage(with_code_as_html(source), without_divisions(markdown), meta, front)


def _front_page(store: Store) -> str:
    """Return a front page for a root without one."""
    links = {
        "Releases": "releases/index.md",
        "Changelog": "changelog.md",
        "Compatibility matrix": "matrix.md",
        "For programs": INDEX,
    }
    listed = "\n".join(f"- [{name}]({path})" for name, path in links.items())
    introduction = "Every schema of every release, by URL. A release never changes."
    nothing = "" if any(release.documents for release in store.every_release()) else f"\n\n{NOTHING_YET} {_FIRST_STEPS}"
    documents = documents_by_folder(store)
    newest = f"\n\n## Documents\n\n{documents}" if documents else ""
    return f"# {escape_markdown(store.settings.title)}\n\n{introduction}{nothing}\n\n{listed}{newest}\n"


def _footer(settings: Settings) -> str:
    """Return the links of the footer as HTML; empty where `registry.toml` names none."""
    names = {"source": "Source", "licence": "Licence", "contact": "Contact"}
    return " · ".join(
        f'<a href="{escape(settings.site[key])}">{name}</a>' for key, name in names.items() if key in settings.site
    )


def _assets() -> Iterator[Path]:
    """Yield the style sheets, scripts and fonts: those written by hand, and the bundled ones."""
    for folder in (_HERE / "assets", _HERE / "bundle"):
        if folder.is_dir():
            yield from (path for path in sorted(folder.iterdir()) if path.is_file())


def _asset_content(asset: Path) -> bytes:
    """Return the bytes of an asset as pages load it."""
    return minify_style(asset.read_text(encoding="utf-8")).encode() if asset.suffix == ".css" else asset.read_bytes()


def minify_style(css: str) -> str:
    """Return one of our style sheets without comments and line breaks."""
    return _BETWEEN.sub(r"\1", _SPACE.sub(" ", _COMMENT.sub("", css))).strip()
