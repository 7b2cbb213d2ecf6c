"""Roots that a stranger's pull request could bring: one whose words are hostile and that lint accepts, one whose schemas are, one
whose files are. `root.write_root` is another, with every text in every place of frozen releases.
"""

import json
import os
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import format_document
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.lock import format_lock, lock_release
from tests.hostile.root import write_root
from tests.hostile.texts import FILE_NAMES, HALVES, SECRET, TEXTS, TRICKS
from tests.hostile.toml_text import toml_text

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020_12 = "https://json-schema.org/draft/2020-12/schema"
BASE_URL = "https://example.org/a'b`c${d}/"
DATED = "2026-01-01T00:00:00Z"


def write_words(folder: Path, _port: int) -> Path:
    """Write every text in every place of a frozen release that strangers' text may stand in."""
    return write_root(folder)


def write_accepted(folder: Path, _port: int) -> Path:
    """Write a root that lint accepts and `release` freezes; hostile is what it says, down to the names of examples."""
    _write_accepted(folder, "1.0.0", TEXTS)
    freeze(folder)
    _write_accepted(folder, "1.1.0", TEXTS, narrowed=3)
    entry = {
        "rule": TEXTS[1],
        "places": [f"endpoints/probe/descriptor.json#{TEXTS[2]}"],
        "release": "1.1.0",
        "reason": TEXTS[0],
    }
    (folder / "schemas/exceptions.toml").write_text(_tables("exception", [entry]), encoding="utf-8")
    return folder


def _write_accepted(folder: Path, version: str, texts: tuple[str, ...], narrowed: int = 0) -> None:
    """Write the working set; the first few members take a word less than they did."""
    words = [text for text in texts if text not in HALVES]
    names = [text for text in words if text.strip()]
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    (folder / "schemas/registry.toml").write_text(_registry(version, words), encoding="utf-8")
    others = cycle(names)
    members = {
        name: {
            "type": ["string", "null"],
            **{key: next(others) for key in ("title", "description", "x-unit", "x-null", "x-omitted", "x-<b>")},
            "enum": [name, f"{name} {next(others)}", None][:: 2 if place < narrowed else 1],
            "default": name,
            "examples": [None, name],
            "$comment": next(others),
        }
        for place, name in enumerate(names)
    }
    request = {"const": "Probe", "description": names[0]}
    args = {"type": "object", "description": names[1], "properties": members, "additionalProperties": False}
    probe = {"properties": {"request": request, "args": args}, "required": ["request", "args"]}
    path = "endpoints/probe/descriptor.json"
    _write_schema(
        folder,
        version,
        path,
        {"type": "object", "title": "".join(words[:5]), "description": "\n\n".join(words), **probe},
    )
    full = {"request": "Probe", "args": {name: name for name in names}}
    for name in FILE_NAMES:
        _write_json(folder / f"schemas/endpoints/probe/examples/{name}.json", full)
        _write_json(
            folder / f"schemas/endpoints/probe/examples/refused/{name}.json", {"request": "Probe", "args": {name: 1}}
        )
        (folder / f"schemas/endpoints/probe/examples/{name}.py").write_text("\n".join(words), encoding="utf-8")
    (folder / "schemas/endpoints/probe/notes.md").write_text("\n\n".join(words), encoding="utf-8")
    columns = [_column(name, next(others), others) for name in names]
    answer = folder / "schemas/endpoints/probe/schema.txt"
    answer.write_text(format_document(pa.schema(columns, metadata={name: name for name in names})), encoding="utf-8")
    _write_json(answer.parent / "examples/schema/one.json", {"rows": [{name: name for name in names}]})
    rows: dict[str, Any] = {"type": "object", "description": names[3], "propertyNames": {"enum": names}}
    order = {
        "type": "object",
        "properties": {"key": {"type": "string", "description": names[4], "x-omitted": names[5]}, "value": rows},
    }
    rows["x-omitted"] = names[6]
    _write_schema(folder, version, "publication/order.json", {**order, "title": names[0], "description": names[2]})
    _write_json(
        folder / "schemas/publication/examples/order/one.json", {"key": names[0], "value": {names[1]: names[2]}}
    )
    _write_json(folder / "schemas/publication/examples/order/refused/two.json", {"key": 1})
    (folder / "schemas/publication/schema.txt").write_text("time: int64\n", encoding="utf-8")


