"""The store as a tree of files, in which a path is a URL: for any static host, or for the server."""

from arrakis_schema.site.tree import tree
from arrakis_schema.site.write import BuildError, write_tree

__all__ = ["BuildError", "tree", "write_tree"]
