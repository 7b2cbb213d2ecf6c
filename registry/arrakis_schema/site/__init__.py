"""The store as a tree of files, in which a path is a URL: for any static host, or for the server."""

from contextlib import suppress
from importlib import import_module

from arrakis_schema.errors import MissingExtraError
from arrakis_schema.site.sources import fingerprint
from arrakis_schema.site.writer import BuildError, write_tree

try:
    from arrakis_schema.site.tree import tree
except ImportError as missing:
    raise MissingExtraError("pyarrow", "arrow") from missing
try:
    from arrakis_schema.site.config import describe_omissions
    from arrakis_schema.site.rendering import render_site as site
except ImportError:
    from arrakis_schema.site.tree import describe_no_omissions as describe_omissions
    from arrakis_schema.site.tree import raw_site as site

__all__ = ["BuildError", "describe_omissions", "fingerprint", "preload", "site", "tree", "write_tree"]

_LATE = (
    "arrakis_schema.compat.arrow.schemas",
    "material.plugins.search.plugin",
    "pygments.lexers.data",
    "pygments.lexers.python",
    "pygments.styles.default",
    "pymdownx.tabbed",
)
"""What MkDocs would import while it builds."""


def preload() -> None:
    """Import what a build needs, so that processes that are forked to build need not."""
    for module in _LATE:
        with suppress(ImportError):
            import_module(module)
