"""A folder with `schemas/` and `versions/`, and the releases in it: values that are read once and never change."""

import os
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from arrakis_schema.errors import UnknownSchemaError
from arrakis_schema.store.dates import DATES_FILE, parse_dates
from arrakis_schema.store.dialects import read_aliased
from arrakis_schema.store.documents import FORMATS, Document, Example, name_of
from arrakis_schema.store.errata import ERRATA_FILE, Erratum, parse_errata
from arrakis_schema.store.inventory import Inventory, read_inventory
from arrakis_schema.store.loading import data_root, parse_json_schema, release_folder, releases
from arrakis_schema.store.lock import LOCK_FILE, Lock, parse_lock
from arrakis_schema.store.settings import Settings, read_settings
from arrakis_schema.store.snapshot import Snapshot
from arrakis_schema.store.versions import NEXT, aliases
from arrakis_schema.text.short_repr import short_repr

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


class Deriving:
    """A value that keeps what is derived from it: parsed documents, compiled validators.

    So nothing is derived twice, and nothing outlives its source.
    """

    _made: dict[Hashable, Any]

    def derived(
        self, make: Callable[Concatenate[Self, Arguments], Value], *args: Arguments.args, **named: Arguments.kwargs
    ) -> Value:
        """Return `make(self, ...)`, called once; an error is not kept. Threads may call it twice, and get one value."""
        key = (make, args, *named.items()) if named else (make, args)
        try:
            value: Value = self._made[key]
        except KeyError:
            value = self._made.setdefault(key, make(self, *args, **named))
        return value


@dataclass(frozen=True, eq=False)
class Store(Deriving):
    """The releases below one root folder. What was read never changes: open another store to see an edit."""

    root: Path
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    __repr__ = short_repr

    @cached_property
    def snapshot(self) -> Snapshot:
        """The files that have been read."""
        return Snapshot(str(self.root))

    @cached_property
    def settings(self) -> Settings:
        """What `registry.toml` says."""
        return read_settings(str(self.root))

    @cached_property
    def releases(self) -> tuple[str, ...]:
        """The frozen releases, oldest first."""
        return tuple(releases(str(self.root)))

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The release that `latest` and each series stand for."""
        return aliases(self.releases)

    @cached_property
    def errata(self) -> tuple[Erratum, ...]:
        """Known errors in frozen releases."""
        content = self.snapshot.read_if_there(ERRATA_FILE)
        return () if content is None else parse_errata(content)

    @cached_property
    def dates(self) -> dict[str, datetime]:
        """When each release was frozen, in UTC, as far as that is recorded."""
        content = self.snapshot.read_if_there(DATES_FILE)
        return {} if content is None else parse_dates(content, DATES_FILE)

    @cached_property
    def lock(self) -> Lock:
        """What `versions/lock.json` holds, by release and path; empty where there is none."""
        content = self.snapshot.read_if_there(LOCK_FILE)
        return {} if content is None else parse_lock(content, LOCK_FILE)

    def release(self, version: str | None) -> "Release":
        """Return a release by its version or an alias; None and `next` are the working set."""
        return self.derived(_release_of, version)

    def every_release(self) -> "list[Release]":
        """Return the frozen releases, oldest first, and the working set unless it has just been released."""
        newest: list[str | None] = [] if self.settings.version in self.releases else [None]
        return [self.release(version) for version in (*self.releases, *newest)]


@dataclass(frozen=True, eq=False)
class Release(Deriving):
    """One release, or the working set under its declared version; all paths are relative to its folder.

    Its files were read when it was opened: later changes on disk have no effect.
    """

    store: Store = field(repr=False)
    version: str
    folder: str
    inventory: Inventory = field(repr=False)
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    __repr__ = short_repr

    @property
    def settings(self) -> Settings:
        """What `registry.toml` says."""
        return self.store.settings

    @property
    def frozen(self) -> bool:
        """Whether this is a release, and not the working set."""
        return self.folder != "schemas"

    @property
    def place(self) -> str:
        """Its folder below `versions/` on the site."""
        return self.version if self.frozen else NEXT

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of its documents, examples and programs."""
        return self.inventory.published

    @property
    def documents(self) -> tuple[str, ...]:
        """The paths of its documents."""
        return self.inventory.documents

    @property
    def examples(self) -> dict[str, str]:
        """The path of each example, with the path of the document that it belongs to."""
        return dict(self.inventory.examples)

    def read(self, path: str) -> bytes:
        """Return the bytes of one of its files; raises `DamagedStoreError`."""
        return self.store.snapshot.read(f"{self.folder}/{path}")

    def document(self, path: str) -> Document:
        """Return one document; raises `DamagedStoreError`."""
        return Document(path, self.read(path), self.settings.aliases)

    def every_document(self) -> Iterator[Document]:
        """Yield its documents, in the order of their paths; raises `DamagedStoreError`."""
        return map(self.document, self.documents)

    def examples_of(self, document: str) -> tuple[Example, ...]:
        """Return the examples of one document; raises `DamagedStoreError`."""
        return tuple(Example(path, self.read(path)) for path, owner in self.inventory.examples if owner == document)

    def find(self, name: str) -> list[str]:
        """Return the paths of the documents of this name (`find`), or the one at this path.

        Raises `UnknownSchemaError`, which lists the available names.
        """
        stem = next((name.removesuffix(suffix) for suffix in FORMATS if name.endswith(suffix)), name)
        paths = [path for path in self.documents if name == path or stem == name_of(path)]
        if paths:
            return paths
        label = f"release {self.version}" if self.frozen else f"the working set ({NEXT})"
        names = sorted({name_of(path) for path in self.documents})
        raise UnknownSchemaError(f"{label} of {self.store.root} has no document {name!r}", names)

    def path_of(self, name: str, suffix: str) -> str:
        """Return the path of the document of this name that ends in `.json` or `.txt`, as `load_schema` finds it.

        Raises `UnknownSchemaError`, which lists the available names.
        """
        stem = name.removesuffix(suffix)
        paths = {name_of(path): path for path in reversed(self.documents) if path.endswith(suffix)}
        if stem not in paths:
            where = f"release {self.version}" if self.frozen else "the working set"
            raise UnknownSchemaError(f"{where} has no document {stem!r}", sorted(paths))
        return paths[stem]

    def schema(self, path: str) -> dict[str, Any]:
        """Return the JSON object in one of its documents, which is not to be changed; raises `DamagedStoreError`.

        Its `$schema` is the dialect where it was a meta-schema of the team's own.
        """
        return self.derived(_parse_json_document, path)


