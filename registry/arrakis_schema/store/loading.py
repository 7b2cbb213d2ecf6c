"""Load one document by its name and version, without opening any other.

`import arrakis_schema; load_schema(...)` runs through here, so this imports nothing slow.
"""

import json
import os
import re

from arrakis_schema.errors import DamagedStoreError, UnknownSchemaError
from arrakis_schema.store.files import FOLDER, NOTATIONS, PACKAGED, YAML, exists, list_folder, read_file
from arrakis_schema.store.versions import NEXT, aliases, is_release, precedence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Root = str | os.PathLike[str] | None

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_PATTERNS = {
    ".json": ("endpoints/{}/descriptor.json", "endpoints/{}.json", "publication/{}.json"),
    ".txt": ("endpoints/{}/schema.txt", "{}/schema.txt"),
}
_SETTINGS = "schemas/registry.toml"


def data_root(root: "Root" = None) -> str:
    """Return the folder that holds `schemas/` and `versions/`: `root`, or else this package's own."""
    if root is not None:
        return os.fspath(root)
    return PACKAGED if os.path.isdir(PACKAGED) else os.path.dirname(os.path.dirname(os.path.dirname(PACKAGED)))


def releases(root: str) -> list[str]:
    """Return the names of the frozen releases, oldest first."""
    names = (name for name, kind in list_folder(root, "versions") if kind == FOLDER)
    return sorted(filter(is_release, names), key=precedence)


def declared_version(root: str) -> str:
    """Return the version that `schemas/registry.toml` declares for the working set."""
    from arrakis_schema.store.settings import read_settings  # noqa: PLC0415 - tomllib costs a third of a `load_schema`

    return read_settings(root).version


def release_folder(root: str, version: str | None) -> str:
    """Return the folder, relative to `root`, of a release, an alias, or (None) the working set.

    The declared version names the working set until it is frozen. Raises `UnknownSchemaError`.
    """
    if version is None or version == NEXT:
        return "schemas"
    folder = f"versions/{version}"
    if is_release(version) and os.path.isdir(os.path.join(root, folder)):
        return folder
    frozen = releases(root)
    target = aliases(frozen).get(version)
    if target is not None:
        return f"versions/{target}"
    declared = declared_version(root)
    if version == declared:
        return "schemas"
    raise UnknownSchemaError(f"there is no release {version!r}", [*frozen, f"{NEXT} ({declared}, not released yet)"])


def find_document(name: str, version: str | None, root: str, suffix: str) -> tuple[str, str]:
    """Return the release's folder and the path in it of the document of this name that ends in `.json` or `.txt`.

    Few documents need more than a look at a path; for the others, all of the folder is read.
    """
    folder = release_folder(root, version)
    if _PLAIN_NAME.fullmatch(name) and not _declares_layout(root):
        for path in (pattern.format(name) for pattern in _PATTERNS[suffix]):
            if os.path.isfile(os.path.join(root, folder, path)):
                return folder, path
    names = _names(root, folder, suffix)
    if name in names:
        return folder, names[name]
    where = "the working set" if folder == "schemas" else f"release {os.path.basename(folder)}"
    raise UnknownSchemaError(f"{where} has no document {name!r}", sorted(names))


def _declares_layout(root: str) -> bool:
    """Return whether the settings of a folder seem to say where documents lie; this package's own do not."""
    return root != data_root() and exists(root, _SETTINGS) and b"documents" in read_file(root, _SETTINGS)


def _names(root: str, folder: str, suffix: str) -> dict[str, str]:
    """Return the path of each document that ends in `suffix` by its name."""
    from arrakis_schema.store.inventory import read_inventory  # noqa: PLC0415 - only where a name is not plain
    from arrakis_schema.store.settings import read_settings  # noqa: PLC0415 - the same

    layout = read_settings(root).layout
    paths = read_inventory(root, folder, layout).documents if os.path.isdir(os.path.join(root, folder)) else ()
    return {layout.name_of(path): path for path in reversed(paths) if path.endswith(NOTATIONS[suffix])}


def load_schema(
    filename: str, version: str | None = None, *, root: "str | os.PathLike[str] | None" = None
) -> "dict[str, Any]":
    """Return one JSON Schema document: that of an endpoint, the envelope (`"descriptor"`), or `"metadata"`.

    `filename` is the name, with or without `.json`. `version` is a release (`"0.5.0"`), an alias (`"latest"`, `"0.5"`,
    `"next"`) or None: this package's own release. The caller may change the dict. A document that is `true` or
    `false` is returned as a bool.

    Raises `UnknownSchemaError`, a `FileNotFoundError`, which lists the available names.
    """
    base = data_root(root)
    name = next((filename.removesuffix(suffix) for suffix in NOTATIONS[".json"] if filename.endswith(suffix)), filename)
    folder, path = find_document(name, version, base, ".json")
    schema: dict[str, Any] = parse_json_schema(read_file(base, f"{folder}/{path}"), f"{folder}/{path}")
    return schema


def parse_json_schema(content: bytes, path: str) -> "Any":
    """Parse a document's JSON object, or boolean; raises `DamagedStoreError` that names the file."""
    schema = parse_file(content, path)
    if not isinstance(schema, dict | bool):
        raise DamagedStoreError([f"{path} is not a JSON Schema: it is neither an object nor true or false"])
    return schema


def parse_file(content: bytes, path: str) -> "Any":
    """Parse the JSON value in a file, or the YAML; raises `DamagedStoreError` that names the file."""
    if path.endswith(YAML):
        return _parse_yaml(content, path)
    try:
        return json.loads(content)
    except RecursionError as error:
        raise DamagedStoreError([f"{path} nests too deeply to be read"]) from error
    except ValueError as error:
        raise DamagedStoreError([f"{path} is not JSON: {error}"]) from error


def _parse_yaml(content: bytes, path: str) -> "Any":
    """Parse the YAML in a file."""
    from arrakis_schema.errors import MalformedRequestError  # noqa: PLC0415 - only for YAML
    from arrakis_schema.store.files import DEEPEST_DOCUMENT  # noqa: PLC0415 - the same
    from arrakis_schema.store.yaml_text import parse_yaml  # noqa: PLC0415 - the same, with a third-party package

    try:
        return parse_yaml(content, DEEPEST_DOCUMENT)
    except MalformedRequestError as error:
        raise DamagedStoreError([f"{path} is not YAML that JSON can hold: {error.problem}"]) from error


def find_payload(name: str, version: str | None, root: str) -> tuple[str, str]:
    """Return the release's folder and the path in it of a payload's or the publication's `schema.txt`."""
    return find_document(name.removesuffix(".txt"), version, root, ".txt")
