"""Names of files that mean the same everywhere: in a URL, in a checkout on any system, in a terminal.

https://learn.microsoft.com/windows/win32/fileio/naming-a-file for Windows, RFC 3986 for URLs.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from posixpath import split

LONGEST_NAME, LONGEST_PATH = 100, 180
"""In bytes: what the site makes from a name is longer, and the folder of a checkout comes in front of a path."""

_SPECIAL = '":*?<>|%#'
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def unservable(name: str) -> str:
    """Say why no URL can stand for a name; empty where one can."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "is not UTF-8"
    if not name.isprintable():
        return "has a character that cannot be printed"
    return "has a backslash, which browsers turn into a slash" if "\\" in name else ""


def unportable(name: str) -> str:
    """Say why a name cannot be used on every system; empty where it can."""
    special = next((sign for sign in _SPECIAL if sign in name), "")
    if special:
        return f"has a {special}, which file systems or URLs read in their own way"
    if name != name.strip(" ") or name.endswith("."):
        return "begins or ends with a space, or ends with a dot"
    if _DEVICE.fullmatch(name):
        return "is the name of a device on Windows"
    if name != unicodedata.normalize("NFC", name):
        return "is not in Unicode's form NFC, and some systems change it"
    return f"has more than {LONGEST_NAME} bytes" if len(name.encode()) > LONGEST_NAME else ""


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each path that stands for the same file as another one where case does not matter, with that other one."""
    first: dict[str, str] = {}
    for path in sorted(paths):
        other = first.setdefault(_folded(path), path)
        if other != path and split(other)[0] == split(path)[0]:
            yield path, other


def _folded(path: str) -> str:
    """Return what paths have in common that some systems do not tell apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
