"""What MkDocs calls while it builds: the pages made from the store, and beside them the raw files.

https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from importlib import resources
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from arrakis_schema.reference import book, navigation
from arrakis_schema.site.tree import tree
from arrakis_schema.store import open_store

_STYLE, _SCRIPT = "reference.css", "reference.js"
_WATCHED = ("schemas", "versions")


def on_config(config: Any) -> Any:
    """Put the generated pages behind the first entry of the navigation."""
    config.extra_css.append(_STYLE)
    config.extra_javascript.append(_SCRIPT)
    config.nav = [*(config.nav or [])[:1], *navigation(open_store(_root(config))), *(config.nav or [])[1:]]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages, and the raw files that they link to."""
    store = open_store(_root(config))
    for path, text in book(store):
        files.append(File.generated(config, path, content=text))
    for raw in tree(store):
        if raw.path != "index.html":
            files.append(File.generated(config, raw.path, content=raw.content))
    for name in (_STYLE, _SCRIPT):
        content = resources.files("arrakis_schema.site").joinpath(name).read_bytes()
        files.append(File.generated(config, name, content=content))
    return files


def on_serve(server: Any, config: Any, **_: Any) -> Any:
    """Build again when a schema changes."""
    for folder in _WATCHED:
        server.watch(str(_root(config) / folder))
    return server


def _root(config: Any) -> Path:
    """Return the folder that holds `schemas/` and `versions/`: where `mkdocs.yml` lies, or what its `extra` says."""
    return Path(config.extra.get("root") or Path(config.config_file_path).parent)
