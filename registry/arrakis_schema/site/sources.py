"""The sources of a site: the files below these folders."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.files import NOT_PLAIN, read_file, scan_folder
from arrakis_schema.text.printable import printable

FOLDERS, FILES = ("schemas", "versions", "conformance", "docs"), ("mkdocs.yml",)

_TEMPORARY = re.compile(r"\..*|.*~|#.*#|4913|.*\.(tmp|swp|swx|part|crdownload)", re.IGNORECASE | re.DOTALL)
"""The temporary files of editors and downloads."""

_DOCS_DIR = re.compile(r"""^docs_dir:[ \t]*["']?([^\s"'#]+)""", re.MULTILINE)

FileState = tuple[str, int, int, int]


def fingerprint(root: Path) -> tuple[FileState, ...]:
    """Return the path, size and times of each source: the value differs when one is changed, added or removed."""
    return tuple(sorted(_scan_sources(root)))


def refuse_other_than_files(folder: Path) -> None:
    """Raise `DamagedStoreError` where a folder of pages contains a link or a pipe: MkDocs would follow or open it.

    Hidden files are ignored, as they are not pages.
    """
    for path, kind in sorted(scan_folder(str(folder.parent), folder.name)):
        if kind in NOT_PLAIN and not any(part.startswith(".") for part in path.split("/")):
            raise DamagedStoreError([f"{folder.name}/{printable(path)} {NOT_PLAIN[kind]}"])


def _scan_sources(root: Path) -> Iterator[FileState]:
    """Yield the state of each source; one that vanishes meanwhile is skipped.

    For a folder that is only its path and mode: its times change with each temporary file in it.
    """
    listed = [Path(root, name) for name in FILES]
    for top in dict.fromkeys((*FOLDERS, _folder_of_pages(root))):
        for folder, folders, names in os.walk(root / top):
            listed += [Path(folder, name) for name in (*folders, *names)]
    for path in listed:
        if _TEMPORARY.fullmatch(path.name):
            continue
        try:
            status = path.lstat()
        except OSError:
            continue
        is_folder = stat.S_ISDIR(status.st_mode)
        yield (str(path), status.st_mode, 0, 0) if is_folder else _file_state(path, status)


def _folder_of_pages(root: Path) -> str:
    """Return the folder of the pages that `mkdocs.yml` declares."""
    try:
        match = _DOCS_DIR.search(read_file(str(root), FILES[0]).decode("utf-8", "replace"))
    except DamagedStoreError:
        return "docs"
    folder = normpath(match[1]) if match else "docs"
    return "docs" if folder.startswith((".", "/")) else folder


def _file_state(path: Path, status: os.stat_result) -> FileState:
    """Return the state of a file."""
    return str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns
