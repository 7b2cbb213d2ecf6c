"""The server as it is run: its own process on a free port, spoken to over a socket."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.server.listening import ServeError, listen
from arrakis_schema.server.supervisor import serve

FIND = "/versions/0.5.0/endpoints/find/descriptor.json"
LARGE = 16_000_000
Address = tuple[str, int]
Start = Callable[..., Any]
Listening = Callable[[Any], Address]


def stopped(process: Any, number: int = signal.SIGTERM) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    return process.returncode, out, err


def exchange(address: Address, request: bytes) -> bytes:
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def get(address: Address, target: bytes) -> bytes:
    return exchange(address, b"GET " + target + b" HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n")


@pytest.fixture(scope="module")
def address() -> Any:
    command = [sys.executable, str(Path(__file__).parent / "run_site.py"), "0", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        host, port = process.stdout.readline().strip().removeprefix("http://").rstrip("/").split(":")
        yield host, int(port)
        process.terminate()


def test_one_connection_serves_many_requests(address: Address) -> None:
    connection = http.client.HTTPConnection(*address)
    for method in ("GET", "HEAD", "GET", "OPTIONS", "GET"):
        connection.request(method, FIND)
        answer = connection.getresponse()
        body = answer.read()
        assert (answer.status, bool(body)) == (204 if method == "OPTIONS" else 200, method == "GET")
    assert answer.headers["Date"]
    connection.close()


def test_head_has_the_fields_of_get_and_no_content(address: Address) -> None:
    close = b" HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n"
    got = exchange(address, b"GET " + FIND.encode() + close).partition(b"\r\n\r\n")
    head = exchange(address, b"HEAD " + FIND.encode() + close).partition(b"\r\n\r\n")
    assert without_date(head[0]) == without_date(got[0])
    assert b"\r\ncontent-length: %d\r\n" % len(got[2]) in head[0]
    assert head[2] == b""


def without_date(fields: bytes) -> list[bytes]:
    return [line for line in fields.split(b"\r\n") if not line.startswith(b"date:")]


def test_pipelined_requests_are_answered_in_their_order(address: Address) -> None:
    one = b"GET /search.json HTTP/1.1\r\nHost: site.test\r\n\r\n"
    last = b"GET /versions/index.json HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n"
    received = exchange(address, one * 3 + last)
    assert received.count(b"HTTP/1.1 200 OK") == 4
    assert received.count(b'{"docs": []}') == 3
    assert received.endswith(b'{"releases": ["0.4.0", "0.5.0"]}')


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/../../../../etc/passwd", b"404"),
        (b"/versions/../../../etc/passwd", b"404"),
        (b"/versions/../index.html", b"404"),
        (b"/%2e%2e/%2e%2e/etc/passwd", b"404"),
        (b"/..%2f..%2fetc%2fpasswd", b"404"),
        (b"/..%5c..%5cetc%5cpasswd", b"404"),
        (b"/..\\..\\etc\\passwd", b"404"),
        (b"//etc/passwd", b"404"),
        (b"///", b"404"),
        (b"//versions/index.json", b"404"),
        (b"/etc/passwd%00.json", b"400"),
        (b"/%zz", b"400"),
        (b"/%ff", b"400"),
        (b"/\xff", b"400"),
        (b"http://other.test/etc/passwd", b"404"),
        (b"http://other.test/versions/index.json", b"200"),
        (b"file:///etc/passwd", b"4"),
        (b"etc/passwd", b"4"),
        (b"*", b"404"),
        (b"", b"400"),
    ],
)
def test_no_target_leads_out_of_the_site(address: Address, target: bytes, status: bytes) -> None:
    received = get(address, target)
    assert received.startswith(b"HTTP/1.1 " + status)
    assert b"root:" not in received


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Encoding: \xff\xfe\r\nIf-None-Match: \xff"\r\n\r\n',
    ],
)
def test_a_malformed_request_hurts_nobody_else(address: Address, request_: bytes) -> None:
    try:
        received = exchange(address, request_)
    except ConnectionError:  # it stops listening to a request that does not end
        received = b""
    assert not received.startswith(b"HTTP/1.1 5")
    assert get(address, b"/healthz").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_says_nothing(start: Start, listening: Listening, workers: int, number: int) -> None:
    process = start(workers=workers)
    address = listening(process)
    assert get(address, b"/healthz").startswith(b"HTTP/1.1 200")
    assert stopped(process, number) == (0, "", "")
    with pytest.raises(ConnectionRefusedError):
        get(address, b"/healthz")


def test_ctrl_c_in_a_terminal_reaches_all_processes_and_stops_them(start: Start, listening: Listening) -> None:
    process = start(workers=2)
    listening(process)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0
    assert time.monotonic() - began < 4


def test_an_answer_under_way_is_finished_when_it_stops(start: Start, listening: Listening) -> None:
    process = start()
    with socket.create_connection(listening(process), timeout=5) as connection:
        connection.sendall(b"GET /large/zeros.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        received = connection.recv(1000)
        process.terminate()
        time.sleep(0.3)
        while piece := connection.recv(1 << 20):
            received += piece
    assert len(received.partition(b"\r\n\r\n")[2]) == LARGE
    assert process.wait(10) == 0


def test_under_load_no_answer_is_broken_off(start: Start, listening: Listening) -> None:
    process = start(workers=2)
    address = listening(process)

    def hammer(_: int) -> int:
        answers = 0
        while True:
            try:
                received = get(address, b"/search.json")
            except ConnectionError:  # nobody listens any more
                return answers
            if not received:  # the connection was waiting to be accepted
                return answers
            assert received.endswith(b'\r\n\r\n{"docs": []}')
            answers += 1

    with ThreadPoolExecutor(8) as clients:
        counts = clients.map(hammer, range(8))
        time.sleep(0.5)
        process.terminate()
        assert sum(counts) > 50
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_a_worker_does_not_outlive_a_parent_that_was_killed(start: Start, listening: Listening) -> None:
    process = start(workers=2)
    address = listening(process)
    process.kill()
    process.communicate(timeout=10)  # ends when the last process has closed the pipes
    with pytest.raises(ConnectionRefusedError):
        get(address, b"/healthz")


def test_a_busy_port_is_one_sentence(start: Start, listening: Listening) -> None:
    _, port = listening(start())
    second = start(port=port)
    assert second.communicate(timeout=10) == ("", f"port {port} on 127.0.0.1 is in use: choose another with --port\n")
    assert second.returncode == 1


def test_the_port_is_free_again_at_once(start: Start, listening: Listening) -> None:
    first = start()
    address = listening(first)
    get(address, b"/healthz")
    stopped(first)
    assert listening(start(port=address[1])) == address


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("192.0.2.1", 0, "192.0.2.1 is not an address of this machine: choose another with --host"),
        ("no such host", 0, "no such host is not an address of this machine: choose another with --host"),
        ("a" * 64 + ".test", 0, "is not an address of this machine"),
        ("127.0.0.1", 65536, "65536 is not a port: choose one from 0 to 65535 with --port"),
        ("127.0.0.1", -1, "-1 is not a port"),
    ],
)
def test_what_cannot_be_bound_is_one_sentence(host: str, port: int, words: str) -> None:
    with pytest.raises(ServeError, match=words):
        serve(list, host, port)


def test_port_0_is_a_free_one() -> None:
    with listen("localhost", 0) as listener:
        address, port = listener.getsockname()[:2]
    assert address in {"127.0.0.1", "::1"}
    assert port > 0


def test_below_a_sub_path(start: Start, listening: Listening) -> None:
    address = listening(start(0, 1, "schemas/"))
    assert get(address, b"/schemas" + FIND.encode()).startswith(b"HTTP/1.1 200")
    assert get(address, FIND.encode()).startswith(b"HTTP/1.1 200")  # where the proxy takes the sub-path away
    assert b"location: ./schemas/\r\n" in get(address, b"/schemas")


def test_the_url_has_the_sub_path(start: Start) -> None:
    assert start(0, 1, "schemas/").stdout.readline().endswith("/schemas/\n")


@pytest.mark.parametrize("module", ["granian", "starlette"])
def test_without_its_extra_it_says_what_to_install(module: str) -> None:
    code = f"import sys; sys.modules['{module}'] = None; import arrakis_schema.server"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stderr.endswith(f"{module} is not installed: pip install 'arrakis-schema[serve]'\n")


@pytest.mark.parametrize("tool", ["nginx", "wrk"])
def test_the_benchmark_says_what_to_install(tool: str) -> None:
    benchmark = Path(__file__).parents[2] / "benchmarks" / "serve.py"
    command = [sys.executable, str(benchmark)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/nonexistent"})
    assert ended.returncode == 2
    assert tool in ended.stderr.partition("not installed: apt-get update")[0]
