"""A fresh process that loads one schema, beside the released package 0.5.0; and how cost grows with the store."""

import tempfile
import venv
from pathlib import Path
from shutil import copytree, rmtree
from statistics import median
from subprocess import run

from sides import process_seconds, seconds, verdict

from arrakis_schema import load_schema
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent
FIRST_WORDS = "from arrakis_schema import load_schema; load_schema('count.json')"
ENVIRONMENTS = PROJECT / "build/environments"


def installed_python(name: str, *install: str) -> str:
    """Return the interpreter of a plain environment with one package in it."""
    python = ENVIRONMENTS / name / "bin/python"
    if not python.exists():
        venv.create(ENVIRONMENTS / name, with_pip=True)
    pip = [str(python), "-m", "pip", "-qq", "--disable-pip-version-check"]
    run([*pip, "install", "--force-reinstall", *install], check=True)
    return str(python)


def fresh_process() -> None:
    ours, released = installed_python("ours", str(PROJECT)), installed_python("released", "arrakis-schema==0.5.0")
    ways = {
        "python -c pass": [ours, "-c", "pass"],
        "this package": [ours, "-c", FIRST_WORDS],
        "released 0.5.0": [released, "-c", FIRST_WORDS],
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(25):
        for name, command in ways.items():
            times[name].append(process_seconds(command))
    print("\na fresh process: import arrakis_schema; load_schema('count.json')")
    for name, values in times.items():
        print(f"  {name:<20} {median(values) * 1e3:>8.1f} ms")
    verdict(
        "times the released package's time fits ours",
        median(times["released 0.5.0"]) / median(times["this package"]),
        3,
    )


def growing_store() -> None:
    print("\na store of N releases x 20 documents")
    print(f"  {'N':>6} {'one document by release':>26} {'by alias (latest)':>20} {'list of releases':>18}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copytree(PROJECT / "schemas", root / "schemas", ignore=lambda *_: ["examples"])
        (root / "versions").mkdir()
        release = root / "release"
        for number in range(20):
            (release / f"endpoints/e{number}").mkdir(parents=True)
            (release / f"endpoints/e{number}/descriptor.json").write_text("{}")
        made = 0
        for count in (10, 100, 1000):
            for number in range(made, count):
                copytree(release, root / f"versions/1.{number}.0")
            made = count
            one = seconds(lambda: load_schema("e7", "1.3.0", root=root), 5)
            alias = seconds(lambda: load_schema("e7", "latest", root=root), 5)
            listed = seconds(lambda: Store(root).releases, 5)
            print(f"  {count:>6} {one * 1e6:>23.1f} µs {alias * 1e6:>17.1f} µs {listed * 1e6:>15.1f} µs")
        rmtree(root / "versions")


if __name__ == "__main__":
    fresh_process()
    growing_store()
