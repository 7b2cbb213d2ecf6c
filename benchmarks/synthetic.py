"""A project of any number of releases and endpoints: copies of the weather service, each release a little different."""

import json
from pathlib import Path
from typing import Any

from arrakis_schema.store.lock import LOCK_FILE, format_lock, lock_release
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent
WEATHER = PROJECT / "tests/fixtures/weather/schemas/endpoints/forecast"
BASE = "https://example.org/weather/"


def project(root: Path, releases: int, endpoints: int) -> None:
    """Write a project with so many releases, the last of which is the working set."""
    for number in range(releases):
        version = f"1.{number}.0"
        last = number == releases - 1
        files = {path: content.encode() for path, content in release(version, number, endpoints).items()}
        write(root / ("schemas" if last else f"versions/{version}"), files)
        if not last:
            lock = Store(root).lock
            (root / LOCK_FILE).write_text(format_lock(lock | {version: lock_release(lock, files)}))
    registry = f'version = "1.{releases - 1}.0"\ntitle = "Weather"\nbase_url = "{BASE}"\n'
    (root / "schemas/registry.toml").write_text(registry)


def release(version: str, number: int, endpoints: int) -> dict[str, str]:
    """Return the files of one release: one endpoint changes its bound, every tenth release adds a property."""
    files = {}
    for endpoint in range(endpoints):
        folder = f"endpoints/forecast{endpoint}"
        files[f"{folder}/descriptor.json"] = json.dumps(request(version, folder, number, endpoint, endpoints), indent=2)
        files[f"{folder}/schema.txt"] = (WEATHER / "schema.txt").read_text()
        files[f"{folder}/examples/week.json"] = json.dumps({"request": f"Forecast{endpoint}", "place": "Hannover"})
        files[f"{folder}/examples/refused/nowhere.json"] = json.dumps({"request": f"Forecast{endpoint}"})
    return files


def request(version: str, folder: str, number: int, endpoint: int, endpoints: int) -> dict[str, Any]:
    """Return the request of one endpoint in one release."""
    schema: dict[str, Any] = json.loads((WEATHER / "descriptor.json").read_text())
    schema["$id"] = f"{BASE}versions/{version}/{folder}/descriptor.json"
    schema["properties"]["request"]["const"] = f"Forecast{endpoint}"
    turns = (number + endpoints - endpoint) // endpoints  # how often it was this endpoint's turn
    schema["properties"]["days"]["maximum"] = 14 + turns
    for more in range(number // 10):
        named = {"type": "string", "description": "One more.", "x-omitted": "Nothing."}
        schema["properties"][f"more{more}"] = named
    return schema


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
