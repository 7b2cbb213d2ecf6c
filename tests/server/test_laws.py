"""What holds for every request: hypothesis looks for one that breaks it."""

import asyncio
import gzip
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.server.application import application
from arrakis_schema.server.resources import parse_weights
from arrakis_schema.site.representations import Representation

Fields = list[tuple[bytes, bytes]]
SMALL = Representation("a/b.json", b"{}", "application/json")
LARGE = Representation("a/c/d.json", b"[" + b"1, " * 500 + b"1]", "application/json", immutable=True)
APP: Any = application([SMALL, LARGE, Representation("a/index.html", b"<p>" * 50, "text/html")])

PIECES = [
    "a",
    "b.json",
    "c",
    "d.json",
    "/",
    "//",
    "..",
    ".",
    "%2e%2e",
    "%2f",
    "%",
    "%00",
    "%ff",
    "\\",
    "\0",
    "\n",
    "*",
    "?",
    "é",
]
PATHS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join).map("/{}".format) | st.text()
NAMES = st.sampled_from([b"accept-encoding", b"if-none-match", b"if-match", b"host", b"origin"]) | st.binary()
VALUES = st.text(alphabet='gzipdentyq=01.;,*"W/ \tab', max_size=40).map(str.encode) | st.binary()
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=4)
METHODS = st.sampled_from(["GET", "HEAD", "OPTIONS", "POST"]) | st.text()


def ask(
    method: str, path: str, fields: Fields, root_path: str = "", raw_path: bytes | None = None
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": raw_path, "query_string": b"",
        "headers": fields, "root_path": root_path,
    }  # fmt: skip

    async def receive() -> Any:
        raise AssertionError("a body was read")

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(APP(scope, receive, send))
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


@given(METHODS, PATHS, FIELDS, PATHS | st.just(""))
def test_every_request_has_a_whole_answer_and_none_is_the_servers_fault(
    method: str, path: str, fields: Fields, root_path: str
) -> None:
    raw_path = path.encode("utf-8", "surrogatepass")
    status, given_fields, body = ask(method, unquote(path), fields, root_path, raw_path)
    assert status in {200, 204, 304, 308, 400, 404, 405, 406, 412}
    assert given_fields[b"access-control-allow-origin"] == b"*"
    if status not in {204, 304} and method != "HEAD":
        assert int(given_fields[b"content-length"]) == len(body)
    if status >= 400:
        assert given_fields[b"content-type"] == b"application/problem+json"


@given(PATHS)
def test_only_a_path_of_the_site_gives_a_file(path: str) -> None:
    status, _, body = ask("GET", path, [])
    assert (status == 200) == (path in {"/a/b.json", "/a/c/d.json", "/a/", "/a/index.html"})
    assert status != 200 or body in {SMALL.content, LARGE.content, b"<p>" * 50}


@given(st.sampled_from([SMALL, LARGE]), VALUES, VALUES)
def test_an_entity_tag_that_was_given_revalidates_whatever_coding_is_asked_for(
    file: Representation, first: bytes, then: bytes
) -> None:
    status, fields, _ = ask("GET", f"/{file.path}", [(b"accept-encoding", first)])
    if status != 200:
        return
    etag = fields[b"etag"]
    status, fields, body = ask("GET", f"/{file.path}", [(b"accept-encoding", then), (b"if-none-match", etag)])
    assert status == 406 or (status, fields[b"etag"], body) == (304, etag, b"")


@given(st.sampled_from([SMALL, LARGE]), VALUES)
def test_the_coding_is_one_that_the_client_did_not_refuse(file: Representation, accept_encoding: bytes) -> None:
    status, fields, body = ask("GET", f"/{file.path}", [(b"accept-encoding", accept_encoding)])
    wanted = parse_weights(accept_encoding)
    if status == 406:
        assert not any(wanted)
    elif b"content-encoding" in fields:
        assert wanted.gzip > 0
        assert gzip.decompress(body) == file.content
    else:
        assert wanted.identity > 0
        assert body == file.content


def test_preparing_is_deterministic() -> None:
    asked: Fields = [(b"accept-encoding", b"gzip")]
    before = ask("GET", "/a/c/d.json", asked)
    again = application([LARGE])
    assert before[0] == 200
    assert gzip.compress(LARGE.content, 6, mtime=0) == before[2]
    assert again is not APP


def test_two_files_of_one_path_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two files of the site have the path a/b\.json"):
        application([SMALL, SMALL])


def test_a_web_socket_is_closed() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(APP({"type": "websocket", "path": "/", "headers": []}, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_a_server_that_asks_for_the_lifespan_is_answered() -> None:
    sent: list[Any] = []
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(APP({"type": "lifespan"}, receive, send))
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_long_folder_is_listed_in_part_and_a_long_path_costs_little() -> None:
    crowd: Any = application([Representation(f"all/{number:04}", b"", "text/plain") for number in range(500)])
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("a body was read")

    for path in ("/all/none", "/" * 8_000, "/" + "x" * 7_999, "/" * 8_001):
        asyncio.run(crowd({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send))
    assert b"0049 and 450 more" in sent[1]["body"]
    assert [message["status"] for message in sent[::2]] == [404, 404, 404, 414]
