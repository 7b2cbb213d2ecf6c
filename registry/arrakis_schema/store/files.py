"""Read plain files below a root folder, within limits. No link is followed, no pipe or device is opened.

`load_schema` runs through here, so it imports nothing slow. What the files mean is not known here.
"""

import os
import stat

from arrakis_schema.errors import DamagedStoreError, TooLargeError
from arrakis_schema.text.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

YAML = (".yaml", ".yml")
NOTATIONS = {".json": (".json", *YAML), ".txt": (".txt",)}
"""The suffixes of documents by the one that stands for their language: JSON Schemas are written in YAML, too."""
PACKAGED = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "_data")
"""The data of an installed package. Installers may use links for it, and nobody else writes there."""

FILE, FOLDER, LINK, SPECIAL = "file", "folder", "link", "special"
NOT_PLAIN = {
    LINK: "is a symbolic link, which is never followed: put the file or folder itself there",
    SPECIAL: "is a pipe, a socket or a device, which is never opened: remove it",
}

# Limits on files, and on what stands in them (docs/commands.md): whatever is larger is reported, and not processed.
LARGEST_FILE = 8 * 1024 * 1024
LARGEST_SETTINGS = 1024 * 1024
DEEPEST_DOCUMENT = 64
LONGEST_NUMBER = 300
MOST_COLUMNS = 10_000
MOST_PATTERNS, LONGEST_PATTERNS = 1000, 100_000
MOST_FINDINGS = 1000


def read_file(root: str, path: str) -> bytes:
    """Return the bytes of one file below `root`; raises `DamagedStoreError` that names the file."""
    try:
        return read_plain(root, path)
    except OSError as error:
        raise DamagedStoreError([f"{path} cannot be read: {error.strerror}"]) from error


def read_plain(root: str, path: str) -> bytes:
    """Return the bytes of one file below `root`; raises `OSError`, or `DamagedStoreError` (not plain, large)."""
    refuse_links(root, path)
    file = os.path.join(root, path)
    mode = os.stat(file).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise DamagedStoreError([f"{path} {NOT_PLAIN[SPECIAL]}"])
    with open(file, "rb") as opened:
        content = opened.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        size = mebibytes(os.stat(file).st_size)
        raise TooLargeError([f"{path} has {size}, but at most {mebibytes(LARGEST_FILE)} are allowed; split it"])
    return content


def exists(root: str, path: str) -> bool:
    """Return whether anything is at this path below `root`, even a dangling link."""
    return os.path.lexists(os.path.join(root, path))


def refuse_links(root: str, path: str) -> None:
    """Raise `DamagedStoreError` where a part of `path` is a symbolic link; `root` itself may be one."""
    if root == PACKAGED:
        return
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        part = "/".join(parts[:end])
        if os.path.islink(os.path.join(root, part)):
            raise DamagedStoreError([f"{printable(part)} {NOT_PLAIN[LINK]}"])


def scan_folder(root: str, folder: str) -> "Iterator[tuple[str, str]]":
    """Yield the path, relative to `folder`, and the kind of everything below it.

    A kind is `FILE`, `FOLDER`, `LINK` or `SPECIAL`; the target of a link is ignored. Raises `DamagedStoreError`
    for a folder that cannot be read.
    """
    refuse_links(root, folder)
    follow = root == PACKAGED
    pending = [""]
    while pending:
        parent = pending.pop()
        for entry in _entries(root, f"{folder}/{parent}".rstrip("/")):
            path, kind = f"{parent}{entry.name}", _kind(entry, follow=follow)
            yield path, kind
            if kind == FOLDER:
                pending.append(f"{path}/")


def list_folder(root: str, folder: str) -> "list[tuple[str, str]]":
    """Return the name and the kind of each entry of a folder, sorted; nothing where there is no such folder."""
    refuse_links(root, folder)
    if not os.path.lexists(os.path.join(root, folder)):
        return []
    return sorted((entry.name, _kind(entry, follow=root == PACKAGED)) for entry in _entries(root, folder))


def _entries(root: str, folder: str) -> "list[os.DirEntry[str]]":
    """Return the entries of a folder."""
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            return list(entries)
    except OSError as error:
        raise DamagedStoreError([f"{printable(folder)} cannot be read: {error.strerror}"]) from error


def _kind(entry: "os.DirEntry[str]", *, follow: bool) -> str:
    """Return the kind of one entry of a folder."""
    if entry.is_symlink() and not follow:
        return LINK
    if entry.is_dir(follow_symlinks=follow):
        return FOLDER
    return FILE if entry.is_file(follow_symlinks=follow) else SPECIAL


def mebibytes(size: int) -> str:
    """Format a number of bytes for people."""
    return f"{size / 1024 / 1024:.3g} MiB"
