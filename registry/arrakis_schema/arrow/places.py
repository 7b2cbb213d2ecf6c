"""The line of a column in the text of an Arrow document."""

import re

_COLUMN = re.compile(r"^\s*(?:child \d+, )?(.*?): ")


def line_of(text: str, location: str) -> int:
    """Return the line of the column that a dotted name belongs to, counted from 1; 1 if there is no such column."""
    column = re.split(r"[.\[#]", location)[0]
    lines = enumerate(text.splitlines(), 1)
    heads = ((number, _COLUMN.match(line)) for number, line in lines if not line.startswith(" "))
    return next((number for number, head in heads if head and head.group(1).strip('"') == column), 1)
