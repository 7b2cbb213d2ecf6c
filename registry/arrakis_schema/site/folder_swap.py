"""Replace a folder by another one in a single step, so that readers see either the old or the new one.

Linux and macOS can exchange two names. Where a file system cannot (NFS), two renames follow each other, and for a
moment the folder is missing; where the second rename fails or never happens, the first is undone.
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
