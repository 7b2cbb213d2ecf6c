"""`conform` against a real broker and against what is none: what is found, what is left as it was, how long it takes."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from arrakis_schema.cli import main
from arrakis_schema.reference.endpoint import endpoint_page
from arrakis_schema.reference.facts.history import read_history
from arrakis_schema.store.store import Store
from tests.kafka.conftest import free_port
from tests.kafka.messages import block, serialized

kafka = pytest.importorskip("confluent_kafka")
admin = pytest.importorskip("confluent_kafka.admin")
START, STRIDE = 1187000000000000000, 62500000
GOOD = serialized(block())
BLOCKS = [serialized(block(time=START + number * STRIDE)) for number in range(5)]


class Topics:
    """What our own producer has put into the broker, under names of its own."""

    def __init__(self, address: str, publisher: str) -> None:
        self.publisher, self.metadata = publisher, f"arrakis-metadata-{publisher}"
        self.data = f"arrakis-{publisher}_0001"
        self.admin = admin.AdminClient({"bootstrap.servers": address})
        self.producer = kafka.Producer({"bootstrap.servers": address, "message.max.bytes": 20_000_000})
        created = [admin.NewTopic(self.metadata, 1, 1, config={"cleanup.policy": "compact"})]
        self.create(*created, admin.NewTopic(self.data, 1, 1))

    def create(self, *topics: Any) -> None:
        for future in self.admin.create_topics(list(topics)).values():
            future.result(10)

    def channels(self, *indices: int) -> None:
        for index in indices:
            name = f"H1:T-{index}"
            said = {"name": name, "data_type": "float64", "sample_rate": 64.0, "stride": 62500000}
            value = {**said, "partition_id": f"{self.publisher}_0001", "partition_index": index}
            self.producer.produce(self.metadata, json.dumps(value).encode(), name.encode())
        self.producer.flush(10)

    def send(self, *values: bytes) -> None:
        for value in values:
            self.producer.produce(self.data, value)
        self.producer.flush(10)


def run(url: str, capfd: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = main(["conform", url, *options])
    printed = capfd.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out, printed.err


@pytest.fixture
def topics(broker: str, request: pytest.FixtureRequest) -> Topics:
    return Topics(broker, request.node.name.replace("_", "").upper()[:60])


def test_a_round_trip_conforms(broker: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    topics.channels(0, 1)
    topics.send(*BLOCKS)
    code, out, err = run(f"kafka://{broker}", capfd, "--topics", topics.publisher, "--timeout", "20")
    assert (code, out, err) == (0, "no findings\n7 messages of 2 topics\n", "")


def test_the_newest_messages_are_looked_at(broker: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    topics.channels(0, 1)
    topics.send(*[b"old"] * 30, *BLOCKS[:3])
    code, out, _ = run(f"kafka://{broker}", capfd, "--topics", topics.publisher, "--newest", "3")
    assert (code, out) == (0, "no findings\n5 messages of 2 topics\n")
    code, out, _ = run(f"kafka://{broker}", capfd, "--topics", topics.publisher, "--newest", "4", "--format", "json")
    (found,) = json.loads(out)["findings"]
    assert code == 1
    assert found["rule"] == "message-malformed"
    assert found["message"].startswith(f"{topics.data}, offset 29: the message is not one complete Arrow IPC stream: ")


def test_nothing_is_created_or_committed(broker: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    topics.channels(0, 1)
    topics.send(GOOD)
    before = {name: len(topic.partitions) for name, topic in topics.admin.list_topics(timeout=10).topics.items()}
    assert run(f"kafka://{broker}", capfd, "--topics", topics.publisher)[0] == 0
    after = {name: len(topic.partitions) for name, topic in topics.admin.list_topics(timeout=10).topics.items()}
    assert before == after
    groups = [group.group_id for group in topics.admin.list_consumer_groups().result(10).valid]
    assert "arrakis-schema-conform" not in groups


def test_an_empty_topic_is_undecided(broker: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    topics.channels(0)
    code, out, _ = run(f"kafka://{broker}", capfd, "--topics", topics.publisher)
    assert code == 3
    assert "there is no message to check in 1 topic of the names arrakis-replay-" in out


def test_a_topic_of_several_partitions_is_found(broker: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    name = f"arrakis-{topics.publisher}_0002"
    topics.create(admin.NewTopic(name, 3, 1))
    topics.channels(0, 1)
    topics.send(GOOD)
    for partition in range(3):
        topics.producer.produce(name, GOOD, partition=partition)
    topics.producer.flush(10)
    code, out, _ = run(f"kafka://{broker}", capfd, "--topics", topics.publisher)
    assert (code, out.count("[partitions-differ]")) == (1, 1)
    assert f"{name}: expected 1 partition, found 3" in out
    assert "6 messages of 3 topics" in out


def test_a_topic_that_is_not_compacted_is_found(broker: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    name = f"{topics.metadata}-OTHER"
    topics.create(admin.NewTopic(name, 1, 1, config={"cleanup.policy": "delete"}))
    topics.channels(0, 1)
    topics.send(GOOD)
    code, out, _ = run(f"kafka://{broker}", capfd, "--topics", topics.publisher)
    assert code == 1
    assert f"{name}: expected the cleanup policy compact, found delete [cleanup-differs]" in out


def test_messages_of_ten_megabytes_are_read(broker: str, topics: Topics, capfd: pytest.CaptureFixture[str]) -> None:
    topics.channels(0)
    topics.send(*[serialized(block(ids=(0,), length=1_200_000))] * 3)
    code, out, _ = run(f"kafka://{broker}", capfd, "--topics", topics.publisher)
    assert code == 1
    assert "expected 4 items (sample_rate * stride / 1000000000), found 1,200,000 (and 2 more like it)" in out


@contextmanager
def answering(answer: bytes | None) -> Iterator[int]:
    """A port that answers everybody with these bytes, or says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.1)
        done, clients = threading.Event(), list[socket.socket]()

        def serve() -> None:
            while not done.is_set():
                try:
                    clients.append(server.accept()[0])
                    if answer is not None:
                        clients[-1].sendall(answer)
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            done.set()
            thread.join()
            for client in clients:
                client.close()


