"""The subschemas of the two documents as nodes: equal ones are one node, and each knows how its references resolve.

References resolve by `referencing`, within the documents given: nothing is ever fetched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from referencing import Registry
from referencing.exceptions import NoSuchResource, PointerToNowhere, Unresolvable
from referencing.jsonschema import DRAFT7, DRAFT202012

from arrakis_schema.compat.logic.formulas import FALSE, TRUE, Formula, Literal
from arrakis_schema.dialect.keywords import DRAFT_07, DRAFT_2020_12, MANY, NAMED, ONE
from arrakis_schema.errors import ArrakisSchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

ANNOTATIONS = frozenset(
    [
        *("$schema", "$comment", "$vocabulary", "title", "description", "default", "examples", "readOnly", "writeOnly"),
        *("deprecated", "contentMediaType", "contentEncoding", "contentSchema"),
    ]
)
_SPECIFICATIONS = {DRAFT_07: DRAFT7, DRAFT_2020_12: DRAFT202012}
_IN_PLACE_ONE, _IN_PLACE_MANY = ("not", "if", "then", "else"), ("allOf", "anyOf", "oneOf")
_IN_PLACE_NAMED = ("dependencies", "dependentSchemas")


class UndecidedError(ArrakisSchemaError):
    """A verdict is out of reach, for this reason."""


@dataclass(frozen=True, slots=True)
class Closure:
    """At which places of the instance an object holds declared members only: everywhere, or at some paths of names."""

    everywhere: bool = False
    places: frozenset[tuple[str, ...]] = frozenset()

    @property
    def here(self) -> bool:
        """Whether the place that the closure has come to is closed."""
        return self.everywhere or () in self.places

    def below(self, name: str | None) -> Closure:
        """Return the closure for the member of this name, or for an item or a member of any name."""
        if self.everywhere:
            return self
        return Closure(places=frozenset(path[1:] for path in self.places if path and path[0] == name))


@dataclass(frozen=True, eq=False)
class Node:
    """One subschema: what it says, in which dialect, closed where, and `inner` where it applies to a place again."""

    schema: Any
    dialect: str
    closure: Closure
    inner: bool
    scope: Scope
    nodes: Nodes = field(repr=False)

    def member(self, schema: Any, name: str | None, *, holds: bool) -> Formula:
        """Return the literal for a subschema of the member of this name, or of any item or member."""
        return self._literal(schema, self.closure.below(name), inner=False, holds=holds)

    def same(self, schema: Any, *, holds: bool) -> Formula:
        """Return the literal for a subschema of the same place."""
        return self._literal(schema, self.closure, inner=True, holds=holds)

    def beside(self, schema: Any) -> Node:
        """Return the node of a subschema of the same place."""
        return self.nodes.node(schema, self, self.closure, inner=True)

    def target(self) -> Node:
        """Return the node that a reference leads to; raises `UndecidedError` where it leads nowhere."""
        contents, scope = self.scope.lookup(self.schema["$ref"])
        return self.nodes.node(contents, self, self.closure, inner=True, scope=scope)

    @property
    def refers(self) -> bool:
        """Whether this is a reference and nothing else: in draft-07 what stands beside a `$ref` is ignored."""
        return self.dialect == DRAFT_07 and "$ref" in self.schema

    def in_place(self) -> list[Node]:
        """Return the nodes of the subschemas that apply to the same place of the instance."""
        if isinstance(self.schema, bool):
            return []
        found = [self.target()] if "$ref" in self.schema else []
        if self.refers:
            return found
        schemas = [self.schema[keyword] for keyword in _IN_PLACE_ONE if keyword in self.schema]
        schemas += [schema for keyword in _IN_PLACE_MANY for schema in self.schema.get(keyword, [])]
        named = [schema for keyword in _IN_PLACE_NAMED for schema in self.schema.get(keyword, {}).values()]
        schemas += [schema for schema in named if not isinstance(schema, list)]
        return [*found, *map(self.beside, schemas)]

    def _literal(self, schema: Any, closure: Closure, *, inner: bool, holds: bool) -> Formula:
        """Return the literal for a subschema."""
        return self.nodes.literal(self.nodes.node(schema, self, closure, inner=inner), holds=holds)


class Scope:
    """What references mean below one base URI; there is one scope for each."""

    def __init__(self, resolver: Any, scopes: dict[int, Scope]) -> None:
        """Take the resolver of `referencing`, and the scopes of the same document by the identity of their root."""
        self._resolver, self._scopes = resolver, scopes
        self._targets: dict[str, tuple[Any, Scope]] = {}

    def lookup(self, reference: str) -> tuple[Any, Scope]:
        """Return the schema that a reference leads to, and the scope there; raises `UndecidedError`."""
        if reference not in self._targets:
            try:
                found = self._resolver.lookup(reference)
            except (Unresolvable, NoSuchResource, PointerToNowhere, ValueError, LookupError, TypeError) as error:
                raise UndecidedError(f"the reference {reference!r} leads to nothing in its document") from error
            if not isinstance(found.contents, dict | bool):
                raise UndecidedError(f"the reference {reference!r} leads to what is no schema")
            self._targets[reference] = found.contents, self._known(found.resolver)
        return self._targets[reference]

    def inside(self, schema: dict[str, Any], dialect: str) -> Scope:
        """Return the scope inside a subschema that has an `$id`."""
        resource = _SPECIFICATIONS[dialect].create_resource(schema)
        return self._known(self._resolver.in_subresource(resource))

    def _known(self, resolver: Any) -> Scope:
        """Return the scope of a resolver: what its base URI stands for tells scopes apart."""
        return self._scopes.setdefault(id(resolver.lookup("#").contents), Scope(resolver, self._scopes))


class Nodes:
    """The nodes of some documents, each made once."""

    def __init__(self, tick: Callable[[], None], *, assert_formats: bool = False) -> None:
        """Begin without any; `tick` is called often and may raise."""
        self.tick, self.assert_formats = tick, assert_formats
        self.overlaps: dict[Node, list[list[int]]] = {}
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._roots: dict[tuple[str, str], tuple[Any, Scope]] = {}
        self._meanings: dict[int, tuple[Any, str]] = {}
        self._free_of_loops: set[Node] = set()

    def root(self, document: Any, dialect: str, closure: Closure) -> Node:
        """Return the node of a whole document; equal documents have one scope."""
        key = dialect, json.dumps(document, sort_keys=True)
        if key not in self._roots:
            resource = _SPECIFICATIONS[dialect].create_resource(document)
            resolver = Registry().resolver_with_root(resource)
            scopes: dict[int, Scope] = {}
            self._roots[key] = document, scopes.setdefault(id(document), Scope(resolver, scopes))
        return self._node(document, dialect, closure, inner=False, scope=self._roots[key][1])

    def node(self, schema: Any, parent: Node, closure: Closure, *, inner: bool, scope: Scope | None = None) -> Node:
        """Return the node of a subschema of another; `scope` where a reference leads to it."""
        scope = scope or parent.scope
        if isinstance(schema, dict) and isinstance(schema.get("$id"), str):
            scope = scope.inside(schema, parent.dialect)
        return self._node(schema, parent.dialect, closure, inner=inner and closure.here, scope=scope)

    def _node(self, schema: Any, dialect: str, closure: Closure, *, inner: bool, scope: Scope) -> Node:
        """Return the one node of this schema; what refers elsewhere is one only within its own scope."""
        text = self._meaning(schema, dialect)
        self.tick()
        key = (text, dialect, closure, inner, scope if '"$ref"' in text or '"$dynamicRef"' in text else None)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node(schema, dialect, closure, inner, scope, self)
        return node

    @staticmethod
    def literal(node: Node, *, holds: bool) -> Formula:
        """Return the formula that a node holds, or fails."""
        if isinstance(node.schema, bool) or node.schema == {}:
            return TRUE if (node.schema is not False) == holds else FALSE
        return Literal(node, holds)

    def _meaning(self, schema: Any, dialect: str) -> str:
        """Return one text for all schemas that differ in annotations only."""
        known = self._meanings.get(id(schema))
        if known is None:
            meaning = json.dumps(without_annotations(schema, dialect), sort_keys=True)
            known = self._meanings[id(schema)] = schema, meaning
        return known[1]

    def refuse_loops(self, node: Node) -> None:
        """Raise `UndecidedError` where references lead back to a node without going into the instance."""
        path: list[Node] = []
        todo = [(node, False)]
        while todo:
            current, left = todo.pop()
            if left:
                self._free_of_loops.add(path.pop())
            elif current in path:
                raise UndecidedError("a $ref leads back to itself without going into the instance")
            elif current not in self._free_of_loops:
                path.append(current)
                todo.append((current, True))
                todo += [(child, False) for child in current.in_place()]


def without_annotations(schema: Any, dialect: str) -> Any:
    """Return a schema without what never decides whether an instance is valid."""
    if not isinstance(schema, dict):
        return schema
    if dialect == DRAFT_07 and "$ref" in schema:
        return {"$ref": schema["$ref"]}
    return {
        keyword: _inside(keyword, value, dialect) for keyword, value in schema.items() if keyword not in ANNOTATIONS
    }


def _inside(keyword: str, value: Any, dialect: str) -> Any:
    """Return the value of a keyword with the schemas in it without annotations."""
    if keyword in NAMED and isinstance(value, dict):
        return {name: without_annotations(schema, dialect) for name, schema in value.items()}
    if isinstance(value, list) and keyword in {*MANY, "items"}:
        return [without_annotations(schema, dialect) for schema in value]
    return without_annotations(value, dialect) if keyword in {*ONE, "items"} else value
