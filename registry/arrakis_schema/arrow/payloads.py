"""The payloads of endpoints and publications: as a `pyarrow.Schema`, or as a template to bind."""

import os

import pyarrow as pa

from arrakis_schema.arrow.template import Template, parse_document
from arrakis_schema.errors import DamagedStoreError, SchemaTextError
from arrakis_schema.store.files import read_file
from arrakis_schema.store.loading import data_root, find_payload
from arrakis_schema.store.store import Release


def load_payload(
    name: str, version: str | None = None, *, root: str | os.PathLike[str] | None = None
) -> pa.Schema | Template:
    """Return the payload of an endpoint, or the `publication`, of a release, an alias or None (this package's own).

    A payload whose columns depend on the request is a `Template`: bind it to the values of its placeholders.
    Field metadata holds `description`, `unit` and `null` (what a null means), which no server sends.

    Raises `UnknownSchemaError`, a `FileNotFoundError` that lists the known names, and `DamagedStoreError` for a file
    that is not an Arrow schema. Needs the extra `arrow` (pyarrow), otherwise raises `MissingExtraError`.
    """
    base = data_root(root)
    folder, path = find_payload(name, version, base)
    return parse_payload(read_file(base, f"{folder}/{path}"), f"{folder}/{path}")


def payload_of(release: Release, path: str) -> pa.Schema | Template:
    """Return the Arrow schema of one document of a release, parsed once; raises `DamagedStoreError`."""
    return release.derived(_payload, path)


def _payload(release: Release, path: str) -> pa.Schema | Template:
    """Parse an Arrow document."""
    return parse_payload(release.read(path), f"{release.folder}/{path}")


def parse_payload(content: bytes, file: str) -> pa.Schema | Template:
    """Return the Arrow schema that a file holds; raises `DamagedStoreError` that names it."""
    try:
        return parse_document(content.decode("utf-8"))
    except (SchemaTextError, UnicodeDecodeError) as error:
        raise DamagedStoreError([f"{file}: {error}"]) from error
