"""What is shown is one line, cut, and made of characters that can be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.errors import ArrakisSchemaError, InvalidRequestError, UnknownSchemaError
from arrakis_schema.json_schema.violations import EXPECTATIONS, Violation, violation
from arrakis_schema.text.printable import CLAUSE, MESSAGE, printable
from tests.report.runner import commands

ANYTHING = st.text() | st.lists(st.characters(categories=["C", "Z"]) | st.sampled_from(["::", "##[a]", "##x[b]"])).map("".join)  # fmt: skip


@given(ANYTHING)
def test_a_printable_text_can_be_seen_and_commands_nothing(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= MESSAGE
    assert all(unicodedata.category(character)[0] != "C" for character in shown)
    assert len(shown.splitlines()) <= 1
    assert not commands(shown)
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本 5\u00a0m", "plain é 日本 5\u00a0m"),
        ("a\nb\x1b[2J\u202e\ud800\ufffe", r"a\nb\x1b[2J\u202e\ud800\ufffe"),
        ("caf\udce9", r"caf\xe9"),
        (" ::error::x", r" \::error::x"),
        ("a::b", "a::b"),
        ("##[error]x ###vso[y] # [z] ##", r"##\[error]x ###vso\[y] # [z] ##"),
        ("x" * 601, "x" * 599 + "…"),
        ("\n" * 600, r"\n" * 299 + "\\…"),
    ],
)
def test_a_text_is_shown_as(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("keyword", [*EXPECTATIONS, "unheardOf"])
def test_the_clauses_of_a_violation_are_short(keyword: str) -> None:
    names = [f"{number} of many" for number in range(20_000)]
    texts = {"minLength", "maxLength", "pattern", "format"}
    instance = "x" * 300_000 if keyword in texts else dict.fromkeys(f"other {name}" for name in names)
    number = keyword.startswith(("min", "max"))
    found = violation(("n" * 1000, "m" * 1000), keyword, 10**400 if number else names, instance)
    assert len(found.expected) <= CLAUSE
    assert len(found.found) <= CLAUSE
    assert len(str(found)) <= 5 * CLAUSE
    assert len(str(InvalidRequestError(found, "find", "1.0.0"))) <= 5 * CLAUSE


def test_the_text_of_an_error_is_cut_and_its_fields_are_whole() -> None:
    assert len(str(ArrakisSchemaError("x" * 3_200_000))) == 2_000
    names = [f"name {number}" for number in range(1000)]
    unknown = UnknownSchemaError("there is no such release", names)
    assert str(unknown).endswith("name 49 and 950 more")
    assert unknown.available == tuple(names)
    one = Violation(("a",), "type", "an integer", "null")
    assert InvalidRequestError(one, "find", "1.0.0").violation is one
