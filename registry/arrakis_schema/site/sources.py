"""What a site is made from: the files below these folders."""

import os
from collections.abc import Iterator
from pathlib import Path

FOLDERS, FILES = ("schemas", "versions", "docs"), ("mkdocs.yml",)


def fingerprint(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Return the path, size and time of change of each source: it differs when one was changed, added or removed."""
    return tuple(sorted(_seen(root)))


def _seen(root: Path) -> Iterator[tuple[str, int, int]]:
    """Yield what is seen of each source; one that vanishes meanwhile is passed over."""
    listed = [Path(folder, name) for top in FOLDERS for folder, _, names in os.walk(root / top) for name in names]
    for path in [*listed, *(root / name for name in FILES)]:
        try:
            found = path.stat()
        except OSError:
            continue
        yield str(path), found.st_size, found.st_mtime_ns
