"""Every parser of the package: inputs that it reads, how they are damaged, and how it is called.

A parser answers, or raises an `ArrakisSchemaError`. Those that read a file of a root are given a root with that file.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

import arrakis_schema
from arrakis_schema.arrow import (
    Template,
    format_document,
    parse_document,
    read_schema_bytes,
    record_batch,
    schema_bytes,
    to_json,
)
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight import parse_ticket
from arrakis_schema.json_schema.dialects import KEYWORDS
from arrakis_schema.json_schema.packets import dump_request, parse_request
from arrakis_schema.json_schema.positions import positions
from arrakis_schema.json_schema.requests import iter_errors
from arrakis_schema.kafka import check_message
from arrakis_schema.kafka.frames import FrameError, frames, head_size
from arrakis_schema.kafka.records import RecordChecker
from arrakis_schema.lint.subject import Subject
from arrakis_schema.reference.conformance import conformance
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.exceptions import read_exceptions
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store, open_release
from arrakis_schema.system.lint import lint, lint_corrections
from tests.hostile.mutation import change_bytes, change_tree, json_bytes, toml_bytes

PROJECT = Path(__file__).parents[2]
WEATHER = PROJECT / "tests/fixtures/weather"
DOCUMENTS = sorted(path for folder in (PROJECT / "schemas", WEATHER / "schemas") for path in folder.rglob("*"))
_KEYWORDS = tuple(sorted({name for keywords in KEYWORDS.values() for name in keywords}))
_EVERY = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "$id": "https://example.org/a",
    "definitions": {"Id": {"type": "integer"}, "id": {"type": "string"}, "a-b": {"minimum": 1}, "a_b": {"minimum": 2}},
    "properties": {
        "a": {"$ref": "#/definitions/Id"},
        "b": {
            "anyOf": [
                {"type": ["string", "null"], "pattern": "^a+(b|c)*$", "minLength": 1},
                {"not": {"const": {"a": 1}}},
            ]
        },
        "c": {
            "items": [{"multipleOf": 0.01}, {"maximum": 5}],
            "additionalItems": False,
            "uniqueItems": True,
            "contains": {},
        },
    },
    "patternProperties": {"^x-": {"enum": [1, "a", None]}},
    "propertyNames": {"maxLength": 9},
    "dependencies": {"a": ["b"], "b": {"minProperties": 2}},
    "if": {"required": ["a"]},
    "then": {"required": ["b"]},
    "else": {"format": "date-time"},
    "examples": [{}],
}
MESSAGES: tuple[object, ...] = (
    {"request": "Find", "args": {"pattern": "a" * 40 + "!", "time": 2**70}},
    [],
    "a",
    None,
    1.5,
)
Parse = Callable[[bytes], object]


@dataclass(frozen=True)
class Parser:
    """What is fed to one parser: some inputs that it takes, and the function that is called with damaged ones.

    `share` is how many of a thousand inputs it gets: those that take long get fewer.
    """

    name: str
    seeds: Callable[[], list[bytes]]
    parse: Callable[[Path], Parse]
    loads: Callable[[bytes], Any] | None = None
    dumps: Callable[[Random, Any], bytes] = json_bytes
    share: int = 60
    refusals: tuple[type[Exception], ...] = (ArrakisSchemaError,)
    names: tuple[str, ...] = field(default=())

    def inputs(self, seed: int) -> Iterator[bytes]:
        """Yield damaged inputs without end."""
        seeds = self.seeds()
        trees = [self.loads(data) for data in seeds] if self.loads else []
        names = self.names or tuple(sorted({name for tree in trees for name in _names(tree)}))
        random = Random(f"{self.name} {seed}")
        while True:
            if trees and random.random() < 0.7:
                try:
                    yield self.dumps(random, change_tree(random, random.choice(trees), names))
                except RecursionError:  # deeper than what writes it here can go
                    yield change_bytes(random, random.choice(seeds))
            else:
                yield change_bytes(random, random.choice(seeds))


def _names(tree: Any) -> Iterator[str]:
    """Yield the names of all members in a tree."""
    if isinstance(tree, dict):
        yield from tree
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _names(inner)


def _files(*suffixes: str, among: str = "") -> list[bytes]:
    """Return the contents of the files with some ending."""
    return [path.read_bytes() for path in DOCUMENTS if path.name.endswith(suffixes) and among in str(path)]


def _file(path: Path) -> Callable[[], list[bytes]]:
    """Return what reads one file."""
    return lambda: [path.read_bytes()]


def _beside(name: str) -> Callable[[], list[bytes]]:
    """Return what reads a file beside the releases."""
    return _file(PROJECT / "versions" / name)


def _registries() -> list[bytes]:
    """Return the settings of both APIs."""
    return [(root / "schemas/registry.toml").read_bytes() for root in (PROJECT, WEATHER)]


def _toml(data: bytes) -> Any:
    """Return the table in some TOML."""
    return tomllib.loads(data.decode())


def _in_file(name: str, read: Callable[[Path], object], folder: Path) -> Parse:
    """Return what writes an input to a file of a root, and reads that root."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)

    def parse(data: bytes) -> object:
        target.write_bytes(data)
        return read(folder)

    return parse


