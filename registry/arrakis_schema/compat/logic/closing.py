"""What it means that an object holds declared members only: the writer that sends, or the reader that knows, no others.

Declared is what `properties`, `patternProperties` and `required` name, here or in a subschema of the same place; below
`oneOf` each alternative declares for itself. A schema that declares nothing stays open.
"""

from dataclasses import dataclass

from arrakis_schema.compat.logic.formulas import (
    FALSE,
    TRUE,
    EveryMember,
    Others,
    SomeMember,
    conjunction,
    disjunction,
)
from arrakis_schema.compat.logic.nodes import Node
from arrakis_schema.compat.logic.pairs import ALWAYS, Pair


@dataclass(frozen=True, slots=True)
class Declared:
    """Names and patterns of members; `listed` where there are any; `anything` where other members are described too."""

    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    listed: bool = False
    anything: bool = False

    def __or__(self, other: "Declared") -> "Declared":
        """Return what either declares."""
        names, patterns = self.names | other.names, self.patterns | other.patterns
        return Declared(names, patterns, self.listed or other.listed, self.anything or other.anything)


def closing(node: Node) -> Pair:
    """Return the formulas that an object has declared members only, and that it has another."""
    base = _own(node)
    alternatives: list[Node] = []
    for child in node.in_place():
        if _is_alternative(node, child):
            alternatives.append(child)
        elif not _is_negated(node, child):
            base |= declared(child)
    variants = [(child, base | declared(child)) for child in alternatives]
    if not variants:
        return _closed(base)
    pairs = [
        (node.same(child.schema, holds=True), node.same(child.schema, holds=False), *_closed(names))
        for child, names in variants
    ]
    holds = disjunction(conjunction((is_it, closed)) for is_it, _, closed, _ in pairs)
    fails = conjunction(disjunction((is_not, extra)) for _, is_not, _, extra in pairs)
    return holds, fails


def declared(node: Node) -> Declared:
    """Return what a schema and the subschemas of the same place declare."""
    found, todo, seen = Declared(), [node], {node}
    while todo:
        current = todo.pop()
        found |= _own(current)
        children = {child for child in current.in_place() if not _is_negated(current, child)}
        todo += children - seen
        seen |= children
    return found


def _own(node: Node) -> Declared:
    """Return what the keywords of one schema declare."""
    schema = node.schema
    if isinstance(schema, bool) or node.refers:
        return Declared()
    properties, patterns = frozenset(schema.get("properties", ())), frozenset(schema.get("patternProperties", ()))
    needed = frozenset(schema.get("required", ()))
    for keyword in ("dependencies", "dependentRequired"):
        for name, names in schema.get(keyword, {}).items():
            needed |= {name, *(names if isinstance(names, list) else ())}
    others = schema.get("additionalProperties", True)
    anything = (isinstance(others, dict) and others != {}) or "const" in schema or "enum" in schema
    return Declared(properties | needed, patterns, bool(properties or patterns), anything)


def _closed(names: Declared) -> Pair:
    """Return the formulas for one set of declared members."""
    if names.anything or not names.listed:
        return ALWAYS
    others = Others(tuple(sorted(names.names)), tuple(sorted(names.patterns)))
    return EveryMember(others, FALSE), SomeMember(others, TRUE)


def _is_alternative(node: Node, child: Node) -> bool:
    """Tell whether a subschema is one of several that exclude each other."""
    return not node.refers and any(node.beside(schema) is child for schema in node.schema.get("oneOf", ()))


def _is_negated(node: Node, child: Node) -> bool:
    """Tell whether a subschema says what an instance is not."""
    return not node.refers and "not" in node.schema and node.beside(node.schema["not"]) is child
