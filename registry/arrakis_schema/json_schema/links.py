"""The references of one document, and of all documents that they lead to; and where dynamic references lead.

`$dynamicRef` and `$recursiveRef` lead to the anchor of the outermost resource on the path to them. These are the rules
of the complete validator, for code that follows references without an instance.
"""

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote, urldefrag

from arrakis_schema.json_schema.identifiers import dialect_uri, keywords_of
from arrakis_schema.json_schema.keywords import Node, subschemas
from arrakis_schema.json_schema.resolver import DanglingReferenceError, SchemaPlace, Schemas, dangling
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.store.dialects import named_dialect

_REFERENCES = ("$ref", "$dynamicRef")
_DYNAMIC = frozenset({"$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"})
RECURSIVE = ""
"""The name under which `$recursiveAnchor` is kept among the dynamic anchors."""


class Link(NamedTuple):
    """A reference of a schema, and where it leads."""

    place: SchemaPlace
    keyword: str
    target: SchemaPlace


@dataclass(slots=True)
class Links:
    """The references of one document: those that lead to a schema, and those that do not.

    `places` are the pointers of its schemas, `dialects` those that they are written in, as they are named; `outer` has
    the references that lead out of all documents, with the URI.
    `is_dynamic` is True if the target of a reference depends on the path to it, `is_whole` if these are the references
    of the document alone, and not those of one bundle.
    """

    places: set[str] = field(default_factory=set)
    dialects: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)
    outer: list[tuple[SchemaPlace, str, str]] = field(default_factory=list)
    problems: list[DanglingReferenceError] = field(default_factory=list)
    is_dynamic: bool = False
    is_whole: bool = True

    def copy(self) -> "Links":
        """Return a copy for one bundle, whose references lead to further places in the document."""
        lists = list(self.links), list(self.outer), list(self.problems)
        return Links(set(self.places), set(self.dialects), *lists, self.is_dynamic, is_whole=False)


def reach_from(schemas: Schemas, path: str, dialect: str) -> dict[str, Links]:
    """Return each document that one leads to, itself first, with its references."""
    reached = {path: schemas.derived(document_links, path, dialect)}
    todo = list(reached[path].links)
    while todo:
        target = todo.pop().target
        links = reached.get(target.document)
        if links is None:
            links = reached[target.document] = schemas.derived(document_links, target.document, dialect)
            todo += links.links
        if target.pointer not in links.places and isinstance(target.schema, dict):  # a place that no keyword has
            before = len(links.links)
            links = reached[target.document] = links.copy()
            _add_links(links, schemas, target, dialect)
            todo += links.links[before:]
    return reached


def document_links(schemas: Schemas, document: str, dialect: str) -> Links:
    """Return the references of a document, which is read in its own dialect if it names one."""
    links = Links()
    _add_links(links, schemas, schemas.origin(document), dialect)
    return links


def _add_links(links: Links, schemas: Schemas, start: SchemaPlace, dialect: str) -> None:
    """Add the references of a schema and of all its subschemas."""
    todo = [Node(start.pointer, start.schema, declares=True, dialect=schemas.dialect(start) or dialect)]
    while todo:
        node = todo.pop()
        if not isinstance(node.schema, dict) or node.pointer in links.places:
            continue
        place, keywords = SchemaPlace(start.document, node.pointer, node.schema), keywords_of(node.dialect)
        links.places.add(node.pointer)
        links.dialects.add(node.dialect)
        links.is_dynamic |= not place.schema.keys().isdisjoint(_DYNAMIC)
        for keyword in _REFERENCES:
            reference = place.schema.get(keyword)
            if not isinstance(reference, str) or keyword not in keywords:
                continue
            try:
                target = schemas.lookup(place, keyword, reference)
                _refuse_unknown_dialect(schemas, place, keyword, target)
            except DanglingReferenceError as error:
                links.problems.append(error)
                links.outer += [(place, keyword, error.uri)] if error.uri else []
            else:
                links.links.append(Link(place, keyword, target))
        todo += [child for child in subschemas(node) if child.keyword in keywords]


def _refuse_unknown_dialect(schemas: Schemas, place: SchemaPlace, keyword: str, target: SchemaPlace) -> None:
    """Raise `DanglingReferenceError` for a reference to a document whose dialect is not known."""
    named = dialect_uri(schemas.schema(target.document))
    if named and named_dialect(named) is None:
        problem = f"leads to {target.document}, whose $schema is none of the known dialects, {short_json(named)}"
        raise dangling(place, keyword, problem, target.document)


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
