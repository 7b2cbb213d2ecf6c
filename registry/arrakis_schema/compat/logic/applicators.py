"""Keywords that apply subschemas: to the same place of the instance, to the items of an array, to members of an object.

What the alternatives of a `oneOf` accept is estimated, so that those that certainly share no instance need no formula.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.assertions import required
from arrakis_schema.compat.logic.connectives import ALWAYS, Pair, conjunction, disjunction, join_pairs
from arrakis_schema.compat.logic.formulas import TRUE, Formula
from arrakis_schema.compat.logic.nodes import SchemaNode
from arrakis_schema.compat.logic.scopes import UnresolvedReferenceError
from arrakis_schema.compat.logic.values import canonical
from arrakis_schema.json_schema.dialects import DIALECTS, KEYWORDS


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


def _every_item(node: SchemaNode, start: int, stop: int | None, schema: Any) -> Pair:
    """Return the meaning of a schema for the items from `start` up to `stop`."""
    holds, fails = node.pair_of(schema)
    return ALWAYS if holds == TRUE else (f.EveryItem(start, stop, holds), f.SomeItem(start, stop, fails))


def items(node: SchemaNode, schema: Any, _type: str) -> Pair:
    if isinstance(schema, list):
        return prefix_items(node, schema, _type)
    first = node.schema.get("prefixItems", ()) if DIALECTS[node.dialect].first_items == "prefixItems" else ()
    return _every_item(node, len(first), None, schema)


def prefix_items(node: SchemaNode, schemas: list[Any], _type: str) -> Pair:
    return join_pairs([_every_item(node, index, index + 1, schema) for index, schema in enumerate(schemas)])


def additional_items(node: SchemaNode, schema: Any, _type: str) -> Pair:
    before = node.schema.get("items")
    return _every_item(node, len(before), None, schema) if isinstance(before, list) else ALWAYS


def contains(node: SchemaNode, schema: Any, _type: str) -> Pair:
    holds, fails = node.pair_of(schema)
    counted = "minContains" in KEYWORDS[node.dialect]
    least = int(node.schema.get("minContains", 1)) if counted else 1
    most = node.schema.get("maxContains") if counted else None
    pairs: list[Pair] = []
    if least > 0:
        pairs.append((f.SomeItem(0, None, holds, least), _at_most(least - 1, holds, fails)))
    if most is not None:
        pairs.append((_at_most(int(most), holds, fails), f.SomeItem(0, None, holds, int(most) + 1)))
    return join_pairs(pairs)


def _at_most(count: int, holds: Formula, fails: Formula) -> Formula:
    """Return the formula that at most `count` items satisfy another."""
    return f.FewItems(count, holds, fails) if count > 0 else f.EveryItem(0, None, fails)


def _every_member(node: SchemaNode, names: f.Names, schema: Any) -> Pair:
    """Return the meaning of a schema for the members of these names."""
    holds, fails = node.pair_of(schema)
    return ALWAYS if holds == TRUE else (f.EveryMember(names, holds), f.SomeMember(names, fails))


def properties(node: SchemaNode, schemas: dict[str, Any], _type: str) -> Pair:
    return join_pairs([_every_member(node, f.Named(name), schema) for name, schema in schemas.items()])


def pattern_properties(node: SchemaNode, schemas: dict[str, Any], _type: str) -> Pair:
    return join_pairs([_every_member(node, f.Matching(pattern), schema) for pattern, schema in schemas.items()])


def additional_properties(node: SchemaNode, schema: Any, _type: str) -> Pair:
    names = tuple(sorted(node.schema.get("properties", ())))
    return _every_member(node, f.Others(names, tuple(sorted(node.schema.get("patternProperties", ())))), schema)


def property_names(node: SchemaNode, schema: Any, _type: str) -> Pair:
    holds, fails = node.pair_of(schema)
    return ALWAYS if holds == TRUE else (f.EveryName(holds), f.SomeName(fails))


def dependent_required(_node: SchemaNode, needs: dict[str, list[str]], _type: str) -> Pair:
    return join_pairs([_dependency(name, required(_node, needed, _type)) for name, needed in needs.items()])


def dependent_schemas(node: SchemaNode, schemas: dict[str, Any], _type: str) -> Pair:
    pairs = {name: node.pair_of(schema) for name, schema in schemas.items()}
    return join_pairs([_dependency(name, pair) for name, pair in pairs.items()])


def dependencies(node: SchemaNode, needs: dict[str, Any], instance_type: str) -> Pair:
    names = {name: needed for name, needed in needs.items() if isinstance(needed, list)}
    schemas = {name: needed for name, needed in needs.items() if name not in names}
    return join_pairs([dependent_required(node, names, instance_type), dependent_schemas(node, schemas, instance_type)])


def _dependency(name: str, pair: Pair) -> Pair:
    """Return the meaning of a condition that applies if a member of this name is present."""
    holds, fails = pair
    return disjunction([f.Present(name, holds=False), holds]), conjunction([f.Present(name, holds=True), fails])


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
