"""The meta-schemas as tables of keywords: nearly every schema is valid, and these tell in a fraction of the time.

A schema that they reject is checked again by the complete validator, which says why. They are made from the
meta-schemas that come with `jsonschema`, never from untrusted text.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urljoin

from jsonschema_specifications import REGISTRY

from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_04, REFERENCES
from arrakis_schema.json_schema.judge.meta_checks import Check, is_valid_schema, keyword_checks


def is_plainly_valid(schema: Any, dialect: str) -> bool:
    """Tell whether the meta-schema of a dialect accepts a schema; False if it does not, or if that is unknown."""
    return is_valid_schema(schema, _checks(dialect), REGISTRY.contents(dialect).get("dependencies", {}))


@cache
def _checks(dialect: str) -> Mapping[str, Check]:
    """Return the check of each keyword of a dialect; formats are annotations."""
    main: Any = REGISTRY.contents(dialect)
    if DIALECTS[dialect].dynamic_reference:
        return keyword_checks(_merge_vocabularies(dialect, main))
    return keyword_checks(_translate_draft_04(main) if dialect == DRAFT_04 else main)


def _translate_draft_04(schema: Any) -> Any:
    """Return the meta-schema of draft-04 rewritten for draft-07, where 1.0 is an integer and a boolean is a schema."""
    if not isinstance(schema, dict):
        return [_translate_draft_04(item) for item in schema] if isinstance(schema, list) else schema
    translated = {name: _translate_draft_04(value) for name, value in schema.items()}
    if schema.get("exclusiveMinimum") is True:
        translated["exclusiveMinimum"] = translated.pop("minimum")
    if schema.get("type") == "integer":
        translated["type"] = "integer of draft-04"
    return {"allOf": [schema, {"type": "object"}]} if schema.get("$ref") == "#" else translated


def _merge_vocabularies(dialect: str, main: Any) -> Any:
    """Return a meta-schema rewritten for draft-07, with its vocabularies merged into one schema."""
    parts = [main, *(REGISTRY.contents(urljoin(dialect, vocabulary["$ref"])) for vocabulary in main["allOf"])]
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
    kept = {name: _redirect_references(value) for name, value in schema.items() if name not in REFERENCES}
    if len(kept) == len(schema):
        return kept
    target = f"#{schema['$ref'].partition('#')[2]}" if "$ref" in schema else "#"
    return {**kept, "allOf": [{"$ref": target}]}  # draft-07 ignores the siblings of `$ref`
