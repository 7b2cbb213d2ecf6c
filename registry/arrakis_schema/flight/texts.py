"""Untrusted text, made fit for one line of a report."""

from arrakis_schema.text.printable import printable

LONGEST = 300


def clean_line(text: object, longest: int = LONGEST) -> str:
    """Return a text as one printable line, its blanks and line breaks as single spaces, cut where it is long."""
    return printable(" ".join(str(text)[: 4 * longest].split()), longest)
