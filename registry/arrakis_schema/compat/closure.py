"""A document with its closure: a JSON Schema that only asserts that objects have no undeclared members."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from jsonschema_specifications import REGISTRY as _META_SCHEMAS
from referencing import Registry

from arrakis_schema.compat.closure_writer import CLOSURE_URI, ClosureWriter
from arrakis_schema.compat.logic.equality import Subschema, classes_of
from arrakis_schema.compat.logic.nodes import Nodes, SchemaNode
from arrakis_schema.compat.logic.values import member_names
from arrakis_schema.compat.places import OPEN, AppliedSchema, Closure, Places
from arrakis_schema.json_schema.dialects import DIALECTS, EVERY_KEYWORD, KEYWORDS
from arrakis_schema.json_schema.judge.resolution import SPECIFICATIONS
from arrakis_schema.json_schema.keywords import without_foreign_keywords
from arrakis_schema.text.short_repr import short_repr

if TYPE_CHECKING:
    from collections.abc import Callable

_BASE_URI = "https://arrakis-schema.invalid/"
_DOCUMENT_URI = "urn:arrakis-schema:document"
_FOREIGN = {dialect: EVERY_KEYWORD.keys() - keywords for dialect, keywords in KEYWORDS.items()}


@dataclass(frozen=True, slots=True)
class Side:
    """What a reader accepts or a writer sends: a document and its closure (True if nothing is closed).

    `registry` holds the targets of their references, `uri` is the document's key in it.
    """

    document: Any
    dialect: str
    uri: str
    registry: Registry[Any]
    closure: Any = True

    __repr__ = short_repr

    @property
    def schemas(self) -> tuple[Any, ...]:
        """The schemas that an instance must satisfy together."""
        return (self.document,) if self.closure is True else (self.document, self.closure)

    def subschemas(self, nodes: Nodes) -> list[Subschema]:
        """Return these schemas with their scopes."""
        uris = (self.uri, CLOSURE_URI)
        return [
            Subschema(schema, nodes.document_scope(schema, self.dialect, self.registry, uri), self.dialect)
            for schema, uri in zip(self.schemas, uris, strict=False)
        ]

    def roots(self, nodes: Nodes) -> list[SchemaNode]:
        """Return the nodes of these schemas."""
        return [nodes.root(*subschema) for subschema in self.subschemas(nodes)]


def side(document: Any, dialect: str) -> Side:
    """Return the side of a document with nothing closed; a relative `$id` is joined to a unique base."""
    members = document if isinstance(document, dict) else {}
    names = member_names([*members.values()])
    if not (names.isdisjoint(_FOREIGN[dialect]) and members.keys().isdisjoint(_FOREIGN[dialect])):
        document = without_foreign_keywords(document, dialect)
    resource = SPECIFICATIONS[dialect].create_resource(document)
    if (relative := resource.id()) and not urlsplit(relative).scheme:
        document = {**document, DIALECTS[dialect].identifier: urljoin(_BASE_URI, relative)}
        resource = SPECIFICATIONS[dialect].create_resource(document)
    uri = resource.id() or _DOCUMENT_URI
    identifying, root_names = DIALECTS[dialect].names, {DIALECTS[dialect].identifier}
    if names.isdisjoint(identifying) and (members.keys() & identifying) <= root_names:
        return Side(document, dialect, uri, _with_resource(_META_SCHEMAS, uri, resource))
    return Side(document, dialect, uri, _META_SCHEMAS.with_resource(uri, resource).crawl())


def _with_resource(registry: Registry[Any], uri: str, resource: Any) -> Registry[Any]:
    """Return a registry with a resource in which nothing else has a name, so that it need not be crawled."""
    make_registry: Any = Registry
    combined: Registry[Any] = registry.combine(make_registry({uri: resource}))
    return combined


def close(opened: Side, closure: Closure, tick: Callable[[], None]) -> Side:
    """Return a side whose objects only hold declared members; raises `UndecidedError` if it has too many places."""
    if closure == OPEN:
        return opened
    nodes = Nodes(tick)
    nodes.merge(classes_of(opened.subschemas(nodes), tick, formats=False))
    places = Places(nodes)
    places.number([AppliedSchema(root, always=True) for root in opened.roots(nodes)], closure)
    places.describe_all()
    schema = ClosureWriter(places.shapes, opened).document()
    if schema is True:
        return opened
    resource = SPECIFICATIONS[opened.dialect].create_resource(schema)
    return replace(opened, closure=schema, registry=_with_resource(opened.registry, CLOSURE_URI, resource))
