"""The hooks that MkDocs calls during a build: they add the pages generated from the store, and the raw files.

https://www.mkdocs.org/user-guide/configuration/#hooks
"""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import Markup
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.utils import get_relative_url
from mkdocs.utils.meta import get_data

from arrakis_schema.reference import book, endpoint_folders, navigation
from arrakis_schema.reference.facts.history import ENDPOINTS
from arrakis_schema.reference.highlighting import finish_page, with_code_as_html
from arrakis_schema.reference.markup import escape_markdown, without_divisions
from arrakis_schema.site.html_blocks import put_back, take_out
from arrakis_schema.site.postprocessing import inline_scripts, minify, minify_style, rendered_scripts, with_policy
from arrakis_schema.site.python_api import expand, find_homes
from arrakis_schema.site.tree import INDEX, tree
from arrakis_schema.site.twins import first_sentence, plain_markdown
from arrakis_schema.store.store import open_store
from arrakis_schema.text.escaping import one_line

ASSETS = "assets/schemas"
_HERE = Path(__file__).parent
_STYLES = ("fonts.css", "reference.css")
"""Linked by every page; other style sheets are loaded by the script that needs them."""

_SITEMAP_ENTRY = re.compile(r"\s*<url>\s*<loc>([^<]*)</loc>.*?</url>", re.DOTALL)
_WATCHED = ("schemas", "versions")


@dataclass(slots=True)
class BuildState:
    """The state of a build for later hooks; `live` is whether pages reload while they are edited.

    `markdown` holds the generated pages as they are read, `scripts` the inline scripts of the theme, `sections` the
    pages beside each other in folders outside the navigation, `homes` the page of each documented Python name,
    `twins` the place of the Markdown beside each page, `redirects` the URLs of pages that only lead elsewhere, `blocks`
    the blocks of HTML that were taken out of the page that is being rendered.
    """

    live: bool = False
    navigation: Any = None
    files: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()
    markdown: dict[str, str] = field(default_factory=dict)
    scripts: list[Any] = field(default_factory=list)
    sections: dict[str, list[Any]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)
    redirects: frozenset[str] = frozenset()
    blocks: list[str] = field(default_factory=list)


_BUILD = BuildState()


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether pages are reloaded while they are edited, as that needs an inline script."""
    _BUILD.live = command == "serve"


def on_config(config: Any) -> Any:
    """Add our parts of the theme, and the generated pages after the first entry of the navigation."""
    store = config.extra["store"] = config.extra.get("store") or open_store(_root(config))
    config.theme.dirs.insert(0, str(_HERE / "theme"))
    styles = [f"{ASSETS}/{path.name}" for path in _assets() if path.name in _STYLES]
    config.extra_css = [*styles, *config.extra_css]
    config.nav = [*(config.nav or [])[:1], *navigation(store), *(config.nav or [])[1:]]
    config.copyright = config.copyright or _footer(store.settings.site)
    config.extra.setdefault("image", store.settings.site.get("image", ""))
    config.theme.static_templates.discard("404.html")  # ours works at any depth and below any path
    if not _BUILD.live:
        config.site_url = config.site_url or store.settings.base_url
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages, and the raw files that they link to."""
    store = config.extra["store"]
    written = {file.src_uri: file.content_string for file in files.documentation_pages()}
    _BUILD.homes = find_homes(written)
    pages = dict(book(store))
    _BUILD.markdown = {
        path: without_divisions(get_data(text)[0]) for path, text in pages.items() if path.endswith(".md")
    }
    for path, text in pages.items():
        files.append(File.generated(config, path, content=with_code_as_html(text) if path.endswith(".md") else text))
    raw = [
        File.generated(config, entry.path, content=entry.content) for entry in tree(store) if entry.path != "index.html"
    ]
    for file in raw:
        if not file.is_documentation_page():  # notes beside the documents are served as they are, not as pages
            files.append(file)
    _BUILD.raw = frozenset(file.src_uri for file in raw)
    for asset in _assets():
        shipped = minify_style(asset.read_text(encoding="utf-8")) if asset.suffix == ".css" else asset.read_bytes()
        files.append(File.generated(config, f"{ASSETS}/{asset.name}", content=shipped))
    for file in [entry for entry in files if entry.src_uri.endswith(".map")]:
        files.remove(file)
    return files


