"""The plugin for those who run `mkdocs build` or `mkdocs serve` in a root: the folder before, and the finish after it.

`arrakis-schema build` does not need it. https://www.mkdocs.org/dev-guide/plugins/
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority

from arrakis_schema.site.finishing import finish_site
from arrakis_schema.site.folder import site_folder
from arrakis_schema.site.pages import SiteFolder
from arrakis_schema.site.rendering import Shortcuts
from arrakis_schema.site.tree import tree
from arrakis_schema.store.store import Store, open_store

_WATCHED = ("schemas", "versions")


class SchemasPlugin(BasePlugin):  # type: ignore[type-arg,no-untyped-call] # it has no settings
    """Adds the pages, files and addresses of the schemas of a root to its site."""

    live = False
    docs = ""
    store: Store
    folder: SiteFolder
    temporary: "TemporaryDirectory[str]"

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note whether pages are reloaded while they are edited, as that needs an inline script."""
        _ = dirty
        self.live = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Write the folder that is rendered, and lead MkDocs to it."""
        self.docs, self.store = config.docs_dir, open_store(Path(config.config_file_path).parent)
        self.folder, self.temporary = site_folder(self.store, trust_config=True), TemporaryDirectory()
        self.folder.write(Path(self.temporary.name))
        settings = self.folder.settings
        config.docs_dir = str(Path(self.temporary.name, "docs"))
        config.theme.dirs.insert(0, str(Path(self.temporary.name, "theme")))
        for key in ("site_name", "site_description", "nav", "extra", "extra_css", "copyright"):
            if key in settings:
                config[key] = settings[key]
        if not self.live:
            config.site_url = settings["site_url"]
        Shortcuts(self.folder, self.store.memo).on_config(config)
        return config

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Finish the rendered site where it is, after the plugin for search has written its index."""
        site = Path(config.site_dir)
        if not self.live:
            files = {file.path: file.content for file in finish_site(site, self.folder)}
            raw = {file.path: file.content for file in tree(self.store) if file.path != "index.html"}
            for rendered in [path for path in site.rglob("*") if path.is_file()]:
                if rendered.relative_to(site).as_posix() not in files | raw:
                    rendered.unlink()
            for path, content in (files | raw).items():
                (site / path).parent.mkdir(parents=True, exist_ok=True)
                (site / path).write_bytes(content)
        self.temporary.cleanup()

    def on_serve(self, server: LiveReloadServer, **_: Any) -> LiveReloadServer:
        """Build again when a page or a schema changes."""
        for folder in (self.docs, *(str(self.store.root / name) for name in _WATCHED)):
            server.watch(folder)
        return server
