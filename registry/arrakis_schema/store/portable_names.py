"""Names of files that mean the same everywhere: in a URL, in a checkout on any system, in a terminal.

https://learn.microsoft.com/windows/win32/fileio/naming-a-file for Windows, RFC 3986 for URLs.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from posixpath import split
from unicodedata import is_normalized, normalize

LONGEST_NAME, LONGEST_PATH = 100, 180
"""In bytes: the site derives longer names from these, and a checkout adds its own folder in front."""

_SURROGATE = re.compile("[\ud800-\udfff]")  # how Python has an octet that is not UTF-8
_SPECIAL = re.compile(r'["*:<>?|\\%#]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FAULTS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("is not UTF-8", _SURROGATE.search),
    ("has a character that cannot be printed", lambda name: not name.isprintable()),
    ('has one of " * : < > ? | \\ % #, which have a special meaning in URLs or file systems', _SPECIAL.search),
    ("begins or ends with a space, or ends with a dot", lambda name: name != name.strip(" ") or name.endswith(".")),
    ("is reserved for a device on Windows", _DEVICE.fullmatch),
    ("is not in Unicode's form NFC, so some systems change it", lambda name: not is_normalized("NFC", name)),
    (f"has more than {LONGEST_NAME} bytes", lambda name: len(name.encode()) > LONGEST_NAME),
)


def fault_of_name(name: str) -> str:
    """Return why a name cannot be used in a URL or on some system; empty where it can."""
    return next((reason for reason, holds in _FAULTS if holds(name)), "")


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each path that equals an earlier one where case does not matter, with that one; lower case comes first."""
    first: dict[str, str] = {}
    for path in sorted(paths, key=str.swapcase):
        earlier = first.setdefault(_fold(path), path)
        if earlier != path and split(earlier)[0] == split(path)[0]:
            yield path, earlier


def _fold(path: str) -> str:
    """Return a key that is equal for paths that some systems do not distinguish."""
    return normalize("NFC", normalize("NFD", path).casefold())
