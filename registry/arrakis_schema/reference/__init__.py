"""The store as pages of Markdown: endpoints, releases, and the compatibility matrix."""

from arrakis_schema.reference.pages import book, endpoint_folders, navigation

__all__ = ["book", "endpoint_folders", "navigation"]
