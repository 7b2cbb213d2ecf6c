"""The site without the extra `docs`: raw files and a plain front page, and no `mkdocs.yml` is read."""

from collections.abc import Iterator
from pathlib import Path

from arrakis_schema.site.representations import Representation
from arrakis_schema.site.tree import tree
from arrakis_schema.store.store import Store


def site(store: Store, *, trust_config: bool = False) -> Iterator[Representation]:
    """Yield every file of the site."""
    _ = trust_config
    return iter(tree(store))


def left_out(root: Path) -> list[str]:
    """Return what of a root is left out because it is not trusted: nothing."""
    _ = root
    return []
