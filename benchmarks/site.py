"""What a page costs its reader, and how long a site of many releases takes to build, beside json-schema-for-humans.

Bytes are what chromium really asks for; pages are built from synthetic releases of one project. The peer renders the
same JSON Schemas, one page each. Exit code 1: a budget is missed; 2: a tool is missing.
"""

import argparse
import gzip
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from synthetic import project

PROJECT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
ENDPOINTS = 9
FIND = "endpoints/find/"
KIB = 1024
BUDGETS = {"first load": 450 * KIB, "largest page": 64 * KIB, "search index": 300 * KIB}
PER_PAGE = 12.0
LINEAR = 1.5


@dataclass(frozen=True, slots=True)
class Load:
    """What a browser asked for to show one page: bytes by path, and how many answers came from other hosts."""

    bodies: dict[str, bytes]
    strangers: int

    @property
    def raw(self) -> int:
        """The bytes as they are."""
        return sum(map(len, self.bodies.values()))

    @property
    def packed(self) -> int:
        """The bytes as gzip has them."""
        return sum(len(gzip.compress(body, 6)) for body in self.bodies.values())


def main() -> int:
    options = arguments()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None or not (BIN / "generate-schema-doc").exists():
        print(
            "chromium or json-schema-for-humans is missing: apt-get install chromium; make .venv/ready", file=sys.stderr
        )
        return 2
    with TemporaryDirectory() as folder:
        missed = [*weigh(Path(folder), chromium), *build_times(Path(folder), options.pages, options.limit)]
    return bool(missed)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[10, 100, 1000], help="how many pages to build")
    parser.add_argument("--limit", type=float, default=120, help="give up on a build after so many seconds")
    return parser.parse_args()


def weigh(folder: Path, chromium: str) -> Iterator[str]:
    """Print the bytes of one page and of the heaviest files, and yield the budgets that are missed."""
    site, peer = folder / "site", folder / "peer"
    run([str(BIN / "arrakis-schema"), "build", str(site)])
    peer.mkdir()
    run(
        [
            str(BIN / "generate-schema-doc"),
            str(PROJECT / "schemas/endpoints/find/descriptor.json"),
            str(peer / "find.html"),
        ]
    )
    ours, theirs = loaded(site, FIND, chromium), loaded(peer, "find.html", chromium)
    print(f"\nfirst load of find {'':<22} {'raw':>10} {'gzip':>10} {'requests':>9} {'of other hosts':>15}")
    for name, load in (("arrakis-schema", ours), ("json-schema-for-humans", theirs)):
        print(f"  {name:<38} {load.raw / KIB:>7.0f} KB {load.packed / KIB:>7.0f} KB", end=" ")
        print(f"{len(load.bodies) + load.strangers:>9} {load.strangers:>15}")
    for path, body in sorted(ours.bodies.items(), key=lambda one: -len(one[1])):
        print(f"    {path[-60:]:<60} {len(body):>9}")
    largest = max(site.rglob("*.html"), key=lambda page: page.stat().st_size)
    sizes = {
        "first load": ours.raw,
        "largest page": largest.stat().st_size,
        "search index": (site / "search/search_index.json").stat().st_size,
    }
    for name, size in sizes.items():
        more = f" ({largest.relative_to(site).parent})" if name == "largest page" else ""
        yield from told(f"{name}{more}", size / KIB, BUDGETS[name] / KIB, "KB")
    yield from told("requests to other hosts", ours.strangers, 0, "")


def loaded(site: Path, path: str, chromium: str) -> Load:
    """Open a page of a folder in chromium, and return what it asked for; other hosts are not asked."""
    from playwright.sync_api import Response, sync_playwright  # noqa: PLC0415 - slow to import

    bodies: dict[str, bytes] = {}
    strangers: list[str] = []
    with served(site) as address, sync_playwright() as started:
        page = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]).new_page()
        page.route(re.compile(f"^(?!{re.escape(address)}|data:|blob:)"), lambda route: route.abort())
        page.on("requestfailed", lambda failed: strangers.append(failed.url))
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright marks its handlers
        page.goto(f"{address}{path}", wait_until="networkidle")
        for answer in answers:
            if answer.url.startswith(address) and answer.ok:
                bodies[answer.url.removeprefix(address)] = answer.body()
    return Load(bodies, len([url for url in strangers if not url.startswith(address)]))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder with the server of the standard library."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"port (\d+)", server.stdout.readline())
        assert found
        try:
            yield f"http://127.0.0.1:{found.group(1)}/"
        finally:
            server.terminate()


def build_times(folder: Path, sizes: list[int], limit: float) -> Iterator[str]:
    """Print how long sites of several sizes take, and yield the budgets that are missed."""
    print(
        f"\nbuild {'':<4} {'releases':>9} {'pages':>7} {'seconds':>9} {'ms a page':>10}"
        f" {'peer: pages':>12} {'ms a page':>10}"
    )
    times: dict[int, float] = {}
    for size in sizes:
        releases = max(1, round(size / (ENDPOINTS + 1)))
        root, out = folder / f"root{size}", folder / f"out{size}"
        project(root, releases, ENDPOINTS)
        took = timed([str(BIN / "arrakis-schema"), "build", str(out), "--root", str(root)], limit)
        count, theirs = peer_time(folder / f"peer{size}", root, limit)
        pages = len(list(out.rglob("*.html"))) if took else 0
        if took:
            times[pages] = took
        shown = f"{took:>9.1f} {took / pages * 1e3:>10.1f}" if took else f"{'over':>4} {limit:.0f} {'':>10}"
        print(
            f"{'':<10} {releases:>9} {pages or size:>7} {shown} {count:>12} {theirs / count * 1e3:>10.1f}", flush=True
        )
    yield from () if len(times) == len(sizes) else told(f"seconds of {sizes[-1]} pages", float("inf"), limit, "s")
    yield from slopes(times)


def slopes(times: dict[int, float]) -> Iterator[str]:
    """Yield the budgets that are missed: what one more page costs, and whether that grows with the site."""
    pages = sorted(times)
    more = [(times[b] - times[a]) / (b - a) * 1e3 for a, b in pairwise(pages)]
    if more:
        yield from told("ms for one more page", more[-1], PER_PAGE, "ms")
    if len(more) > 1:
        yield from told("times the last pages cost what the first cost", more[-1] / more[0], LINEAR, "")


def peer_time(folder: Path, root: Path, limit: float) -> tuple[int, float]:
    """Return how many schemas the peer renders to pages, and in which time."""
    (folder / "in").mkdir(parents=True)
    (folder / "out").mkdir()
    schemas = sorted(root.rglob("descriptor.json"))
    for number, schema in enumerate(schemas):
        shutil.copy(schema, folder / f"in/{number}.json")
    return len(schemas), timed([str(BIN / "generate-schema-doc"), str(folder / "in"), str(folder / "out")], limit)


def timed(command: list[str], limit: float) -> float:
    """Return the seconds that a command takes, 0 where it takes longer than the limit."""
    begin = perf_counter()
    try:
        run(command, limit)
    except subprocess.TimeoutExpired:
        return 0
    return perf_counter() - begin


def run(command: list[str], limit: float | None = None) -> None:
    """Run a command; what it says is shown only where it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=limit)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def told(what: str, value: float, limit: float, unit: str) -> Iterator[str]:
    """Print whether a value is within its budget, and yield its name where it is not."""
    word = "reached" if value <= limit else "MISSED"
    print(f"  {word}: {what} {value:.1f} {unit} (at most {limit:g})", flush=True)
    if value > limit:
        yield what


if __name__ == "__main__":
    sys.exit(main())
