"""A folder with `schemas/` and `versions/`, and the releases in it: values that are read once and never change."""

import os
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from arrakis_schema.errors import UnknownSchemaError
from arrakis_schema.store.caching import Deriving, Memo
from arrakis_schema.store.corrections import Correction, apply_corrections
from arrakis_schema.store.dialects import Aliases, read_aliased
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.files import NOTATIONS
from arrakis_schema.store.inventory import Inventory, read_inventory
from arrakis_schema.store.layout import FORMATS, DocumentKind, Layout
from arrakis_schema.store.loading import data_root, parse_json_schema, release_folder, releases
from arrakis_schema.store.records import READ_FIRST, Records
from arrakis_schema.store.settings import Settings, read_settings
from arrakis_schema.store.versions import NEXT, aliases
from arrakis_schema.text.short_repr import short_repr


@dataclass(frozen=True, eq=False)
class Store(Records, Deriving):
    """The releases below one root folder. What was read never changes: open another store to see an edit."""

    memo: Memo = field(default_factory=Memo, repr=False)
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    __repr__ = short_repr

    @cached_property
    def settings(self) -> Settings:
        """The settings in `registry.toml`."""
        return read_settings(str(self.root))

    @property
    def layout(self) -> Layout:
        """Where the documents are, in the working set and in every release."""
        return self.settings.layout

    @cached_property
    def releases(self) -> tuple[str, ...]:
        """The frozen releases, oldest first."""
        return tuple(releases(str(self.root)))

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The release that `latest` and each series stand for."""
        return aliases(self.releases)

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

    Its files were read when it was opened: later changes on disk have no effect. `corrected` holds the documents of a
    contract that differ from the frozen ones.
    """

    store: Store = field(repr=False)
    version: str
    folder: str
    inventory: Inventory = field(repr=False)
    corrected: Mapping[str, bytes] = field(default_factory=dict)
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    __repr__ = short_repr

    @property
    def settings(self) -> Settings:
        """The settings in `registry.toml`."""
        return self.store.settings

    @property
    def layout(self) -> Layout:
        """The rules that find its documents and examples."""
        return self.store.layout

    @property
    def frozen(self) -> bool:
        """Whether this is a release, as opposed to the working set."""
        return self.folder != "schemas"

    @property
    def place(self) -> str:
        """Its folder below `versions/` on the site."""
        return self.version if self.frozen else NEXT

    @property
    def title(self) -> str:
        """Its name in a sentence, such as `release 0.5.0`."""
        return f"release {self.version}{' with its corrections' if self.corrected else ''}"

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

    @cached_property
    def contract(self) -> "Release":
        """This release with its corrections: how the clients and servers that run it really behave.

        It is the release itself if nothing is corrected. Raises `DamagedStoreError` for a correction that cannot be
        applied.
        """
        return self.derived(_contract) if self.frozen and not self.corrected else self

    def held(self, *, as_documented: bool = False) -> "Release":
        """Return the release that verdicts are based on: the contract, or this one with `as_documented`."""
        return self if as_documented else self.contract

    def corrections_of(self, path: str) -> tuple[Correction, ...]:
        """Return the corrections of one of its documents; none for the working set."""
        if not self.frozen:
            return ()
        return tuple(correction for correction in self.store.corrections if correction.applies_to(self.version, path))

    def read(self, path: str) -> bytes:
        """Return the bytes of one of its files, corrected in a contract; raises `DamagedStoreError`."""
        if path in self.corrected:
            return self.corrected[path]
        return self.store.snapshot.read(f"{self.folder}/{path}")

    def document(self, path: str) -> Document:
        """Return one document; raises `DamagedStoreError`."""
        return Document(path, self.read(path), self.layout.aliases_of(path, self.settings.aliases), self, self.layout)

    def name_of(self, path: str) -> str:
        """Return the name of the document at a path."""
        return self.layout.name_of(path)

    def kind_of(self, path: str) -> DocumentKind:
        """Return the kind of the document at a path."""
        return self.layout.kind_of(path)

    def urls(self, path: str) -> tuple[str, ...]:
        """Return the URLs at which one of its files is published: that of its version first."""
        return tuple(dict.fromkeys(self.settings.url(place, path) for place in (self.version, self.place)))

    @property
    def dialect_aliases(self) -> Aliases:
        """The team's own meta-schemas that its documents may use to name their dialect."""
        return self.settings.aliases

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
        paths = [path for path in self.documents if name == path or stem == self.name_of(path)]
        if paths:
            return paths
        label = f"release {self.version}" if self.frozen else f"the working set ({NEXT})"
        names = sorted({self.name_of(path) for path in self.documents})
        raise UnknownSchemaError(f"{label} of {self.store.root} has no document {name!r}", names)

    def path_of(self, name: str, suffix: str) -> str:
        """Return the path of the document of this name that ends in `.json` or `.txt`, as `load_schema` finds it.

        Raises `UnknownSchemaError`, which lists the available names.
        """
        stem = next((name.removesuffix(form) for form in NOTATIONS[suffix] if name.endswith(form)), name)
        paths = {self.name_of(path): path for path in reversed(self.documents) if path.endswith(NOTATIONS[suffix])}
        if stem not in paths:
            where = f"release {self.version}" if self.frozen else "the working set"
            raise UnknownSchemaError(f"{where} has no document {stem!r}", sorted(paths))
        return paths[stem]

    def schema(self, path: str) -> dict[str, Any]:
        """Return the JSON object in one of its documents, which must not be changed; raises `DamagedStoreError`.

        A document may be `true` or `false` instead.
        Its `$schema` is the dialect where it was a meta-schema of the team's own.
        """
        return self.derived(_parse_json_document, path)


