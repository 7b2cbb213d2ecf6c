"""Hold this package against the real ones: run in an environment with arrakis and arrakis-server, by `make test-peers`.

1. Every frozen request is equal, as JSON, to the document in the released wheel of that version.
2. The test suite that the released package 0.5.0 ships passes on this package.
3. Each program beside an example sends that example.
4. The test suites that arrakis and arrakis-server ship pass with this package in place of the released one.
5. Real clients run on the reference server, and real servers are held against the documents: see travel.py.
6. Clients of several ages run on the mock of the release that each speaks: see mocks.py.
7. What the guide for authors changes in both makes refusals readable, and their suites still pass: see authors.py.
8. What the real publisher and server put into a real broker conforms: see publish.py.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import arrakis_schema

RELEASES = ["0.1.0", "0.1.1", "0.1.2", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]
NEED_A_BROKER = ["test_publish.py", "test_direct_read.py"]


def run(*command: str) -> None:
    print("+", *command, flush=True)
    with tempfile.TemporaryDirectory() as empty:  # not here, where our own settings and modules would hold
        subprocess.run(command, check=True, cwd=empty)


def wheels(folder: Path) -> dict[str, Path]:
    """Download the wheel of every release."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder))
    for release in RELEASES:
        run(*pip, f"arrakis-schema=={release}")
    return {path.name.split("-")[1]: path for path in folder.glob("*.whl")}


def compare(release: str, wheel: Path) -> int:
    """Compare every document of a wheel with the frozen one; return how many there are."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".json") and name.count("/") == 1]
        for name in names:
            document = Path(name).name
            released = json.loads(archive.read(name))
            assert arrakis_schema.load_schema(document, release) == released, f"{release} {document} differs"
    return len(names)


def released_suite(wheel: Path, folder: Path) -> None:
    """Run the tests of the released package on this one."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if "/tests/" in name])
    (folder / "arrakis_schema/tests").rename(folder / "released_tests")
    pytest(str(folder / "released_tests"))


def pytest(*arguments: str) -> None:
    run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", *arguments)


def suite(package: str) -> None:
    """Run the tests that a peer ships, but for those that need a Kafka broker."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    integration = Path(spec.origin).parent / "tests/integration"
    if integration.is_dir():  # the wheel lacks this file, and the tests import relatively
        (integration / "__init__.py").touch()
    pytest("--pyargs", package, *(f"--ignore={integration / name}" for name in NEED_A_BROKER))


def main() -> None:
    print("arrakis_schema", arrakis_schema.__version__, arrakis_schema.__file__)
    assert arrakis_schema.__version__ not in RELEASES, "the released package is installed, not this one"
    with tempfile.TemporaryDirectory() as folder:
        found = wheels(Path(folder))
        counts = {release: compare(release, found[release]) for release in RELEASES}
        print(f"{sum(counts.values())} documents of {len(counts)} releases are what was released")
        released_suite(found["0.5.0"], Path(folder))
    run(sys.executable, str(Path(__file__).with_name("programs.py")))
    run(sys.executable, str(Path(__file__).with_name("travel.py")))
    run(sys.executable, str(Path(__file__).with_name("mocks.py")))
    run(sys.executable, str(Path(__file__).with_name("authors.py")), "--suites")
    suite("arrakis")
    suite("arrakis_server")
    run(sys.executable, str(Path(__file__).with_name("publish.py")))


if __name__ == "__main__":
    main()
