"""Nothing in the package is about one API: what it says of another root names that root, and the package itself."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from arrakis_schema import check_message, dump_request
from arrakis_schema.cli import main
from arrakis_schema.cli.commands import COMMANDS
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.site import site
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.settings import read_settings
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent
SOURCE = PROJECT / "registry/arrakis_schema"
WORDS = re.compile(r"arrakis|\bligo\b|gwosc|strain\b|\bchannels?\b|\bGPS\b", re.IGNORECASE)
OWN_NAME = re.compile(r"arrakis[-_]?schema", re.IGNORECASE)
# The processes of a server have channels to its supervisor; `channels` is how 0.6.0 named the `records` of `check_message`.
ALLOWED = {"server/building.py", "server/supervisor.py", "server/worker.py", "kafka/messages.py"}
WRITTEN = {".py", ".js", ".html", ".css", ".yml", ".svg", ".json", ".txt"}


def words_of_one_api(text: str) -> list[str]:
    """Return the words of the API that this package carries, but for the package's own name."""
    return WORDS.findall(OWN_NAME.sub("", text))


def sources() -> Iterator[str]:
    for path in SOURCE.rglob("*"):
        place = path.relative_to(SOURCE)
        if path.is_file() and path.suffix in WRITTEN and not {"node_modules", "bundle", "test"} & set(place.parts):
            yield place.as_posix()


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path / "weather")
    freeze(tmp_path / "weather")
    return tmp_path / "weather"


def test_the_source_names_no_api() -> None:
    found = {place: words_of_one_api((SOURCE / place).read_text(encoding="utf-8")) for place in sources()}
    assert len(found) > 100
    assert {place: words for place, words in found.items() if words and place not in ALLOWED} == {}


def test_the_site_of_another_root_names_no_other_api(weather: Path) -> None:
    files = list(site(Store(weather)))
    assert len(files) > 50
    texts = {
        file.path: file.content.decode("utf-8", "replace") for file in files if not file.path.startswith("assets/")
    }
    assert {path: words for path, text in texts.items() if (words := words_of_one_api(text))} == {}


ROOT_COMMANDS = [
    ["list"],
    ["show", "forecast"],
    ["show", "nothing"],
    ["lint"],
    ["validate", "schemas/endpoints/forecast/examples/three-days.json"],
    ["release"],
    ["verify"],
    ["compare", "forecast@1.1.0", "forecast@next"],
    ["check", "--verbose"],
    ["conform", "grpc://127.0.0.1:1"],
    ["diff", "1.1.0"],
    ["matrix", "--why"],
    ["build", "schemas"],
]


@pytest.mark.parametrize("command", ROOT_COMMANDS, ids=" ".join)
def test_a_command_on_another_root_names_no_other_api(
    command: list[str], weather: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(weather)
    main([*command, "--root", str(weather)])
    printed = capfd.readouterr()
    assert words_of_one_api(printed.out + printed.err) == []


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_the_help_names_no_api(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    assert words_of_one_api(capsys.readouterr().out) == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_names_no_api(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])  # so that no metadata says where the pages of the package are
    finding = Finding("schemas/a.json", 1, 1, "required-added", Severity.ERROR, "", "a message", "{}")
    report = FORMATS[name]([finding])
    assert words_of_one_api(report) == []
    assert "ligo.org" not in report


def test_a_report_in_sarif_links_to_the_pages_that_the_package_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "arrakis_schema-9.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: arrakis-schema\nVersion: 9\n"
    urls = "Project-URL: Changelog, https://example.org/no/\nProject-URL: Documentation, https://example.org/pages/\n"
    (tmp_path / "arrakis_schema-9.dist-info/METADATA").write_text(metadata + urls)
    monkeypatch.syspath_prepend(tmp_path)
    rules = ("required-added", "title-missing", "$ref-changed")
    report = FORMATS["sarif"]([Finding("a.json", 1, 1, rule, Severity.ERROR, "", "m") for rule in rules])
    driver = json.loads(report)["runs"][0]["tool"]["driver"]
    assert driver["informationUri"] == "https://example.org/pages/"
    assert [rule["helpUri"] for rule in driver["rules"]] == [
        "https://example.org/pages/changes/#required-added",
        "https://example.org/pages/rules/#title-missing",
        "https://example.org/pages/changes/#$ref-changed",
    ]


def test_what_is_missing_in_the_settings_is_explained_by_an_example_of_no_api(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/registry.toml").write_text("")
    with pytest.raises(DamagedStoreError, match=r'as in title = "') as caught:
        read_settings(str(tmp_path))
    assert words_of_one_api(str(caught.value)) == []


def test_a_request_is_laid_out_as_the_settings_of_its_root_say(weather: Path) -> None:
    request = {"release": "1.1.0", "note": 1, "params": {"days": 3}, "request": "Forecast"}
    settings = weather / "schemas/registry.toml"
    plain = dump_request(request, root=weather)
    assert list(json.loads(plain)) == ["request", "release", "note", "params"]
    other = shutil.copytree(weather, weather.parent / "laid-out")
    (other / "schemas/registry.toml").write_text(
        f'{settings.read_text()}\n[flight]\narguments = "params"\nrelease = "release"\n'
    )
    laid_out = dump_request(request, root=other)
    assert list(json.loads(laid_out)) == ["request", "params", "release", "note"]


def test_the_records_of_a_message_have_no_name_of_one_api() -> None:
    assert check_message(b"", records=[]) == check_message(b"", channels=[])