def open_store(root: str | os.PathLike[str] | None = None, memo: Memo | None = None) -> Store:
    """Return the store in a folder, by default this package's own; raises `DamagedStoreError` where there is none.

    `memo` holds what an earlier build of the same site found out.
    """
    if root is None:
        return _own_store()
    store = Store(Path(root), memo or Memo())
    _ = store.settings
    return store


def open_release(version: "str | Release | None" = None, root: str | os.PathLike[str] | None = None) -> Release:
    """Return a release as a value: its settings, documents and examples, read once.

    `version` is a release (`"0.5.0"`), an alias (`"latest"`, `"0.5"`, `"next"`) or None, the working set; a release
    that is open already is returned as it is. `root` is the folder with `schemas/` and `versions/`, by default this
    package's own, which is read once for the whole process. Releases of different roots, or of one root before and
    after an edit, are independent values, which threads may share.

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
    return open_store(data_root())


def _parse_json_document(release: Release, path: str) -> dict[str, Any]:
    """Parse a JSON document."""
    schema = parse_json_schema(release.read(path), f"{release.folder}/{path}")
    aliased: dict[str, Any] = read_aliased(schema, release.layout.aliases_of(path, release.settings.aliases))
    return aliased


def _release_of(store: Store, version: str | None) -> Release:
    """Return the release that a version or an alias names."""
    return store.derived(_release_in, release_folder(str(store.root), version))


def _release_in(store: Store, folder: str) -> Release:
    """Read a release."""
    version = store.settings.version if folder == "schemas" else folder.removeprefix("versions/")
    release = Release(store, version, folder, read_inventory(str(store.root), folder, store.layout))
    store.snapshot.keep([*READ_FIRST, *(f"{folder}/{path}" for path in release.files)])
    return release


def _contract(release: Release) -> Release:
    """Return a release with its corrections."""
    corrected = {}
    for path in release.documents:
        if corrections := [correction for correction in release.corrections_of(path) if correction.has_effect]:
            corrected[path] = apply_corrections(corrections, release.read(path), f"{release.folder}/{path}")
    return replace(release, corrected=corrected) if corrected else release


def identity_of(release: Release) -> bytes:
    """Return bytes that are equal for releases of equal versions, settings and documents."""
    return release.derived(_identity)


def settings_identity(store: Store) -> bytes:
    """Return bytes that are equal for stores of equal settings."""
    return store.derived(_pickled_settings)


def _identity(release: Release) -> bytes:
    """Return the digest of a release."""
    identity = sha256(settings_identity(release.store) + f"\0{release.version}\0{release.folder}\0".encode())
    for path in release.documents:
        identity.update(path.encode() + b"\0" + sha256(release.read(path)).digest())
    return identity.digest()


def _pickled_settings(store: Store) -> bytes:
    """Return the settings as bytes."""
    import pickle  # noqa: PLC0415 - only for results that are remembered from one build to the next

    return pickle.dumps(store.settings)
