"""The subschemas of documents as nodes: equal ones can share a node, and each can resolve its references.

References are resolved by `referencing` within the given documents: nothing is ever fetched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from referencing.exceptions import NoSuchResource, PointerToNowhere, Unresolvable

from arrakis_schema.compat.logic.formulas import FALSE, TRUE, Formula, Literal
from arrakis_schema.compat.logic.values import member_names
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.json_schema.dialects import DIALECTS, Holds, Target, dialect_of
from arrakis_schema.json_schema.judge.resolution import SPECIFICATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_IDENTIFIERS = frozenset(dialect.identifier for dialect in DIALECTS.values())


class UndecidedError(ArrakisSchemaError):
    """A verdict could not be reached; the text is the reason."""


class UnresolvedReferenceError(UndecidedError):
    """A reference leads out of the known documents; `uri` is its absolute target."""

    def __init__(self, uri: str) -> None:
        """Take the URI."""
        super().__init__(f"the reference to {uri} leads to nothing in its document")
        self.uri = uri


@dataclass(frozen=True, eq=False)
class SchemaNode:
    """One subschema, its dialect, and the scope of its references."""

    schema: Any
    dialect: str
    scope: Scope
    nodes: Nodes = field(repr=False)

    @cached_property
    def pair(self) -> tuple[Formula, Formula]:
        """The formulas that this subschema holds, and that it fails."""
        if isinstance(self.schema, bool) or self.schema == {}:
            return (FALSE, TRUE) if self.schema is False else (TRUE, FALSE)
        return Literal(self, holds=True), Literal(self, holds=False)

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


def refuse_other_dialect(schema: Any, dialect: str) -> None:
    """Raise `UndecidedError` if an embedded schema has another dialect than its parent."""
    if isinstance(schema, dict) and isinstance(schema.get("$schema"), str) and dialect_of(schema) != dialect:
        raise UndecidedError(f"an embedded schema is written in another dialect, {schema['$schema']}")


class Scopes:
    """The scopes of some documents, each made once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._scopes: dict[tuple[int, frozenset[tuple[str, int]]], Scope] = {}
        self._anchors: dict[int, dict[str, Any]] = {}

    def enter(self, resolver: Any, dialect: str, outer: Mapping[str, _Anchor]) -> Scope:
        """Return the scope in the resource of a resolver; `outer` are the outermost dynamic anchors on the path to it.

        The resolver of the scope forgets that path, because `referencing` would apply it to a `$ref` too.
        """
        resolver = resolver._registry.resolver(resolver._base_uri)  # noqa: SLF001 - `referencing` tells it to nobody
        contents = resolver.lookup("#").contents
        declared = {name: _Anchor(schema, resolver) for name, schema in self._anchors_of(contents, dialect).items()}
        anchors = {**declared, **({} if _ends_recursion(contents, dialect) else outer)}
        key = id(contents), frozenset((name, id(anchor.schema)) for name, anchor in anchors.items())
        if key not in self._scopes:
            self._scopes[key] = Scope(contents, resolver, dialect, self, anchors, by_itself=anchors == declared)
        return self._scopes[key]

    def _anchors_of(self, contents: Any, dialect: str) -> dict[str, Any]:
        """Return the subschemas of one resource that have a dynamic anchor, by its name."""
        if not DIALECTS[dialect].dynamic_reference:
            return {}
        if id(contents) not in self._anchors:
            anchored = not member_names(contents).isdisjoint({"$dynamicAnchor", "$recursiveAnchor"})
            self._anchors[id(contents)] = dict(_dynamic_anchors(contents, dialect)) if anchored else {}
        return self._anchors[id(contents)]


def _dynamic_anchors(contents: Any, dialect: str) -> Iterator[tuple[str, Any]]:
    """Yield the dynamic anchors of a resource, without those of embedded resources."""
    if DIALECTS[dialect].dynamic_reference == "$recursiveRef":
        if (name := _dynamic_anchor(contents)) is not None:
            yield name, contents
        return
    todo = [SPECIFICATIONS[dialect].create_resource(contents)]
    while todo:
        resource = todo.pop()
        if (name := _dynamic_anchor(resource.contents)) is not None:
            yield name, resource.contents
        todo += [child for child in resource.subresources() if child.id() is None]


def _dynamic_anchor(schema: Any) -> str | None:
    """Return the name of the dynamic anchor of a schema; that of `$recursiveAnchor` is empty, as in `"#"`."""
    if not isinstance(schema, dict):
        return None
    name = schema.get("$dynamicAnchor")
    return name if isinstance(name, str) else "" if schema.get("$recursiveAnchor") is True else None


