"""The members of a document, as the tests ask for them."""

from collections.abc import Sequence

from arrakis_schema.languages import language_of
from arrakis_schema.store.documents import Document
from arrakis_schema.store.members import Member


def members_of(document: Document) -> Sequence[Member]:
    """Return the members of a document."""
    return language_of(document).members(document)
