"""Whether one schema plainly implies another, so that the other need not be checked."""

from typing import Any

_ANNOTATIONS = {"$schema", "$id", "$comment", "title", "description", "default", "examples"}
_SAME = {"type", "pattern", "const"}


def implies(schema: Any, weaker: Any) -> bool:
    """Tell whether everything that `schema` accepts is plainly accepted by `weaker` too; False if in doubt.

    Then the envelope need not be checked for a request that its endpoint has accepted.
    """
    if not isinstance(schema, dict) or not isinstance(weaker, dict):
        return False
    return "$ref" not in schema and all(_holds(schema, *assertion) for assertion in _assertions(weaker).items())


def _holds(schema: dict[str, Any], keyword: str, value: Any) -> bool:
    """Tell whether the schema plainly asserts this keyword with this value, or a stricter one."""
    asserted = schema.get(keyword)
    if keyword == "properties" and isinstance(asserted, dict) and isinstance(value, dict):
        return all(name in asserted and implies(asserted[name], child) for name, child in value.items())
    if keyword == "required" and isinstance(asserted, list) and isinstance(value, list):
        return all(name in asserted for name in value)
    if keyword == "enum" and isinstance(value, list) and isinstance(schema.get("const"), str):
        return schema["const"] in value
    return keyword in _SAME and isinstance(value, str) and asserted == value


def _assertions(schema: dict[str, Any]) -> dict[str, Any]:
    """Return all keywords of the schema except annotations."""
    return {name: value for name, value in schema.items() if name not in _ANNOTATIONS and not name.startswith("x-")}
