"""Pages of old releases are whole: words of later releases, corrections at the member, columns as they are sent."""

import json
import re
import shutil
from pathlib import Path

import pytest

from arrakis_schema.reference import book
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from tests.reference.project_pages import PROJECT, project_pages

WEATHER = PROJECT / "tests/fixtures/weather"
CORRECTIONS = """
[[correction]]
releases = ["1.0.0"]
documents = ["endpoints/forecast/schema.txt"]
seen = ["station 7.2"]
reason = "The column humidity is missing."
text = '''
time: timestamp[ns] not null
humidity: float
'''

[[correction]]
releases = ["1.0.0"]
documents = ["endpoints/forecast/descriptor.json"]
seen = ["station 7.2"]
reason = "Stations refuse more than ten days."
patch = [{ op = "add", path = "/properties/days/maximum", value = 10 }]
"""


def request(version: str, **days: object) -> str:
    place = {"type": "string", "description": "Where."} if days else {"type": "integer"}
    days_and_place = {"days": {"type": "integer", **days}, "place": place}
    return json.dumps(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": f"https://example.org/weather/versions/{version}/endpoints/forecast/descriptor.json",
            "type": "object",
            "properties": {"request": {"const": "Forecast"}, **days_and_place},
            "required": ["request", "place"],
        }
    )


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, str]:
    root = tmp_path / "weather"
    shutil.copytree(WEATHER, root)
    shutil.rmtree(root / "schemas/publication")
    settings = re.sub(r"\[\[topics\]\]\n(?:.+\n)*", "", (root / "schemas/registry.toml").read_text())
    settings = settings.partition("[flight")[0]
    forecast = root / "schemas/endpoints/forecast"
    shutil.rmtree(forecast / "examples", ignore_errors=True)
    for version, words in {"1.0.0": {}, "1.1.0": {"description": "How many days.", "unit": "d"}}.items():
        (root / "schemas/registry.toml").write_text(settings.replace("1.1.0", version))
        keywords = {{"unit": "x-unit"}.get(key, key): text for key, text in words.items()}
        omitted = {"x-omitted": "Three days."} if words else {}
        (forecast / "descriptor.json").write_text(request(version, **keywords, **omitted))
        (forecast / "schema.txt").write_text("time: timestamp[ns] not null\npressure: float\n")
        freeze(root)
    (root / "versions/corrections.toml").write_text(CORRECTIONS)
    return dict(book(Store(root)))


def field(pages: dict[str, str], path: str, address: str) -> dict[str, object]:
    documents = json.loads(pages[path])["documents"]
    return next(each for each in documents[0]["fields"] if each["anchor"] == address)


def test_words_are_borrowed_where_the_member_is_the_same(pages: dict[str, str]) -> None:
    old = pages["releases/1.0.0/forecast.md"]
    section = old.partition("{ #days .field }")[2].partition("###")[0]
    for text in ("How many days.", "in d", "Three days."):
        assert text in section, text
    assert "The descriptions are those of 1.1.0." in old
    assert "Documented since 1.0.0." in old
    assert "Where." not in old, "its type is another one"
    assert field(pages, "releases/1.0.0/forecast/index.json", "days")["described_in"] == "1.1.0"
    assert "described_in" not in field(pages, "endpoints/forecast/index.json", "days")


def test_a_correction_stands_at_its_member_in_a_line(pages: dict[str, str]) -> None:
    old = pages["releases/1.0.0/forecast.md"]
    section = old.partition("{ #days .field }")[2].partition("###")[0]
    assert (
        '<p class="known"><b>Known problem:</b> Stations refuse more than ten days. Seen in station 7.2.</p>' in section
    )


def test_a_corrected_release_shows_its_own_examples_as_its_own(released: Path) -> None:
    corrections = CORRECTIONS.replace("1.0.0", "1.1.0").replace('op = "add"', 'op = "replace"')
    (released / "versions/corrections.toml").write_text(corrections)
    corrected = dict(book(Store(released)))
    assert "Known problem" in corrected["releases/1.1.0/forecast.md"]
    assert not [path for path, text in corrected.items() if "has no examples of its own" in text]


def test_columns_are_those_that_are_sent(pages: dict[str, str]) -> None:
    rows = re.findall(r"^\| <span.*$", pages["releases/1.0.0/forecast.md"], re.MULTILINE)
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    assert [re.sub("<.*?>", "", row[0]).strip("` ") for row in cells] == ["time", "humidity", "pressure"]
    assert "**sent, but not in the document**" in rows[1]
    assert "never; sent since 1.0.0 (station 7.2)" in rows[1]
    assert "**in the document, but not sent**" in rows[2]
    text = pages["releases/1.0.0/forecast.md"]
    assert "The document lacks `humidity`. Servers do not send `pressure`." in text
    assert "really send" not in pages["endpoints/forecast.md"]


def test_what_most_members_share_is_said_once_and_the_software_that_has_them() -> None:
    page = project_pages()["next/find.md"]
    assert (
        "Documented since 0.1.0, seen since arrakis 0.2.0 and arrakis-server 0.1.0, unless a field says otherwise"
        in page
    )
    assert page.count("seen since arrakis 0.2.0") == 1
    section = page.partition("{ #args.time .field }")[2].partition("###")[0]
    assert "since 0.3.0 (seen since arrakis 0.10.0, arrakis-server 0.8.0)" in section
    assert page.count("the largest integer of 64 bits") == 1
