"""The store as pages of Markdown: endpoints, releases, and who gets on with whom."""

from arrakis_schema.reference.pages import book, navigation

__all__ = ["book", "navigation"]
