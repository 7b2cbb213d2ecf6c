"""What MkDocs calls while it builds: the pages made from the store, and beside them the raw files.

https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

from arrakis_schema.reference import book, navigation
from arrakis_schema.settings import read_settings
from arrakis_schema.site.finish import dense, dense_style, with_policy
from arrakis_schema.site.summary import summary
from arrakis_schema.site.tree import INDEX, tree
from arrakis_schema.store import open_store

ASSETS = "assets/schemas"
_HERE = Path(__file__).parent
_STYLES = ("fonts.css", "reference.css")
"""Linked by every page; other style sheets come with the script that needs them."""

_OF_PLUGINS = "assets/_"
"""How the style sheets of plugins begin: a page that needs one names it in its front matter, under `styles`."""

_WATCHED = ("schemas", "versions")


@dataclass(slots=True)
class Build:
    """What later hooks have to know: whether pages reload while they are edited, the pages, the files."""

    live: bool = False
    navigation: Any = None
    files: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()


_BUILD = Build()


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether pages are reloaded while they are edited: what does that runs as an inline script."""
    _BUILD.live = command == "serve"


def on_config(config: Any) -> Any:
    """Add the theme's parts and put the generated pages behind the first entry of the navigation."""
    root = _root(config)
    config.theme.dirs.insert(0, str(_HERE / "theme"))
    own = [f"{ASSETS}/{path.name}" for path in _assets() if path.name in _STYLES]
    config.extra_css = own + [path for path in config.extra_css if not str(path).startswith(_OF_PLUGINS)]
    config.nav = [*(config.nav or [])[:1], *navigation(open_store(root)), *(config.nav or [])[1:]]
    if not _BUILD.live:
        config.site_url = config.site_url or read_settings(str(root)).base_url
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages, and the raw files that they link to."""
    store = open_store(_root(config))
    for path, text in book(store):
        files.append(File.generated(config, path, content=text))
    raw = {file.path: file.content for file in tree(store) if file.path != "index.html"}
    for path, content in raw.items():
        files.append(File.generated(config, path, content=content))
    _BUILD.raw = frozenset(raw)
    for asset in _assets():
        shipped = dense_style(asset.read_text(encoding="utf-8")) if asset.suffix == ".css" else asset.read_bytes()
        files.append(File.generated(config, f"{ASSETS}/{asset.name}", content=shipped))
    for file in [one for one in files if one.src_uri.endswith(".map")]:
        files.remove(file)
    return files


def on_env(env: Any, *, files: Files, config: Any) -> Any:
    """Read each template once: none changes during a build. Leave the raw files to who writes them himself.

    They are there for the links of the pages, which are resolved now; most files of a site are raw ones.
    """
    env.auto_reload = _BUILD.live
    if config.extra.get("raw") is False:
        for file in [one for one in files if one.src_uri in _BUILD.raw]:
            files.remove(file)
    return env


def on_page_context(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    """Tell the theme where the data of a page is, and keep its Markdown beside it."""
    target = Path(config.site_dir, page.file.dest_uri)
    data = PurePosixPath(page.file.dest_uri).with_name("index.json").as_posix()
    context["data_url"] = data if data in _BUILD.files else INDEX
    target.parent.mkdir(parents=True, exist_ok=True)
    target.with_name("index.md").write_text(page.markdown, encoding="utf-8")
    return context


def on_nav(nav: Any, *, files: Files, **_: Any) -> None:
    """Note the pages and the files, once all are known."""
    _BUILD.navigation, _BUILD.files = nav, frozenset(file.src_uri for file in files)


def on_post_page(output: str, **_: Any) -> str:
    """Leave out the theme's indentation, and allow a page the scripts that it has, and no others."""
    return output if _BUILD.live else with_policy(dense(output))


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


def _assets() -> list[Path]:
    """Return the style sheets, scripts and fonts: those written by hand, and those that a bundler made."""
    folders = (_HERE / "assets", _HERE / "bundle")
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir()) if path.is_file()]


def _root(config: Any) -> Path:
    """Return the folder that holds `schemas/` and `versions/`: where `mkdocs.yml` lies, or what its `extra` says."""
    return Path(config.extra.get("root") or Path(config.config_file_path).parent)
