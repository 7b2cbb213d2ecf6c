"""The meta-schemas as tables of keywords: nearly every schema is valid, and these tell in a fraction of the time.

A schema that they reject is checked again by the complete validator, which says why. They are made from the
meta-schemas that come with `jsonschema`, never from untrusted text.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema_specifications import REGISTRY

from arrakis_schema.json_schema.judge.meta_checks import Check, is_valid_schema, keyword_checks
from arrakis_schema.json_schema.keywords import DRAFT_07, DRAFT_2020_12

_OF_VOCABULARY = "https://json-schema.org/draft/2020-12/meta/"


def is_plainly_valid(schema: Any, dialect: str) -> bool:
    """Tell whether the meta-schema of a dialect accepts a schema; False if it does not, or if that is unknown."""
    return is_valid_schema(schema, _checks(dialect))


@cache
def _checks(dialect: str) -> Mapping[str, Check]:
    """Return the check of each keyword of a dialect; formats are annotations."""
    return keyword_checks({DRAFT_07: _draft_07, DRAFT_2020_12: _draft_2020_12}[dialect]())


def _draft_07() -> Any:
    """Return the meta-schema, which needs no change."""
    return REGISTRY.contents(f"{DRAFT_07}#")


def _draft_2020_12() -> Any:
    """Return the meta-schema rewritten for draft-07, with its vocabularies merged into one schema."""
    main = REGISTRY.contents(DRAFT_2020_12)
    parts = [
        main,
        *(
            REGISTRY.contents(f"{_OF_VOCABULARY}{vocabulary['$ref'].rpartition('/')[2]}")
            for vocabulary in main["allOf"]
        ),
    ]
    properties = {
        name: _redirect_references(schema) for part in parts for name, schema in part.get("properties", {}).items()
    }
    definitions = {
        name: _redirect_references(schema) for part in parts for name, schema in part.get("$defs", {}).items()
    }
    return {"type": main["type"], "properties": properties, "$defs": definitions}


def _redirect_references(schema: Any) -> Any:
    """Return a part of a vocabulary with its references redirected to the merged schema."""
    if isinstance(schema, list):
        return [_redirect_references(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _redirect_references(value) for name, value in schema.items() if name not in {"$ref", "$dynamicRef"}}
    if len(kept) == len(schema):
        return kept
    target = "#" if "$dynamicRef" in schema else f"#{schema['$ref'].partition('#')[2]}"
    return {**kept, "allOf": [{"$ref": target}]}  # draft-07 ignores the siblings of `$ref`
