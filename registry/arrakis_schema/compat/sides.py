"""The two sides of a comparison: what a reader accepts and what a writer sends, each a document with its closure.

The closure is a JSON Schema that only asserts that objects have no undeclared members.
"""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from jsonschema_specifications import REGISTRY as _META_SCHEMAS
from referencing import Registry

from arrakis_schema.compat.closure import CLOSURE_URI, OPEN, Closure, ClosureWriter
from arrakis_schema.compat.confirmation import limit_keyword
from arrakis_schema.compat.logic.equality import KeywordReader, Subschema, classes_of
from arrakis_schema.compat.logic.nodes import Nodes, SchemaNode
from arrakis_schema.compat.logic.values import member_names
from arrakis_schema.compat.places import AppliedSchema, Places
from arrakis_schema.json_schema.dialects import DIALECTS, EVERY_KEYWORD, KEYWORDS
from arrakis_schema.json_schema.judge.complete import make_validator
from arrakis_schema.json_schema.judge.resolution import SPECIFICATIONS
from arrakis_schema.json_schema.keywords import without_foreign_keywords
from arrakis_schema.text.short_repr import short_repr

if TYPE_CHECKING:
    from collections.abc import Callable

    from arrakis_schema.compat.logic.results import Budget
    from arrakis_schema.findings.verdicts import Change
    from arrakis_schema.regex.characters import Reading

_BASE_URI = "https://arrakis-schema.invalid/"
_DOCUMENT_URI = "urn:arrakis-schema:document"
_FOREIGN = {dialect: EVERY_KEYWORD.keys() - keywords for dialect, keywords in KEYWORDS.items()}
_IDENTIFYING = {name: dialect.names for name, dialect in DIALECTS.items()}


@dataclass(frozen=True, slots=True)
class Side:
    """What a reader accepts or a writer sends: a document and its closure (True if nothing is closed).

    `registry` holds the targets of their references, `uri` is the document's key in it. What is derived from a side is
    kept on it: an opened one closed in some ways, each with the steps that it took, and validators.
    """

    document: Any
    dialect: str
    uri: str
    registry: Registry[Any]
    closure: Any = True
    _validators: dict[tuple[int, Reading], Any] = field(default_factory=dict)
    _closed: dict[Closure, tuple[Side, int]] = field(default_factory=dict)

    __repr__ = short_repr

    @property
    def schemas(self) -> tuple[Any, ...]:
        """The schemas that an instance must satisfy together."""
        return (self.document,) if self.closure is True else (self.document, self.closure)

    def validator(self, schema: Any, reading: Reading) -> Any:
        """Return the complete validator, with limits, of one of these schemas."""
        key = id(schema), reading
        if key not in self._validators:
            self._validators[key] = make_validator(schema, self.dialect, limit_keyword, self.registry, reading)
        return self._validators[key]

    def subschemas(self, nodes: Nodes) -> list[Subschema]:
        """Return these schemas with their scopes."""
        uris = (self.uri, CLOSURE_URI)
        return [
            Subschema(schema, nodes.document_scope(schema, self.dialect, self.registry, uri), self.dialect)
            for schema, uri in zip(self.schemas, uris, strict=False)
        ]

    def closed(self, closure: Closure, budget: Budget, reader: KeywordReader, *, free: bool = False) -> Side:
        """Return this opened side closed; that takes the same steps each time, or none if it was done and is `free`."""
        if closure == OPEN:
            return self
        known = self._closed.get(closure)
        if known is None:
            before = budget.spent
            side = close(self, closure, budget.tick, reader)
            self._closed[closure] = side, budget.spent - before
            return side
        side, steps = known
        if not free:
            budget.spend(steps)
        return side

    def roots(self, nodes: Nodes) -> list[SchemaNode]:
        """Return the nodes of these schemas."""
        return [nodes.root(*subschema) for subschema in self.subschemas(nodes)]


def open_side(document: Any, dialect: str) -> Side:
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
    identifying = _IDENTIFYING[dialect] | {"$schema"}  # beside it stands the identifier of another dialect
    root_names = {DIALECTS[dialect].identifier, "$schema"}
    if names.isdisjoint(identifying) and (members.keys() & identifying) <= root_names:
        return Side(document, dialect, uri, _with_resource(_META_SCHEMAS, uri, resource))
    return Side(document, dialect, uri, _META_SCHEMAS.with_resource(uri, resource).crawl())


def _with_resource(registry: Registry[Any], uri: str, resource: Any) -> Registry[Any]:
    """Return a registry with a resource in which nothing else has a name, so that it need not be crawled."""
    make_registry: Any = Registry
    combined: Registry[Any] = registry.combine(make_registry({uri: resource}))
    return combined


def close(opened: Side, closure: Closure, tick: Callable[[], None], reader: KeywordReader | None = None) -> Side:
    """Return a side whose objects only hold declared members; raises `UndecidedError` if it has too many places."""
    if closure == OPEN:
        return opened
    nodes = Nodes(tick)
    roots = opened.subschemas(nodes)
    nodes.merge(classes_of(roots, tick, formats=False, reader=reader))
    places = Places(nodes)
    places.number([AppliedSchema(nodes.root(*root), always=True) for root in roots], closure)
    places.describe_all()
    schema = ClosureWriter(places.shapes, opened.document, opened.dialect, opened.uri).document()
    if schema is True:
        return opened
    resource = SPECIFICATIONS[opened.dialect].create_resource(schema)
    return Side(
        opened.document,
        opened.dialect,
        opened.uri,
        _with_resource(opened.registry, CLOSURE_URI, resource),
        closure=schema,
    )


class Sides:
    """Documents as sides, each opened once: what comparisons of the same documents share.

    A document is known by its identity, and kept, so that no other one gets the same. `keywords` are theirs, and
    `differences` what is known of two of them, beside both.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._opened: ChainMap[int, tuple[Any, Side]] = ChainMap()
        self.keywords = KeywordReader()
        self.differences: dict[tuple[int, int], tuple[Any, Any, tuple[Change, ...]]] = {}

    def new_child(self) -> Sides:
        """Return these sides, to which more can be added that are soon forgotten."""
        child = Sides()
        child._opened, child.keywords = self._opened.new_child(), self.keywords.new_child()
        return child

    def opened(self, document: Any, dialect: Callable[[], str]) -> Side:
        """Return the side of a document with nothing closed; `dialect` returns its own, or raises if it is invalid."""
        known = self._opened.get(id(document))
        if known is None:
            known = self._opened[id(document)] = document, open_side(document, dialect())
        return known[1]
