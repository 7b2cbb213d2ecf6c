"""The specifications of the dialects for `referencing`, with one correction.

It decides by the first value of draft-07's `dependencies`, and fails on a list of names after a schema.
"""

from collections.abc import Iterable
from typing import Any

from attrs import evolve
from referencing.jsonschema import DRAFT7, DRAFT202012

from arrakis_schema.json_schema.keywords import DRAFT_07, DRAFT_2020_12


def _subschemas(schema: Any) -> Iterable[Any]:
    """Return the direct subschemas of a schema of draft-07."""
    dependencies = schema.get("dependencies") if isinstance(schema, dict) else None
    if isinstance(dependencies, dict):
        schemas = {name: value for name, value in dependencies.items() if isinstance(value, dict)}
        schema = {**schema, "dependencies": schemas}
    return DRAFT7.subresources_of(schema)


_ALL: Any = DRAFT7
SPECIFICATIONS = {DRAFT_07: evolve(_ALL, subresources_of=_subschemas), DRAFT_2020_12: DRAFT202012}
