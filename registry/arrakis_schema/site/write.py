"""Write the site to a folder: all of it, or nothing.

The files are written beside the folder, under a name of their own, so that builds into one folder at once do not meet:
the last one that ends is seen, whole. What a killed build left behind is cleared away by the next.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.site.exchange import alone, lock, put_in_place
from arrakis_schema.site.representations import Representation

MARK = "versions/index.json"
_SOURCES = ("schemas", "versions", "docs")


class BuildError(ArrakisSchemaError):
    """The site cannot be written to this folder; what was there is untouched."""


def write_tree(files: Iterable[Representation], target: Path, *, root: Path | None = None) -> int:
    """Write the files below `target`, in place of an earlier site, and return how many there are.

    `root` is the folder of the sources, which no site takes the place of. A `target` that is a symbolic link to a
    folder stays one. Raises `BuildError` where `target` holds something else, or cannot be written; then it stays.
    """
    place = _place(target, root)
    with _folder_beside(place, target) as fresh:
        count = _write(files, fresh, target)
        _require_ours(place, target)
        try:
            if place.exists():
                shutil.copymode(place, fresh)
            put_in_place(fresh, place)
        except OSError as error:
            raise BuildError(f"{target} cannot be replaced: {_reason(error)}") from error
    return count


def _place(target: Path, root: Path | None) -> Path:
    """Return the folder that a target stands for; raises `BuildError` where no site can be."""
    try:
        place, current = target.resolve(), Path.cwd()
    except (OSError, RuntimeError) as error:
        raise BuildError(f"{target} leads nowhere: {_reason(error)}") from error
    if os.path.ismount(place):
        raise BuildError(f"{target} is a mount point, which cannot be replaced: name a folder in it")
    if place in (current, *current.parents):
        raise BuildError(f"{target} holds the current folder, which cannot be replaced: name a folder in it")
    sources = [] if root is None else [root.resolve() / name for name in _SOURCES]
    for folder in sources:
        if place in (folder, *folder.parents) or folder in place.parents:
            raise BuildError(f"{target} is where the sources are ({folder}): name a folder of its own")
    above = next(folder for folder in place.parents if os.path.lexists(folder))
    if not above.is_dir():
        raise BuildError(f"{target} cannot be written: {above} is a file")
    _require_ours(place, target)
    return place


def _require_ours(place: Path, target: Path) -> None:
    """Raise `BuildError` where a folder may not be replaced: it is neither empty nor a site."""
    try:
        if place.exists() and not (place.is_dir() and ((place / MARK).is_file() or not any(place.iterdir()))):
            raise BuildError(f"{target} exists and is no site that was built here: name a new or an empty folder")
    except OSError as error:
        raise BuildError(f"{target} cannot be read: {_reason(error)}") from error


@contextmanager
def _folder_beside(place: Path, target: Path) -> Iterator[Path]:
    """Make a folder that no other build uses beside a place; it is gone afterwards, and so is what was made for it."""
    missing = [folder for folder in place.parents if not folder.exists()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _clear_away(place)
        fresh, descriptor = _own_folder(place)
    except OSError as error:
        _remove_empty(missing)
        raise BuildError(f"{target} cannot be written: {_reason(error)}") from error
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        os.close(descriptor)
        _remove_empty(missing)


def _own_folder(place: Path) -> tuple[Path, int]:
    """Return a new folder beside a place, and the descriptor that keeps it locked as long as this process uses it."""
    while True:
        fresh = place.with_name(f".{place.name}.{token_hex(8)}.new")
        fresh.mkdir()
        try:
            descriptor = os.open(fresh, os.O_RDONLY)
        except FileNotFoundError:  # another build took it for a left one, as it was not locked yet
            continue
        if lock(descriptor) is not False and fresh.exists():
            return fresh, descriptor
        os.close(descriptor)


def _clear_away(place: Path) -> None:
    """Remove what killed builds left beside a place; an earlier site that one had moved aside comes back."""
    ours = re.compile(rf"\.{re.escape(place.name)}(\.[0-9a-f]{{16}})?\.(new|old)")
    left = [path for path in place.parent.iterdir() if ours.fullmatch(path.name)]
    moved = [path for path in left if path.suffix == ".old"]
    if moved:
        with alone(place.parent):
            if not place.exists():
                moved.pop().rename(place)
    for path in left:
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                if lock(descriptor):
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove those folders that hold nothing, the innermost first."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _write(files: Iterable[Representation], folder: Path, target: Path) -> int:
    """Write the files into a folder, and return how many there are."""
    count = 0
    for file in _made(files):
        path = folder / file.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        except OSError as error:
            raise BuildError(f"{target / file.path} cannot be written: {_reason(error)}") from error
        count += 1
    return count


def _made(files: Iterable[Representation]) -> Iterator[Representation]:
    """Yield the files as they are made; MkDocs writes its pages to a temporary folder first."""
    try:
        yield from files
    except OSError as error:
        pages = f"the pages below {gettempdir()} (set TMPDIR to use another folder)"
        where = error.filename2 or error.filename or pages  # of two, the second is the one that is written
        raise BuildError(f"{where}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Return the system's word for what went wrong."""
    return getattr(error, "strerror", None) or str(error)
