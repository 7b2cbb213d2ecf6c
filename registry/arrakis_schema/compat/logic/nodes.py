"""The subschemas of documents as nodes: equal ones can share a node, and each knows those that apply with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arrakis_schema.compat.logic.formulas import FALSE, TRUE, Formula, Literal
from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.compat.logic.scopes import ReferenceScope, Scopes, UnresolvedReferenceError, refuse_other_dialect
from arrakis_schema.json_schema.dialects import DIALECTS, Holds, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, eq=False)
class SchemaNode:
    """One subschema, its dialect, and the scope of its references; `pair` are "it holds" and "it fails"."""

    schema: Any
    dialect: str
    scope: ReferenceScope
    nodes: Nodes = field(repr=False)
    pair: tuple[Formula, Formula] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the formulas that this subschema holds, and that it fails."""
        if isinstance(self.schema, bool) or self.schema == {}:
            pair: tuple[Formula, Formula] = (FALSE, TRUE) if self.schema is False else (TRUE, FALSE)
        else:
            pair = Literal(self, holds=True), Literal(self, holds=False)
        object.__setattr__(self, "pair", pair)

    def pair_of(self, schema: Any) -> tuple[Formula, Formula]:
        """Return the formulas that a subschema of this one holds, and that it fails."""
        if isinstance(schema, bool):
            return (TRUE, FALSE) if schema else (FALSE, TRUE)
        return self.subschema(schema).pair

    def subschema(self, schema: Any) -> SchemaNode:
        """Return the node of a subschema of this one."""
        return self.nodes.node(schema, self)

    def target(self) -> SchemaNode:
        """Return the target of `$ref`; raises `UndecidedError` if there is none."""
        contents, scope = self.scope.lookup(self.schema["$ref"])
        return self.nodes.node(contents, self, scope)

    def dynamic_target(self) -> SchemaNode:
        """Return the target of `$dynamicRef` or `$recursiveRef`; raises `UndecidedError` if there is none."""
        contents, scope = self.scope.lookup_dynamic(self.schema[DIALECTS[self.dialect].dynamic_reference])
        return self.nodes.node(contents, self, scope)

    @property
    def leads_out(self) -> bool:
        """Whether a reference of this subschema leads out of the known documents."""
        try:
            self.references()
        except UnresolvedReferenceError:
            return True
        return False

    def references(self) -> list[SchemaNode]:
        """Return the nodes that the references of this subschema lead to."""
        nodes = [self.target()] if "$ref" in self.schema else []
        return [*nodes, self.dynamic_target()] if DIALECTS[self.dialect].dynamic_reference in self.schema else nodes

    @property
    def refers(self) -> bool:
        """Whether this is only a reference: up to draft-07, `$ref` hides its siblings."""
        return DIALECTS[self.dialect].ref_alone and "$ref" in self.schema

    def in_place(self) -> list[SchemaNode]:
        """Return the nodes of the subschemas that apply to the same instance."""
        if isinstance(self.schema, bool):
            return []
        nodes = self.references()
        if self.refers:
            return nodes
        keywords = DIALECTS[self.dialect].keywords
        return [
            *nodes,
            *(
                self.subschema(schema)
                for keyword, value in self.schema.items()
                if keyword in keywords and keywords[keyword].target is Target.INSTANCE
                for schema in _schemas_in(value, keywords[keyword].holds)
            ),
        ]


def _schemas_in(value: Any, holds: Holds) -> list[Any]:
    """Return the schemas that the value of a keyword holds."""
    if holds is Holds.NAMED:
        return [schema for schema in value.values() if not isinstance(schema, list)]
    return value if holds is Holds.MANY else [value]


class Nodes:
    """The nodes of some documents, each made once."""

    def __init__(self, tick: Callable[[], None], *, assert_formats: bool = False) -> None:
        """Begin without any; `tick` is called often and may raise."""
        self.tick, self.assert_formats = tick, assert_formats
        self.overlaps: dict[SchemaNode, list[list[int]]] = {}
        self._nodes: dict[tuple[object, ...], SchemaNode] = {}
        self._documents: dict[int, tuple[Any, ReferenceScope]] = {}
        self._scopes = Scopes()
        self._classes: Mapping[tuple[int, ReferenceScope], int] = {}
        self._free_of_loops: set[SchemaNode] = set()

    def document_scope(self, document: Any, dialect: str, registry: Any, uri: str) -> ReferenceScope:
        """Return the scope of a whole document, which has a URI in a registry of `referencing`.

        Documents of equal text have a scope each: their references may lead to different ones.
        """
        entry = self._documents.get(id(document))
        if entry is None:
            scope = self._scopes.enter(registry.resolver(base_uri=uri), dialect, {})
            entry = self._documents[id(document)] = document, scope
        return entry[1]

    def root(self, document: Any, scope: ReferenceScope, dialect: str) -> SchemaNode:
        """Return the node of a whole document."""
        return self._node(document, dialect, scope)

    def node(self, schema: Any, parent: SchemaNode, scope: ReferenceScope | None = None) -> SchemaNode:
        """Return the node of a subschema of another; `scope` is given where a reference leads to it."""
        refuse_other_dialect(schema, parent.dialect)
        return self._node(schema, parent.dialect, scope or parent.scope.below(schema, parent.dialect))

    def merge(self, classes: Mapping[tuple[int, ReferenceScope], int]) -> None:
        """Use one node for all subschemas of a class from now on; earlier nodes are forgotten."""
        self._classes = classes
        self._nodes.clear()
        self._free_of_loops.clear()

    def _node(self, schema: Any, dialect: str, scope: ReferenceScope) -> SchemaNode:
        """Return the node that this schema and equal ones share."""
        self.tick()
        number = self._classes.get((id(schema), scope))
        key = (number, dialect) if number is not None else (json.dumps(schema, sort_keys=True), dialect, scope)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = SchemaNode(schema, dialect, scope, self)
        return node

    def refuse_loops(self, node: SchemaNode) -> None:
        """Raise `UndecidedError` if references lead back to a node for the same instance."""
        path: list[SchemaNode] = []
        todo = [(node, False)]
        while todo:
            current, left = todo.pop()
            if left:
                self._free_of_loops.add(path.pop())
            elif current in path:
                raise UndecidedError("a $ref leads back to itself without descending into the instance")
            elif current not in self._free_of_loops:
                path.append(current)
                todo.append((current, True))
                todo += [(child, False) for child in current.in_place() if not current.leads_out]
