"""What a site is made from: the files below these folders."""

import os
from collections.abc import Iterator
from pathlib import Path

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.files import NOT_PLAIN, scan_folder
from arrakis_schema.printable import printable

FOLDERS, FILES = ("schemas", "versions", "docs"), ("mkdocs.yml",)


def fingerprint(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Return the path, size and time of change of each source: it differs when one was changed, added or removed."""
    return tuple(sorted(_seen(root)))


def refuse_other_than_files(folder: Path) -> None:
    """Raise `DamagedStoreError` where a folder of pages holds a link or a pipe: MkDocs would follow and open it.

    What is hidden is none of the pages.
    """
    for path, kind in sorted(scan_folder(str(folder.parent), folder.name)):
        if kind in NOT_PLAIN and not any(part.startswith(".") for part in path.split("/")):
            raise DamagedStoreError([f"{folder.name}/{printable(path)} {NOT_PLAIN[kind]}"])


def _seen(root: Path) -> Iterator[tuple[str, int, int]]:
    """Yield what is seen of each source; one that vanishes meanwhile is passed over."""
    listed = [Path(folder, name) for top in FOLDERS for folder, _, names in os.walk(root / top) for name in names]
    for path in [*listed, *(root / name for name in FILES)]:
        try:
            found = path.stat()
        except OSError:
            continue
        yield str(path), found.st_size, found.st_mtime_ns
