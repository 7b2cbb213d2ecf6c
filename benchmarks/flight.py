"""Descriptors and payloads beside those of the real client, and an examination of the reference server.

The client validates with jsonschema and dumps with json, as its stand-in below. It is timed itself where
`make .venv-peers/ready` has installed it.
"""

import json
import subprocess
from pathlib import Path
from time import perf_counter
from typing import Any

import jsonschema
from pyarrow import flight
from sides import interleaved, table, verdict

from arrakis_schema import descriptor, load_schema
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release

PROJECT = Path(__file__).parent.parent
PEERS = PROJECT / ".venv-peers/bin/python"
VALIDATORS = {name: jsonschema.Draft7Validator(load_schema(name)) for name in ("descriptor", "find", "describe")}
ARGS: dict[str, Any] = {
    "pattern": "H1:.*",
    "data_type": ["float64"],
    "min_rate": 0,
    "max_rate": 16384,
    "publisher": [],
    "time": None,
    "replay_id": None,
}
MANY = {"channels": [f"H1:CAL-X_{number}" for number in range(100)], "time": None, "replay_id": None}
REAL = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from arrakis.flight import RequestType, RequestValidator, create_descriptor
from arrakis_schema import descriptor
from sides import interleaved
validator = RequestValidator()
for name, args in (("find", {ARGS!r}), ("describe", {MANY!r})):
    kind = RequestType[name.title()]
    times = interleaved({{
        "ours": lambda: descriptor(name, **args),
        "real": lambda: create_descriptor(kind, validator=validator, **args),
    }}, rounds=25)
    print(times["real"] / times["ours"])
"""
PAYLOADS = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from arrakis import Channel, schemas
from arrakis_schema import payload_schema
from sides import interleaved
channels = [Channel(f"H1:CAL-X_{{number}}", "float64", 64) for number in range(100)]
rows = [{{"channel": one.name, "data_type": "float64", "sample_rate": 64}} for one in channels]
for ours, real in (
    (lambda: payload_schema("find"), schemas.metadata),
    (lambda: payload_schema("stream", channels=rows), lambda: schemas.stream(channels)),
):
    assert ours().equals(real(), check_metadata=True)
    times = interleaved({{"ours": ours, "real": real}}, rounds=25)
    print(times["ours"], times["real"])
"""


def as_the_client(name: str, args: dict[str, Any]) -> flight.FlightDescriptor:
    """Do what the client does: both schemas, then JSON."""
    request = {"request": name.title(), "args": args, "version": "0.6.0"}
    VALIDATORS["descriptor"].validate(request)
    VALIDATORS[name].validate(request)
    return flight.FlightDescriptor.for_command(json.dumps(request).encode())


def descriptors(title: str, name: str, args: dict[str, Any], real: float | None) -> None:
    """Compare the ways; `real` is how many times ours fits into that of the client itself, where it is installed."""
    assert json.loads(as_the_client(name, args).command) == json.loads(descriptor(name, **args).command)
    ours = "arrakis_schema.descriptor"
    times = interleaved({ours: lambda: descriptor(name, **args), "stand-in": lambda: as_the_client(name, args)})
    if real is not None:
        times["arrakis.flight.create_descriptor"] = real * times[ours]
    table(title, times, ours)
    last = list(times)[-1]
    verdict(f"faster than {last} by", times[last] / times[ours], 10)


def of_the_client() -> list[float]:
    """Return how many times ours fits into the time of the client itself; nothing where it is not installed."""
    return _numbers_from_the_peers(REAL)


def payloads() -> None:
    """Compare the promised schemas with those that the client's own functions make, where it is installed."""
    times = _numbers_from_the_peers(PAYLOADS)
    if not times:
        print("\narrakis is not installed: payload_schema is not compared")
        return
    ours = "arrakis_schema.payload_schema"
    table("the payload of find", {ours: times[0], "arrakis.schemas.metadata": times[1]}, ours)
    verdict("arrakis.schemas.metadata in times of ours", times[1] / times[0], 1)
    table("the payload of stream, 100 channels", {ours: times[2], "arrakis.schemas.stream": times[3]}, ours)
    verdict("arrakis.schemas.stream in times of ours", times[3] / times[2], 0.1)


def _numbers_from_the_peers(code: str) -> list[float]:
    """Return the numbers that a program prints in the environment of the peers; none where that is not installed."""
    if not PEERS.exists():
        return []
    done = subprocess.run([str(PEERS), "-c", code], check=True, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


def examination() -> None:
    limit = 5.0
    with MockServer(open_release(root=PROJECT)) as server:
        access = Access(f"grpc://127.0.0.1:{server.port}")
        begin = perf_counter()
        report = examine(access, root=PROJECT, may_write=True)
        taken = perf_counter() - begin
    assert report.findings == []
    requests = sum(counts["answered"] + counts["refused"] for counts in report.examined.values())
    print(f"\nexamine the reference server: {requests} requests in {taken:.2f} s")
    verdict(f"times within {limit:g} s", limit / taken, 1)


def main() -> None:
    find, describe = of_the_client() or (None, None)
    descriptors("build the descriptor of a Find", "find", ARGS, find)
    descriptors("build the descriptor of a Describe of 100 channels", "describe", MANY, describe)
    payloads()
    examination()


if __name__ == "__main__":
    main()
