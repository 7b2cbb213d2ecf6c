"""Write the site to a folder: all of it, or nothing.

The files are written beside the folder, under a unique name, so that concurrent builds into one folder do not
interfere: the last to finish wins. Remains of a killed build are removed by the next.
"""

import ctypes
import errno
import fcntl
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.site.representations import Representation

MARK = "versions/index.json"
_SOURCES = ("schemas", "versions", "docs")
_AT_FDCWD, _EXCHANGE = -100, 2
_UNABLE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_OCCUPIED = {errno.EEXIST, errno.ENOTEMPTY}


class BuildError(ArrakisSchemaError):
    """The site cannot be written to this folder; its contents are unchanged."""


def write_tree(files: Iterable[Representation], target: Path, *, root: Path | None = None) -> int:
    """Write the files below `target`, in place of an earlier site, and return how many there are.

    `root` is the folder of the sources, which a site never replaces. A `target` that is a symbolic link to a
    folder stays one. Raises `BuildError` where `target` holds something else or cannot be written, and leaves it
    unchanged.
    """
    folder = _resolve_target(target, root)
    with _folder_beside(folder, target) as fresh:
        count = _write(files, fresh, target)
        _require_ours(folder, target)
        try:
            if folder.exists():
                shutil.copymode(folder, fresh)
            put_in_place(fresh, folder)
        except OSError as error:
            raise BuildError(f"{target} cannot be replaced: {_reason(error)}") from error
    return count


def _resolve_target(target: Path, root: Path | None) -> Path:
    """Return the folder that a target refers to; raises `BuildError` where a site cannot be there."""
    try:
        resolved, current = target.resolve(), Path.cwd()
    except (OSError, RuntimeError) as error:
        raise BuildError(f"{target} leads nowhere: {_reason(error)}") from error
    if os.path.ismount(resolved):
        raise BuildError(f"{target} is a mount point, which cannot be replaced: name a folder in it")
    if resolved in (current, *current.parents):
        raise BuildError(f"{target} holds the current folder, which cannot be replaced: name a folder in it")
    sources = [] if root is None else [root.resolve() / name for name in _SOURCES]
    for folder in sources:
        if resolved in (folder, *folder.parents) or folder in resolved.parents:
            raise BuildError(f"{target} is among the sources ({folder}): name another folder")
    above = next(folder for folder in resolved.parents if os.path.lexists(folder))
    if not above.is_dir():
        raise BuildError(f"{target} cannot be written: {above} is a file")
    _require_ours(resolved, target)
    return resolved


def _require_ours(folder: Path, target: Path) -> None:
    """Raise `BuildError` where a folder must not be replaced: it is neither empty nor a site."""
    try:
        if folder.exists() and not (folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir()))):
            raise BuildError(f"{target} exists and is not a site that was built here: name a new or an empty folder")
    except OSError as error:
        raise BuildError(f"{target} cannot be read: {_reason(error)}") from error


@contextmanager
def _folder_beside(folder: Path, target: Path) -> Iterator[Path]:
    """Make a temporary folder beside another one; remove it afterwards, with the parents that were made for it."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_remains(folder)
        fresh, descriptor = _make_locked_folder(folder)
    except OSError as error:
        _remove_empty(missing)
        raise BuildError(f"{target} cannot be written: {_reason(error)}") from error
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        os.close(descriptor)
        _remove_empty(missing)


def _make_locked_folder(folder: Path) -> tuple[Path, int]:
    """Return a new folder beside another one, and the descriptor that keeps it locked."""
    while True:
        fresh = folder.with_name(f".{folder.name}.{token_hex(8)}.new")
        fresh.mkdir()
        try:
            descriptor = os.open(fresh, os.O_RDONLY)
        except FileNotFoundError:  # another build removed it as a remnant, before it was locked
            continue
        if lock(descriptor) is not False and fresh.exists():
            return fresh, descriptor
        os.close(descriptor)


def _remove_remains(folder: Path) -> None:
    """Remove the remains of killed builds beside a folder; an earlier site that one had moved aside is restored."""
    ours = re.compile(rf"\.{re.escape(folder.name)}(\.[0-9a-f]{{16}})?\.(new|old)")
    left = [path for path in folder.parent.iterdir() if ours.fullmatch(path.name)]
    moved = [path for path in left if path.suffix == ".old"]
    if moved:
        with hold_lock(folder.parent):
            if not folder.exists():
                moved.pop().rename(folder)
    for path in left:
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                if lock(descriptor):
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove those folders that are empty, the innermost first."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _write(files: Iterable[Representation], folder: Path, target: Path) -> int:
    """Write the files into a folder, and return how many there are."""
    count, made = 0, {str(folder)}
    for file in _with_clear_errors(files):
        path = os.path.join(folder, file.path)  # noqa: PTH118 - a `Path` takes longer than the file
        parent = path.rpartition("/")[0]
        try:
            _make_folder(parent, made)
            with open(path, "wb") as written:  # noqa: PTH123
                written.write(file.content)
        except OSError as error:
            raise BuildError(f"{target / file.path} cannot be written: {_reason(error)}") from error
        count += 1
    return count


def _make_folder(path: str, made: set[str]) -> None:
    """Make a folder and those above it, unless they are made already."""
    if path not in made:
        _make_folder(path.rpartition("/")[0], made)
        with suppress(FileExistsError):  # where names in capitals are the same
            os.mkdir(path)  # noqa: PTH102 - as above
        made.add(path)


def _with_clear_errors(files: Iterable[Representation]) -> Iterator[Representation]:
    """Yield the files; raises `BuildError` where MkDocs cannot write its pages to a temporary folder."""
    try:
        yield from files
    except OSError as error:
        pages = f"the pages below {gettempdir()} (set TMPDIR to use another folder)"
        where = error.filename2 or error.filename or pages  # of two, the second is the one that is written
        raise BuildError(f"{where}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Return the message of the system."""
    return getattr(error, "strerror", None) or str(error)


def put_in_place(fresh: Path, target: Path) -> None:
    """Give the folder `fresh` the name `target`; the old one has the name `fresh` afterwards.

    Raises `OSError`; then nothing has changed.
    """
    while True:
        try:
            if not exchange(fresh, target):
                with hold_lock(target.parent):
                    _replace(fresh, target)
            return  # noqa: TRY300 - the error above continues below
        except FileNotFoundError:
            if not fresh.exists():
                raise
        try:
            fresh.rename(target)
            return  # noqa: TRY300 - the same
        except OSError as error:
            if error.errno not in _OCCUPIED:  # else another build was faster, and its site is replaced
                raise


def exchange(first: Path, second: Path) -> bool:
    """Exchange two names in one step; return False where the system or the file system cannot. Raises `OSError`."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(*names, _EXCHANGE)
        else:
            failed = libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
    except AttributeError:
        return False
    code = ctypes.get_errno()
    if failed and code not in _UNABLE:
        raise OSError(code, os.strerror(code), str(second))
    return not failed


def _replace(fresh: Path, target: Path) -> None:
    """Exchange two folders by renames, the old one as `….old` in between; undo the first where the second fails."""
    aside = fresh.with_suffix(".old")
    target.rename(aside)
    try:
        fresh.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    aside.rename(fresh)


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, and wait for it; without one where the file system has no locks."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)


def lock(descriptor: int, *, wait: bool = False) -> bool | None:
    """Lock a file descriptor; return whether it is locked now, None where the file system has no locks.

    The system frees the lock when the descriptor is closed, at the latest when this process ends.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
