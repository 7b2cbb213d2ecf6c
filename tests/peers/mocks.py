"""Real clients of several ages on the mock of the release that each speaks: find, count, describe and stream.

Each client is installed once, with the schemas that it was released with, below `.venv-peers/clients`.
"""

import os
import subprocess
import sys
from pathlib import Path

import publish  # type: ignore[import-not-found, unused-ignore]

from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_store

PROJECT = Path(__file__).parent.parent.parent
CLIENTS = PROJECT / ".venv-peers/clients"
VERSIONS = ("0.10.0", "0.12.0", "0.21.0")
STRAIN, VECTOR = "H1:GDS-CALIB_STRAIN", "H1:DMT-DQ_VECTOR"
CALLS = f"""
import sys
import arrakis
from importlib.metadata import version

assert version("arrakis") == sys.argv[2], arrakis.__file__
client = arrakis.Client(sys.argv[1])
found = {{channel.name: channel for channel in client.find(".*")}}
assert set(found) == {{{STRAIN!r}, {VECTOR!r}, "L1:GDS-CALIB_STRAIN"}}, found
assert [channel.name for channel in client.find("H1:.*", data_type="uint32")] == [{VECTOR!r}]
assert client.count(".*") == 3
assert client.describe([{VECTOR!r}]) == {{{VECTOR!r}: found[{VECTOR!r}]}}
blocks = list(client.stream([{STRAIN!r}, {VECTOR!r}], 1187000000, 1187000001))
assert [block.time_ns for block in blocks] == list(range(1187000000 * 10**9, 1187000001 * 10**9, 62_500_000))
assert {{len(block[{STRAIN!r}].data) for block in blocks}} == {{1024}}
"""


def installed(package: str, version: str) -> Path:
    """Return the folder with one version of a package; what it needs is that of the environment."""
    folder = CLIENTS / f"{package}-{version}"
    if not folder.exists():
        pip = (
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--target",
        )
        subprocess.run([*pip, str(folder), f"{package}=={version}"], check=True)
    return folder


def main() -> None:
    store = open_store(PROJECT)
    spoken = {version: it.release for it in store.software.clients for version in it.versions if version in VERSIONS}
    paths = {
        version: [str(installed("arrakis", version)), str(installed("arrakis-schema", release))]
        for version, release in spoken.items()
    }
    with publish.empty_home():
        for version, release in spoken.items():
            with MockServer(store.release(release).contract) as server:
                command = [sys.executable, "-c", CALLS, f"grpc://127.0.0.1:{server.port}", version]
                environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths[version])}
                subprocess.run(command, check=True, env=environment, timeout=120)
            print(f"arrakis {version} finds, counts, describes and streams on the mock of release {release}")


if __name__ == "__main__":
    main()
