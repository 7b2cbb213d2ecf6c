"""The guides are played through from their first line to their last."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jsonschema
import pyarrow as pa
import pytest
import yaml

from arrakis_schema import load_payload, load_schema, validate
from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.new_root import STARTER
from arrakis_schema.store.store import Store
from tests.docs.pages import DOCS, PATH, PROJECT, Block, blocks, play


def test_ten_steps_lead_from_an_empty_folder_to_a_site(tmp_path: Path) -> None:
    printed = play(blocks("guides/your-api.md"), tmp_path)
    assert "[maximum-added]" in printed
    for path in Store(tmp_path).release("0.1.0").files:
        assert (tmp_path / "versions/0.1.0" / path).read_bytes() == (STARTER / "schemas" / path).read_bytes(), path
    schema = load_schema("levels", "0.1.0", root=tmp_path)
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate({"request": "Levels", "station": "Hamburg"}, schema)
    with pytest.raises(InvalidRequestError, match=r"days: expected at least 1, found 0"):
        validate({"request": "Levels", "station": "Hamburg", "days": 0}, "0.1.0", root=tmp_path)
    sent = pa.ipc.open_stream((tmp_path / "site/versions/0.1.0/endpoints/levels/schema.arrow").read_bytes()).schema
    assert sent == load_payload("levels", "0.1.0", root=tmp_path)
    bound = (tmp_path / "site/versions/latest/publication/schema.float32.arrow").read_bytes()
    assert pa.ipc.open_stream(bound).schema.field("level").type == pa.float32()
    assert "levels" in (tmp_path / "site/endpoints/levels/index.html").read_text()
    assert re.findall(r"^## (\d+)\.", (DOCS / "guides/your-api.md").read_text(), re.MULTILINE) == [
        str(number) for number in range(1, 11)
    ]


def test_a_team_brings_its_schemas(tmp_path: Path) -> None:
    printed = play(blocks("guides/bring-your-schemas.md"), tmp_path)
    assert "time: " in printed
    store = Store(tmp_path)
    assert store.releases == ("1.0.0", "1.1.0", "1.2.0")
    for path in store.release("1.0.0").files:
        assert store.release("1.0.0").read(path) == (tmp_path / "history/v1.0.0" / path).read_bytes()
    page = (tmp_path / "site/documents/north/gauge/index.html").read_text()
    assert "UTC, as in RFC 3339." in page
    assert re.search(r'from <a href="[^"]*/core/time/">time</a>', page)
    assert ">Endpoints<" not in page
    assert "north/gauge" in (tmp_path / "site/index.html").read_text()
    assert "north/gauge" in (tmp_path / "site/documents/core/time/index.html").read_text()  # which uses it


@pytest.fixture
def released(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    freeze(tmp_path / "weather")
    return tmp_path / "weather"


def test_a_version_is_released_and_published(released: Path) -> None:
    play([block for block in blocks("guides/releasing.md") if block.language != "yaml"], released)
    assert list(Store(released).releases) == ["1.1.0", "2.0.0"]
    frozen = (released / "versions/2.0.0/endpoints/forecast/descriptor.json").read_bytes()
    assert (released / "public/versions/latest/endpoints/forecast/descriptor.json").read_bytes() == frozen
    index = json.loads((released / "public/versions/index.json").read_text())
    assert index["aliases"]["latest"] == "2.0.0"
    page = (released / "public/releases/1.1.0/forecast/index.html").read_text()
    assert "answered with nulls" in page


def yaml_blocks() -> list[tuple[str, int, str]]:
    pages = ("releasing", "github", "gitlab", "pre-commit", "conformance")
    found = [(page, one.text) for page in pages for one in blocks(f"guides/{page}.md") if one.language == "yaml"]
    return [(page, number, text) for number, (page, text) in enumerate(found)]


def judge(text: str) -> str:
    """Return the schema that a whole file is judged by, or nothing for a part of one."""
    keys = set(yaml.safe_load(text)) if text.lstrip().startswith(("#", "name:", "pages:", "schemas:")) else set()
    if "jobs" in keys:
        return "vendor.github-workflows"
    if "repos" in keys:
        return "custom.pre-commit"
    return "vendor.gitlab-ci" if keys else ""


@pytest.mark.parametrize(("page", "number", "text"), yaml_blocks())
def test_a_file_for_ci_is_what_its_system_reads(page: str, number: int, text: str, tmp_path: Path) -> None:
    parsed = yaml.safe_load(text)
    file = tmp_path / f"{page}-{number}.yml"
    file.write_text(text)
    schema = judge(text)
    if schema == "custom.pre-commit":
        hooks = {hook["id"] for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())}
        assert {hook["id"] for repo in parsed["repos"] for hook in repo["hooks"]} <= hooks
    elif schema:
        command = ["check-jsonschema", "--builtin-schema", schema, str(file)]
        done = subprocess.run(command, env={**os.environ, "PATH": PATH}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    else:
        assert isinstance(parsed, list)


def test_the_pages_jobs_build_what_is_published(released: Path) -> None:
    job = next(text for _, _, text in yaml_blocks() if text.startswith("pages:"))
    steps = [line for line in yaml.safe_load(job)["pages"]["script"] if "pip install" not in line]
    play([Block("console", "", "".join(f"$ {step}\n" for step in steps))], released)
    workflow = next(text for _, _, text in yaml_blocks() if text.startswith("name: pages"))
    runs = [step["run"] for step in yaml.safe_load(workflow)["jobs"]["publish"]["steps"] if "run" in step]
    assert [line for line in runs if "pip install" not in line] == steps
    assert (released / "public/versions/1.1.0/endpoints/forecast/schema.arrow").exists()


@pytest.fixture
def nginx(released: Path, tmp_path: Path) -> Iterator[str]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip("no nginx on this machine: apt-get install nginx-light")
    play([Block("console", "", "$ arrakis-schema build public --root .\n")], released)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = next(one.text for one in blocks("guides/releasing.md") if one.language == "nginx")
    types = Path(program).parent.parent.parent / "etc/nginx/mime.types"
    server = server.replace("8080", f"127.0.0.1:{port}").replace("/srv/schemas", str(released / "public"))
    server = server.replace("/etc/nginx/mime.types", str(types if types.exists() else "/etc/nginx/mime.types"))
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/t; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    head = f"{user} daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\n"
    (tmp_path / "nginx.conf").write_text(f"{head}http {{ access_log off; {temporary}\n{server}\n}}\n")
    command = [program, "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    with subprocess.Popen(command) as running:
        for _ in range(50):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
        running.terminate()


@pytest.mark.parametrize(
    ("path", "cache", "media"),
    [
        (
            "versions/1.1.0/endpoints/forecast/descriptor.json",
            "public, max-age=31536000, immutable",
            "application/json",
        ),
        (
            "versions/1.1.0/endpoints/forecast/schema.arrow",
            "public, max-age=31536000, immutable",
            "application/vnd.apache.arrow.stream",
        ),
        ("versions/latest/endpoints/forecast/schema.txt", "public, max-age=300, must-revalidate", "text/plain"),
        ("endpoints/forecast/", "public, max-age=300, must-revalidate", "text/html"),
    ],
)
def test_nginx_says_how_long_to_keep_what(path: str, cache: str, media: str, nginx: str) -> None:
    with urllib.request.urlopen(f"{nginx}{path}", timeout=10) as answer:  # noqa: S310 - our own server
        assert answer.headers["Cache-Control"] == cache
        assert answer.headers["Content-Type"] == media
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
