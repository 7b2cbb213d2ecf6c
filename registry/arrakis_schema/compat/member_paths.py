"""Readable names of locations in a schema: the path of the members they are about, such as `stations[].height`."""

from functools import cached_property
from typing import Any

from arrakis_schema.json_schema.members import MemberPlaces, read_places


class MemberPaths:
    """The member paths of one document, which is read when the first is asked for."""

    def __init__(self, document: Any) -> None:
        """Keep the document."""
        self._document = document

    @cached_property
    def _places(self) -> MemberPlaces:
        return read_places(self._document)

    def path_of(self, pointer: str) -> str:
        """Return the path of the members that a JSON Pointer into the document is about, empty for the root."""
        return self._places.name_at(pointer)
