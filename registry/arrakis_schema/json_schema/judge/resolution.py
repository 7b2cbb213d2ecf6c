"""How the complete validator follows references: `referencing` with corrections, and without any retrieval.

What is corrected: `referencing` decides by the first value of `dependencies`, and fails on a list of names after a
schema. In draft-04 it fails on booleans, which are not schemas there but may stand in their place. It omits some of the
resources on the path to a schema, on which dynamic references depend. It reads a schema with `$schema` in that dialect
even without `$id`, and finds the identifier of an embedded schema by the keyword of the dialect around it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import evolve
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012

from arrakis_schema.json_schema.dialects import (
    DIALECTS,
    DRAFT_04,
    DRAFT_06,
    DRAFT_07,
    DRAFT_2019_09,
    DRAFT_2020_12,
    dialect_inside,
)
from arrakis_schema.json_schema.keywords import has_other_dialects

NOTHING: Registry[Any] = Registry()
"""A registry without documents, and unable to retrieve any."""


_ORIGINALS: dict[str, Any] = {
    DRAFT_04: DRAFT4,
    DRAFT_06: DRAFT6,
    DRAFT_07: DRAFT7,
    DRAFT_2019_09: DRAFT201909,
    DRAFT_2020_12: DRAFT202012,
}


class _Specification:
    """The specification of a dialect, whose URI is its `name`; `referencing` allows no subclasses of its own."""

    def __init__(self, dialect: str) -> None:
        original = _ORIGINALS[dialect]
        self.name, self._anchors_in = dialect, original.anchors_in
        self.subresources_of = _without_names(original.subresources_of)
        self.maybe_in_subresource = original.maybe_in_subresource

    def id_of(self, schema: Any) -> Any:
        """Return the URI reference that names a schema, or None."""
        return _ORIGINALS[dialect_inside(schema, self.name)].id_of(schema) if isinstance(schema, dict) else None

    def anchors_in(self, schema: Any) -> Any:
        """Return the anchors of a schema."""
        return self._anchors_in(schema) if isinstance(schema, dict) else ()

    def create_resource(self, contents: Any) -> Any:
        """Return a schema as a resource of this dialect."""
        make_resource: Any = Resource
        return make_resource(contents=contents, specification=self)

    def detect(self, contents: Any) -> "_Specification":
        """Return the specification of a schema inside one of this dialect."""
        return SPECIFICATIONS[dialect_inside(contents, self.name)]


def _without_names(subresources_of: Callable[[Any], Iterable[Any]]) -> Callable[[Any], Iterable[Any]]:
    """Return the function that lists the direct subschemas of a schema, without lists of names."""

    def list_subschemas(schema: Any) -> Iterable[Any]:
        dependencies = schema.get("dependencies") if isinstance(schema, dict) else None
        if isinstance(dependencies, dict):
            schemas = {name: value for name, value in dependencies.items() if isinstance(value, dict)}
            schema = {**schema, "dependencies": schemas}
        return subresources_of(schema) if isinstance(schema, dict) else ()

    return list_subschemas


SPECIFICATIONS = {dialect: _Specification(dialect) for dialect in DIALECTS}


def resolver_of(schema: Any, dialect: str, registry: Registry[Any] | None = None) -> Any:
    """Return the resolver for a document, an object of `referencing`; `registry` holds other documents.

    In a document with schemas in other dialects it knows all resources, for `dialect_at`.
    """
    identifier = DIALECTS[dialect].identifier
    if isinstance(schema, dict) and not isinstance(schema.get(identifier, ""), str):
        schema = {name: value for name, value in schema.items() if name != identifier}
    resource = SPECIFICATIONS[dialect].create_resource(schema)
    resolver: Any = (NOTHING if registry is None else registry).resolver_with_root(resource)
    if has_other_dialects(schema, dialect):
        resolver = evolve(resolver, registry=resolver._registry.crawl())  # noqa: SLF001 - see `_in_dynamic_scope`
    return _in_dynamic_scope(resolver, resolver)


def resolver_in(resolver: Any, schema: Any, dialect: str) -> Any:
    """Return the resolver inside a subschema of a schema in a dialect, which may have an `$id` of its own."""
    own_dialect = dialect_inside(schema, dialect)
    if not isinstance(schema, dict) or not isinstance(schema.get(DIALECTS[own_dialect].identifier), str):
        return resolver
    return _in_dynamic_scope(resolver, resolver.in_subresource(SPECIFICATIONS[own_dialect].create_resource(schema)))


def dialect_at(resolver: Any) -> str:
    """Return the dialect of the resource in which a resolver resolves, in a document with several dialects."""
    dialect: str = resolver._registry[resolver._base_uri]._specification.name  # noqa: SLF001 - see `_in_dynamic_scope`
    return dialect


def _in_dynamic_scope(outer: Any, inner: Any) -> Any:
    """Return a resolver with the resource of an outer one in its dynamic scope.

    `referencing` adds only resources that a reference leaves, and none without a URI: an embedded resource that is
    entered from the one around it, and a root without `$id`, would be missing.
    """
    previous = inner._previous.push_front(outer._base_uri)  # noqa: SLF001 - `referencing` has no public way
    return type(inner)(base_uri=inner._base_uri, registry=inner._registry, previous=previous)  # noqa: SLF001


def resolve_reference(resolver: Any, keyword: str, reference: str) -> Any:
    """Return what a reference leads to, with the resolver there; raises an error of `referencing`."""
    resolved = resolver.lookup(reference)
    return outermost_anchor(resolver, resolved) if keyword == "$recursiveRef" else resolved


def outermost_anchor(resolver: Any, resolved: Any) -> Any:
    """Return the target of a `$recursiveRef`: the outermost resource on the path to it that has `$recursiveAnchor` too.

    A resource without one ends the search, as in other validators.
    https://json-schema.org/draft/2019-09/draft-handrews-json-schema-02#rfc.section.8.2.4.2
    """
    if not _is_anchored(resolved.contents):
        return resolved
    target = resolved
    for uri, registry in resolver.dynamic_scope():
        contents = registry.get_or_retrieve(uri).value.contents
        if not _is_anchored(contents):
            break
        inner = registry.resolver(uri)
        previous = resolver._previous.push_front(resolver._base_uri)  # noqa: SLF001 - see `_in_dynamic_scope`
        target = type(resolved)(contents=contents, resolver=evolve(inner, previous=previous))
    return target


def _is_anchored(schema: Any) -> bool:
    """Return whether a schema of 2019-09 may be replaced by one around it."""
    return isinstance(schema, dict) and schema.get("$recursiveAnchor") is True
