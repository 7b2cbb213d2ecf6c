"""Readable names for what lies below a place in a schema, from the keywords of a JSON Pointer."""

from arrakis_schema.text.json_pointer import unescape_token

_DEFINITIONS = ("definitions", "$defs")
_MEMBERS, _PATTERNS = "properties", "patternProperties"
_ITEMS = {"items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"}
_OTHERS = {"additionalProperties", "unevaluatedProperties"}
_LISTS, _NAMED = {"allOf", "anyOf", "oneOf", "prefixItems", "items"}, {"dependencies", "dependentSchemas"}


def extend_path(name: str, pointer: str) -> str:
    """Return a name with the members that a pointer goes through."""
    parts = [unescape_token(part) for part in pointer.split("/")[1:]]
    while parts:
        keyword, *parts = parts
        if keyword in _DEFINITIONS and parts:
            name = f"definition {parts.pop(0)}"
        elif keyword == _MEMBERS and parts:
            name = f"{name}.{parts.pop(0)}" if name else parts.pop(0)
        elif keyword == _PATTERNS and parts:
            name = f"{name}.<{parts.pop(0)}>" if name else f"<{parts.pop(0)}>"
        elif keyword in _ITEMS:
            name = f"{name}[]"
        elif keyword in _OTHERS:
            name = f"{name}.*" if name else "*"
        if (keyword in _LISTS and parts and parts[0].isdecimal()) or (keyword in _NAMED and parts):
            parts.pop(0)
    return name
