"""What `schemas/registry.toml` says about the whole set of documents."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.versions import is_release

REGISTRY_FILE = "schemas/registry.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """The declared version of the working set, the title for people, and the URL that every `$id` begins with."""

    version: str
    title: str
    base_url: str

    def url(self, release: str, path: str) -> str:
        """Return the URL of a document of a release: its `$id`."""
        return f"{self.base_url}versions/{release}/{path}"


def read_settings(root: str) -> Settings:
    """Read the settings of the folder `root`; raises `DamagedStoreError` that names file and key."""
    path = Path(root, REGISTRY_FILE)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = "a folder with schemas/ and versions/ is wanted: see --root"
        raise DamagedStoreError([f"{path}: {error.strerror} ({remedy})"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DamagedStoreError([f"{REGISTRY_FILE} is not TOML: {error}"]) from error
    return _settings(table)


def _settings(table: dict[str, object]) -> Settings:
    """Check each key; all problems are reported at once."""
    wanted = {"version": "0.6.0", "title": "Arrakis API", "base_url": "https://example.org/schemas/"}
    problems = [
        f'{REGISTRY_FILE}: {key} is missing or not text, as in {key} = "{example}"'
        for key, example in wanted.items()
        if not isinstance(table.get(key), str)
    ]
    problems += [f"{REGISTRY_FILE}: unknown key {key!r}" for key in table.keys() - wanted.keys()]
    version, base_url = table.get("version"), table.get("base_url")
    if isinstance(version, str) and not is_release(version):
        problems.append(f"{REGISTRY_FILE}: version = {version!r} is not a semantic version")
    if isinstance(base_url, str) and not (base_url.startswith(("https://", "http://")) and base_url.endswith("/")):
        problems.append(f"{REGISTRY_FILE}: base_url = {base_url!r} is not an http(s) URL that ends with a slash")
    if problems:
        raise DamagedStoreError(problems)
    return Settings(str(version), str(table["title"]), str(base_url))