def on_env(env: Any, *, files: Files, config: Any) -> Any:
    """Make the templates of the theme escape text, and load each once. Remove the raw files if `raw` is false.

    They were needed to resolve the links of the pages; a caller that writes them itself does not need them here.
    """
    env.auto_reload = _BUILD.live
    env.autoescape = _escapes
    _BUILD.scripts = inline_scripts(env, config.theme.dirs)
    _BUILD.sections = {
        folder: _titled(files, entries) for folder, entries in endpoint_folders(config.extra["store"]).items()
    }
    pages = [file.page for file in files.documentation_pages() if file.page]
    _BUILD.redirects = frozenset(page.canonical_url or page.url for page in pages if "redirect" in page.meta)
    config.copyright = config.copyright and Markup(config.copyright)  # noqa: S704 - HTML, by MkDocs' own documentation
    if config.extra.get("raw") is False:
        for file in [entry for entry in files if entry.src_uri in _BUILD.raw]:
            files.remove(file)
    return env


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Take the blocks of HTML out of a generated page, and put the documentation of Python names into another one."""
    if page.file.src_uri not in _BUILD.markdown:
        return expand(markdown, page.file.src_uri, _BUILD.homes)
    without, _BUILD.blocks = take_out(markdown)
    return without


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Put the blocks of HTML back, undo the escapes for Markdown, and unescape a title that MkDocs took as HTML."""
    if "title" not in page.meta and "title" not in vars(page):
        page.title = unescape(page.title or "")
    html = html.replace("</label><label", "</label> <label")  # search takes the titles of tabs for one word otherwise
    return finish_page(put_back(html, _BUILD.blocks)) if page.file.src_uri in _BUILD.markdown else html


