"""Whether two schemas plainly have no instance in common: it spares the alternatives of `oneOf` most of their work."""

from typing import Any

from arrakis_schema.compat.logic.nodes import Node
from arrakis_schema.compat.logic.values import canonical

_OBJECT = frozenset({"object"})


def disjoint(one: Node, other: Node) -> bool:
    """Tell whether this is plain: other types, other constants, or a required tag with other constants."""
    if one.schema is False or other.schema is False:
        return True
    if not isinstance(one.schema, dict) or not isinstance(other.schema, dict) or _refers(one) or _refers(other):
        return False
    return _apart(_types(one.schema), _types(other.schema)) or _apart_by_values(one.schema, other.schema)


def _refers(node: Node) -> bool:
    """Tell whether a schema says by a reference what it is."""
    return "$ref" in node.schema


def _apart(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Tell whether both sets are known and have nothing in common."""
    return one is not None and other is not None and not one & other


def _types(schema: dict[str, Any]) -> frozenset[str] | None:
    """Return the types that a schema allows; None where it does not say."""
    names = schema.get("type")
    if names is None:
        return None
    return frozenset("number" if name == "integer" else name for name in ([names] if isinstance(names, str) else names))


def _values(schema: Any) -> frozenset[str] | None:
    """Return the values that a schema allows at most; None where it does not list them."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return None
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if listed is None else frozenset(map(canonical, listed))


def _apart_by_values(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether the schemas, or a member that both require of an object, have other constants."""
    if _apart(_values(one), _values(other)):
        return True
    if _types(one) != _OBJECT or _types(other) != _OBJECT:
        return False
    shared = set(one.get("required", ())) & set(other.get("required", ()))
    tags = ((one.get("properties", {}).get(name), other.get("properties", {}).get(name)) for name in shared)
    return any(_apart(_values(first), _values(second)) for first, second in tags)
