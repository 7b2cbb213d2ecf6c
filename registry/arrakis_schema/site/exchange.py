"""Put a folder in the place of another one in a single step, so that whoever reads sees the one or the other.

Linux and macOS can exchange two names. Where a file system cannot (NFS), two renames follow each other, and for that
moment the place is empty; a second one that fails, or never comes, is taken back.
"""

import ctypes
import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD, _EXCHANGE = -100, 2
_UNABLE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_OCCUPIED = {errno.EEXIST, errno.ENOTEMPTY}


def put_in_place(fresh: Path, place: Path) -> None:
    """Give the folder `fresh` the name `place`; what was there has the name `fresh` afterwards.

    Raises `OSError`; then everything is where it was.
    """
    while True:
        try:
            if not exchange(fresh, place):
                with alone(place.parent):
                    _replace(fresh, place)
            return  # noqa: TRY300 - what is raised above leads on
        except FileNotFoundError:
            if not fresh.exists():
                raise
        try:
            fresh.rename(place)
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


def _replace(fresh: Path, place: Path) -> None:
    """Exchange two folders with renames, the old one as `….old` in between; take the first back where it fails."""
    aside = fresh.with_suffix(".old")
    place.rename(aside)
    try:
        fresh.rename(place)
    except BaseException:
        aside.rename(place)
        raise
    aside.rename(fresh)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process is in here for this folder; where it cannot be locked, go on without."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)


def lock(descriptor: int, *, wait: bool = False) -> bool | None:
    """Lock what a descriptor stands for; return whether it is locked now, None where the file system has no locks.

    The system lets go of the lock when the descriptor is closed, so at the latest when this process ends.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
