"""Nothing is fetched: every command and every public function runs beside a server that counts and a secret file."""

import contextlib
import itertools
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

import arrakis_schema
from arrakis_schema import compat
from arrakis_schema.cli import main
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.json_schema.dialects import DRAFT_07, DRAFT_2020_12, MANY, NAMED, ONE
from arrakis_schema.store.freezing import freeze

PROJECT = Path(__file__).parent.parent.parent
MARKER = "the-content-of-a-file-that-nobody-may-see"
SCHEMA = json.dumps({"const": MARKER, "title": MARKER, "description": MARKER}).encode()
POSITIONS = [(name, lambda inner: inner) for name in (*ONE, "items")]
POSITIONS += [(name, lambda inner: [inner]) for name in MANY]
POSITIONS += [(name, lambda inner: {"a": inner}) for name in NAMED]
MESSAGES: list[Any] = [{"request": "Probe", "a": "b"}, {"request": "Modern", "a": "b"}, {"a": ["b"]}, ["a"], "a", {}]


@dataclass(frozen=True)
class Trap:
    """A root folder whose documents refer to a server and to a file, and what the server was asked."""

    root: Path
    site: Path
    asked: list[str]

    def schemas(self) -> list[dict[str, Any]]:
        """Return the documents of the working set."""
        return [json.loads(path.read_bytes()) for path in sorted(self.root.glob("schemas/endpoints/*/*.json"))]


@pytest.fixture(params=["known dialects", "any dialect"])
def trap(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Trap]:
    asked: list[str] = []

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SCHEMA)

        def log_message(self, *_: object) -> None:
            pass

    (tmp_path / "secret.json").write_bytes(SCHEMA)
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Trap(write_root(tmp_path / "root", server.server_address[1], request.param), tmp_path / "site", asked)
        finally:
            server.shutdown()


def write_root(root: Path, port: int, dialects: str) -> Path:
    """Write two releases whose documents refer outward in every way, at every place.

    Where `dialects` says so, some `$schema` do too: then there are neither a matrix nor a site.
    """
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    host, file = f"http://127.0.0.1:{port}/", (root.parent / "secret.json").as_uri()
    targets = [f"{host}a.json", f"{host}a.json#/definitions/b", f"//127.0.0.1:{port}/a.json", file, f"{file}#"]
    targets += ["../../../secret.json", "../secret.json", "b.json", (root.parent / "secret.json").as_posix()]
    write = {
        "endpoints/probe/descriptor.json": document(DRAFT_07, targets, ["$ref"]),
        "endpoints/modern/descriptor.json": document(
            DRAFT_2020_12, targets, ["$ref", "$dynamicRef", "$recursiveRef"], {"$id": f"{host}base/x.json"}
        ),
        "endpoints/plain/descriptor.json": {"$schema": DRAFT_07, "properties": {"a": {"$ref": f"{host}plain.json"}}},
        "endpoints/based/descriptor.json": {"$schema": DRAFT_07, "$id": file, "items": {"$ref": "secret.json"}},
        "publication/order.json": {
            "$schema": DRAFT_2020_12,
            "$id": host,
            "$vocabulary": {f"{host}v": True},
            "$ref": "a",
        },
    }
    if dialects == "any dialect":
        write["endpoints/meta/descriptor.json"] = {"$schema": f"{host}meta.json", "type": "object"}
        write["endpoints/filed/descriptor.json"] = {"$schema": file, "$ref": file}
    for path, content in write.items():
        place = root / "schemas" / path
        examples = place.parent / ("examples" if path.startswith("endpoints") else "examples/order")
        (examples / "refused").mkdir(parents=True)
        place.write_text(json.dumps({"title": "t", "description": "d", **content}))
        name = place.parent.name.capitalize()
        (examples / "one.json").write_text(json.dumps({"request": name, "a": "b"}))
        (examples / "refused/two.json").write_text(json.dumps({"request": name, "a": MARKER[:3]}))
    for name in ("probe", "modern", "plain"):
        (root / f"schemas/endpoints/{name}/schema.txt").write_text("a: int64\n")
    settings = root / "schemas/registry.toml"
    topic = '\n[[topics]]\ndocument = "publication/order.json"\nnames = ["orders"]\n'
    settings.write_text(settings.read_text() + topic)
    with contextlib.suppress(ArrakisSchemaError):
        freeze(root)
    settings.write_text(settings.read_text().replace('version = "1.1.0"', 'version = "2.0.0"'))
    changed = json.loads((root / "schemas/endpoints/plain/descriptor.json").read_text())
    (root / "schemas/endpoints/plain/descriptor.json").write_text(json.dumps({**changed, "required": ["a", "b"]}))
    return root


