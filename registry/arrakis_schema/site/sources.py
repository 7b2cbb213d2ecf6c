"""What a site is made from: the files below these folders."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.files import NOT_PLAIN, read_file, scan_folder
from arrakis_schema.text.printable import printable

FOLDERS, FILES = ("schemas", "versions", "docs"), ("mkdocs.yml",)

_BESIDE = re.compile(r"\..*|.*~|#.*#|4913|.*\.(tmp|swp|swx|part|crdownload)", re.IGNORECASE | re.DOTALL)
"""What editors and downloads write beside a file, under another name, while it is being written."""

_DOCS_DIR = re.compile(r"""^docs_dir:[ \t]*["']?([^\s"'#]+)""", re.MULTILINE)

Seen = tuple[str, int, int, int]


def fingerprint(root: Path) -> tuple[Seen, ...]:
    """Return the path, size and times of each source: it differs when one was changed, added or removed."""
    return tuple(sorted(_seen(root)))


def refuse_other_than_files(folder: Path) -> None:
    """Raise `DamagedStoreError` where a folder of pages holds a link or a pipe: MkDocs would follow and open it.

    What is hidden is none of the pages.
    """
    for path, kind in sorted(scan_folder(str(folder.parent), folder.name)):
        if kind in NOT_PLAIN and not any(part.startswith(".") for part in path.split("/")):
            raise DamagedStoreError([f"{folder.name}/{printable(path)} {NOT_PLAIN[kind]}"])


def _seen(root: Path) -> Iterator[Seen]:
    """Yield what is seen of each source; one that vanishes meanwhile is passed over.

    Of a folder that is where it is and who may read it: its times change with each file that is written beside others.
    """
    listed = [Path(root, name) for name in FILES]
    for top in dict.fromkeys((*FOLDERS, _folder_of_pages(root))):
        for folder, folders, names in os.walk(root / top):
            listed += [Path(folder, name) for name in (*folders, *names)]
    for path in listed:
        if _BESIDE.fullmatch(path.name):
            continue
        try:
            found = path.lstat()
        except OSError:
            continue
        is_folder = stat.S_ISDIR(found.st_mode)
        yield (str(path), found.st_mode, 0, 0) if is_folder else _times(path, found)


def _folder_of_pages(root: Path) -> str:
    """Return the folder below the root that `mkdocs.yml` says the pages are in."""
    try:
        said = _DOCS_DIR.search(read_file(str(root), FILES[0]).decode("utf-8", "replace"))
    except DamagedStoreError:
        return "docs"
    folder = normpath(said[1]) if said else "docs"
    return "docs" if folder.startswith((".", "/")) else folder


def _times(path: Path, found: os.stat_result) -> Seen:
    """Return what is seen of a file."""
    return str(path), found.st_size, found.st_mtime_ns, found.st_ctime_ns
