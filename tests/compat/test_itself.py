"""A document compared with itself: it accepts what it accepts, also where nobody can say what that is."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.arrow import parse_document
from arrakis_schema.cli import main
from arrakis_schema.compat import Kind, accepts
from arrakis_schema.store.store import Store
from arrakis_schema.system.comparisons import Comparisons

PROJECT = Path(__file__).parent.parent.parent
ITSELF = json.loads((PROJECT / "tests/cases/compat/itself.json").read_text())
WAYS: list[dict[str, Any]] = [{}, {"unknown": "rejected"}, {"policy": "strict"}, {"patterns": "python"}]


@pytest.mark.parametrize("name", ITSELF)
def test_a_document_accepts_what_it_accepts(name: str) -> None:
    for way in WAYS:
        verdict = accepts(ITSELF[name], json.loads(json.dumps(ITSELF[name])), **way)
        assert (verdict.kind, verdict.findings) == (Kind.COMPATIBLE, ()), way


@pytest.mark.parametrize(
    "text",
    [
        "a: int8\na: int16",
        "a: struct<b: int8, b: int16>",
        "a: list<item: struct<b: int8, b: int16>>",
        "{a}: int8\n{b}: int16",
        "a: {t}\nb: dictionary<values={t}, indices=int8, ordered=0>",
    ],
)
def test_a_schema_reads_what_it_sends(text: str) -> None:
    ways: list[dict[str, Any]] = [{}, {"unknown": "rejected"}, {"columns": "exact"}]
    for way in ways:
        verdict = accepts(parse_document(text), parse_document(text), **way)
        assert (verdict.kind, verdict.findings) == (Kind.COMPATIBLE, ()), way


def test_a_release_compared_with_itself_is_never_undecided() -> None:
    comparisons = Comparisons(Store(PROJECT))
    for release in comparisons.store.every_release():
        for path in release.documents:
            assert comparisons.exchange(path, release, release).verdict.kind is Kind.COMPATIBLE, (release, path)


def test_a_document_that_refers_to_another_one_is_compared_with_itself(tmp_path: Path) -> None:
    texts = ['{"$id": "https://a.org/a.json", "allOf": [{"$ref": "b.json"}], "properties": {"a": {"minimum": 1}}}']
    (tmp_path / "a.json").write_text(texts[0])
    with redirect_stdout(io.StringIO()) as printed:
        assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "a.json"), "--direction", "full"]) == 0
    assert printed.getvalue() == "no findings\ncompatible\n"
