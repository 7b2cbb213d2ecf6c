"""What the solver cannot decide: each entry of the page has pairs that really stay undecided, with that reason."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema.compat import Kind, accepts
from arrakis_schema.compat.accepting import question_of
from arrakis_schema.compat.containment import decide_containment
from arrakis_schema.compat.sides import Sides
from arrakis_schema.json_schema.dialects import DRAFT_2020_12

PROJECT = Path(__file__).parent.parent.parent
LIMITS = json.loads((PROJECT / "tests/cases/compat/limits.json").read_text())
PAGE = PROJECT / "docs/compatibility.md"
HEADING = "## What the solver cannot decide"
PAIRS = [
    pytest.param(reader, writer, reason, (*options, {})[0], id=f"{reason} {number}")
    for number, limit in enumerate(LIMITS)
    for reader, writer, reason, *options in limit["pairs"]
]


@pytest.mark.parametrize(("reader", "writer", "reason", "options"), PAIRS)
def test_what_the_page_lists_is_undecided(reader: Any, writer: Any, reason: str, options: dict[str, Any]) -> None:
    modern = isinstance(reader, dict) and reader.get("$schema") == "2020-12"
    sides = [{**expand(side), "$schema": DRAFT_2020_12} if modern else expand(side) for side in (reader, writer)]
    verdict = accepts(*sides, **options)
    assert verdict.kind is Kind.UNDECIDED, verdict
    assert reason in verdict.reason


def test_the_page_lists_them_all_and_nothing_else() -> None:
    section = PAGE.read_text().partition(HEADING)[2].partition("\n## ")[0]
    listed = [" ".join(item.partition("\n\n")[0].split()) for item in section.split("\n- ")[1:]]
    assert listed == [f"{limit['limit']} *{limit['remedy']}*" for limit in LIMITS]
    assert all(limit["pairs"] for limit in LIMITS)


@pytest.mark.parametrize("index", ["5000", "9" * 12, "1" * 5_000])
def test_a_place_beyond_all_items_that_are_described_is_undecided(index: str) -> None:
    """Its digits may be more than Python reads as a number."""
    items = {"type": "array", "items": {"type": "object", "properties": {"a": {}}}}
    verdict = accepts(items, items | {"minItems": 1}, unknown={f"/{index}": "rejected"})
    assert verdict.kind is Kind.UNDECIDED
    assert "more than 5000 places" in verdict.reason


def test_a_verdict_never_depends_on_what_was_compared_before() -> None:
    """The steps of making a side are counted in each comparison, whichever makes it."""
    texts, numbers = ({"properties": {"a": {"items": {"type": name}}, "b": {}}} for name in ("string", "number"))
    documents = [texts, numbers, {"allOf": [texts, {"required": ["a"]}]}]
    pairs = [(reader, writer) for reader in documents for writer in documents if reader is not writer]
    kinds = set()
    for steps in (*range(1, 80), 1_000):
        sides = Sides()
        for pair in (*pairs, *reversed(pairs)):
            question = question_of(*pair, "additive", "rejected", "ecma", (), steps, 60.0)
            verdict = decide_containment(replace(question, sides=sides))
            assert verdict == decide_containment(question), (pair, steps)
            kinds.add(verdict.kind)
    assert kinds == set(Kind)


def expand(schema: Any) -> Any:
    """Return a schema, one that is too large for a file made from what it repeats."""
    if not isinstance(schema, dict):
        return schema
    if "members" in schema:
        return {"properties": {f"m{number}": {"minLength": number} for number in range(schema["members"])}}
    nested: Any = True
    for _ in range(schema.get("times", 0)):
        nested = _filled(schema["nest"], nested)
    return nested if "nest" in schema else schema


def _filled(template: Any, value: Any) -> Any:
    """Return a template with a value in place of `@`."""
    if template == "@":
        return value
    if isinstance(template, dict):
        return {name: _filled(inner, value) for name, inner in template.items()}
    return [_filled(inner, value) for inner in template] if isinstance(template, list) else template
