"""The server when things go wrong: sockets that stay silent, workers that die, sources that break, hostile requests."""

import http.client
import json
import os
import random
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

FIND = "/versions/0.5.0/endpoints/find/descriptor.json"
IDLE = 1_100
Address = tuple[str, int]
Start = Callable[..., Any]
Listening = Callable[[Any], Address]


def status_of(address: Address, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(*address, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def children(process: Any) -> list[int]:
    file = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not file.exists():
        pytest.skip("the workers are found through /proc")
    return [int(number) for number in file.read_text().split()]


def are_replaced(process: Any, killed: list[int]) -> bool:
    present = children(process)
    return len(present) == len(killed) and not set(present) & set(killed)


def is_current(seen: list[bytes], wanted: bytes) -> bool:
    return seen[-4:] == [wanted] * 4


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def open_sockets(address: Address, sent: bytes, number: int) -> Iterator[list[socket.socket]]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, 2 * number)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"no more than {hard} files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    with ExitStack() as opened:
        connections = [opened.enter_context(socket.create_connection(address, timeout=5)) for _ in range(number)]
        for connection in connections:
            connection.sendall(sent)
        yield connections
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        pytest.param(b"", IDLE, id="silent"),
        pytest.param(b"GET /search.json HT", IDLE, id="half a request"),
        pytest.param(b"GET /search.json HTTP/1.1\r\nHost: a\r\n\r\n", IDLE, id="kept alive"),
        pytest.param(b"GET /large/zeros.bin HTTP/1.1\r\nHost: a\r\n\r\n", 100, id="an answer that nobody reads"),
    ],
)
def test_idle_connections_keep_nobody_out(start: Start, listening: Listening, sent: bytes, number: int) -> None:
    process = start()
    address = listening(process)
    with open_sockets(address, sent, number):
        began = time.monotonic()
        assert status_of(address, FIND)[0] == 200
        assert time.monotonic() - began < 4  # a connection that is idle is closed after 5
        memory = sum(resident(number) for number in [process.pid, *children(process)])
        assert memory < 600_000_000, memory


def resident(number: int) -> int:
    return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * resource.getpagesize()


def test_a_connection_that_sends_no_whole_request_is_closed(start: Start, listening: Listening) -> None:
    address = listening(start())
    with socket.create_connection(address, timeout=9) as silent, socket.create_connection(address, timeout=9) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        assert silent.recv(100) == b""
        assert slow.recv(100) == b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_at_once_although_connections_are_open(start: Start, listening: Listening, number: int) -> None:
    process = start(workers=2)
    address = listening(process)
    with ExitStack() as opened:
        idle, kept, half = (opened.enter_context(socket.create_connection(address, timeout=5)) for _ in range(3))
        kept.sendall(b"GET /search.json HTTP/1.1\r\nHost: a\r\n\r\n")
        assert kept.recv(10_000).startswith(b"HTTP/1.1 200")
        half.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        time.sleep(0.1)
        began = time.monotonic()
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        assert process.communicate(timeout=10) == ("", "")
        assert time.monotonic() - began < 2.5
        assert idle.recv(100) == b""
    assert process.returncode == 0


def test_nohup_lets_it_outlive_its_terminal(start: Start, listening: Listening) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start()
    finally:
        signal.signal(signal.SIGHUP, before)
    address = listening(process)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert status_of(address, FIND)[0] == 200


@pytest.mark.parametrize("workers", [1, 2])
def test_another_worker_takes_the_place_of_one_that_was_killed(
    start: Start, listening: Listening, workers: int
) -> None:
    process = start(workers=workers)
    address = listening(process)
    for _ in range(3):
        killed = children(process)
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        assert status_of(address, FIND)[0] == 200
        wait_until(partial(are_replaced, process, killed))
        time.sleep(1.1)


def test_workers_that_die_as_soon_as_they_start_end_it_with_a_sentence(start: Start, listening: Listening) -> None:
    process = start()
    listening(process)
    while process.poll() is None:
        for worker in children(process):
            os.kill(worker, signal.SIGKILL)
        time.sleep(0.01)
    sentence = "5 workers in a row ended as soon as they had started, the last by SIGKILL\n"
    assert process.communicate(timeout=10) == ("", sentence)
    assert process.returncode == 1


