"""The dialects as `referencing` has them: where the schemas inside a schema are, and what they are called.

It takes the first value of draft-07's `dependencies` for the kind of all, and fails at a list of names behind a schema.
"""

from collections.abc import Iterable
from typing import Any

from attrs import evolve
from referencing.jsonschema import DRAFT7, DRAFT202012

from arrakis_schema.json_schema.keywords import DRAFT_07, DRAFT_2020_12


def _subschemas(schema: Any) -> Iterable[Any]:
    """Return the schemas directly inside one of draft-07."""
    dependencies = schema.get("dependencies") if isinstance(schema, dict) else None
    if isinstance(dependencies, dict):
        schemas = {name: value for name, value in dependencies.items() if isinstance(value, dict)}
        schema = {**schema, "dependencies": schemas}
    return DRAFT7.subresources_of(schema)


_ALL: Any = DRAFT7
SPECIFICATIONS = {DRAFT_07: evolve(_ALL, subresources_of=_subschemas), DRAFT_2020_12: DRAFT202012}
