"""One word for one change: whoever reads, in whatever command, and only words that stand in the table of rules."""

import io
import json
import re
import shutil
from contextlib import redirect_stdout
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arrakis_schema.cli import main
from arrakis_schema.compat import Change, Effect, Verdict, accepts
from arrakis_schema.compat.changes import changes
from arrakis_schema.compat.confirmation import check_schema
from arrakis_schema.errors import InvalidSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.rules import RULES
from arrakis_schema.json_schema.dialects import DRAFT_07, DRAFT_2020_12, KEYWORDS
from arrakis_schema.reference.changelog import changelog_page
from arrakis_schema.reference.facts.history import read_history
from arrakis_schema.reference.releases import release_page
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from tests.arrow.types import TYPES
from tests.compat.test_arrow_laws import pairs

PROJECT = Path(__file__).parent.parent.parent
CASES = PROJECT / "tests/cases/compat"
WORDS = json.loads((CASES / "words.json").read_text())


def test_an_id_that_is_in_no_table_cannot_be_built() -> None:
    for rule in ("None-changed", "title-missing", ""):
        with pytest.raises(ValueError, match=f"there is no rule {rule!r}"):
            Change(rule, "", "", Effect.CHANGED, "x")
    with pytest.raises(ValueError, match="there is no rule 'None-changed'"):
        Finding("a.json", 1, 1, "None-changed", Severity.ERROR, "", "x")
    assert Finding("a.json", 1, 1, "title-missing", Severity.ERROR, "", "x").rule == "title-missing"


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "object", "#/x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "type", "$ref"]), inner),
    max_leaves=4,
)


@given(st.sampled_from([DRAFT_07, DRAFT_2020_12]), st.data())
def test_every_edit_is_told_by_a_rule_of_the_table(dialect: str, data: st.DataObject) -> None:
    keywords = sorted(KEYWORDS[DRAFT_07] | KEYWORDS[DRAFT_2020_12])
    foreign = sorted(set(keywords) - KEYWORDS[dialect])
    edits = st.dictionaries(st.sampled_from(keywords) | st.sampled_from(foreign), VALUES, max_size=3)
    old, new = ({**data.draw(edits), "$schema": dialect} for _ in range(2))
    try:
        check_schema(old, "old one"), check_schema(new, "new one")
    except InvalidSchemaError:
        assume(condition=False)
    assert all(change.rule in RULES and change.message for change in changes(old, new))


def told(verdict: Verdict) -> set[tuple[str, str, str, str]]:
    """What changed from old to new; without what the two sides make of it."""
    return {(one.rule, one.word, one.new, one.message.partition(" (")[0]) for one in verdict.findings}


def alike(old: pa.Schema, new: pa.Schema) -> bool:
    return told(accepts(new, old)) == told(accepts(old, new, reader_is_new=False))


def test_the_word_for_a_type_does_not_depend_on_who_reads() -> None:
    schemas = [pa.schema([("a", one)]) for one in TYPES[::2] if not pa.types.is_union(one)]
    assert [(old, new) for old in schemas for new in schemas if not alike(old, new)] == []


@given(pairs())
def test_the_words_do_not_depend_on_who_reads(pair: tuple[pa.Schema, pa.Schema]) -> None:
    assume("union" not in f"{pair[0]}{pair[1]}")
    assert alike(*pair)


@pytest.fixture(scope="module")
def weather(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("words") / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    forecast = root / "schemas/endpoints/forecast/descriptor.json"
    forecast.write_text(forecast.read_text().replace('"a.b": { "type": "string"', '"a.b": { "enum": ["x", "y"]'))
    freeze(root)
    for path in (root / "schemas/registry.toml", root / "schemas/endpoints/forecast/descriptor.json"):
        path.write_text(path.read_text().replace("1.1.0", "2.0.0"))
    return root


def printed(*arguments: str) -> str:
    with redirect_stdout(io.StringIO()) as output:
        main([*arguments, "--max-seconds", "0", "--max-memory", "0"])
    return output.getvalue()


def _unmarked(text: str) -> str:
    """A text without the marks of Markdown; of a member that came or went, its name alone."""
    return re.sub(r"[`\\]|: (added|removed)$", "", text)


@pytest.mark.parametrize("case", WORDS, ids=[case["name"] for case in WORDS])
def test_a_change_has_one_word_everywhere(case: dict[str, Any], weather: Path, tmp_path: Path) -> None:
    root = shutil.copytree(weather, tmp_path / "root")
    document = root / "schemas" / case["file"]
    for old, new in case["replace"]:
        assert document.read_text().count(old) == 1
        document.write_text(document.read_text().replace(old, new))
    for order, expected in ((("1.1.0", "next"), case["told"]), (("next", "1.1.0"), case["back"])):
        lines = [line.split(maxsplit=3) for line in printed("diff", *order, "--root", str(root)).splitlines()[1:-1]]
        assert sorted([message, rule, word] for _, word, rule, message in lines) == sorted(expected)
        names = [f"{case['file']}@{one}" for one in order]
        for direction in ("backward", "forward"):
            output = printed("compare", *names, "--root", str(root), "--direction", direction)
            assert all(message in output and f"[{rule}]" in output for message, rule, _ in expected), output
            assert output.count("]\n") == len(expected), output
    history = read_history(Store(root))
    pages = changelog_page(history), release_page(history, history.newest)
    for message, rule, _ in case["told"]:
        assert all(_unmarked(message) in _unmarked(unescape(page)) for page in pages)
        assert rule in pages[1]
    checked_set = printed("check", "--root", str(root))
    for line in checked_set.splitlines():
        if " breaks: " in line:
            assert any(f"breaks: {message}" in line and f"[{rule}]" in line for message, rule, _ in case["told"]), line
