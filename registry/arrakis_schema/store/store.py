"""A folder with `schemas/` and `versions/`: the releases and the documents in them, each read when it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arrakis_schema.errors import DamagedStoreError, UnknownSchemaError
from arrakis_schema.store.documents import Document, Example, name_of
from arrakis_schema.store.files import exists, read_file
from arrakis_schema.store.inventory import Inventory, read_inventory
from arrakis_schema.store.loading import release_folder, releases
from arrakis_schema.store.settings import Settings, read_settings
from arrakis_schema.store.toml_files import parse_toml
from arrakis_schema.store.versions import NEXT, aliases

ERRATA_FILE = "versions/errata.toml"
_ERRATUM_LISTS = ("releases", "documents")


@dataclass(frozen=True, slots=True)
class Erratum:
    """What is wrong in frozen documents: at `location`, a JSON Pointer or the name of a column; `rule` may be empty."""

    releases: tuple[str, ...]
    documents: tuple[str, ...]
    location: str
    rule: str
    text: str
    fixed: str


@dataclass(frozen=True, slots=True)
class Release:
    """One release, or the working set under its declared version; all paths are relative to its folder."""

    version: str
    folder: str
    inventory: Inventory

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
        """The paths of what it consists of: documents, examples and programs."""
        return self.inventory.published

    @property
    def documents(self) -> tuple[str, ...]:
        """The paths of its documents."""
        return self.inventory.documents

    @property
    def examples(self) -> dict[str, str]:
        """The path of each example, with the path of the document that it belongs to."""
        return dict(self.inventory.examples)


@dataclass(frozen=True, slots=True)
class Store:
    """The documents below one root folder; nothing is read before it is asked for."""

    root: Path

    @property
    def settings(self) -> Settings:
        """What `registry.toml` says."""
        return read_settings(str(self.root))

    @property
    def releases(self) -> list[str]:
        """The frozen releases, oldest first."""
        return releases(str(self.root))

    @property
    def aliases(self) -> dict[str, str]:
        """What `latest` and each series stand for."""
        return aliases(self.releases)

    def release(self, version: str | None) -> Release:
        """Return a release by its version or an alias; None and `next` are the working set."""
        folder = release_folder(str(self.root), version)
        name = self.settings.version if folder == "schemas" else folder.removeprefix("versions/")
        return Release(name, folder, read_inventory(str(self.root), folder))

    def every_release(self) -> list[Release]:
        """Return the frozen releases, oldest first, and the working set unless it has just been released."""
        newest: list[str | None] = [] if self.settings.version in self.releases else [None]
        return [self.release(version) for version in (*self.releases, *newest)]

    def document(self, release: Release, path: str) -> Document:
        """Read one document of a release."""
        return Document(path, self.read(release, path))

    def documents(self, release: Release) -> Iterator[Document]:
        """Read the documents of a release, one after the other."""
        return (self.document(release, path) for path in release.documents)

    def examples(self, release: Release, document: str) -> tuple[Example, ...]:
        """Read the examples of one document."""
        owners = release.examples.items()
        return tuple(Example(path, self.read(release, path)) for path, owner in owners if owner == document)

    def errata(self) -> list[Erratum]:
        """Read what is known to be wrong in frozen releases."""
        if not exists(str(self.root), ERRATA_FILE):
            return []
        table = parse_toml(read_file(str(self.root), ERRATA_FILE), ERRATA_FILE)
        try:
            return [Erratum(**_erratum(entry)) for entry in table.get("erratum", [])]
        except (TypeError, AttributeError) as error:
            raise DamagedStoreError([f"{ERRATA_FILE} is not a list of [[erratum]] tables: {error}"]) from error

    def read(self, release: Release, path: str) -> bytes:
        """Read one file of a release."""
        return read_file(str(self.root), f"{release.folder}/{path}")


def open_store(root: Path) -> Store:
    """Return the store in a folder; raises `DamagedStoreError` where there is none."""
    store = Store(root)
    _ = store.settings
    return store


def find(store: Store, release: Release, name: str) -> list[str]:
    """Return the paths of the documents of this name (`find`), or the one at this path; raises `UnknownSchemaError`."""
    wanted = name.removesuffix(".json").removesuffix(".txt")
    found = [path for path in release.documents if name == path or wanted == name_of(path)]
    if found:
        return found
    names = sorted({name_of(path) for path in release.documents})
    label = f"release {release.version}" if release.frozen else f"the working set ({NEXT})"
    raise UnknownSchemaError(f"{label} of {store.root} has no document {name!r}", names)


def _erratum(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the members of an erratum with lists as tuples; raises `TypeError` that names what is wrong."""
    for name, value in entry.items():
        texts = value if name in _ERRATUM_LISTS and isinstance(value, list) else [value]
        if isinstance(value, list) != (name in _ERRATUM_LISTS) or not all(isinstance(text, str) for text in texts):
            raise TypeError(f"{name} is not {'a list of texts' if name in _ERRATUM_LISTS else 'text'}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
