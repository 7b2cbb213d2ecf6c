"""The pieces of the pages: drawings, code to copy, differences, the feed, the data beside a page."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import jsonschema
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.arrow.snippets import schema_code
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.reference.markup import element, escape_markdown, meanings
from arrakis_schema.reference.timeline import Row, drawing
from arrakis_schema.site.finishing import minify
from arrakis_schema.site.folder import minify_style
from arrakis_schema.store.inventory import classify
from arrakis_schema.store.store import Release, Store
from tests.arrow.schemas import SCHEMAS
from tests.reference.project_pages import PROJECT, STORE, project_pages

BOOK = project_pages()


def release(version: str) -> Release:
    return Release(STORE, version, f"versions/{version}", classify([]))


@given(st.lists(st.booleans(), min_size=1, max_size=12).filter(any), st.data())
def test_a_drawing_has_a_bar_where_a_thing_is_and_a_dot_where_it_changed(
    there: list[bool], data: st.DataObject
) -> None:
    changed = data.draw(st.lists(st.booleans(), min_size=len(there), max_size=len(there)))
    releases = [release(f"1.{number}.0") for number in range(len(there))]
    text = drawing("A <title>", releases, [Row("a.b<c>", tuple(there), tuple(changed))])
    head, row = ET.fromstring(text.replace("<wbr>", "")).findall("div")  # noqa: S314 - our own
    assert [cell.text for cell in head[1:]] == [f"1.{number}.0" for number in reversed(range(len(there)))]
    assert row[0].text == "a.b<c>"
    classes = [cell.get("class", "").split() for cell in reversed(row[1:])]
    assert ["there" in kinds for kinds in classes] == there
    assert ["changed" in kinds for kinds in classes] == [here and dot for here, dot in zip(there, changed, strict=True)]
    assert sum("first" in kinds for kinds in classes) == sum("last" in kinds for kinds in classes)
    assert ["first" in kinds for kinds in classes] == [
        here and not before for before, here in zip([False, *there], there, strict=False)
    ]


@given(SCHEMAS)
def test_code_to_copy_makes_the_schema(schema: pa.Schema) -> None:
    code = schema_code(schema)
    if code is not None:
        made: dict[str, Any] = {}
        exec(code, made)  # noqa: S102 - our own
        assert made["schema"].equals(schema, check_metadata=False)


def test_every_payload_that_is_no_template_has_code_to_copy() -> None:
    for one in STORE.every_release():
        for document in one.every_document():
            parsed = parse_document(document.text) if document.format.name == "arrow" else None
            assert parsed is None or isinstance(parsed, Template) or schema_code(parsed)


def test_the_feed_is_read_by_a_reader_of_feeds() -> None:
    feed = feedparser.parse(BOOK["changelog.atom"])
    assert not feed.bozo
    assert feed.version == "atom10"
    assert [entry.title for entry in feed.entries] == [f"Arrakis API {version}" for version in reversed(STORE.releases)]
    assert feed.entries[0].updated == "2026-07-27T19:15:17Z"
    assert "\n- Added: version" in feed.entries[0].content[0].value
    assert "\n- What to change in clients of 0.2.0: Send args.time (null means now)" in feed.entries[2].content[0].value
    assert feed.entries[1].content[0].value.startswith(STORE.summaries["0.4.0"])
    assert "\nNo schema changed." in next(one for one in feed.entries if one.title.endswith("0.1.1")).content[0].value


def test_every_column_names_the_document_of_its_own_page() -> None:
    documents = [
        document for path, text in BOOK.items() if path.endswith("/index.json") for document in _documents(text)
    ]
    payloads = [document for document in documents if document["format"] == "arrow"]
    assert payloads
    for document in payloads:
        origins = {origin["document"] for field in document["fields"] for origin in field["origins"]}
        assert origins <= {document["path"]}


def _documents(text: str) -> list[dict[str, Any]]:
    """Return the documents with fields in the data beside a page."""
    return [document for document in json.loads(text).get("documents", ()) if "fields" in document]


@pytest.mark.parametrize(
    "path", [path for path in BOOK if re.search(r"/(find|count|stream|describe|publish|partition)/index.json$", path)]
)
def test_the_data_beside_a_page_says_what_a_validator_says(path: str) -> None:
    data = json.loads(BOOK[path])
    for document in data["documents"]:
        file = PROJECT / document["url"].replace("versions/next", "schemas")
        assert len(file.read_bytes()) == document["size"]
        if document["format"] != "json-schema":
            continue
        contract = STORE.release(data["version"] if data["frozen"] else None).contract
        schema = json.loads(contract.read(document["path"]))
        check = jsonschema.Draft7Validator(schema)
        assert document["examples"]
        for example in document["examples"]:
            message = json.loads((PROJECT / example["url"].replace("versions/next", "schemas")).read_text())
            known = schema.get("properties", {}).get("args", {}).get("properties")
            accepted = check.is_valid(message) and (known is None or set(message.get("args", {})) <= set(known))
            assert accepted != example["refused"], example
            assert bool(example["reason"]) == example["refused"]


def test_the_matrix_as_data_has_a_reason_for_each_cell_that_does_not_work() -> None:
    data = json.loads(BOOK["matrix/index.json"])
    assert data["releases"][0] == "0.6.0"
    for name, matrix in data["names"].items():
        numbers = range(len(matrix["groups"]))
        for client in numbers:
            for server in numbers:
                cell = matrix["cells"][client][server]
                assert (cell["answer"] == "works") != ("reason" in cell)
                if "reason" in cell:
                    reason = matrix["reasons"][cell["reason"]]
                    assert reason["answer"] == cell["answer"]
                    assert all(exchange["why"] for exchange in reason["exchanges"]), name
        answers = [matrix["cells"][number][number]["answer"] for number in numbers]
        assert set(answers) <= {"works", "unknown"}, "a release works with itself, unless it does not document all"
        assert "works" in answers


def test_a_witness_of_the_matrix_is_refused_by_a_validator() -> None:
    matrix = json.loads(BOOK["matrix/index.json"])["names"]["count"]
    groups = [group[0] for group in matrix["groups"]]
    seen = 0
    for client, row in zip(groups, matrix["cells"], strict=True):
        for server, cell in zip(groups, row, strict=True):
            for exchange in matrix["reasons"].get(cell.get("reason"), {"exchanges": []})["exchanges"]:
                if cell["answer"] in {"breaks", "edge"} and exchange["document"].endswith("descriptor.json"):
                    held = [STORE.release(one if one in STORE.releases else None).contract for one in (client, server)]
                    writes, reads = (json.loads(contract.read(exchange["document"])) for contract in held)
                    if exchange["witness"] is not None and not jsonschema.Draft7Validator(reads).is_valid(
                        exchange["witness"]
                    ):
                        assert jsonschema.Draft7Validator(writes).is_valid(exchange["witness"])
                        seen += 1
    assert seen > 10


def test_a_difference_line_by_line_is_both_documents() -> None:
    page = BOOK["compare/0.4.0...0.5.0.md"]
    shown = unescape(re.findall(r"<details.*?endpoints/find/descriptor.json.*?<code>(.*)</code></pre>", page)[0])
    old, new = (
        (PROJECT / f"versions/{one}/endpoints/find/descriptor.json").read_text().splitlines()
        for one in ("0.4.0", "0.5.0")
    )
    plain = re.sub(r"</?(?:ins|del)>", "", shown).splitlines()
    assert {line[1:] for line in plain if line.startswith("-")} <= set(old)
    assert {line[1:] for line in plain if line.startswith("+")} <= set(new)
    assert [line for line in plain if line.startswith("+")]
    assert len(old) - len(new) == sum(line.startswith("-") for line in plain) - sum(
        line.startswith("+") for line in plain
    )


def test_a_page_without_indentation_says_the_same() -> None:
    page = "<p>\n   a <b>b</b>\n\n  c</p>\n  <pre>  x\n\n   y</pre>  \n<script>\n  let a;\n\n  a</script>\n <i>d</i>"
    assert (
        minify(page) == "<p>\na <b>b</b>\nc</p>\n<pre>  x\n\n   y</pre>\n<script>\n  let a;\n\n  a</script>\n<i>d</i>"
    )


def test_a_style_without_line_breaks_says_the_same() -> None:
    css = '/* a; b */\n.a :is(b, c) > d {\n  margin: 0 auto;\n  content: "";\n}\n@media (min-width: 60em) {\n  e { f: g }\n}\n'
    assert minify_style(css) == '.a :is(b,c) > d{margin: 0 auto;content: "";}@media (min-width: 60em){e{f: g}}'


@pytest.mark.parametrize("text", ["<b>", "a & b", "`code`", "[link](x)", "*a* _b_", "a|b", "{ #id }", "# no heading"])
def test_what_stands_in_a_document_is_shown_as_it_is(text: str) -> None:
    import markdown  # noqa: PLC0415 - what MkDocs renders with

    html = markdown.markdown(f"x {escape_markdown(text)}", extensions=["tables", "attr_list", "md_in_html"])
    assert unescape(re.sub(r"<[^>]*>", "", html)) == f"x {text}"
    assert "<b>" not in element("p", meanings({"a": text})).replace("<dl", "")


@pytest.mark.parametrize(
    "text", ["= 1", '"1.0.0" = "yesterday"', '"1.0.0" = 2026-01-01', '"1.0.0" = 2026-01-01T00:00:00']
)
def test_a_damaged_list_of_dates_is_one_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions/dates.toml").write_text(text)
    with pytest.raises(DamagedStoreError, match=r"versions/dates\.toml"):
        _ = Store(tmp_path).dates