def _ends_recursion(contents: Any, dialect: str) -> bool:
    """Tell whether a resource hides those around it from a `$recursiveRef`: without an anchor it is the outermost."""
    return DIALECTS[dialect].dynamic_reference == "$recursiveRef" and _dynamic_anchor(contents) is None


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A subschema with a dynamic anchor, and the resolver of its resource."""

    schema: Any
    resolver: Any


class Scope:
    """Resolves references in one resource; with dynamic anchors, that depends on the path to it.

    https://json-schema.org/draft/2020-12/json-schema-core#section-7.1
    """

    def __init__(  # noqa: PLR0913 - what references of a resource depend on
        self,
        contents: Any,
        resolver: Any,
        dialect: str,
        scopes: Scopes,
        anchors: Mapping[str, _Anchor],
        *,
        by_itself: bool,
    ) -> None:
        """Keep the resource, its resolver of `referencing`, all scopes, and the outermost dynamic anchor of each name.

        `by_itself` is whether the resource alone, without the path to it, has the same dynamic anchors.
        """
        self.base: str = resolver._base_uri  # noqa: SLF001 - `referencing` tells it to nobody
        self.anchors, self.by_itself = anchors, by_itself
        self._contents, self._resolver, self._dialect, self._scopes = contents, resolver, dialect, scopes
        self._targets: dict[str, tuple[Any, Scope]] = {}

    def lookup(self, reference: str) -> tuple[Any, Scope]:
        """Return the schema that a reference leads to, and the scope there; raises `UndecidedError`."""
        if reference not in self._targets:
            contents, scope = self._lookup_inside(reference) or self._lookup_anywhere(reference)
            if not isinstance(contents, dict | bool):
                raise UndecidedError(f"the reference {reference!r} leads to what is no schema")
            self._targets[reference] = contents, scope
        return self._targets[reference]

    def _lookup_inside(self, reference: str) -> tuple[Any, Scope] | None:
        """Return the target of a plain pointer to members below which no other resource begins; None for others."""
        if not reference.startswith("#/") or "%" in reference or "~" in reference:
            return None
        contents = self._contents
        for name in reference[2:].split("/"):
            if not (isinstance(contents, dict) and name in contents):
                return None
            contents = contents[name]
            if isinstance(contents, dict) and not _IDENTIFIERS.isdisjoint(contents):
                return None
        return contents, self

    def _lookup_anywhere(self, reference: str) -> tuple[Any, Scope]:
        """Return what `referencing` finds, in this resource or another one."""
        try:
            resolved = self._resolver.lookup(reference)
            return resolved.contents, self._enter(resolved.resolver)
        except (Unresolvable, NoSuchResource, PointerToNowhere, ValueError, LookupError, TypeError) as error:
            raise UnresolvedReferenceError(_full_uri(self.base, reference)) from error

    def lookup_dynamic(self, reference: str) -> tuple[Any, Scope]:
        """Return the target of a dynamic reference: the outermost anchor of its name, if it leads to an anchor at all.

        https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3.2
        """
        contents, scope = self.lookup(reference)
        name = reference.partition("#")[2]
        if _dynamic_anchor(contents) != name or name not in self.anchors:
            return contents, scope
        anchor = self.anchors[name]
        return anchor.schema, self._enter(anchor.resolver)

    def below(self, schema: Any, dialect: str) -> Scope:
        """Return the scope of a subschema: another one where it has an `$id`."""
        if not (isinstance(schema, dict) and isinstance(schema.get(DIALECTS[dialect].identifier), str)):
            return self
        resource = SPECIFICATIONS[dialect].create_resource(schema)
        return self._enter(self._resolver.in_subresource(resource))

    def _enter(self, resolver: Any) -> Scope:
        """Return the scope in the resource of a resolver, entered from this scope."""
        return self._scopes.enter(resolver, self._dialect, self.anchors)


def _full_uri(base: str, reference: str) -> str:
    """Return the absolute target of a reference, or the reference itself if it cannot be parsed."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


class Nodes:
    """The nodes of some documents, each made once."""

    def __init__(self, tick: Callable[[], None], *, assert_formats: bool = False) -> None:
        """Begin without any; `tick` is called often and may raise."""
        self.tick, self.assert_formats = tick, assert_formats
        self.overlaps: dict[SchemaNode, list[list[int]]] = {}
        self._nodes: dict[tuple[object, ...], SchemaNode] = {}
        self._documents: dict[int, tuple[Any, Scope]] = {}
        self._scopes = Scopes()
        self._classes: Mapping[tuple[int, Scope], int] = {}
        self._free_of_loops: set[SchemaNode] = set()

    def document_scope(self, document: Any, dialect: str, registry: Any, uri: str) -> Scope:
        """Return the scope of a whole document, which has a URI in a registry of `referencing`.

        Documents of equal text have a scope each: their references may lead to different ones.
        """
        known = self._documents.get(id(document))
        if known is None:
            scope = self._scopes.enter(registry.resolver(base_uri=uri), dialect, {})
            known = self._documents[id(document)] = document, scope
        return known[1]

    def root(self, document: Any, scope: Scope, dialect: str) -> SchemaNode:
        """Return the node of a whole document."""
        return self._node(document, dialect, scope)

    def node(self, schema: Any, parent: SchemaNode, scope: Scope | None = None) -> SchemaNode:
        """Return the node of a subschema of another; `scope` is given where a reference leads to it."""
        refuse_other_dialect(schema, parent.dialect)
        return self._node(schema, parent.dialect, scope or parent.scope.below(schema, parent.dialect))

    def merge(self, classes: Mapping[tuple[int, Scope], int]) -> None:
        """Use one node for all subschemas of a class from now on; earlier nodes are forgotten."""
        self._classes = classes
        self._nodes.clear()
        self._free_of_loops.clear()

    def _node(self, schema: Any, dialect: str, scope: Scope) -> SchemaNode:
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
                raise UndecidedError("a $ref leads back to itself without going into the instance")
            elif current not in self._free_of_loops:
                path.append(current)
                todo.append((current, True))
                todo += [(child, False) for child in current.in_place() if not current.leads_out]
