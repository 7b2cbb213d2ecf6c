"""Text that is safe to print: on one line, cut to a readable length, with what cannot be seen written as escapes.

Everything that a schema, a file name or a server says passes through here before it reaches a terminal, a log or a
report. What a report format needs beyond that stands in `report/`.
"""

import re

MESSAGE = 600
"""How long a message may be, in characters: about four lines of a terminal."""

CLAUSE = 80
"""How long a clause inside a message may be: a value, a list of names."""

_SPACES = frozenset("\u00a0\u2007\u202f\u3000")
"""The spaces of ordinary text in some languages, which Python counts as unprintable."""

_BRACKET = re.compile(r"##(\w*)\[")
_COLONS = re.compile(r"(\s*)::")


def cut(text: str, longest: int = MESSAGE) -> str:
    """Return a text of at most this many characters; one that was cut ends in `…`."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def printable(text: str, longest: int = MESSAGE) -> str:
    r"""Return a text as one line that shows every character and commands nothing.

    Control characters, line breaks, marks that turn the direction of the text, lone surrogates and unassigned
    characters become escapes such as `\n`, `\x1b` and `\u202e`. CI systems take `::error::` at the start of a line and
    `##[error]` anywhere in it for a command; a backslash takes both apart.
    """
    shown = text[: longest + 1]
    if not shown.isprintable():
        shown = "".join(map(_escaped, shown))
    if "##" in shown:
        shown = _BRACKET.sub(r"##\1\\[", shown)
    return cut(_COLONS.sub(r"\1\\::", shown, count=1) if _COLONS.match(shown) else shown, longest)


def listed(names: tuple[str, ...], most: int = 50) -> str:
    """Return names with commas between them, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def _escaped(character: str) -> str:
    """Return a character, or the escape that stands for it; an octet of a name that is not UTF-8 is shown as itself."""
    if character.isprintable() or character in _SPACES:
        return character
    octet = "\udc80" <= character <= "\udcff"  # PEP 383
    return f"\\x{ord(character) - 0xDC00:02x}" if octet else character.encode("unicode_escape").decode("ascii")
