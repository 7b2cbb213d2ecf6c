"""Every command over every kind of damaged root ends with a documented exit code and a few lines, never a traceback."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from arrakis_schema.cli import main
from arrakis_schema.cli.exit_codes import EXIT_CODES, INTERNAL
from arrakis_schema.store.freezing import freeze
from tests.report.runner import commands

PROJECT = Path(__file__).parent.parent.parent
DEEP = 50_000
ODD = "a\n::error::x \x1b[2J\u202e##[error]y <b>|`@x`"
REQUEST = "schemas/endpoints/forecast/descriptor.json"
PAYLOAD = "schemas/endpoints/forecast/schema.txt"
EXAMPLE = "schemas/endpoints/forecast/examples/odd.json"
FROZEN = "versions/1.1.0/endpoints/forecast/"
TEXTS = {
    "empty": b"",
    "binary": bytes(range(256)),
    "not UTF-8": b'{"title": "caf\xe9"}',
    "a number": b"7",
    "null": b"null",
    "a list": b"[]",
    "deep": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "a long number": b'{"maximum": ' + b"9" * 5000 + b"}",
    "NaN": b'{"maximum": NaN}',
    "twice": b'{"type": "object", "type": "string"}',
    "odd words": rb'{"type": "object", "properties": {"\ud800\ufffe": {"description": "\n::error::x\u001b[2J\u202e"}}, "x": 1}',
    "odd columns": f"{ODD}: int8\nx: int7\n".encode(),
    "wrong types": b'{"type": 7, "properties": [], "required": {"a": 1}, "enum": 3, "$ref": 4, "allOf": {}}',
    "properties of null": b'{"type": "object", "properties": null, "required": null, "description": 5, "title": []}',
}  # fmt: skip
TABLES = {
    "no TOML": b"= [\n",
    "not UTF-8": b'version = "caf\xe9"',
    "deep": b"a = " + b"[" * DEEP,
    "a long number": b"a = " + b"9" * 5000,
    "numbers": b"version = 1\ntitle = 2\nbase_url = 3\nreaders = 4\nflight = 5\ntopics = 6\nexception = 7\ncorrection = 8\n",
    "lists": b"readers = [1]\nflight = [1]\ntopics = [1]\nexception = [1]\ncorrection = [1]\n",
    "tables": b"[[correction]]\nreleases = 1\ndocuments = [2]\nlocation = 3\n[[exception]]\nrule = []\n[[topics]]\nnames = 4\n",
    "the year 1": b'"1.1.0" = 0001-01-01T00:00:00+14:00\n',
    "odd": b'"a\\n::error::x\\u001b[2J" = "\\u202e"\n',
}
LOCKS = {
    **{name: TEXTS[name] for name in ("empty", "binary", "null", "a list", "deep")},
    "wrong types": b'{"releases": 3, "1.1.0": []}',
    "wrong types inside": b'{"releases": {"1.1.0": [1, null]}}',
    "no digests": b'{"format": 1, "releases": {"1.1.0": {"x": {}}}}',
}
ABOUT = ("schemas/registry.toml", "schemas/exceptions.toml", "versions/corrections.toml", "versions/dates.toml")
Damage = Callable[[Path], object]


def written(path: str, content: bytes) -> Damage:
    def damage(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)

    return damage


def replaced(path: str, put: Callable[[Path], object]) -> Damage:
    """Return the damage that puts something else in the place of a file or folder."""

    def damage(root: Path) -> None:
        place = root / path
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        put(place)

    return damage


def named(name: bytes) -> Damage:
    """Return the damage that adds an endpoint, a document and an example of this name."""

    def damage(root: Path) -> None:
        text = os.fsdecode(name)
        shutil.copytree(root / "schemas/endpoints/forecast", root / "schemas/endpoints" / text)
        examples = root / "schemas/endpoints/forecast/examples"
        shutil.copy(examples / "three-days.json", examples / f"{text}.json")

    return damage


DAMAGES: dict[str, Damage] = {
    **{f"{path} is {kind}": written(path, text) for path in (REQUEST, PAYLOAD) for kind, text in TEXTS.items()},
    **{f"{FROZEN}{name} is {kind}": written(FROZEN + name, TEXTS[kind]) for name in ("descriptor.json", "schema.txt") for kind in ("empty", "not UTF-8", "deep", "wrong types")},
    **{f"an example is {kind}": written(EXAMPLE, TEXTS[kind]) for kind in ("empty", "not UTF-8", "deep", "a number", "odd words")},
    **{f"{path} is {kind}": written(path, text) for path in ABOUT for kind, text in TABLES.items()},
    **{f"the lock is {kind}": written("versions/lock.json", text) for kind, text in LOCKS.items()},
    **{f"{path} is a folder": replaced(path, Path.mkdir) for path in (REQUEST, PAYLOAD, "versions/lock.json", *ABOUT)},
    **{f"{path} is a loop": replaced(path, lambda place: place.symlink_to(place.name)) for path in (REQUEST, PAYLOAD, *ABOUT)},
    **{f"{path} is a file": replaced(path, Path.touch) for path in ("versions", "schemas", "schemas/endpoints", "versions/1.1.0", FROZEN)},
    **{f"{path} is gone": replaced(path, lambda _: None) for path in ("versions", "schemas", "schemas/endpoints", "versions/lock.json", "versions/1.1.0", REQUEST)},
    **{f"a name {name!r}": named(name) for name in (ODD.replace("/", "").encode(), b"caf\xe9", b"::error::x", " \u3000::error".encode(), b"x" * 200)},
}  # fmt: skip
"""What is wrong with a root, and what puts it in."""

COMMANDS = [
    ["list"],
    ["show", "forecast"],
    ["show", "forecast", "--as", "json"],
    ["show", "forecast", "--as", "arrow-json", "--release", "1.1.0"],
    ["lint"],
    ["lint", "--format", "junit"],
    ["lint", "--format", "github"],
    ["validate", f"ROOT/{EXAMPLE}"],
    ["validate", "--document", "forecast", f"ROOT/{EXAMPLE}"],
    ["verify"],
    ["compare", "forecast@1.1.0", "forecast@next"],
    ["compare", f"ROOT/{REQUEST}", f"ROOT/{PAYLOAD}"],
    ["check"],
    ["check", "--format", "gitlab"],
    ["diff", "1.1.0"],
    ["matrix", "--why"],
    ["mock", "--port", "99999"],
    ["release"],  # the last: it writes
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a root with a release and the next version beside it."""
    root = tmp_path_factory.mktemp("whole") / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    freeze(root)
    for path in ("schemas/registry.toml", REQUEST):
        (root / path).write_text((root / path).read_text().replace("1.1.0", "1.2.0"))
    return root


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_root_gets_a_sentence(
    kind: str, whole: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "weather"
    shutil.copytree(whole, root)
    DAMAGES[kind](root)
    for command in COMMANDS:
        arguments = [part.replace("ROOT", str(root)) for part in command]
        code = main([*arguments, "--root", str(root)])
        printed = capfd.readouterr()
        assert code in EXIT_CODES.keys() - {INTERNAL}, (command, printed.err)
        assert "Traceback" not in printed.err
        assert len(printed.err.splitlines()) <= 10, (command, printed.err)
        assert code != 2 or printed.err, command
        for text in (printed.err,) if "json" in command else (printed.out, printed.err):
            assert not odd(text), (command, text)
            assert "github" in command or not commands(text), (command, text)


def odd(text: str) -> set[str]:
    return {character for character in text if not character.isprintable() and character not in "\n\u3000"}
