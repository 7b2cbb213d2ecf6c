"""Requests per second and latency of one schema over HTTP, beside nginx in the same run.

Both serve the same file on loopback, with the same fields and as many worker processes, over connections kept alive;
wrk asks, in turns, and the medians of the rounds count. Exit code 1: slower than `--minimum`; 2: a tool is missing.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from arrakis_schema.server import serve
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.layout import FORMATS

PATH = "versions/0.5.0/endpoints/find/descriptor.json"
SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "find",
    "type": "object",
    "properties": {f"property_{n:02}": {"type": "string", "description": "what it is for"} for n in range(18)},
}
CONTENT = json.dumps(SCHEMA).encode()

NGINX = """
{user}
daemon off; worker_processes {workers}; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000; open_file_cache max=100;
  client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
  uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
  types {{ application/schema+json json; }}
  server {{
    listen 127.0.0.1:{port}; root {folder};
    add_header Cache-Control "public, max-age=31536000, immutable"; add_header Vary Accept-Encoding;
    add_header Access-Control-Allow-Origin "*"; add_header Access-Control-Expose-Headers ETag;
    add_header X-Content-Type-Options nosniff;
  }}
}}
"""
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Round:
    """One run of wrk: latencies in milliseconds, `cpu` in microseconds of all processes for one request."""

    rate: float
    p50: float
    p99: float
    cpu: float


def main() -> int:
    options = arguments()
    if options.site:
        serve(
            lambda: [Representation(PATH, CONTENT, FORMATS[".json"].media_type, immutable=True)],
            port=options.site,
            workers=options.workers,
        )
        return 0
    missing = [tool for tool in ("nginx", "wrk") if shutil.which(tool) is None]
    if missing:
        remedy = "apt-get update && apt-get install -y nginx-light wrk"
        print(f"{' and '.join(missing)} not installed: {remedy}", file=sys.stderr)
        return 2
    measured = measure(options)
    return report(measured, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1, help="worker processes of each server (%(default)s)")
    parser.add_argument("--connections", type=int, default=16, help="connections kept alive (%(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each server, in turns (%(default)s)")
    parser.add_argument("--seconds", type=int, default=2, help="length of a round (%(default)s)")
    parser.add_argument("--minimum", type=float, default=0.4, help="least ratio to nginx (%(default)s)")
    parser.add_argument("--site", type=int, metavar="PORT", help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(options: argparse.Namespace) -> dict[str, list[Round]]:
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory()))
        servers = {
            "nginx": running.enter_context(started(lambda port: nginx(folder, port, options.workers))),
            "arrakis-schema": running.enter_context(started(lambda port: ours(port, options.workers))),
        }
        for process, port in servers.values():  # warm-up
            one_round(process, port, options.connections, 1)
        rounds: dict[str, list[Round]] = {name: [] for name in servers}
        for _ in range(options.rounds):
            for name, (process, port) in servers.items():
                rounds[name].append(one_round(process, port, options.connections, options.seconds))
        return rounds


def nginx(folder: Path, port: int, workers: int) -> list[str]:
    (folder / PATH).parent.mkdir(parents=True)
    (folder / PATH).write_bytes(CONTENT)
    user = "user root;" if os.geteuid() == 0 else ""  # else it could not read the temporary folder
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, workers=workers, user=user))
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def ours(port: int, workers: int) -> list[str]:
    return [sys.executable, __file__, "--site", str(port), "--workers", str(workers)]


@contextmanager
def started(command: Callable[[int], list[str]]) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with subprocess.Popen(command(port)) as process:
        try:
            wait_for(port, process)
            yield process, port
        finally:
            process.terminate()


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        time.sleep(0.05)
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, f"{process.args!r} ended"
        else:
            return
    raise TimeoutError(process.args)


def one_round(process: "subprocess.Popen[bytes]", port: int, connections: int, seconds: int) -> Round:
    url = f"http://127.0.0.1:{port}/{PATH}"
    before = cpu_seconds(process.pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(process.pid) - before
    assert "Non-2xx" not in told, told
    assert "Socket errors" not in told, told
    requests = int(found(r"(\d+) requests in", told)[1])
    return Round(
        float(found(r"Requests/sec:\s+([\d.]+)", told)[1]), latency(told, 50), latency(told, 99), used / requests * 1e6
    )


def latency(told: str, percent: int) -> float:
    matched = found(rf"{percent}%\s+([\d.]+)(us|ms|s)", told)
    return float(matched[1]) * UNITS[matched[2]]


def found(pattern: str, told: str) -> re.Match[str]:
    matched = re.search(pattern, told)
    assert matched, told
    return matched


def cpu_seconds(pid: int) -> float:
    """The processor time of a process and its children, all threads; 0 where there is no /proc."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return 0.0
    pids = [pid, *map(int, children.read_text().split())]
    ticks = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13] for each in pids]
    return sum(int(tick) for pair in ticks for tick in pair) / os.sysconf("SC_CLK_TCK")


def report(measured: dict[str, list[Round]], options: argparse.Namespace) -> int:
    print(
        f"GET of {len(CONTENT)} bytes, {options.workers} worker(s) each, {options.connections} connections kept alive, "
    )
    print(
        f"medians of {options.rounds} rounds of {options.seconds} s in turns, {os.cpu_count()} processors, wrk on one\n"
    )
    print(f"{'':16}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}   rounds")
    for name, rounds in measured.items():
        middle = [median(getattr(each, field) for each in rounds) for field in ("rate", "p50", "p99", "cpu")]
        spread = f"{min(each.rate for each in rounds):.0f}-{max(each.rate for each in rounds):.0f}"
        print(f"{name:16}{middle[0]:12.0f}{middle[1]:9.2f}{middle[2]:9.2f}{middle[3]:9.1f}   {spread}")
    theirs, our = (median(each.rate for each in rounds) for rounds in measured.values())
    enough = our / theirs >= options.minimum
    print(f"\n{our / theirs:.2f} of nginx's requests per second ({'at least' if enough else 'not'} {options.minimum})")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
