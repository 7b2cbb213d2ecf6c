"""The programs on the pages run: against the mock, and the code of each schema makes it."""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest

from arrakis_schema import load_payload
from arrakis_schema.arrow import Template
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.reference import book
from arrakis_schema.reference.programs import python_literal
from arrakis_schema.store.store import Store
from tests.reference.project_pages import STORE, project_pages

PAGE = re.compile(r"(?:next|releases/[\d.]+)/\w+\.md")
TAB = re.compile(r'^=== "(?P<title>[^"]*)"\n\n(?P<body>(?:    .*\n|\n)+)', re.MULTILINE)


def programs(title: str) -> Iterator[tuple[str, str]]:
    """Yield the program under each tab of a title, with the page that it is on."""
    for path, text in project_pages().items():
        if PAGE.fullmatch(path):
            yield from ((path, program) for program in tabs_of(text, title))


def tabs_of(page: str, title: str) -> list[str]:
    """Return the program under each tab of a title on a page."""
    tabs = (tab for tab in TAB.finditer(f"{page}\n") if tab["title"] == title)
    return [re.sub(r"^```\w*\n|```\s*$", "", dedent(tab["body"]).strip()) for tab in tabs]


def run(program: str) -> tuple[dict[str, object], str]:
    """Run a program, and return its names and what it printed."""
    names, printed = dict[str, object](), StringIO()
    with redirect_stdout(printed):
        exec(program, names)  # noqa: S102 - from our own pages
    return names, printed.getvalue()


@pytest.mark.parametrize("version", [*STORE.releases, "next"])
def test_every_endpoint_is_asked_with_pyarrow(version: str) -> None:
    folder = version if version == "next" else f"releases/{version}"
    shown = programs("Python (pyarrow.flight)")
    found = {Path(path).stem: text for path, text in shown if path.startswith(f"{folder}/")}
    release = STORE.release(None if version == "next" else version)
    endpoints = {document.name for document in release.every_document() if document.kind.value == "payload"}
    assert endpoints - found.keys() <= ({"partition"} if version == "0.1.2" else set()), "its examples lack a column"
    with MockServer(release) as server:
        for name in endpoints & found.keys():
            _, printed = run(found[name].replace("HOST:PORT", f"127.0.0.1:{server.port}"))
            assert "pyarrow." in printed, name


@pytest.mark.parametrize(
    ("registry", "sent", "endpoints"),
    [
        ('calls = "path"', 'for_path("tide", json.dumps(request))', {"tide", "wind"}),
        ('discriminator = "hours"', "for_command(json.dumps(request))", {"tide"}),
        ('discriminator = "hours"\ncalls = "ticket"', "do_get(ticket)", {"tide"}),
    ],
)
def test_a_request_is_sent_as_the_settings_say(registry: str, sent: str, endpoints: set[str], tmp_path: Path) -> None:
    files = {
        "registry.toml": f'version = "1.0.0"\ntitle = "Tides"\nbase_url = "https://example.org/"\n[flight]\n{registry}',
        "endpoints/tide/descriptor.json": '{"properties": {"hours": {"const": 2}}, "required": ["hours"]}',
        "endpoints/tide/examples/two.json": '{"hours": 2}',
        **dict.fromkeys((f"endpoints/{name}/schema.txt" for name in endpoints), "level: double\n"),
        **dict.fromkeys(
            (f"endpoints/{name}/examples/schema/one.json" for name in endpoints), '{"rows": [{"level": 1}]}'
        ),
    }
    for path, text in files.items():
        (tmp_path / "schemas" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "schemas" / path).write_text(text)
    store = Store(tmp_path)
    pages = dict(book(store))
    with MockServer(store.release(None)) as server:
        for name in endpoints:
            (program,) = tabs_of(pages[f"endpoints/{name}.md"], "Python (pyarrow.flight)")
            assert (sent if name == "tide" else 'for_path("wind")') in program
            assert "level: double" in run(program.replace("HOST:PORT", f"127.0.0.1:{server.port}"))[1]


def test_a_live_stream_ends_and_an_exchange_is_shown() -> None:
    shown = dict(programs("Python (pyarrow.flight)"))
    assert "islice(reader, 3)" in shown["next/stream.md"]
    assert "client.do_exchange(descriptor)" in shown["next/partition.md"]


def test_no_page_sends_what_must_be_rejected_today() -> None:
    for path, program in programs("Python (pyarrow.flight)"):
        assert "complex64" not in program, path


def test_the_code_of_a_template_binds_two_channels() -> None:
    seen = 0
    for path, text in programs("pyarrow"):
        made = run(text)[0]["schema"]
        loaded = run(dict(programs("arrakis_schema"))[path])[0]["schema"]
        assert made.equals(loaded, check_metadata=False), path  # type: ignore[attr-defined]
        parsed = load_payload(Path(path).stem, path.split("/")[-2])
        if isinstance(parsed, Template) and parsed.repeated:
            assert len(made) == len([one for one in parsed.columns if not one.repeated]) + 2  # type: ignore[arg-type]
            seen += 1
    assert seen > 3


@pytest.mark.parametrize(
    "value", [None, True, 1.5, "a\"b'ü\n", [], {}, {"a": [1, {"b": None}], "c": "x" * 80}, ["y" * 40, {"z": "w" * 60}]]
)
def test_a_value_is_written_as_python(value: object) -> None:
    text = python_literal(value)
    assert eval(text) == value  # noqa: S307 - our own text
    assert "\n" in text or len(text) <= 100
