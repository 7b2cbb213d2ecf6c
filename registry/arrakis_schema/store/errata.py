"""`versions/errata.toml`: known errors in frozen documents."""

from dataclasses import dataclass
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.toml_files import parse_toml
from arrakis_schema.text.short_repr import short_repr

ERRATA_FILE = "versions/errata.toml"
_LISTS = ("releases", "documents")


@dataclass(frozen=True, slots=True)
class Erratum:
    """A known error in frozen documents; `location` is a JSON Pointer or the name of a column, `rule` may be empty."""

    releases: tuple[str, ...]
    documents: tuple[str, ...]
    location: str
    rule: str
    text: str
    fixed: str

    __repr__ = short_repr


def parse_errata(content: bytes) -> tuple[Erratum, ...]:
    """Return the entries of the file; raises `DamagedStoreError`."""
    table = parse_toml(content, ERRATA_FILE)
    try:
        return tuple(Erratum(**_members(entry)) for entry in table.get("erratum", []))
    except (TypeError, AttributeError) as error:
        raise DamagedStoreError([f"{ERRATA_FILE} is not a list of [[erratum]] tables: {error}"]) from error


def _members(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the members of an erratum with lists as tuples; raises `TypeError` that names what is wrong."""
    for name, value in entry.items():
        texts = value if name in _LISTS and isinstance(value, list) else [value]
        if isinstance(value, list) != (name in _LISTS) or not all(isinstance(text, str) for text in texts):
            raise TypeError(f"{name} is not {'a list of texts' if name in _LISTS else 'text'}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
