"""The store as pages of Markdown: endpoints, releases, and the compatibility matrix."""

from arrakis_schema.reference.pages import book, navigation

__all__ = ["book", "navigation"]
