"""Where a location of a document stands in its text: line and column, counted from 1."""

import re
from functools import cached_property

from arrakis_schema.json_schema.positions import Positions, positions
from arrakis_schema.store.documents import Document, Format

_COLUMN = re.compile(r"^\s*(?:child \d+, )?(.*?): ")


class Places:
    """The lines and columns of one document."""

    def __init__(self, document: Document) -> None:
        """Take the document; its text is read when a place is asked for."""
        self._document = document

    def at(self, location: str) -> tuple[int, int]:
        """Return the place of a location, or of what is around it: a JSON Pointer, or the dotted name of a column."""
        if self._document.format is Format.ARROW:
            return self._line_of(re.split(r"[.\[#]", location)[0]), 1
        while location and location not in self._positions:
            location = location.rpartition("/")[0]
        return self._positions.get(location, (1, 1))

    @cached_property
    def _positions(self) -> Positions:
        return positions(self._document.text)

    def _line_of(self, column: str) -> int:
        """Return the line of a column, 1 where it is not there."""
        lines = enumerate(self._document.text.splitlines(), 1)
        found = ((number, _COLUMN.match(line)) for number, line in lines if not line.startswith(" "))
        return next((number for number, match in found if match and match.group(1).strip('"') == column), 1)
