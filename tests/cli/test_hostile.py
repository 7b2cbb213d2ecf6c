"""Whatever stands in a root, a command ends soon, with a sentence or a finding that names it: never by a deadline."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import InvalidRequestError, iter_errors, validate, validator

DEADLINE = 90
SETTINGS = 'version = "0.1.0"\ntitle = "T"\nbase_url = "https://example.org/"\n'
WORDS = {"description": "d", "x-omitted": "o", "x-unit": "1"}
COMMANDS = """
import contextlib, io, json, sys
from arrakis_schema.cli import main
root, file, *commands = sys.argv[1:]
for command in commands:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*command.split(), *([file] if command == "validate" else []), "--root", root])
    print(json.dumps([command, code, out.getvalue()[-3000:], err.getvalue()[-3000:]]))
"""


def schema(x: Any, **more: Any) -> str:
    properties = {"request": {"const": "Find", "description": "d"}, "x": {**WORDS, **x} if isinstance(x, dict) else x}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "t", "description": "d", "type": "object"}
    url = "https://example.org/versions/0.1.0/endpoints/find/descriptor.json"
    return json.dumps({**head, "$id": url, "required": ["request"], "properties": properties, **more})


def write(
    root: Path,
    document: str,
    message: str = '{"request": "Find"}',
    payload: str = "a: int8\n",
    settings: str = SETTINGS,
) -> Path:
    folder = root / "schemas/endpoints/find"
    (folder / "examples/refused").mkdir(parents=True)
    (root / "versions").mkdir()
    (root / "schemas/registry.toml").write_text(settings, encoding="utf-8")
    (folder / "descriptor.json").write_text(document, encoding="utf-8")
    (folder / "schema.txt").write_text(payload, encoding="utf-8")
    (folder / "examples/a.json").write_text(message, encoding="utf-8")
    (folder / "examples/refused/b.json").write_text("{}", encoding="utf-8")
    return folder / "examples/a.json"


def run(root: Path, file: Path, *commands: str) -> dict[str, tuple[int, str, str]]:
    arguments = [sys.executable, "-c", COMMANDS, str(root), str(file), *commands]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert ended.returncode == 0, ended.stderr
    return {command: (code, out, err) for command, code, out, err in map(json.loads, ended.stdout.splitlines())}


def doubled(keyword: str) -> dict[str, Any]:
    return {
        **{f"d{n}": {keyword: [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(40)},
        "d40": {"type": "string"},
    }


def nested(levels: int, inner: Any = 1) -> Any:
    for _ in range(levels):
        inner = {"a": inner}
    return inner


RECURSIVE = {"n": {"allOf": [{"properties": {"a": {"$ref": "#/definitions/n"}}}] * 2}}
FIRST = {"allOf": [{"$ref": "#/definitions/d0"}]}
LONG = "a" * 50 + "!"
WARNINGS = {"pattern-exponential"}
# What to write, the id of the finding that names it ("" for none), what `validate` says, and its exit code.
CASES: dict[str, tuple[dict[str, str], str, str, int]] = {
    "a pattern": (
        {"document": schema({"type": "string", "pattern": "^(a+)+$"}), "message": json.dumps({"request": "Find", "x": LONG})},
        "pattern-exponential", "text that matches the pattern", 1,
    ),
    "a pattern of names": (
        {"document": schema({"patternProperties": {"^(a|a)*$": False}}), "message": json.dumps({"request": "Find", "x": {LONG: 1}})},
        "pattern-exponential", "accepted", 0,
    ),
    "a pattern with a backreference": (
        {"document": schema({"type": "string", "pattern": r"^(?:(a|aa)+\1?)+$"}), "message": json.dumps({"request": "Find", "x": LONG})},
        "pattern-unbounded", "a text of 51 characters takes too many steps for the pattern", 2,
    ),
    "nested allOf": (
        {"document": schema(FIRST, definitions=doubled("allOf")), "message": '{"request": "Find", "x": "a"}'},
        "validation-exponential", "accepted", 0,
    ),
    "nested oneOf": (
        {"document": schema(FIRST, definitions=doubled("oneOf")), "message": '{"request": "Find", "x": 1}'},
        "validation-exponential", "expected something that matches exactly one", 1,
    ),
    "twice at each level": (
        {"document": schema({"allOf": [{"$ref": "#/definitions/n"}]}, definitions=RECURSIVE),
         "message": json.dumps({"request": "Find", "x": nested(28)})},
        "validation-exponential", "accepted", 0,
    ),
    "a large enum": (
        {"document": schema({"enum": [{"v": n} for n in range(30_000)]}), "message": '{"request": "Find", "x": {"v": 29999}}'},
        "", "accepted", 0,
    ),
    "a large number": ({"document": schema({}), "message": '{"request": "Find", "x": 1e400}'}, "example-invalid", "1e400 is too large a number", 1),
    "a long number": (
        {"document": schema({"maximum": 5}).replace('"maximum": 5', '"maximum": 1' + "0" * 400)},
        "json-invalid", "accepted", 0,
    ),
    "a million digits": (
        {"document": schema({"maximum": 5}).replace('"maximum": 5', '"maximum": 1' + "0" * 1_000_000)},
        "json-invalid", "Exceeds the limit", 2,
    ),
    "deep JSON": ({"document": '{"a": ' * 100_000 + "1" + "}" * 100_000}, "json-invalid", "descriptor.json nests too deep", 2),
    "a deep schema": ({"document": schema(nested(300, {"type": "null"}))}, "json-invalid", "accepted", 0),
    "a deep message": ({"document": schema({}), "message": "[" * 100_000 + "]" * 100_000}, "example-invalid", "nests more than 32 levels", 1),
    "a large document": ({"document": schema({"title": "x" * 9_000_000})}, "descriptor.json has 8.58 MiB", "8 MiB are allowed; split it", 2),
    "many columns": ({"document": schema({}), "payload": "a: int8\n" * 10_001}, "document-too-large", "accepted", 0),
    "a deep type": ({"document": schema({}), "payload": f"a: {'list<item: ' * 5000}int8{'>' * 5000}\n"}, "text-invalid", "accepted", 0),
    "large settings": ({"document": schema({}), "settings": f"{SETTINGS}#{'x' * 2_000_000}"}, "schemas/registry.toml is larger than 1 MiB", "registry.toml", 2),
    "deep settings": ({"document": schema({}), "settings": f"{SETTINGS}x = {'[' * 100_000}"}, "schemas/registry.toml nests too deep", "registry.toml", 2),
    "a long key in settings": ({"document": schema({}), "settings": f"{SETTINGS}{'a.' * 100_000}a = 1"}, "schemas/registry.toml, line 4: a key has more than 20 parts", "registry.toml", 2),
    "a long number in settings": ({"document": schema({}), "settings": f"x = {'1' * 100_000}\n{SETTINGS}"}, "schemas/registry.toml contains a number with too many digits", "registry.toml", 2),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_command_ends_with_words(name: str, tmp_path: Path) -> None:
    texts, named, said, code = CASES[name]
    file = write(tmp_path, **texts)
    ended = run(
        tmp_path, file, "lint", "check --timeout 2", "validate", "list", "verify", "matrix --timeout 2", "release"
    )
    for command in ("lint", "check --timeout 2", "release"):
        found, out, err = ended[command]
        assert found in ({1, 2} if named and named not in WARNINGS else {0, 1}), (command, out, err)
        assert named in out + err or (command == "release" and named in WARNINGS)
    assert ended["validate"][0] == code, ended["validate"]
    assert said in "".join(ended["validate"][1:])
    assert {code for code, _, _ in ended.values()} <= {0, 1, 2, 3}
    assert all(err == "" or err.startswith("arrakis-schema: ") for _, _, err in ended.values())
    assert all(err.count("\n") <= 1 for _, _, err in ended.values()), "one sentence"


def test_a_site_is_built_from_slow_schemas(tmp_path: Path) -> None:
    texts, _, _, _ = CASES["nested allOf"]
    document = json.loads(texts["document"])
    document["properties"]["y"] = {"type": "string", "pattern": "^(a+)+$"}
    file = write(tmp_path / "root", json.dumps(document), json.dumps({"request": "Find", "x": "a", "y": LONG}))
    code, out, err = run(tmp_path / "root", file, f"build {tmp_path / 'site'}")[f"build {tmp_path / 'site'}"]
    assert (code, err) == (0, ""), out


SLOW: dict[str, tuple[str, Any]] = {
    "a pattern": (schema({"type": "string", "pattern": "^(a+)+$"}), "a" * 200_000 + "!"),
    "patterns of names": (schema({"patternProperties": {"^(a|a)*$": False}}), {f"{'a' * 100}{n}!": 1 for n in range(5000)}),
    "nested allOf": (schema(FIRST, definitions=doubled("allOf")), "a"),
    "twice at each level": (schema({"allOf": [{"$ref": "#/definitions/n"}]}, definitions=RECURSIVE), nested(60)),
    "unique items": (schema({"uniqueItems": True}), [{"a": n} for n in range(50_000)]),
    "an enum for each item": (schema({"items": {"enum": [[n] for n in range(5000)]}}), [[n % 5000] for n in range(20_000)]),
    "a reference for each item": (schema({"items": {"$ref": "#/definitions/d"}}, definitions={"d": {"type": "integer"}}), [1] * 200_000),
}  # fmt: skip


@pytest.mark.parametrize("judge", [validate, validator, iter_errors], ids=lambda judge: str(judge.__name__))
@pytest.mark.parametrize("name", SLOW)
def test_a_request_is_judged_in_linear_time(name: str, judge: Callable[..., Any], tmp_path: Path) -> None:
    document, value = SLOW[name]
    write(tmp_path, document)
    request, started = {"request": "Find", "x": value}, time.process_time()
    valid = name != "a pattern"
    if judge is iter_errors:
        assert (list(iter_errors(request, root=tmp_path)) == []) is valid
    else:
        run_once = (
            validator("find", root=tmp_path) if judge is validator else lambda message: validate(message, root=tmp_path)
        )
        if valid:
            run_once(request)
        else:
            with pytest.raises(InvalidRequestError):
                run_once(request)
    assert time.process_time() - started < 15
