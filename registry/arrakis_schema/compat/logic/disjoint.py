"""Whether two schemas plainly have no instance in common: it spares the alternatives of `oneOf` most of their work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.compat.logic.nodes import Node
from arrakis_schema.compat.logic.values import canonical

_OBJECT = frozenset({"object"})


@dataclass(frozen=True, slots=True)
class _Extent:
    """What a schema allows at most, as far as it plainly says: types, values, and the values of required members."""

    empty: bool = False
    types: frozenset[str] | None = None
    values: frozenset[str] | None = None
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def apart(self, other: "_Extent") -> bool:
        """Tell whether two extents plainly have nothing in common."""
        if self.empty or other.empty or _apart(self.types, other.types) or _apart(self.values, other.values):
            return True
        shared = self.tags.keys() & other.tags.keys()
        return any(not self.tags[name] & other.tags[name] for name in shared)


def overlapping(nodes: list[Node]) -> list[list[int]]:
    """Return for each schema the positions of the others that it may have an instance in common with."""
    extents = [_extent(node) for node in nodes]
    found = []
    for index, extent in enumerate(extents):
        nodes[index].nodes.tick()
        found.append([other for other, one in enumerate(extents) if other != index and not extent.apart(one)])
    return found


def _extent(node: Node) -> _Extent:
    """Return what a schema allows at most."""
    schema = node.schema
    if not isinstance(schema, dict) or "$ref" in schema:
        return _Extent(empty=schema is False)
    types = _types(schema)
    if types != _OBJECT:
        return _Extent(types=types, values=_values(schema))
    properties = schema.get("properties", {})
    listed = {name: _values(properties.get(name)) for name in schema.get("required", ())}
    tags = {name: values for name, values in listed.items() if values is not None}
    return _Extent(types=types, values=_values(schema), tags=tags)


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
