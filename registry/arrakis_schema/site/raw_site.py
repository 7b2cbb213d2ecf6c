"""The site without the extra `docs`: raw files and a plain front page; `mkdocs.yml` is ignored."""

from collections.abc import Iterator
from pathlib import Path

from arrakis_schema.site.representations import Representation
from arrakis_schema.site.tree import tree
from arrakis_schema.store.store import Store


def raw_site(store: Store, *, trust_config: bool = False) -> Iterator[Representation]:
    """Yield every file of the site."""
    _ = trust_config
    return iter(tree(store))


def describe_no_omissions(root: Path) -> list[str]:
    """Return what is omitted because a root is not trusted: nothing, as no configuration is read."""
    _ = root
    return []