def open_store(root: str | os.PathLike[str] | None = None) -> Store:
    """Return the store in a folder, by default this package's own; raises `DamagedStoreError` where there is none."""
    if root is None:
        return _own_store()
    store = Store(Path(root))
    _ = store.settings
    return store


def open_release(version: "str | Release | None" = None, root: str | os.PathLike[str] | None = None) -> Release:
    """Return a release as a value: its settings, documents and examples, read once, and what is derived from them.

    `version` is a release (`"0.5.0"`), an alias (`"latest"`, `"0.5"`, `"next"`) or None, the working set; a release
    that is open already is returned as it is. `root` is the folder with `schemas/` and `versions/`, by default this
    package's own, which is read once for the whole process. Two releases of two roots, or of one root before and after
    an edit, live side by side, and threads may share them.

    Raises `UnknownSchemaError`, which lists the available releases, and `DamagedStoreError`.
    """
    if version is None and root is None:
        return _own_working_set()
    return version if isinstance(version, Release) else open_store(root).release(version)


@cache
def _own_working_set() -> Release:
    """Return the working set of this package."""
    return _own_store().release(None)


@cache
def _own_store() -> Store:
    """Return the store of this package."""
    store = Store(Path(data_root()))
    _ = store.settings
    return store


def _parse_json_document(release: Release, path: str) -> dict[str, Any]:
    """Parse a JSON document."""
    schema = parse_json_schema(release.read(path), f"{release.folder}/{path}")
    aliased: dict[str, Any] = read_aliased(schema, release.settings.aliases)
    return aliased


def _release_of(store: Store, version: str | None) -> Release:
    """Return the release that a version or an alias names."""
    return store.derived(_release_in, release_folder(str(store.root), version))


def _release_in(store: Store, folder: str) -> Release:
    """Read a release."""
    version = store.settings.version if folder == "schemas" else folder.removeprefix("versions/")
    release = Release(store, version, folder, read_inventory(str(store.root), folder))
    store.snapshot.keep([ERRATA_FILE, DATES_FILE, *(f"{folder}/{path}" for path in release.files)])
    return release