def _registry(version: str, words: list[str]) -> str:
    """Return the settings of the accepted root."""
    others = cycle(words)
    settings = {
        "version": version,
        "title": "".join(words[:5]),
        "base_url": BASE_URL,
        "readers": {"request": {"unknown": {f"/{text}": "ignored" for text in words}}, "payload": {"metadata": words}},
        "topics": [
            {
                "document": "publication/order.json",
                "names": [text for text in words if text],
                "key_member": words[0],
                "cleanup": words[1],
            },
            {"document": "publication/schema.txt", "names": ["x-{a}"], "described_by": "publication/order.json"},
        ],
        "flight": {
            "arguments": "args",
            "release": words[0],
            "listing": "probe",
            "defaults": {text: text for text in words},
            "info": {"action": words[1], "release": words[2], "endpoints": words[3]},
            "names": {text: {"column": next(others)} for text in words},
            "filters": {text: {"column": next(others), "keeps": "listed"} for text in words},
            "actions": {text: {next(others): next(others)} for text in words},
        },
    }
    return toml_text(settings)


def _column(name: str, value: str, others: Iterator[str]) -> pa.Field:
    """Return a column of text that says things of itself."""
    metadata = {key: next(others) for key in ("description", "unit", "null", "x-<b>")}
    allowed = {"values": f"{name} {value}"} if len(name.split()) == 1 and name == name.strip() else {}
    return pa.field(name, pa.string(), metadata={**metadata, **allowed})


def write_structures(folder: Path, port: int) -> Path:
    """Write schemas that refer outward, grow, loop, or are words that a code generator would take for code."""
    return _frozen_twice(folder, dict(_structures(port, folder.parent / "secret.json")))


def write_broken(folder: Path, _port: int) -> Path:
    """Write documents that cannot be read: no JSON, no Arrow schema, or too much of it."""
    return _frozen_twice(
        folder, {**dict(_documents("descriptor.json", UNREADABLE)), **dict(_documents("schema.txt", ENDLESS))}
    )


def _frozen_twice(folder: Path, contents: dict[str, bytes]) -> Path:
    """Write a root with some documents in a release and, a little changed, in the working set."""
    lock: dict[str, Any] = {}
    frozen = {path: content.replace(b'"x-now"', b'"x-then"') for path, content in contents.items()}
    lock["1.0.0"] = lock_release(lock, frozen)
    for place, files in (("versions/1.0.0", frozen), ("schemas", contents)):
        for path, content in files.items():
            (folder / place / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / place / path).write_bytes(content)
    (folder / "versions/lock.json").write_text(format_lock(lock), encoding="utf-8")
    (folder / "versions/dates.toml").write_text(f'"1.0.0" = {DATED}\n')
    (folder / "schemas/registry.toml").write_text(toml_text({"version": "1.1.0", "title": "a", "base_url": BASE_URL}))
    return folder


