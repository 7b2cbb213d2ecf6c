"""Known errors in frozen documents, each at its place: the corrections as people read them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from arrakis_schema.store.corrections import Correction
from arrakis_schema.text.short_repr import short_repr


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


def errata_of(corrections: Iterable[Correction]) -> Iterator[Erratum]:
    """Yield an erratum for each place of each correction, or one for the whole document where it names none."""
    for correction in corrections:
        for location in correction.locations or ("",):
            yield Erratum(
                correction.releases,
                correction.documents,
                location,
                correction.rule,
                correction.reason,
                correction.fixed,
            )