def _schemas() -> list[bytes]:
    """Return JSON Schemas: those of the working sets, and one with every keyword."""
    return [*_files("descriptor.json", "metadata.json"), json.dumps(_EVERY).encode()]


def _plain(parse: Parse, _folder: Path) -> Parse:
    """Return a parser that needs no folder."""
    return parse


def _parse_request(data: bytes) -> object:
    """Read a packet; what is read can be written and read again."""
    request = parse_request(data)
    assert parse_request(dump_request(request)) == request
    return request


def _ask(data: bytes) -> object:
    """Read a ticket, hold it against the schemas, and find the place of each violation."""
    request = parse_ticket(data)
    places = positions(data.decode("utf-8"))
    found = [violation.path for violation in iter_errors(request)]
    return places, found


def _lint_schema(data: bytes) -> object:
    """Lint a JSON Schema with an example, which asks validators and patterns too."""
    document = Document("endpoints/find/descriptor.json", data)
    example = Example(
        "endpoints/find/examples/full.json", b'{"request": "Find", "args": {"pattern": "aaaaaaaaaaaaaaaaaaaaaaa!"}}'
    )
    findings = lint(Subject(document, None, f"schemas/{document.path}", (example,)))
    assert all(finding.message for finding in findings)
    return findings


def _lint_arrow(data: bytes) -> object:
    """Lint an Arrow document; one that can be read is printed so that it reads the same again."""
    document = Document("endpoints/find/schema.txt", data)
    findings = lint(Subject(document, None, f"schemas/{document.path}"))
    try:
        parsed = parse_document(data.decode("utf-8"))
    except (ArrakisSchemaError, UnicodeDecodeError):
        return findings
    again = parse_document(format_document(parsed))
    if isinstance(parsed, Template):
        assert again == parsed
        _ = parsed.preview(), parsed.unbound
        parsed.bind([dict.fromkeys(parsed.repeated, "int8")], **dict.fromkeys(parsed.values, "int8"))
    else:
        assert isinstance(again, pa.Schema)
        assert again.equals(parsed, check_metadata=True)
    return findings


def _validate_by(folder: Path) -> Parse:
    """Return what validates messages by a document that is given, in a release of its own each."""
    (folder / "schemas/registry.toml").parent.mkdir(parents=True, exist_ok=True)
    (folder / "schemas/registry.toml").write_bytes((WEATHER / "schemas/registry.toml").read_bytes())
    numbers = iter(range(10**9))

    def parse(data: bytes) -> object:
        name = f"n{next(numbers)}"
        place = folder / f"schemas/publication/{name}.json"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
        try:
            check = arrakis_schema.validator(name, root=folder)
            for message in MESSAGES:
                with suppress(arrakis_schema.InvalidRequestError):
                    check(message)
        finally:
            place.unlink()
        return None

    return parse


