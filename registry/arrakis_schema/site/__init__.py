"""The store as a tree of files, in which a path is a URL: for any static host, or for the server."""

from arrakis_schema.errors import MissingExtraError
from arrakis_schema.site.sources import fingerprint
from arrakis_schema.site.write import BuildError, write_tree

try:
    from arrakis_schema.site.tree import tree
except ImportError as missing:
    raise MissingExtraError("pyarrow", "arrow") from missing
try:
    from arrakis_schema.site.config import left_out
    from arrakis_schema.site.render import rendered as site
except ImportError:
    from arrakis_schema.site.plain import left_out, site

__all__ = ["BuildError", "fingerprint", "left_out", "site", "tree", "write_tree"]
