"""Building the site reads each file of the root once, and parses its settings once."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from arrakis_schema.store.freezing import freeze

PROJECT = Path(__file__).parent.parent.parent
ACCEPTED = """
[[exception]]
rule = "column-removed"
places = ["publication/schema.txt"]
release = "1.1.0"
reason = "Nobody reads it."
"""
PROGRAM = """
import json, os, sys, tomllib

opened, parsed, parse = [], [], tomllib.loads
sys.addaudithook(lambda event, args: event == "open" and isinstance(args[0], str) and opened.append(args[0]))
tomllib.loads = lambda text: (parsed.append(text), parse(text))[1]

from arrakis_schema.cli import main

assert main(["build", "--root", sys.argv[1], sys.argv[2]]) == 0
print(json.dumps([[os.path.realpath(path) for path in opened if path.startswith(sys.argv[1])], parsed]))
"""


def test_each_file_is_read_once_and_parsed_once(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    (root / "schemas/exceptions.toml").write_text(ACCEPTED)
    freeze(root)
    command = [sys.executable, "-c", PROGRAM, str(root), str(tmp_path / "site")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    opened, parsed = json.loads(result.stdout.splitlines()[-1])
    assert {path for path in opened if path.startswith(str(root / "schemas"))} >= {str(root / "schemas/registry.toml")}
    assert {path: count for path, count in Counter(opened).items() if count > 1} == {}
    assert max(Counter(parsed).values()) == 1
