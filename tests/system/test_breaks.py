"""Which changes break: each by itself, and those that do so only together. None hides another one."""

from typing import Any

import pytest

from arrakis_schema.compat.accepting import explain_verdict
from arrakis_schema.compat.breaks import breaks
from arrakis_schema.compat.closure import CLOSED_EVERYWHERE
from arrakis_schema.compat.containment import Question

OLD = {
    "type": "object",
    "properties": {"place": {"type": "string"}, "days": {"type": "integer", "maximum": 14}, "hours": {}},
}
STRICT = {"place": {"type": "string", "minLength": 3}}


def new(**changes: Any) -> dict[str, Any]:
    """Return the old schema with other properties, and with definitions."""
    definitions = changes.pop("definitions", {})
    return {**OLD, "properties": {**OLD["properties"], **changes}, "definitions": definitions}  # type: ignore[dict-item]


TIGHTER = {"type": "integer", "maximum": 10}
REFERENCE = {"$ref": "#/definitions/place"}
CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "one": (new(days=TIGHTER), [("maximum-tightened", "/properties/days/maximum")]),
    "a reference to something new": (
        new(place=REFERENCE, definitions=STRICT),
        [("minLength-added", "/definitions/place/minLength")],
    ),
    "one, and a reference to something new": (
        new(days=TIGHTER, place=REFERENCE, definitions=STRICT),
        [("minLength-added", "/definitions/place/minLength"), ("maximum-tightened", "/properties/days/maximum")],
    ),
    "a reference to something new that takes as much": (
        new(days=TIGHTER, place=REFERENCE, definitions={"place": {"type": "string"}}),
        [("maximum-tightened", "/properties/days/maximum")],
    ),
    "two limits that have nothing to do with each other": (
        {"properties": {"days": {"minimum": 10}}, "maxProperties": 0},
        [("minimum-added", "/properties/days/minimum"), ("maxProperties-added", "/maxProperties")],
    ),
    "one, and something undecided": (
        new(days=TIGHTER, place={"type": "string", "pattern": "^(?<! )."}),
        [("maximum-tightened", "/properties/days/maximum"), ("undecided", "")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_change_that_breaks_is_told(name: str) -> None:
    schema, expected = CASES[name]
    question = Question(schema, OLD, writer_closure=CLOSED_EVERYWHERE)
    found = list(breaks(question, explain_verdict(question, reader_is_new=True), reader_is_new=True))
    assert [(one.change.rule, one.change.new) for one in found] == expected
