"""What MkDocs calls while it builds: the pages made from the store, and beside them the raw files.

https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from dataclasses import dataclass, field
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any

from markupsafe import Markup
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.utils import get_relative_url
from mkdocs.utils.meta import get_data

from arrakis_schema.reference import book, navigation
from arrakis_schema.reference.highlighting import finished, with_code_as_html
from arrakis_schema.site.finish import dense, dense_style, inline_scripts, rendered_scripts, with_policy
from arrakis_schema.site.summary import summary
from arrakis_schema.site.tree import INDEX, tree
from arrakis_schema.store.store import open_store

ASSETS = "assets/schemas"
_HERE = Path(__file__).parent
_STYLES = ("fonts.css", "reference.css")
"""Linked by every page; other style sheets come with the script that needs them."""

_OF_PLUGINS = "assets/_"
"""How the style sheets of plugins begin: a page that needs one names it in its front matter, under `styles`."""

_WATCHED = ("schemas", "versions")


@dataclass(slots=True)
class Build:
    """What later hooks have to know: whether pages reload while they are edited, the pages, the files.

    `markdown` holds the generated pages as they are read, `scripts` the inline scripts of the theme.
    """

    live: bool = False
    navigation: Any = None
    files: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()
    markdown: dict[str, str] = field(default_factory=dict)
    scripts: list[Any] = field(default_factory=list)


_BUILD = Build()


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether pages are reloaded while they are edited: what does that runs as an inline script."""
    _BUILD.live = command == "serve"


def on_config(config: Any) -> Any:
    """Add the theme's parts and put the generated pages behind the first entry of the navigation."""
    store = config.extra["store"] = config.extra.get("store") or open_store(_root(config))
    config.theme.dirs.insert(0, str(_HERE / "theme"))
    own = [f"{ASSETS}/{path.name}" for path in _assets() if path.name in _STYLES]
    config.extra_css = own + [path for path in config.extra_css if not str(path).startswith(_OF_PLUGINS)]
    config.nav = [*(config.nav or [])[:1], *navigation(store), *(config.nav or [])[1:]]
    config.theme.static_templates.discard("404.html")  # ours stands at any depth and below any path
    if not _BUILD.live:
        config.site_url = config.site_url or store.settings.base_url
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages, and the raw files that they link to."""
    store = config.extra["store"]
    pages = dict(book(store))
    _BUILD.markdown = {path: get_data(text)[0] for path, text in pages.items() if path.endswith(".md")}
    for path, text in pages.items():
        files.append(File.generated(config, path, content=with_code_as_html(text) if path.endswith(".md") else text))
    raw = [File.generated(config, one.path, content=one.content) for one in tree(store) if one.path != "index.html"]
    for file in raw:
        if not file.is_documentation_page():  # what lies beside the documents is shown as it is, never as a page
            files.append(file)
    _BUILD.raw = frozenset(file.src_uri for file in raw)
    for asset in _assets():
        shipped = dense_style(asset.read_text(encoding="utf-8")) if asset.suffix == ".css" else asset.read_bytes()
        files.append(File.generated(config, f"{ASSETS}/{asset.name}", content=shipped))
    for file in [one for one in files if one.src_uri.endswith(".map")]:
        files.remove(file)
    return files


def on_env(env: Any, *, files: Files, config: Any) -> Any:
    """Make the templates of the theme show every text as text, and read each once. Leave out the raw files if asked to.

    These are there for the links of the pages, which are resolved now; who writes them himself needs them no more.
    """
    env.auto_reload = _BUILD.live
    env.autoescape = _escapes
    _BUILD.scripts = inline_scripts(env, config.theme.dirs)
    config.copyright = config.copyright and Markup(config.copyright)  # noqa: S704 - HTML, by MkDocs' own documentation
    if config.extra.get("raw") is False:
        for file in [one for one in files if one.src_uri in _BUILD.raw]:
            files.remove(file)
    return env


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Undo what only Markdown needed. A title that is taken from the heading is HTML: make it text, as others are."""
    if "title" not in page.meta and "title" not in vars(page):
        page.title = unescape(page.title or "")
    return finished(html) if page.file.src_uri in _BUILD.markdown else html


@event_priority(-100)  # plugins that change the content know nothing of Markup
def on_page_context(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    """Tell the theme what of a page is HTML and where its data is, and keep its Markdown beside it."""
    page.content = Markup(page.content)  # noqa: S704 - rendered from Markdown
    _mark_as_html(page.toc)
    target = Path(config.site_dir, page.file.dest_uri)
    data = PurePosixPath(page.file.dest_uri).with_name("index.json").as_posix()
    context["data_url"] = data if data in _BUILD.files else INDEX
    target.parent.mkdir(parents=True, exist_ok=True)
    markdown = _BUILD.markdown.get(page.file.src_uri, page.markdown)
    target.with_name("index.md").write_text(markdown, encoding="utf-8")
    return context


def on_nav(nav: Any, *, files: Files, **_: Any) -> None:
    """Note the pages and the files, once all are known."""
    _BUILD.navigation, _BUILD.files = nav, frozenset(file.src_uri for file in files)


def on_post_page(output: str, *, page: Any, config: Any, **_: Any) -> str:
    """Leave out the theme's indentation, and allow a page the scripts of the theme, and no others."""
    if _BUILD.live:
        return output
    base_url = get_relative_url(".", page.url)
    return with_policy(dense(output), list(rendered_scripts(_BUILD.scripts, base_url, config.extra)))


def on_post_build(*, config: Any) -> None:
    """Write the list of pages for language models."""
    Path(config.site_dir, "llms.txt").write_text(
        summary(_BUILD.navigation, config.site_name, config.site_description), encoding="utf-8"
    )


def on_serve(server: Any, config: Any, **_: Any) -> Any:
    """Build again when a schema changes."""
    for folder in _WATCHED:
        server.watch(str(_root(config) / folder))
    return server


def _escapes(template: str | None) -> bool:
    """Tell whether a template escapes what it shows: all but the translations, whose texts are the theme's own."""
    return not (template or "").startswith("partials/language")


def _mark_as_html(contents: Any) -> None:
    """Mark the titles of a table of contents, which are HTML."""
    for item in contents:
        item.title = Markup(item.title)  # noqa: S704 - rendered from Markdown
        _mark_as_html(item.children)


def _assets() -> list[Path]:
    """Return the style sheets, scripts and fonts: those written by hand, and those that a bundler made."""
    folders = (_HERE / "assets", _HERE / "bundle")
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()) if path.is_file()]


def _root(config: Any) -> Path:
    """Return the folder that holds `schemas/` and `versions/`: where `mkdocs.yml` lies, or what its `extra` says."""
    return Path(config.extra.get("root") or Path(config.config_file_path).parent)
