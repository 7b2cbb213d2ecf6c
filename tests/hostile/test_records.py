"""Files beside the documents that hold anything but what they should: each is named in a sentence, by every command that reads it."""

import shutil
from pathlib import Path

import pytest

from arrakis_schema.cli.exit_codes import INTERNAL
from arrakis_schema.store.freezing import freeze
from tests.hostile.commands import COMMANDS, SERVERS
from tests.hostile.parsers import PARSERS, WEATHER
from tests.hostile.test_commands import legible, run
from tests.report.runner import commands

RECORDS = sorted(name for name in PARSERS if "/" in name)
SETTINGS = "schemas/registry.toml"
EVERY = sorted(COMMANDS.keys() - SERVERS - {"build", "conform", "release", "adopt", "import"})
READING = {SETTINGS: EVERY}
"""Commands to call with each record; every command reads the settings, and these read all others."""

MOST = ("check", "matrix", "verify")
CONTENTS = {
    "empty": b"",
    "no table": b"[[a]]\n" * 3 + b"a = 1\n",
    "no text": b"\xff\xfe\x00",
    "a command": b"::error::a\n\x1b[31m##[error]b\n",
    "a hostile key": b'"\\u001b[31m\\n::error::" = "a"\n[readers."\\n##[error]"]\n"::" = 1\n',
    "deep": b"a = " + b"[" * 50_000,
    "long": b'a = "' + b"x" * 3_000_000 + b'"',
    "numbers": b"version = 1" + b"0" * 5000 + b"\n",
    "JSON": b'{"format": 1, "releases": {"\\u001b[31m\\n::error::": {"a\\n::error::b": {"sha256": "\\ud800"}}}}',
    "another format": b'{"format": 99999999999999999999999, "releases": {}}',
    "wrong types": b"erratum = 1\nsent = {}\nexception = [1]\nversion = {}\n",
    "a table of others": b'[[correction]]\ndocuments = "\\n::error::"\n[[client]]\nname = 1\n[[exception]]\nrule = []\n',
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released") / "root"
    shutil.copytree(WEATHER, root)
    freeze(root)
    settings = root / "schemas/registry.toml"
    settings.write_text(settings.read_text().replace('version = "1.1.0"', 'version = "1.2.0"'))
    return root


@pytest.mark.parametrize("record", RECORDS)
def test_a_broken_record_is_named_in_words(
    record: str, released: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    target, before = released / record, (released / record).read_bytes() if (released / record).exists() else None
    try:
        for label, content in CONTENTS.items():
            target.write_bytes(content)
            for command in READING.get(record, MOST):
                words = {
                    "show": ["forecast"],
                    "validate": [str(WEATHER / "schemas/registry.toml")],
                    "compare": ["forecast@1.1.0", "forecast@next"],
                    "diff": ["1.1.0"],
                }
                printed = run([command, *words.get(command, [])], released, capfdbinary)
                told = (label, command, printed.code, printed.err[-2000:])
                assert printed.code != INTERNAL, told
                for text in (printed.out, printed.err):
                    legible(text, told)
                    assert commands(text.decode()) == [], told
                    assert len(text) < 20_000, told
    finally:
        target.unlink(missing_ok=True)
        if before is not None:
            target.write_bytes(before)
