"""The hooks for those who run `mkdocs build` or `mkdocs serve` in a root: the folder before, and the finish after it.

`arrakis-schema build` needs none of them. https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arrakis_schema.site.finishing import finished
from arrakis_schema.site.folder import SiteFolder, site_folder
from arrakis_schema.site.tree import tree
from arrakis_schema.store.store import Store, open_store

_WATCHED = ("schemas", "versions")


class _Run:
    """What a build hands from its first hook to its last; `live`: pages reload while they are edited."""

    live = False
    docs = ""
    store: Store
    folder: SiteFolder
    temporary: TemporaryDirectory[str]


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether pages are reloaded while they are edited, as that needs an inline script."""
    _Run.live = command == "serve"


def on_config(config: Any) -> Any:
    """Write the folder that is rendered, and lead MkDocs to it."""
    _Run.docs, _Run.store = config.docs_dir, open_store(Path(config.config_file_path).parent)
    _Run.folder, _Run.temporary = site_folder(_Run.store, trust_config=True), TemporaryDirectory()
    _Run.folder.write(Path(_Run.temporary.name))
    settings = _Run.folder.settings
    config.docs_dir = str(Path(_Run.temporary.name, "docs"))
    config.theme.dirs.insert(0, str(Path(_Run.temporary.name, "theme")))
    for key in ("site_name", "site_description", "nav", "extra", "extra_css", "copyright"):
        if key in settings:
            config[key] = settings[key]
    if not _Run.live:
        config.site_url = settings["site_url"]
    return config


def on_post_build(*, config: Any) -> None:
    """Finish the rendered site where it is."""
    site = Path(config.site_dir)
    if not _Run.live:
        files = {file.path: file.content for file in finished(site, _Run.folder)}
        raw = {file.path: file.content for file in tree(_Run.store) if file.path != "index.html"}
        for rendered in [path for path in site.rglob("*") if path.is_file()]:
            if rendered.relative_to(site).as_posix() not in files | raw:
                rendered.unlink()
        for path, content in (files | raw).items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes(content)
    _Run.temporary.cleanup()


def on_serve(server: Any, **_: Any) -> Any:
    """Build again when a page or a schema changes."""
    for folder in (_Run.docs, *(str(_Run.store.root / name) for name in _WATCHED)):
        server.watch(folder)
    return server
