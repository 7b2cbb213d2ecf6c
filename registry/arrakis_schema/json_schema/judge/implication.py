"""Whether one schema plainly implies another, so that the other need not be checked."""

from typing import Any

from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of, has_effect

_SAME = {"type", "pattern", "const"}


def implies(schema: Any, weaker: Any) -> bool:
    """Tell whether everything that `schema` accepts is plainly accepted by `weaker` too; False if in doubt.

    Then the envelope need not be checked for a request that its endpoint has accepted.
    """
    if dialect_of(schema) != dialect_of(weaker):  # a word may mean something else there
        return False
    return _implies(schema, weaker, dialect_of(schema) or DRAFT_07)


def _implies(schema: Any, weaker: Any, dialect: str) -> bool:
    """Tell whether a schema of a document plainly implies one of another document of the same dialect."""
    if not isinstance(schema, dict) or not isinstance(weaker, dict) or "$ref" in schema:
        return False
    asserted = [keyword for keyword in weaker if has_effect(keyword, dialect)]
    return all(_holds(schema, keyword, weaker[keyword], dialect) for keyword in asserted)


def _holds(schema: dict[str, Any], keyword: str, value: Any, dialect: str) -> bool:
    """Tell whether the schema plainly asserts this keyword with this value, or a stricter one."""
    asserted = schema.get(keyword)
    if keyword == "properties" and isinstance(asserted, dict) and isinstance(value, dict):
        return all(name in asserted and _implies(asserted[name], child, dialect) for name, child in value.items())
    if keyword == "required" and isinstance(asserted, list) and isinstance(value, list):
        return all(name in asserted for name in value)
    if keyword == "enum" and isinstance(value, list) and isinstance(schema.get("const"), str):
        return has_effect("const", dialect) and schema["const"] in value
    return keyword in _SAME and isinstance(value, str) and asserted == value
