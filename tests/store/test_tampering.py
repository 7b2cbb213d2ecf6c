"""Each way to change what is frozen is named by `verify`, and nothing is built or released beside it."""

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError
from arrakis_schema.site import tree
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.lock import LOCK_FILE
from arrakis_schema.store.store import Store
from arrakis_schema.store.verification import verify

PROJECT = Path(__file__).parent.parent.parent
CASES = json.loads((PROJECT / "tests/cases/verify/tampering.json").read_text())


def declare(root: Path, version: str) -> None:
    old = Store(root).settings.version
    for path in ("schemas/registry.toml", "schemas/endpoints/forecast/descriptor.json"):
        (root / path).write_text((root / path).read_text().replace(old, version))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root with the releases 1.1.0 and 1.2.0, which differ in one document."""
    root = tmp_path_factory.mktemp("released") / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    freeze(root)
    declare(root, "1.2.0")
    freeze(root)
    declare(root, "2.0.0")
    assert verify(Store(root)) == []
    return root


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verify_names_what_was_done(case: dict[str, Any], released: Path, tmp_path: Path) -> None:
    root = tmp_path / "weather"
    shutil.copytree(released, root)
    for operation, *arguments in case["do"]:
        OPERATIONS[operation](root, *arguments)
    store = Store(root)
    if case.get("damaged"):
        with pytest.raises(DamagedStoreError) as raised:
            verify(store)
        problems = list(raised.value.problems)
    else:
        problems = verify(store)
    assert len(problems) == len(case["says"]), problems
    for problem, sentence in zip(sorted(problems), sorted(case["says"]), strict=True):
        assert problem.startswith(sentence)
        assert problem.isprintable()
    before = {path for path in root.rglob("*") if ".staged" not in path.parts}
    with pytest.raises(ArrakisSchemaError):
        list(tree(store))
    with pytest.raises(ArrakisSchemaError):
        freeze(store.root)
    assert {path for path in root.rglob("*") if ".staged" not in path.parts} == before


def test_there_are_many_kinds() -> None:
    assert len(CASES) >= 43
    assert len({case["name"] for case in CASES}) == len(CASES)


def change(root: Path, path: str, edit: Callable[[bytes], bytes]) -> None:
    content = (root / path).read_bytes()
    assert edit(content) != content
    (root / path).write_bytes(edit(content))


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(text.encode())


def remove(root: Path, path: str) -> None:
    if (root / path).is_dir():
        shutil.rmtree(root / path)
    else:
        (root / path).unlink()


def copy(root: Path, old: str, new: str) -> None:
    if (root / old).is_dir():
        shutil.copytree(root / old, root / new)
    else:
        shutil.copyfile(root / old, root / new)


def swap(root: Path, one: str, other: str) -> None:
    (root / one).rename(root / "aside")
    (root / other).rename(root / one)
    (root / "aside").rename(root / other)


def convert(root: Path, path: str) -> None:
    files = [path] if (root / path).is_file() else [str(file) for file in (root / path).rglob("*") if file.is_file()]
    for file in files:
        change(root, file, lambda content: content.replace(b"\n", b"\r\n"))


def listen(root: Path, path: str) -> None:
    place = root / path
    with socket.socket(socket.AF_UNIX) as opened, contextlib.chdir(place.parent):  # its path has 107 bytes at most
        opened.bind(place.name)


def edit_lock(root: Path, place: list[str], value: Any) -> None:
    lock = json.loads((root / LOCK_FILE).read_bytes())
    *parents, name = ["releases", *place]
    holder = lock
    for parent in parents:
        holder = holder[parent]
    if value is None:
        del holder[name]
    else:
        holder[name] = value
    (root / LOCK_FILE).write_text(json.dumps(lock))


OPERATIONS: dict[str, Callable[..., object]] = {
    "append": lambda root, path, text: change(root, path, lambda content: content + text.encode()),
    "copy": copy,
    "crlf": convert,
    "drop": lambda root, place: edit_lock(root, place, None),
    "folder": lambda root, path: (root / path).mkdir(),
    "link": lambda root, path, target: (root / path).symlink_to(target),
    "pipe": lambda root, path: os.mkfifo(root / path),
    "prepend": lambda root, path, text: change(root, path, lambda content: text.encode() + content),
    "put": edit_lock,
    "remove": remove,
    "rename": lambda root, old, new: (root / old).rename(root / new),
    "replace": lambda root, path, old, new: change(root, path, lambda b: b.replace(old.encode(), new.encode())),
    "socket": listen,
    "swap": swap,
    "write": write,
}