def _structures(port: int, secret: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each file."""
    for name, schema in _schemas(port, secret):
        head = {} if "$schema" in schema else {"$schema": DRAFT_07}
        document = {**head, "title": name, "description": name, "x-now": 1, **schema}
        document["properties"] = {"request": {"const": name.capitalize()}, **document.get("properties", {})}
        yield f"endpoints/{name}/descriptor.json", _json(document)
        yield (
            f"endpoints/{name}/examples/one.json",
            _json({"request": name.capitalize(), "a": "a" * 40 + "!", "b": [[[]]]}),
        )
        yield f"endpoints/{name}/examples/refused/two.json", _json({"request": 1})
    trick = "\n".join(
        f"{{a}}{number}: {{b}}\n  -- field metadata --\n  {{b}}: 'int8'\n  description: {json.dumps(text)}"
        for number, text in enumerate(TRICKS)
    )
    yield "endpoints/template/schema.txt", f"{trick}\n".encode()
    yield "endpoints/odd/schema.txt", b"\0\x1b[31m: int8\n\x1b]8;;http://evil.test/\x1b\\a: string\n"


def _documents(file: str, contents: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each document."""
    yield from ((f"endpoints/{name}/{file}", content) for name, content in contents.items())


UNREADABLE = {
    "depth": b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "number": b'{"const": 1' + b"0" * 5000 + b"}",
    "infinite": b'{"maximum": 1e999, "minimum": NaN}',
    "twice": b'{"type": "string", "type": "integer", "__proto__": 1, "__proto__": 2}',
    "mark": b'\xef\xbb\xbf{"type": "string"}',
    "bytes": b'{"title": "\xff\xfe"}',
    "empty": b"",
    "word": b'"a"',
    "half": b'{"title": "\\ud800", "\\udfff": 1}',
    "escape": b'{"\x1b[31m": 1}',
    "command": b'{"a": 1}\n::error::a\n',
}
ENDLESS = {
    "nested": b"a: " + b"list<item: " * 3000 + b"int8" + b">" * 3000,
    "wide": b"\n".join(b"a%d: int8" % number for number in range(12_000)),
    "decimals": b"a: decimal128(99999999999999999999, 9)\nb: fixed_size_binary[99999999999]",
    "template": b"{a}: {b}\n  -- field metadata --\n  {b}: 'int8 {b} __import__(\"os\")'\n...\n",
    "latin": b"\xe9: int8\n",
    "order": b"::error::a: \x1b[31m\n",
}


def _schemas(port: int, secret: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the JSON Schema of each document."""
    host, file = f"http://127.0.0.1:{port}/", secret.as_uri()
    targets = (
        f"{host}a.json",
        f"{host}a#/b",
        f"//127.0.0.1:{port}/a",
        file,
        f"{file}#",
        str(secret),
        "../../../../secret.json",
    )
    yield (
        "refers",
        {
            "properties": {target: {"$ref": target} for target in targets},
            "allOf": [{"$ref": target} for target in targets],
        },
    )
    yield "refersto", {"allOf": [{"$ref": file}]}
    yield "meta", {"$schema": f"{host}meta.json"}
    outward = {"$ref": "a.json", "$dynamicRef": f"{host}b", "$vocabulary": {f"{host}v": True}}
    yield "based", {"$id": host, "$schema": DRAFT_2020_12, **outward}
    yield (
        "slow",
        {"properties": {"a": {"type": "string", "pattern": SLOW[0]}, "b": {"patternProperties": {SLOW[1]: {}}}}},
    )
    yield (
        "patterns",
        {
            "properties": {
                f"a{number}": {"type": "string", "pattern": pattern} for number, pattern in enumerate(PATTERNS)
            }
        },
    )
    yield "dollar", {"properties": {"a": {"type": "string", "pattern": "^[$]+"}}}
    yield from _endless()
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(25):
        deep = {"not": {"items": deep}}
    yield "deep", {"not": deep}
    yield "large", {"properties": {"a": {"enum": [f"value {number}" for number in range(20_000)]}}}
    numbers = {
        "a": {"maximum": 1.7e308, "minimum": -(10**290), "multipleOf": 1e-300},
        "b": {"maxItems": 2**70, "minItems": 2**69},
    }
    yield "numbers", {"properties": numbers}
    names = ("Id", "id", "a-b", "a_b", "a b", "__proto__", "constructor")
    same = {name: {"const": place} for place, name in enumerate(names)}
    yield "names", {"definitions": same, "properties": {name: {"$ref": f"#/definitions/{name}"} for name in names}}
    yield (
        "tricks",
        {
            "dependencies": {f"{before}{trick}": False for trick in TRICKS for before in ("", "\\", '"', "'")},
            "properties": {trick: {"enum": [trick], "default": trick, "format": trick} for trick in TRICKS},
            "patternProperties": {trick: {"description": trick} for trick in TRICKS},
            "required": list(TRICKS),
            "definitions": {trick: {"$id": trick, "const": trick} for trick in TRICKS},
            "allOf": [{"$ref": f"#/definitions/{trick}"} for trick in TRICKS],
            **dict.fromkeys(TRICKS, TRICKS),
        },
    )
    wrong = {"required": {"a": 1}, "items": "a", "enum": 5, "allOf": {}, "pattern": ["a"], "$ref": 7, "$id": []}
    yield "types", {"properties": {"request": {"type": {}}, "a": []}, **wrong}
    yield "x", {"$id": "javascript:alert(1)", "properties": {"a": {"$ref": "#/properties/" + "a/" * 5000}}}


SLOW = ("^(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$")
PATTERNS = (
    *("^(a|a)*$", "^(a|aa)+$", "(.*a){30}", "a{1000000}", "(a{1000}){1000}", "(", "(?<n>a)\\k<n>", "(?=a+)+b"),
    *("[" * 500, "(" * 500 + ")" * 500),
)


def _endless() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield schemas that are small and mean much: 2^40 ways through references, or none that ends."""
    steps = range(40)
    doubled = {f"d{step}": {"allOf": [{"$ref": f"#/definitions/d{step + 1}"}] * 2} for step in steps}
    yield "doubled", {"definitions": {**doubled, "d40": {"type": "object"}}, "allOf": [{"$ref": "#/definitions/d0"}]}
    chosen = {
        f"d{step}": {"anyOf": [{"$ref": f"#/definitions/d{step + 1}"}, {"required": [f"m{step}"]}]} for step in steps
    }
    first = {"$ref": "#/definitions/d0"}
    yield "chosen", {"definitions": {**chosen, "d40": {"minProperties": 1}}, "allOf": [first, {"not": first}]}
    around = {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}
    yield "loop", {"definitions": around, "properties": {"a": {"$ref": "#/definitions/a"}}}
    inside = {"a": {"$ref": "#"}, "b": {"items": {"$ref": "#/properties/b"}}}
    yield "itself", {"properties": inside, "allOf": [{"$ref": "#/allOf/0"}]}


def write_files(folder: Path, _port: int) -> Path:
    """Write a root with links, pipes, programs for MkDocs, and names that a terminal or a log would act on."""
    _write_accepted(folder, "1.0.0", TEXTS[:12])
    freeze(folder)
    _write_accepted(folder, "1.1.0", TEXTS[:12], narrowed=3)
    secret, schemas = folder.parent / "secret.json", folder / "schemas"
    links = {
        "endpoints/linked/descriptor.json": secret,
        "endpoints/probe/examples/linked.json": secret,
        "endpoints/probe/linked.md": secret,
        "publication/linked.json": secret,
        "publication/environ.txt": Path("/proc/self/environ"),
        "publication/endless.json": Path("/dev/zero"),
        "endpoints/around": folder,
    }
    for path, target in links.items():
        (schemas / path).parent.mkdir(parents=True, exist_ok=True)
        (schemas / path).symlink_to(target)
    os.mkfifo(schemas / "publication/pipe.json")
    for name in (*ODD_NAMES, b"not-\xff-utf-8.json"):
        os.write(
            descriptor := os.open(os.fsencode(schemas / "publication") + b"/" + name, os.O_CREAT | os.O_WRONLY), b"{}"
        )
        os.close(descriptor)
    for path in (
        "evil.html",
        "endpoints/probe/evil.svg",
        ".hidden/a.json",
        "endpoints/probe/sitecustomize.py",
        "conftest.py",
    ):
        (schemas / path).parent.mkdir(parents=True, exist_ok=True)
        (schemas / path).write_text(f"<script>window.hacked=1</script>\n{TRICKS[0]}\n")
    (folder / "hooks.py").write_text(f"{PROGRAM}\n")
    (folder / "mkdocs.yml").write_text(MKDOCS)
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(
        FRONT_MATTER + "\n\n".join(text for text in TEXTS if text not in HALVES and "\0" not in text)
    )
    (folder / "theme").mkdir()
    (folder / "theme/main.html").write_text("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    return folder


FRONT_MATTER = """---
subtitle: "<img src=x onerror=window.hacked=1>"
author: "\\"><script>window.hacked=1</script>"
tags: ["<script>window.hacked=1</script>"]
---

"""
PROGRAM = "open('canary', 'w').close()"
MKDOCS = f"""site_name: "<script>window.hacked=1</script>"
site_author: !!python/object/apply:os.system ["touch canary"]
site_description: "<script>window.hacked=1</script>"
hooks: [hooks.py]
theme: {{ name: material, custom_dir: theme }}
plugins: [search, exec]
markdown_extensions:
  - pymdownx.snippets: {{ base_path: [/, .], check_paths: false }}
  - pymdownx.superfences: {{ custom_fences: [{{ name: a, class: a, format: !!python/name:os.system }}] }}
extra_javascript: ["https://evil.test/a.js", "canary.js"]
x: {PROGRAM}
"""
ODD_NAMES = tuple(
    name.encode()
    for name in (
        "::error::a.json",
        "a\n::error::b.json",
        "a\x1b[31mb.json",
        "a\u202eb.json",
        "<img src=x onerror=window.hacked=1>.json",
        "##[error]c.json",
        "%0A.json",
        "a|b.json",
        "`c`.json",
        "con.json",
        "a.json.",
        " d.json",
    )
)


def _tables(name: str, entries: list[dict[str, Any]]) -> str:
    """Return a list of tables in TOML."""
    return "\n".join(f"[[{name}]]\n{toml_text(entry)}" for entry in entries)


def _write_schema(folder: Path, version: str, path: str, schema: dict[str, Any]) -> None:
    """Write a document with its dialect and its `$id`."""
    _write_json(
        folder / "schemas" / path, {"$schema": DRAFT_07, "$id": f"{BASE_URL}versions/{version}/{path}", **schema}
    )


def _write_json(path: Path, value: Any) -> None:
    """Write a value as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_json(value))


def _json(value: Any) -> bytes:
    """Return a value as JSON in ASCII."""
    return json.dumps(value, indent=1).encode()


def write_secret(folder: Path) -> None:
    """Write the file that nobody may see, as a schema that others could refer to."""
    _write_json(
        folder / "secret.json",
        {"title": SECRET, "description": SECRET, "const": SECRET, "definitions": {"a": {"const": SECRET}}},
    )


ROOTS: dict[str, Callable[[Path, int], Path]] = {
    "words": write_words,
    "accepted": write_accepted,
    "structures": write_structures,
    "broken": write_broken,
    "files": write_files,
}
