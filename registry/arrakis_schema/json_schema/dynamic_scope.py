"""Where `$dynamicRef` and `$recursiveRef` lead: to the anchor of the outermost resource on the path to them.

These are the rules of the complete validator, for code that follows references without an instance.
"""

from typing import NamedTuple
from urllib.parse import unquote, urldefrag

from arrakis_schema.json_schema.resolver import SchemaPlace, Schemas

RECURSIVE = ""
"""The name under which `$recursiveAnchor` is kept among the dynamic anchors."""


class SchemaResource(NamedTuple):
    """A resource: a document, or a schema with an `$id` in it."""

    document: str
    pointer: str


class DynamicScope(NamedTuple):
    """The path to a schema: the `resources` that decide where a dynamic reference leads, the outermost first.

    `start` is the pointer of the resource by which the document was entered. A path without dynamic anchors is empty.
    """

    resources: tuple[SchemaResource, ...] = ()
    start: str = ""


NO_SCOPE = DynamicScope()


def enter(schemas: Schemas, scope: DynamicScope, origin: SchemaPlace) -> DynamicScope:
    """Return the scope of a schema that a reference leads to, from a place with such a scope."""
    identifiers = schemas.identifiers(origin.document)
    start = identifiers.resource(origin.pointer)
    resources = _with_resource(schemas, scope.resources, SchemaResource(origin.document, start))
    return DynamicScope(resources, start if resources or identifiers.dynamic else "")


def scope_at(schemas: Schemas, scope: DynamicScope, place: SchemaPlace) -> DynamicScope:
    """Return the scope at a place, to which the resources between the start and the place are added."""
    identifiers = schemas.identifiers(place.document)
    if not scope.resources and not identifiers.dynamic:
        return scope
    inner = [identifiers.resource(place.pointer)]
    while len(inner[-1]) > len(scope.start):
        inner.append(identifiers.resource(inner[-1].rpartition("/")[0]))
    resources = scope.resources
    for pointer in reversed(inner[:-1]):
        resources = _with_resource(schemas, resources, SchemaResource(place.document, pointer))
    return DynamicScope(resources, inner[0])


def dynamic_target(
    schemas: Schemas, place: SchemaPlace, keyword: str, reference: str, scope: DynamicScope
) -> SchemaPlace:
    """Return where a dynamic reference leads, in the scope at its place; raises `DanglingReferenceError`."""
    origin = schemas.lookup(place, keyword, reference)
    identifiers = schemas.identifiers(origin.document)
    resource = identifiers.resource(origin.pointer)
    name = RECURSIVE if keyword == "$recursiveRef" else unquote(urldefrag(reference).fragment)
    if identifiers.dynamic.get(resource, {}).get(name) != origin.pointer:
        return origin
    for outer in scope.resources:
        pointer = schemas.identifiers(outer.document).dynamic[outer.pointer].get(name)
        if pointer is not None:
            return schemas.origin(outer.document, pointer)
    return origin


def _with_resource(
    schemas: Schemas, resources: tuple[SchemaResource, ...], resource: SchemaResource
) -> tuple[SchemaResource, ...]:
    """Return the resources on a path with one more, if it decides anything: of each name the outermost one does.

    A resource without `$recursiveAnchor` ends the search for that, as in other validators.
    """
    names = _names(schemas, resource)
    if RECURSIVE not in names:
        resources = tuple(outer for outer in resources if RECURSIVE not in _names(schemas, outer))
    names_before = frozenset[str]().union(*(_names(schemas, outer) for outer in resources))
    return (*resources, resource) if names - names_before else resources


def _names(schemas: Schemas, resource: SchemaResource) -> frozenset[str]:
    """Return the names of the dynamic anchors of a resource."""
    return frozenset(schemas.identifiers(resource.document).dynamic.get(resource.pointer, ()))
