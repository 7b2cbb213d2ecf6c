"""Text that is safe to print: on one line, cut to a readable length, with invisible characters as escapes.

Everything that comes from a schema, a file name or a server passes through here before it reaches a terminal, a log or
a report. Escaping for one report format is in `findings/`.
"""

import re

MESSAGE = 600
"""The maximal length of a message, in characters: about four lines of a terminal."""

CLAUSE = 80
"""The maximal length of a clause inside a message: a value, a list of names."""

_SPACES = frozenset("\u00a0\u2007\u202f\u3000")
"""Spaces in the ordinary text of some languages, which Python counts as unprintable."""

_BRACKET = re.compile(r"##(\w*)\[")
_COLONS = re.compile(r"(\s*)::")


def cut(text: str, longest: int = MESSAGE) -> str:
    """Return a text of at most this many characters; a text that was cut ends in `…`."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def printable(text: str, longest: int = MESSAGE) -> str:
    r"""Return a text as one line that shows every character and holds no command for a terminal or a CI system.

    Control characters, line breaks, marks that change the direction of the text, lone surrogates and unassigned
    characters become escapes such as `\n`, `\x1b` and `\u202e`. CI systems take `::error::` at the start of a line and
    `##[error]` anywhere in it for a command; a backslash breaks both up.
    """
    line = text[: longest + 1]
    if not line.isprintable():
        line = "".join(map(_escape, line))
    if "##" in line:
        line = _BRACKET.sub(r"##\1\\[", line)
    return cut(_COLONS.sub(r"\1\\::", line, count=1) if _COLONS.match(line) else line, longest)


def clean_line(text: object, longest: int = 300) -> str:
    """Return a text as one printable line, its blanks and line breaks as single spaces, cut where it is long."""
    return printable(" ".join(str(text)[: 4 * longest].split()), longest)


def join_names(names: tuple[str, ...], most: int = 50) -> str:
    """Return names separated by commas; of many, the first ones and the number of the others."""
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def _escape(character: str) -> str:
    r"""Return a character or its escape; a byte of a file name that is not UTF-8 becomes `\xNN`."""
    if character.isprintable() or character in _SPACES:
        return character
    octet = "\udc80" <= character <= "\udcff"  # PEP 383
    return f"\\x{ord(character) - 0xDC00:02x}" if octet else character.encode("unicode_escape").decode("ascii")