@pytest.mark.parametrize(
    "answer",
    [None, b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x7f\xff\xff\xff" + b"\0" * 1000, b"\0" * 100_000],
    ids=["silence", "http", "a claim of 2 GiB", "zeros"],
)
def test_what_is_no_broker_is_said_in_time(answer: bytes | None, capfd: pytest.CaptureFixture[str]) -> None:
    begin = time.monotonic()
    with answering(answer) as port:
        code, out, err = run(f"kafka://127.0.0.1:{port}", capfd, "--timeout", "1")
    assert (code, out) == (2, "")
    assert err.startswith(f"arrakis-schema: 127.0.0.1:{port} does not answer as a Kafka broker: ")
    assert err.count("\n") == 1
    assert time.monotonic() - begin < 5


def test_a_closed_port_is_said_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    begin = time.monotonic()
    code, _, err = run(f"kafka://127.0.0.1:{free_port()}", capfd, "--timeout", "30")
    assert code == 2
    assert "does not answer as a Kafka broker" in err
    assert "refused" in err
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["kafka://nowhere"], "kafka://nowhere is not kafka://HOST:PORT"),
        (["kafka://a:1/topic"], "kafka://a:1/topic is not kafka://HOST:PORT"),
        (["kafka://a:1", "--topics", "("], "--topics '(' is not a regular expression: "),
        (["kafka://a:1", "--release", "0.5.0"], "release 0.5.0 has no document publication/metadata.json; there are "),
        (["kafka://a:1", "--consumer-config", "nope"], "nope cannot be read: No such file or directory"),
        (["kafka://a:1", "--consumer-config", "BAD"], "line 2 is not name=value"),
        (["kafka://a:1", "--consumer-config", "OURS"], "line 1: group.id cannot be set: reading must change nothing"),
        (["kafka://a:1", "--consumer-config", "UNKNOWN"], "the settings of the consumer are not accepted: "),
    ],
)
def test_bad_input_gets_one_sentence(
    options: list[str], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    texts = {"BAD": "# fine\nnot fine\n", "OURS": "group.id = x\n", "UNKNOWN": "nope.nope = x\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    given = [str(tmp_path / option) if option in texts else option for option in options]
    code, out, err = run(given[0], capfd, *given[1:])
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_settings_reach_the_consumer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "consumer.properties"
    file.write_text("# TLS to what speaks none\nsecurity.protocol = SSL\n")
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        code, _, err = run(f"kafka://127.0.0.1:{port}", capfd, "--timeout", "3", "--consumer-config", str(file))
    assert code == 2
    assert "SSL" in err


def test_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['confluent_kafka'] = None; from arrakis_schema.cli import main;"
        "sys.exit(main(['conform', 'kafka://a:1']))"
    )
    failed = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert failed.returncode == 2
    assert failed.stderr == "arrakis-schema: confluent_kafka is not installed: pip install 'arrakis-schema[kafka]'\n"


def test_the_programs_of_the_pages_publish_and_read(broker: str, topics: Topics) -> None:
    history = read_history(Store(Path(__file__).parents[2]))
    for page, topic in (("metadata", topics.metadata), ("publication", topics.data)):
        text = endpoint_page(history, history.newest, page, "next").partition("## Kafka")[2].partition("## Check")[0]
        read, publish = (dedent(block) for block in re.findall(r"```python\n(.*?)    ```", text, re.DOTALL))
        printed = StringIO()
        for program in (publish, read):
            program = program.replace("HOST:9092", broker)  # noqa: PLW2901
            program = program.replace("PUBLISHER_ID", topics.publisher).replace("PARTITION_ID", topic[8:])  # noqa: PLW2901
            with redirect_stdout(printed):
                exec(program, {})  # noqa: S102 - from our own pages
        assert ("H1:GDS-CALIB_STRAIN" if page == "metadata" else "data: [[[0,1,2,3]]]") in printed.getvalue()
