"""A root folder with hostile text in every string and every name of a member or column.

Its releases are frozen here without lint, for a frozen release may hold anything. Names of files are another matter: the
inventory of a release refuses those that no URL can stand for.
"""

import json
from itertools import cycle
from pathlib import Path
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import format_schema
from arrakis_schema.store.layout import STANDARD
from arrakis_schema.store.lock import format_lock, lock_release
from tests.hostile.texts import HALVES, MARKUP, ODD, TEXTS
from tests.hostile.toml_text import toml_text

VERSIONS = ("1.0.0", "1.1.0")
NAMES = ("probe", "__config", "index", "a b", "it's", "{{ 7 }}", "(x)[y]", "<b>", "&amp;", "-", "`")
"""Names of endpoints: some that a page, a template or a shell would read in its own way."""

_ENCODABLE = MARKUP + ODD


def write_root(folder: Path, names: tuple[str, ...] = NAMES) -> Path:
    """Write the root and return it: two frozen releases, and a working set that changed and removed some of it."""
    lock: dict[str, Any] = {}
    for number, version in enumerate(VERSIONS):
        contents = _release(number, names)
        _write(folder / "versions" / version, contents)
        lock[version] = lock_release(lock, contents)
    _write(folder / "schemas", _release(2, names[:-1]))
    (folder / "versions/lock.json").write_text(format_lock(lock), encoding="utf-8")
    (folder / "versions/dates.toml").write_text(
        f'"{VERSIONS[0]}" = 2026-01-01T00:00:00Z\n"{VERSIONS[1]}" = 2026-02-01T00:00:00Z\n'
    )
    (folder / "versions/corrections.toml").write_text(_corrections(names), encoding="utf-8")
    (folder / "versions/software.toml").write_text(_software(names), encoding="utf-8")
    (folder / "versions/conformance.json").write_bytes(_json(_examined()))
    settings = {"version": "2.0.0", "title": "".join(MARKUP[:5]), "base_url": 'https://example.org/"><script>/'}
    (folder / "schemas/registry.toml").write_text(toml_text(settings), encoding="utf-8")
    return folder


def _write(folder: Path, contents: dict[str, bytes]) -> None:
    """Write the files of a release."""
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _release(number: int, names: tuple[str, ...]) -> dict[str, bytes]:
    """Return the files of a release; each release differs from the one before in every way that is told."""
    files = {}
    for name in names:
        folder, first = f"endpoints/{name}", name == names[0]
        texts, step = (TEXTS, number) if first else (TEXTS[:3], 0)
        files[f"{folder}/descriptor.json"] = _json(_request(name, texts, step))
        files[f"{folder}/schema.txt"] = format_schema(_payload(texts, step)).encode("utf-8")
    folder = f"endpoints/{names[0]}"
    for number_of, text in enumerate(MARKUP):
        word = text.replace("/", "∕")[:40]
        files[f"{folder}/examples/{number_of} {word}.json"] = _json({"request": names[0], "args": {text: text}})
    files[f"{folder}/examples/minimal.json"] = _json({"request": names[0], "args": {}})
    program = "\n".join(TEXTS).encode("utf-8", "replace")
    files[f'{folder}/examples/minimal.a"b.py'] = program
    files["publication/order.json"] = _json({**_members(TEXTS[:5], number), "description": TEXTS[0]})
    assert all(STANDARD.is_document(path) or "/examples/" in path for path in files)
    return files


def _request(name: str, texts: tuple[str, ...], number: int) -> dict[str, Any]:
    """Return the schema of a request."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": MARKUP[0],
        "description": "\n\n".join(TEXTS),
        "type": "object",
        "properties": {"request": {"const": name}, "args": _members(texts, number)},
        "required": ["request", "args"],
    }


def _members(texts: tuple[str, ...], number: int) -> dict[str, Any]:
    """Return an object with a member of each name; later releases have one less, and say other things of the rest."""
    others = cycle(TEXTS[number:])
    members = {
        text: {
            "type": "string",
            "description": next(others),
            "x-unit": next(others),
            "x-null": next(others),
            "x-omitted": next(others),
            **(
                {"const": text}
                if place % 2
                else {"enum": [text, text * 2, *([text * 3] if number and place < 6 else [])]}
            ),
        }
        for place, text in enumerate(texts[number:])
    }
    return {"type": "object", "properties": members, "required": [texts[number]]}


def _payload(texts: tuple[str, ...], number: int) -> pa.Schema:
    """Return the schema of an answer: a column of each name that UTF-8 has, with such texts in its metadata."""
    others = cycle(_ENCODABLE[number:])
    keys = ("description", "unit", "null", "values", "rows", "length")
    kind = pa.string() if number else pa.int64()
    columns = [text for text in texts[number:] if text not in HALVES]
    return pa.schema([pa.field(text, kind, metadata={key: next(others) for key in keys}) for text in columns])


def _corrections(names: tuple[str, ...]) -> str:
    """Return notes about every member, and about one that does not exist."""
    documents = [f"endpoints/{name}/descriptor.json" for name in names]
    locations = [f"/properties/args/properties/{_pointed(text)}" for text in _ENCODABLE] + list(MARKUP)
    entries = [
        {
            "releases": [VERSIONS[0]],
            "documents": documents,
            "location": location,
            "rule": text,
            "reason": text,
            "seen": [text],
            "fixed": fixed,
        }
        for location, text, fixed in zip(
            locations, cycle(_ENCODABLE), cycle(["", VERSIONS[1], MARKUP[0]]), strict=False
        )
    ]
    return "\n".join(f"[[correction]]\n{toml_text(entry)}" for entry in entries)


def _software(names: tuple[str, ...]) -> str:
    """Return clients and servers, and calls, of such names."""
    common = [{"name": text, "versions": [text], "release": VERSIONS[0]} for text in MARKUP]
    clients = [{**entry, "calls": {text: [names[0]]}} for entry, text in zip(common, MARKUP, strict=True)]
    return "\n".join(
        f"[[{side}]]\n{toml_text(entry)}"
        for side, entries in (("client", clients), ("server", common))
        for entry in entries
    )


def _examined() -> dict[str, Any]:
    """Return a record of what servers and clients did."""
    servers = [
        {
            **dict.fromkeys(("server", "backend", "claims", "release"), text),
            "conforms": False,
            "examined": {text: [text, text]},
            "findings": [["find", "error", text, text, text]],
        }
        for text in TEXTS
    ]
    return {"servers": servers, "clients": [{"client": text, "release": text, "asked": [text]} for text in TEXTS]}


def _pointed(name: str) -> str:
    """Return a name as JSON Pointer has it."""
    return name.replace("~", "~0").replace("/", "~1")


def _json(value: Any) -> bytes:
    """Return a value as JSON, with every half of a surrogate pair as an escape."""
    return json.dumps(value, indent=1).encode()
