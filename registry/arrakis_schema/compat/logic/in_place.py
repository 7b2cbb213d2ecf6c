"""Keywords that apply subschemas to the same place of the instance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.connectives import Pair, conjunction, disjunction, join_pairs
from arrakis_schema.compat.logic.nodes import SchemaNode
from arrakis_schema.compat.logic.scopes import UnresolvedReferenceError
from arrakis_schema.compat.logic.values import canonical


def ref(node: SchemaNode, _reference: str, _type: str) -> Pair:
    return _reference_to(node, "$ref", node.target)


def dynamic_ref(node: SchemaNode, _reference: str, _type: str) -> Pair:
    return _reference_to(node, "$dynamicRef", node.dynamic_target)


def _reference_to(node: SchemaNode, keyword: str, target: Callable[[], SchemaNode]) -> Pair:
    """Return the meaning of a reference; one that leads out of the document means the same everywhere."""
    try:
        target_node = target()
    except UnresolvedReferenceError as error:
        return f.Opaque(keyword, error.uri, holds=True), f.Opaque(keyword, error.uri, holds=False)
    node.nodes.refuse_loops(node)
    return target_node.pair


def all_of(node: SchemaNode, schemas: list[Any], _type: str) -> Pair:
    return join_pairs(list(map(node.pair_of, schemas)))


def any_of(node: SchemaNode, schemas: list[Any], _type: str) -> Pair:
    pairs = list(map(node.pair_of, schemas))
    return disjunction(holds for holds, _ in pairs), conjunction(fails for _, fails in pairs)


def one_of(node: SchemaNode, schemas: list[Any], _type: str) -> Pair:
    cache = node.nodes.overlaps
    overlaps = cache.get(node) or cache.setdefault(node, find_overlaps(list(map(node.subschema, schemas))))
    pairs = list(map(node.pair_of, schemas))
    yes, no = [holds for holds, _ in pairs], [fails for _, fails in pairs]
    just_one = [conjunction([yes[i], *(no[j] for j in overlaps[i])]) for i in range(len(schemas))]
    two = [conjunction([yes[i], yes[j]]) for i in range(len(schemas)) for j in overlaps[i] if j < i]
    return disjunction(just_one), disjunction([conjunction(no), *two])


def not_(node: SchemaNode, schema: Any, _type: str) -> Pair:
    holds, fails = node.pair_of(schema)
    return fails, holds


def if_(node: SchemaNode, condition: Any, _type: str) -> Pair:
    if_so, if_not = node.pair_of(condition)
    then, otherwise = (node.pair_of(node.schema.get(keyword, True)) for keyword in ("then", "else"))
    holds, fails = (
        disjunction([conjunction([if_so, met]), conjunction([if_not, unmet])])
        for met, unmet in zip(then, otherwise, strict=True)
    )
    return holds, fails


_OBJECT = frozenset({"object"})


@dataclass(frozen=True, slots=True)
class _Extent:
    """An upper bound of what a schema accepts: types, values, and the values of required members."""

    empty: bool = False
    types: frozenset[str] | None = None
    values: frozenset[str] | None = None
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_disjoint_from(self, extent: "_Extent") -> bool:
        """Return whether two extents certainly have nothing in common."""
        if (
            self.empty
            or extent.empty
            or _are_disjoint(self.types, extent.types)
            or _are_disjoint(self.values, extent.values)
        ):
            return True
        shared = self.tags.keys() & extent.tags.keys()
        return any(not self.tags[name] & extent.tags[name] for name in shared)


def find_overlaps(nodes: list[SchemaNode]) -> list[list[int]]:
    """Return for each schema the positions of the others that may accept a common instance."""
    extents = [_extent(node) for node in nodes]
    positions = []
    for index, extent in enumerate(extents):
        nodes[index].nodes.tick()
        positions.append(
            [
                position
                for position, candidate in enumerate(extents)
                if position != index and not extent.is_disjoint_from(candidate)
            ]
        )
    return positions


def _extent(node: SchemaNode) -> _Extent:
    """Return the extent of a schema."""
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


def _are_disjoint(left: frozenset[str] | None, right: frozenset[str] | None) -> bool:
    """Return whether both sets are known and have nothing in common."""
    return left is not None and right is not None and not left & right


def _types(schema: dict[str, Any]) -> frozenset[str] | None:
    """Return the types that a schema allows; None if it does not restrict them."""
    names = schema.get("type")
    if names is None:
        return None
    return frozenset("number" if name == "integer" else name for name in ([names] if isinstance(names, str) else names))


def _values(schema: Any) -> frozenset[str] | None:
    """Return the values that a schema allows at most; None if it does not list them."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return None
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if listed is None else frozenset(map(canonical, listed))
