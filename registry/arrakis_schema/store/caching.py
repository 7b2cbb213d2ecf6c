"""What is read or computed once: files below a root folder, what is derived from a value, results of earlier builds."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from itertools import takewhile
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.files import exists, read_file

MOST_KEPT = 256 * 1024 * 1024
"""How many bytes are kept; files beyond this limit are read again each time."""
Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


class Snapshot:
    """The files below `root` as they are when first read, whatever changes on disk. Threads may share it."""

    def __init__(self, root: str) -> None:
        """Take the folder; files are read when first requested."""
        self.root = root
        self._contents: dict[str, bytes | DamagedStoreError | None] = {}
        self._size = 0

    def __repr__(self) -> str:
        """Return its folder, and how many files it holds."""
        return f"Snapshot(root={self.root!r}, files={len(self._contents)})"

    def read(self, path: str) -> bytes:
        """Return the bytes of one file; raises `DamagedStoreError` that names it."""
        content = self.read_if_there(path)
        if content is None:
            raise DamagedStoreError([f"{path} cannot be read: No such file or directory"])
        return content

    def read_if_there(self, path: str) -> bytes | None:
        """Return the bytes of one file, None where nothing is at its path; raises `DamagedStoreError` that names it."""
        try:
            content = self._contents[path]
        except KeyError:
            content = self._look(path)
            if self._size <= MOST_KEPT:
                self._contents[path] = content
                self._size += len(content) if isinstance(content, bytes) else 0
        if isinstance(content, DamagedStoreError):
            raise content.with_traceback(None)
        return content

    def keep(self, paths: Iterable[str]) -> None:
        """Read some files now, as many as are kept; an error is raised only when the file is requested."""
        for path in takewhile(lambda _: self._size <= MOST_KEPT, paths):
            with suppress(DamagedStoreError):
                self.read_if_there(path)

    def _look(self, path: str) -> bytes | DamagedStoreError | None:
        """Return the bytes of a file, or why they cannot be read; None where there is none."""
        try:
            return read_file(self.root, path) if exists(self.root, path) else None
        except DamagedStoreError as error:
            return error


class Deriving:
    """A value that keeps what is derived from it: parsed documents, compiled validators.

    So nothing is derived twice, and nothing outlives its source.
    """

    _made: dict[Hashable, Any]

    def derived(
        self, make: Callable[Concatenate[Self, Arguments], Value], *args: Arguments.args, **named: Arguments.kwargs
    ) -> Value:
        """Return `make(self, ...)`, called once; an error is not kept. Threads may call it twice, and get one value."""
        key: Hashable = make
        if args or named:
            key = (make, args, *named.items())
        try:
            value: Value = self._made[key]
        except KeyError:
            value = self._made.setdefault(key, make(self, *args, **named))
        return value

    def forget(self, *makes: Callable[[Self], Any]) -> None:
        """Drop what these functions made, or all that was derived: it is made again when it is needed."""
        keys: list[Hashable] = [*makes] or [*self._made]
        for key in keys:
            self._made.pop(key, None)


class Memo:
    """Results of functions, each under a key that holds all that it depends on: so none is ever out of date.

    `Memo()` remembers nothing, `Memo({})` all that it is asked for, and `Memo(earlier.used)` also what an earlier one
    was asked for; results that are not used again are dropped.
    """

    def __init__(self, known: Mapping[Hashable, Any] | None = None) -> None:
        """Take what is known."""
        self._known = known
        self.used: dict[Hashable, Any] = {}

    def recall(
        self, key: tuple[Hashable, ...], make: Callable[[], Value], holds: Callable[[Value], bool] = lambda _: True
    ) -> Value:
        """Return what is known under the key, or what `make` returns; an error is not remembered.

        The key begins with the name of what is made. `holds` tells whether a result is right where the key cannot.
        """
        if self._known is None:
            return make()
        known = self.known(key)
        value: Value = known if known is not None and holds(known) else make()
        self.used[key] = value
        return value

    def known(self, key: tuple[Hashable, ...]) -> Any:
        """Return what is known under the key, and mark it as used; None where nothing is known."""
        value = self.used[key] if key in self.used else (self._known or {}).get(key)
        if value is not None:
            self.used[key] = value
        return value


def made_by_content(_: Deriving) -> dict[Hashable, Any]:
    """Return what is made of the documents of a store, under all that it depends on: releases share it."""
    return {}


def make_once(store: Deriving, key: Hashable, make: Callable[[], Value]) -> Value:
    """Return what a function makes of the content that a key stands for, called once; an error is not kept."""
    made = store.derived(made_by_content)
    value: Value = made[key] if key in made else made.setdefault(key, make())
    return value
