"""The pages of this project, made once for all tests of a process."""

from functools import cache
from pathlib import Path

from arrakis_schema.reference import book
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parents[2]
STORE = Store(PROJECT)


@cache
def project_pages() -> dict[str, str]:
    """Return the text of each generated page and file of data, by its path."""
    return dict(book(STORE))