def test_of_two_that_start_at_once_on_one_port_one_fails(start: Start, listening: Listening) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    first, second = start(port=port), start(port=port)
    wait_until(lambda: first.poll() is not None or second.poll() is not None)
    failed, serving = (first, second) if first.poll() is not None else (second, first)
    sentence = f"port {port} on 127.0.0.1 is in use: choose another with --port\n"
    assert failed.communicate(timeout=10) == ("", sentence)
    assert status_of(listening(serving), FIND)[0] == 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    write(tmp_path, "0")
    return tmp_path


def write(folder: Path, text: str) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / "docs" / name).write_text(text * 300_000)


def test_no_request_breaks_while_the_site_is_built_again(start: Start, listening: Listening, folder: Path) -> None:
    process = start(0, 2, "", str(folder))
    address = listening(process)
    ended, seen = Event(), list[bytes]()

    def ask() -> None:
        with closing(http.client.HTTPConnection(*address, timeout=10)) as connection:
            while not ended.is_set():
                connection.request("GET", "/a.txt")
                answer = connection.getresponse()
                assert_whole(answer.status, body := answer.read())
                seen.append(body[:1])
                assert_whole(*status_of(address, "/b.txt"))

    with ThreadPoolExecutor() as clients:
        asking = [clients.submit(ask) for _ in range(4)]
        for text in "123":
            write(folder, text)
            assert process.stdout.readline() == "rebuilt: 2 files\n"
            wait_until(partial(is_current, seen, text.encode()))
        ended.set()
        assert [each.result() for each in asking] == [None] * 4
    assert len(seen) > 50
    assert set(seen) == {b"0", b"1", b"2", b"3"}


def assert_whole(status: int, body: bytes) -> None:
    assert (status, len(body), len(set(body))) == (200, 300_000, 1)


def test_the_health_tells_since_when_and_why_the_site_is_old(start: Start, listening: Listening, folder: Path) -> None:
    process = start(0, 1, "", str(folder))
    address = listening(process)
    assert health(address)["status"] == "ok"
    (folder / "docs/broken").write_text("no such thing")
    sentence = "the site could not be rebuilt and stays as it was: an internal error, ValueError: no such thing\n"
    assert process.stdout.readline() == sentence
    wait_until(lambda: health(address)["status"] == "degraded")
    body = health(address)
    assert body["failure"]["reason"] == "an internal error, ValueError: no such thing"
    assert body["built"] <= body["failure"]["since"]
    assert status_of(address, "/a.txt")[0] == 200
    for worker in children(process):
        os.kill(worker, signal.SIGKILL)
    assert health(address) == body  # a new worker knows it too
    assert "another takes its place" in process.stdout.readline()
    (folder / "docs/broken").unlink()
    assert process.stdout.readline() == "rebuilt: 2 files\n"
    wait_until(lambda: health(address)["status"] == "ok")
    assert "failure" not in health(address)


def health(address: Address) -> dict[str, Any]:
    status, body = status_of(address, "/healthz")
    assert status == 200
    told: dict[str, Any] = json.loads(body)
    return told


def test_a_folder_that_is_removed_and_made_again_is_served_again(
    start: Start, listening: Listening, folder: Path
) -> None:
    process = start(0, 1, "", str(folder))
    address = listening(process)
    aside = folder.rename(folder.with_name("aside"))
    assert "No such file or directory" in process.stdout.readline()
    assert status_of(address, "/a.txt")[1][:1] == b"0"
    aside.rename(folder)
    write(folder, "1")
    assert process.stdout.readline() == "rebuilt: 2 files\n"
    wait_until(lambda: status_of(address, "/a.txt")[1][:1] == b"1")