def document(dialect: str, targets: list[str], references: list[str], more: Any = None) -> dict[str, Any]:
    """Return a document with every kind of reference to every target at every place."""
    each = zip(itertools.cycle(targets), itertools.product(references, POSITIONS), strict=False)
    return {
        "$schema": dialect,
        **(more or {}),
        "allOf": [{keyword: shape({reference: target})} for target, (reference, (keyword, shape)) in each],
        "default": {"a": "b"},
        "examples": [{"a": "b"}],
    }


COMMANDS = [
    ["list"],
    *(["show", "probe", "--as", view] for view in ("summary", "json")),
    ["show", "plain"],
    *(["lint", "--format", form] for form in ("text", "json", "sarif")),
    *(["check", "--format", form] for form in ("text", "markdown", "junit")),
    ["check", "--against", "1.1.0", "--transitive"],
    ["verify"],
    ["diff", "1.1.0", "--annotations"],
    ["matrix", "--why"],
    *(["compare", f"{name}@1.1.0", f"{name}@next", "--direction", "full"] for name in ("probe", "modern", "plain")),
    *(["validate", "FILE", "--document", name] for name in ("probe", "modern", "meta", "filed", "plain", "order")),
    ["validate", "FILE"],
    ["build", "SITE"],
    ["release"],
]


def test_no_command_fetches(trap: Trap, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    message = tmp_path / "message.json"
    message.write_text(json.dumps(MESSAGES[0]))
    for command in COMMANDS:
        words = [{"FILE": str(message), "SITE": str(trap.site)}.get(word, word) for word in command]
        with contextlib.suppress(SystemExit):
            main([*words, "--root", str(trap.root)])
        printed = capfd.readouterr()
        assert trap.asked == [], command
        assert MARKER not in printed.out + printed.err, command
        assert "Traceback" not in printed.err, command
    for path in trap.site.rglob("*"):
        assert path.is_dir() or MARKER.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("trap", ["known dialects"], indirect=True)
@pytest.mark.parametrize("command", ["mock", "serve"])
def test_no_server_fetches(command: str, trap: Trap, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = [sys.executable, "-m", "arrakis_schema.cli", command, "--port", "0", "--root", str(trap.root)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        begun = running.stdout.readline()
        address = re.search(r"\S+://\S+", begun)
        assert address is not None, begun
        if command == "mock":
            main(["conform", address[0], "--root", str(trap.root)])
        else:
            with urlopen(f"{address[0].rstrip('/')}/endpoints/probe/") as page:  # noqa: S310 - our own server
                assert MARKER.encode() not in page.read()
        running.send_signal(signal.SIGINT)
        printed, _ = running.communicate(timeout=30)
    examined = capfd.readouterr()
    assert trap.asked == []
    for text in (printed, examined.out, examined.err):
        assert MARKER not in text
        assert "Traceback" not in text


def calls(trap: Trap) -> Iterator[Any]:
    """Yield a call of every public function that reads a document."""
    root, names = trap.root, ("probe", "modern", "meta", "filed", "plain", "based", "order")
    for version, name in itertools.product((None, "1.1.0"), names):
        yield lambda name=name, version=version: arrakis_schema.load_schema(name, version, root=root)
        for message in MESSAGES:
            yield lambda name=name, version=version, message=message: arrakis_schema.validator(
                name, version, root=root
            )(message)
        request = {"request": name.capitalize(), "a": "b"}
        yield lambda request=request, version=version: arrakis_schema.validate(request, version, root=root)
        yield lambda request=request, version=version: list(arrakis_schema.iter_errors(request, version, root=root))
        yield lambda name=name, version=version: arrakis_schema.descriptor(name, version, root=root, a="b")
        yield lambda name=name, version=version: arrakis_schema.payload_schema(name, version, root=root)
    yield lambda: arrakis_schema.check_message(b'{"a": 1}', root=root)
    for reader, writer in itertools.pairwise([*trap.schemas(), trap.schemas()[0]]):
        yield lambda reader=reader, writer=writer: compat.accepts(reader, writer, timeout=0.2)
        yield lambda reader=reader: compat.accepts(reader, {**reader, "required": ["c"]}, timeout=0.2)


def test_no_function_fetches(trap: Trap) -> None:
    for call in calls(trap):
        try:
            told = repr(call())
        except (ArrakisSchemaError, ValueError) as error:
            told = str(error)
        assert trap.asked == []
        assert MARKER not in told


def test_a_reference_that_leads_out_is_one_sentence(trap: Trap) -> None:
    with pytest.raises(arrakis_schema.InvalidSchemaError) as caught:
        arrakis_schema.validate({"request": "Plain", "a": "b"}, root=trap.root)
    assert str(caught.value).startswith(
        "schemas/endpoints/plain/descriptor.json is not a valid JSON Schema: /properties/a/$ref: "
    )
    assert "leads out of all documents here, and nothing is fetched: add the document" in str(caught.value)
    assert "\n" not in str(caught.value)
