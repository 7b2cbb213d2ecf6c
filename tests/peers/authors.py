"""What docs/guides/authors.md promises the authors of a client and a server, tried on arrakis and arrakis-server.

1. The real server says "internal server error" about a request that its schema refuses; with `RequestValidator` it says
   which member is wrong, and why. A client with it refuses the same before anything is sent. Both are changed as the guide
   shows, in copies; with `--suites` their own tests are run on these.
2. `arrakis.schemas` and `payload_schema` make the same schemas, and `assert_payload` accepts them.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any

import publish  # type: ignore[import-not-found, unused-ignore]
import pytest
from pyarrow import flight

from arrakis_schema import RefusedRequestError, assert_payload, payload_schema

GUIDE = Path(__file__).parent.parent.parent / "docs/guides/authors.md"
BLOCK = re.compile(r'^```(diff|python) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("Publish", {"publisher_id": ""}, 'args.publisher_id: expected at least 1 character, found "" with 0 (publish'),
    ("Describe", {"channels": [], "time": None}, "args.channels: expected at least 1 item, found 0 (describe"),
    ("Describe", {"channels": ["H1:A-X"], "time": "x"}, 'args.time: expected an integer or null, found "x" (describe'),
    (
        "Fnid",
        {},
        'request: expected one of "Count", "Describe", "Find", "Partition", "Publish", "Stream", found "Fnid"',
    ),
]


@contextmanager
def real_server() -> Iterator[str]:
    """Run arrakis-server with its mock backend in this process; yield its location."""
    from arrakis_server.backends.mock import MockBackend  # noqa: PLC0415 - in this environment alone
    from arrakis_server.server import ArrakisFlightServer  # noqa: PLC0415

    with ArrakisFlightServer(url="grpc://127.0.0.1:0", backend=MockBackend()) as server:
        yield f"grpc://127.0.0.1:{server.port}"


def answers(location: str) -> list[str]:
    """Return what a server says about each wrong request."""
    said = []
    with flight.connect(location) as client:
        for name, args, _ in WRONG:
            command = json.dumps({"request": name, "args": args}).encode()
            with pytest.raises(flight.FlightError) as caught:
                client.get_flight_info(flight.FlightDescriptor.for_command(command))
            said.append(str(caught.value))
            with pytest.raises(flight.FlightError) as caught:
                client.do_get(flight.Ticket(command)).read_all()
            said.append(str(caught.value))
    return said


def schemas() -> None:
    """Hold the functions of arrakis.schemas against the registered payloads."""
    from arrakis import Channel  # noqa: PLC0415 - in this environment alone
    from arrakis import schemas as real  # noqa: PLC0415

    channels = [Channel("L1:B-X", "int16", 16), Channel("H1:A-X", "float64", 64)]
    rows = [{"channel": it.name, "data_type": str(it.data_type), "sample_rate": it.sample_rate} for it in channels]
    for name, schema in {
        "find": real.metadata(),
        "describe": real.metadata(),
        "partition": real.metadata(scope="partition"),
        "count": real.count(),
        "publish": real.publish(),
        "stream": real.stream(channels),
    }.items():
        assert_payload(schema, name, channels=rows)
        assert schema.equals(payload_schema(name, channels=rows), check_metadata=True), name
    assert_payload(real.stream(channels), "stream")


def client() -> None:
    """Let the client build a wrong request; nothing is sent."""
    from arrakis import Client  # noqa: PLC0415 - in this environment alone
    from arrakis.client import RequestType, RequestValidator  # type: ignore[attr-defined, unused-ignore] # noqa: PLC0415
    from jsonschema import ValidationError  # noqa: PLC0415

    nobody = Client("grpc://127.0.0.1:1", token=False)
    for error in (RefusedRequestError, flight.FlightServerError, ValidationError, ValueError):
        with pytest.raises(error, match=r"^args\.channels: expected at least 1 item, found 0 \(describe, release"):
            nobody.describe([])
    assert "replay_id" in RequestValidator().known_args(RequestType.Find)


def changed(folder: Path) -> None:
    """Copy the client and the server into a folder, and change them as the guide says."""
    for name in ("arrakis", "arrakis_server"):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        copytree(Path(spec.origin).parent, folder / name, ignore=ignore_patterns("__pycache__"))
    for language, files, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        for file in files.split(", "):
            if (folder / file).exists():  # the others are files of the reader
                change(folder / file, language, text)


def change(file: Path, language: str, text: str) -> None:
    """Put a block of the guide in place of a file, or of the lines that a diff shows."""
    lines = text.splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
    before = file.read_text(encoding="utf-8")
    assert language == "python" or before.count(old) == 1, f"{file.name} does not hold\n{old}"
    file.write_text(before.replace(old, new) if language == "diff" else text, encoding="utf-8")


def try_changed() -> None:
    """Run on the changed packages."""
    with real_server() as location:
        after = answers(location)
    for text, (_, _, sentence) in zip(after, [wrong for wrong in WRONG for _ in range(2)], strict=True):
        assert sentence in text, (sentence, text)
        assert "internal" not in text
    schemas()
    client()


def main() -> None:
    if "--changed" in sys.argv:
        try_changed()
        return
    with publish.empty_home():
        try_guide()


def try_guide() -> None:
    """Try the packages as they are, and as the guide changes them."""
    schemas()
    with real_server() as location:
        before = answers(location)
    assert all("internal server error, please contact server admin" in text for text in before), before
    with TemporaryDirectory() as name:
        changed(Path(name))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([name, os.environ.get("PYTHONPATH", "")])}
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "--pyargs"]
        subprocess.run([sys.executable, __file__, "--changed"], check=True, env=environment, cwd=name)
        if "--suites" in sys.argv:
            subprocess.run([*run, "arrakis.tests.unit", "arrakis_server"], check=True, env=environment, cwd=name)
    print(f"the guide's changes name what is wrong with {len(before)} requests, instead of an internal server error")


if __name__ == "__main__":
    main()
