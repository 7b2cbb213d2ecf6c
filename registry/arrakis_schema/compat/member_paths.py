"""Readable names of locations in a schema: the path of the members they are about, such as `stations[].height`."""

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from arrakis_schema.json_schema.members import MemberPlaces, read_places


class MemberPaths:
    """The member paths of one document, which is read when the first is asked for."""

    def __init__(self, document: Any) -> None:
        """Keep the document."""
        self._document = document

    @cached_property
    def _places(self) -> MemberPlaces:
        try:
            text = json.dumps(self._document)
        except (TypeError, ValueError, RecursionError):
            return read_places(self._document)
        return _places_of(_Written(text, self._document))

    def path_of(self, pointer: str) -> str:
        """Return the path of the members that a JSON Pointer into the document is about, empty for the root."""
        return self._places.name_at(pointer)


@dataclass(frozen=True, slots=True)
class _Written:
    """A document, known by its text: whoever compares many releases compares each document with many others."""

    text: str
    document: Any = field(compare=False)


@lru_cache(maxsize=64)
def _places_of(written: _Written) -> MemberPlaces:
    """Return the places of a document."""
    return read_places(written.document)
