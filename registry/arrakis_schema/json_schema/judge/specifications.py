"""The specifications of the dialects for `referencing`, with two corrections.

It decides by the first value of `dependencies`, and fails on a list of names after a schema. In draft-04 it fails on
booleans, which are no schemas there but may stand where a schema is looked for.
"""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import evolve
from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012

from arrakis_schema.json_schema.dialects import DRAFT_04, DRAFT_06, DRAFT_07, DRAFT_2019_09, DRAFT_2020_12


def _corrected(specification: Any) -> Any:
    """Return the specification of a dialect with `dependencies`."""
    return evolve(
        specification,
        id_of=lambda schema: specification.id_of(schema) if isinstance(schema, dict) else None,
        subresources_of=_without_names(specification.subresources_of),
        anchors_in=lambda _, schema: specification.anchors_in(schema) if isinstance(schema, dict) else (),
    )


def _without_names(subresources_of: Callable[[Any], Iterable[Any]]) -> Callable[[Any], Iterable[Any]]:
    """Return the function that lists the direct subschemas of a schema, without lists of names."""

    def list_subschemas(schema: Any) -> Iterable[Any]:
        dependencies = schema.get("dependencies") if isinstance(schema, dict) else None
        if isinstance(dependencies, dict):
            schemas = {name: value for name, value in dependencies.items() if isinstance(value, dict)}
            schema = {**schema, "dependencies": schemas}
        return subresources_of(schema) if isinstance(schema, dict) else ()

    return list_subschemas


SPECIFICATIONS: dict[str, Any] = {
    DRAFT_04: _corrected(DRAFT4),
    DRAFT_06: _corrected(DRAFT6),
    DRAFT_07: _corrected(DRAFT7),
    DRAFT_2019_09: DRAFT201909,
    DRAFT_2020_12: DRAFT202012,
}