def _read_ipc(data: bytes) -> object:
    """Read an Arrow schema from bytes, and print it."""
    schema = read_schema_bytes(data)
    return [to_json(schema), format_document(schema)]


def _frames(data: bytes) -> object:
    """Cut a stream into its messages."""
    size = head_size(data)
    return size, [frame.end for frame in frames(data)]


def _records(_folder: Path) -> Parse:
    """Return what checks records of a topic."""
    checker = RecordChecker(open_release(root=PROJECT), "publication/metadata.json")

    def parse(data: bytes) -> object:
        return checker.check(data[:40].partition(b",")[0], data, "name"), checker.check(None, data)

    return parse


@cache
def _streams() -> list[bytes]:
    """Return IPC streams: schemas of all documents, and messages of the publication."""
    schemas = [parse_document(data.decode()) for data in _files("schema.txt")]
    whole = [schema_bytes(schema) for schema in schemas if not isinstance(schema, Template)]
    return [*whole, *_messages()]


@cache
def _messages() -> list[bytes]:
    """Return messages of the publication, plain and packed."""
    schema = parse_document((PROJECT / "schemas/publication/schema.txt").read_text())
    assert isinstance(schema, Template)
    rows = json.loads((PROJECT / "schemas/publication/examples/full.json").read_bytes())
    batch = record_batch(schema.bind(**rows["values"]), rows["rows"])
    made = []
    for packing in (None, "lz4", "zstd"):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=packing)) as stream:
            stream.write_batch(batch)
        made.append(sink.getvalue().to_pybytes())
    return made


PARSERS = {
    parser.name: parser
    for parser in (
        Parser(
            "request",
            partial(_files, ".json", among="endpoints"),
            partial(_plain, _parse_request),
            json.loads,
            share=150,
        ),
        Parser("ticket", partial(_files, ".json", among="examples"), partial(_plain, _ask), json.loads, share=60),
        Parser("JSON", partial(_files, ".json"), partial(_plain, parse_json), share=150),
        Parser("JSON Schema", _schemas, partial(_plain, _lint_schema), json.loads, share=40, names=_KEYWORDS),
        Parser("validator", _schemas, _validate_by, json.loads, share=40, names=_KEYWORDS),
        Parser("Arrow text", partial(_files, "schema.txt"), partial(_plain, _lint_arrow), share=80),
        Parser("Arrow IPC", _streams, partial(_plain, _read_ipc), share=100),
        Parser("message", _messages, partial(_plain, check_message), share=80),
        Parser("frames", _messages, partial(_plain, _frames), share=80, refusals=(FrameError,)),
        Parser("record", partial(_files, ".json", among="metadata"), _records, json.loads, share=60),
        *(
            Parser(name, seeds, partial(_in_file, name, read), loads, dumps, share=40)
            for name, seeds, read, loads, dumps in (
                ("schemas/registry.toml", _registries, lambda root: read_settings(str(root)), _toml, toml_bytes),
                (
                    "schemas/exceptions.toml",
                    _file(PROJECT / "schemas/exceptions.toml"),
                    lambda root: read_exceptions(Store(root)),
                    _toml,
                    toml_bytes,
                ),
                (
                    "versions/corrections.toml",
                    _beside("corrections.toml"),
                    lambda root: list(lint_corrections(Store(root))),
                    _toml,
                    toml_bytes,
                ),
                ("versions/dates.toml", _beside("dates.toml"), lambda root: Store(root).dates, _toml, toml_bytes),
                (
                    "versions/software.toml",
                    _beside("software.toml"),
                    lambda root: Store(root).software,
                    _toml,
                    toml_bytes,
                ),
                ("versions/lock.json", _beside("lock.json"), lambda root: Store(root).lock, json.loads, json_bytes),
                (
                    "versions/conformance.json",
                    _beside("conformance.json"),
                    lambda root: conformance(Store(root)),
                    json.loads,
                    json_bytes,
                ),
            )
        ),
    )
}