def test_what_an_editor_writes_beside_a_file_starts_no_build(start: Start, listening: Listening, folder: Path) -> None:
    process = start(0, 1, "", str(folder))
    listening(process)
    for name in (".a.txt.swp", "a.txt~", "a.txt.tmp", "#a.txt#", ".#a.txt", "4913"):
        (folder / "docs" / name).write_text(name)
    time.sleep(1.6)
    for text in "12345":  # saved again before anybody could build
        write(folder, text)
        time.sleep(0.1)
    assert process.stdout.readline() == "rebuilt: 8 files\n"
    time.sleep(1.6)
    process.terminate()
    assert process.communicate(timeout=10) == ("", "")


def test_nothing_is_left_when_it_is_killed_while_it_builds(start: Start, listening: Listening, folder: Path) -> None:
    process = start(0, 2, "", str(folder))
    address = listening(process)
    write(folder, "1")
    process.kill()
    process.communicate(timeout=10)  # ends when the last process has closed the pipes
    with pytest.raises(ConnectionRefusedError):
        status_of(address, "/a.txt")


TARGETS = [
    b"/", b"/..", b"/../../etc/passwd", b"/%2e%2e/", b"/%", b"/%zz", b"/%00", b"/%ff", b"/\xff", b"//", b"*", b"a:b",
    b"http://a.test/", b"/" + b"x" * 9_000, b"/" + b"x" * 100_000, b"/digests/sha256/" + b"0" * 64, b"/healthz", b"/?" + b"%" * 99,
    b"/search.json", b"/versions", FIND.encode(),
]  # fmt: skip
METHODS = [
    b"GET",
    b"HEAD",
    b"OPTIONS",
    b"POST",
    b"PUT",
    b"TRACE",
    b"CONNECT",
    b"BREW",
    b"get",
    b"G\xffT",
    b"",
    b"G" * 5_000,
]
FIELDS = [
    b"Host: a", b"Host:", b"Accept: text/html", b"Accept: " + b"*/*;q=9," * 99, b"Accept: \xff", b"Accept-Encoding: gzip;q=x",
    b"Accept-Encoding: *;q=0", b"If-None-Match: \xff\x00", b'If-None-Match: W/"' + b"x" * 5_000, b'If-Match: *, "', b"Range: bytes=9-0",
    b"Range: bytes=0-0,1-1", b"Content-Length: 5", b"Content-Length: 6", b"Content-Length: -1", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: chunked, chunked", b"Expect: 100-continue", b"Upgrade: websocket", b"Connection: close", b"no colon",
    b" folded", b"X: " + b"x" * 40_000, b"X: " + b"x" * 200_000, b"X\x00: y", b"Connection: close\nX: y",
]  # fmt: skip
BODIES = [b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"\x00" * 10_000, b"x" * 1_000_000]
VERSIONS = [b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9.9", b"", b"ICY"]
REQUESTS = int(os.environ.get("ARRAKIS_SCHEMA_HOSTILE_REQUESTS", "400"))


def hostile(choose: random.Random) -> bytes:
    if choose.random() < 0.05:
        return choose.randbytes(choose.randrange(2_000))
    fields = choose.sample(FIELDS, choose.randrange(5))
    line = b" ".join((choose.choice(METHODS), choose.choice(TARGETS), choose.choice(VERSIONS)))
    return b"\r\n".join([line, *fields, b"", b""]) + choose.choice(BODIES)


def test_hostile_requests_do_no_harm(start: Start, listening: Listening) -> None:
    process = start(workers=1)
    address = listening(process)
    choose = random.Random(0)  # noqa: S311 - nothing secret
    before = children(process)
    statuses: dict[bytes, int] = {}
    for _ in range(REQUESTS):
        request = hostile(choose)
        received = b""
        with socket.create_connection(address, timeout=8) as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                while piece := connection.recv(65536):
                    received += piece
            except TimeoutError:
                pytest.fail(f"no answer and no end: {request[:300]!r}")
            except OSError:  # it does not listen to the end of what is too long
                pass
        status = received[9:12]
        assert not status.startswith(b"5"), request[:300]
        statuses[status] = statuses.get(status, 0) + 1
    assert {b"200", b"400", b"404", b"405", b"414", b"431"} <= statuses.keys(), statuses
    assert status_of(address, FIND)[0] == 200
    assert children(process) == before
    assert resident(before[0]) < 300_000_000
    process.terminate()
    assert process.communicate(timeout=10) == ("", "")