@event_priority(-100)  # plugins that change the content know nothing of Markup
def on_page_context(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    """Mark the HTML of a page for the theme, give it the URL of its data, and write its Markdown beside it."""
    page.content = Markup(page.content)  # noqa: S704 - rendered from Markdown
    _mark_as_html(page.toc)
    if "toc" in page.meta.get("hide", ()):  # the menu of a narrow window still has it: sections are enough there
        for section in [section for top in page.toc for section in top.children]:
            section.children = []
    target = Path(config.site_dir, page.file.dest_uri)
    data = PurePosixPath(page.file.dest_uri).with_name("index.json").as_posix()
    context["data_url"] = data if data in _BUILD.files else INDEX
    context["nav"] = _navigation_beside(page) or context["nav"]
    target.parent.mkdir(parents=True, exist_ok=True)
    markdown = _BUILD.markdown.get(page.file.src_uri, page.markdown)
    plain = plain_markdown(markdown, page.file.src_uri, _BUILD.twins)
    target.with_name("index.md").write_text(plain, encoding="utf-8")
    return context


def on_nav(nav: Any, *, files: Files, **_: Any) -> None:
    """Note the pages and the files when all are known."""
    _BUILD.navigation, _BUILD.files = nav, frozenset(file.src_uri for file in files)
    _BUILD.twins = {
        file.src_uri: PurePosixPath(file.dest_uri).with_name("index.md").as_posix()
        for file in files.documentation_pages()
    }


def on_post_page(output: str, *, page: Any, config: Any, **_: Any) -> str:
    """Remove the indentation of a page, and add a policy that allows only the scripts of the theme."""
    if _BUILD.live:
        return output
    base_url = get_relative_url(".", page.url)
    return with_policy(minify(output), list(rendered_scripts(_BUILD.scripts, base_url, config.extra)))


def on_post_template(output: str, *, template_name: str, **_: Any) -> str:
    """Leave out of the sitemap the pages that only lead to others."""
    if template_name != "sitemap.xml":
        return output
    return _SITEMAP_ENTRY.sub(lambda entry: "" if entry[1] in _BUILD.redirects else entry[0], output)


def on_post_build(*, config: Any) -> None:
    """Write `llms.txt`, the list of pages for language models; remove the word lists of other languages."""
    if config.theme.get("language") == "en":
        shutil.rmtree(Path(config.site_dir, "assets/javascripts/lunr"), ignore_errors=True)
    Path(config.site_dir, "llms.txt").write_text(
        _llms_txt(_BUILD.navigation, config.site_name, config.site_description), encoding="utf-8"
    )


def on_serve(server: Any, config: Any, **_: Any) -> Any:
    """Rebuild when a schema changes."""
    for folder in _WATCHED:
        server.watch(str(_root(config) / folder))
    return server


def _titled(files: Files, entries: list[Any]) -> list[Any]:
    """Return the pages of a navigation under the titles that they have in it, and its sections."""
    titled = list[Any]()
    for title, target in (entry for listed in entries for entry in listed.items()):
        if isinstance(target, list):
            titled.append(Section(title, _titled(files, target)))
        elif (file := files.get_file_from_path(target)) and file.page:
            file.page.title = title
            titled.append(file.page)
    return titled


def _opened(items: list[Any], page: Any) -> list[Any]:
    """Return the items of a navigation in which the sections around a page, and no other ones, are active."""
    opened = list[Any]()
    for item in items:
        shown = item
        if isinstance(item, Section):
            shown = Section(item.title, _opened(item.children, page))
            shown.active = any(
                child is page or (isinstance(child, Section) and child.active) for child in shown.children
            )
        opened.append(shown)
    return opened


def _navigation_beside(page: Any) -> Navigation | None:
    """Return the navigation of a page of another release: as everywhere, with the endpoints of that release.

    The page of the release itself is one of the releases. None for a page that is in the navigation.
    """
    path = PurePosixPath(page.file.src_uri)
    pages = next((_BUILD.sections[str(above)] for above in path.parents if str(above) in _BUILD.sections), None)
    if not pages:
        return None
    items = []
    for item in _BUILD.navigation.items:
        first = _first_source(item)
        replaced = item
        if first.startswith(f"{ENDPOINTS}/"):
            replaced = _opened([Section(item.title, pages)], page)[0]
        elif first == "releases/index.md":
            replaced = Section(item.title, item.children)
            replaced.active = path.name == "index.md"
        items.append(replaced)
    return Navigation(items, _BUILD.navigation.pages)


def _first_source(item: Any) -> str:
    """Return the source of the first page of an item of a navigation; empty where that is a link."""
    while item.children:
        item = item.children[0]
    return item.file.src_uri if item.is_page else ""


def _escapes(template: str | None) -> bool:
    """Tell whether a template escapes values: all but the translations, whose texts are the theme's own."""
    return not (template or "").startswith("partials/language")


def _mark_as_html(contents: Any) -> None:
    """Mark the titles of a table of contents, which are HTML."""
    for item in contents:
        item.title = Markup(item.title)  # noqa: S704 - rendered from Markdown
        _mark_as_html(item.children)


def _footer(site: Mapping[str, str]) -> str | None:
    """Return the links of the footer as HTML; None where `registry.toml` names none."""
    names = {"source": "Source", "licence": "Licence", "contact": "Contact"}
    links = [f'<a href="{escape(site[key])}">{name}</a>' for key, name in names.items() if key in site]
    return " · ".join(links) or None


def _assets() -> list[Path]:
    """Return the style sheets, scripts and fonts: those written by hand, and the bundled ones."""
    folders = (_HERE / "assets", _HERE / "bundle")
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()) if path.is_file()]


def _root(config: Any) -> Path:
    """Return the folder that holds `schemas/` and `versions/`: `extra.root`, or the folder of `mkdocs.yml`."""
    return Path(config.extra.get("root") or Path(config.config_file_path).parent)


def _llms_txt(navigation: Any, title: str, description: str | None) -> str:
    """Return the text of `llms.txt`, the index of the site for language models: https://llmstxt.org."""
    blocks = [
        f"# {escape_markdown(title)}",
        f"> {escape_markdown(description or 'Versioned schemas, for people and programs.')}",
    ]
    for section, pages in groupby(navigation.pages, key=_section):
        listed = "\n".join(map(_llms_entry, pages))
        blocks += [f"## {escape_markdown(section)}", listed]
    blocks += ["## Data", "- [versions/index.json](versions/index.json): every release and document, with its sha256"]
    return "\n\n".join(blocks) + "\n"


def _llms_entry(page: Any) -> str:
    """Return the link to the Markdown of a page, and what it is about in a sentence."""
    about = one_line(str(page.meta.get("description") or "")) or first_sentence(page.markdown or "")
    link = f"- [{escape_markdown(str(page.title))}]({page.url}index.md)"
    return f"{link}: {about}" if about else link


def _section(page: Any) -> str:
    """Return the title of the outermost section that a page is in."""
    return str(page.ancestors[-1].title) if page.ancestors else "Pages"
