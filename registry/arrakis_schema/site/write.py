"""Write the site to a folder: all of it, or nothing."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.representations import Representation

MARK = "versions/index.json"


class BuildError(ArrakisSchemaError):
    """The site cannot be written to this folder; what was there is untouched."""


def write_tree(files: Iterable[Representation], target: Path) -> int:
    """Write the files below `target`, in place of an earlier site, and return how many there are.

    They are written beside it and put in place by a rename. Raises `BuildError` where `target` holds something else.
    """
    if target.exists() and not _ours(target):
        raise BuildError(f"{target} exists and is no site that was built here: name a new or an empty folder")
    fresh, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    try:
        count = _write(files, fresh)
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except OSError as error:
        raise BuildError(f"{error.filename or target} cannot be written: {os.strerror(error.errno or 0)}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return count


def _ours(target: Path) -> bool:
    """Tell whether a folder may be replaced: it is empty, or a site."""
    return target.is_dir() and ((target / MARK).is_file() or not any(target.iterdir()))


def _write(files: Iterable[Representation], folder: Path) -> int:
    """Write the files into a fresh folder."""
    shutil.rmtree(folder, ignore_errors=True)
    count = 0
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        count += 1
    return count
