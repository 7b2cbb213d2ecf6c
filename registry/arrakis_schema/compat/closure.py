"""The closure of a document: a JSON Schema that only asserts that objects have no undeclared members.

A *place* of the instance is the set of all subschemas that apply to it. It declares what any of them names, in
`properties`, `patternProperties`, `required` and the like. A place stays open if none lists members, or if one
describes members of any name. Of the alternatives of a `oneOf`, only the one that holds counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from jsonschema_specifications import REGISTRY as _META_SCHEMAS

from arrakis_schema.compat.logic.equality import classes_of
from arrakis_schema.compat.logic.evaluation import matches
from arrakis_schema.compat.logic.formulas import All, Matches, conjunction, pattern_formula
from arrakis_schema.compat.logic.nodes import Nodes, SchemaNode, UndecidedError
from arrakis_schema.compat.logic.results import Closed
from arrakis_schema.compat.solve.string import string
from arrakis_schema.json_schema.judge.specifications import SPECIFICATIONS
from arrakis_schema.json_schema.keywords import DRAFT_07, without_foreign_keywords
from arrakis_schema.json_schema.positions import object_pointers
from arrakis_schema.regex import Reading, UnsupportedPatternError
from arrakis_schema.text.short_repr import short_repr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from referencing import Registry

_MOST_PLACES = 5_000
_BASE_URI = "https://arrakis-schema.invalid/"
_DOCUMENT_URI, _CLOSURE_URI = "urn:arrakis-schema:document", "urn:arrakis-schema:closure"
_IDENTIFIERS = frozenset({"$id", "$anchor", "$dynamicAnchor"})


@dataclass(frozen=True, slots=True)
class Closure:
    """Where in the instance an object may only hold declared members: everywhere, or at some paths of names."""

    everywhere: bool = False
    places: frozenset[tuple[str, ...]] = frozenset()

    __repr__ = short_repr

    @property
    def here(self) -> bool:
        """Whether the current place is closed."""
        return self.everywhere or () in self.places

    def below(self, name: str | None) -> Closure:
        """Return the closure for the member of this name, or for an item or a member of any name."""
        if self.everywhere:
            return self
        return Closure(places=frozenset(path[1:] for path in self.places if path and path[0] == name))


OPEN, CLOSED_EVERYWHERE = Closure(), Closure(everywhere=True)


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

    def roots(self, nodes: Nodes) -> list[SchemaNode]:
        """Return the nodes of these schemas."""
        uris = (self.uri, _CLOSURE_URI)
        resolvers = [self.registry.resolver(base_uri=uri) for uri in uris]
        return [
            nodes.root(schema, self.dialect, resolver)
            for schema, resolver in zip(self.schemas, resolvers, strict=False)
        ]


class _Applied(NamedTuple):
    """A subschema that applies to a place: always, or only to some instances.

    If it `closes` nothing, the members that it declares are allowed, but it closes no object: it applies to some of
    the names of a pattern, and objects under the others may be open.
    """

    node: SchemaNode
    always: bool
    closes: bool = True


_Subschemas = tuple[_Applied, ...]


@dataclass(slots=True)
class _Shape:
    """What a place asserts about members and items, which are numbers of other shapes."""

    members: dict[str, int] = field(default_factory=dict)
    patterns: dict[str, int] = field(default_factory=dict)
    others: int | None = None
    first: list[int] = field(default_factory=list)
    rest_items: int | None = None
    choices: list[list[tuple[SchemaNode, int]]] = field(default_factory=list)
    closed: bool = False

    @property
    def parts(self) -> Iterator[int]:
        """The shapes that this one refers to."""
        yield from (*self.members.values(), *self.patterns.values(), *self.first)
        yield from (number for number in (self.others, self.rest_items) if number is not None)
        yield from (number for choice in self.choices for _, number in choice)


def side(document: Any, dialect: str) -> Side:
    """Return the side of a document with nothing closed; a relative `$id` is joined to a unique base."""
    document = without_foreign_keywords(document, dialect)
    resource = SPECIFICATIONS[dialect].create_resource(document)
    if (relative := resource.id()) and not urlsplit(relative).scheme:
        document = {**document, "$id": urljoin(_BASE_URI, relative)}
        resource = SPECIFICATIONS[dialect].create_resource(document)
    uri = resource.id() or _DOCUMENT_URI
    registry = _META_SCHEMAS.with_resource(uri, resource)
    return Side(document, dialect, uri, registry.crawl() if _has_identifiers(document) else registry)


def _has_identifiers(document: Any) -> bool:
    """Tell whether something in a document may be referred to by a name, so that the registry has to look for it."""
    todo = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if not _IDENTIFIERS.isdisjoint(value):
                return True
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return False


def close(opened: Side, closure: Closure, tick: Callable[[], None]) -> Side:
    """Return a side whose objects only hold declared members; raises `UndecidedError` if it has too many places."""
    if closure == OPEN:
        return opened
    nodes = Nodes(tick)
    nodes.merge(classes_of(opened.roots(nodes), tick, formats=False))
    places = _Places(nodes)
    places.number([_Applied(root, always=True) for root in opened.roots(nodes)], closure)
    places.describe_all()
    schema = _Writer(places.shapes, opened).document()
    resource = SPECIFICATIONS[opened.dialect].create_resource(schema)
    return replace(opened, closure=schema, registry=opened.registry.with_resource(_CLOSURE_URI, resource))


class _Places:
    """The places of the instances of a document, numbered, and the shape of each."""

    def __init__(self, nodes: Nodes) -> None:
        """Begin without any."""
        self.shapes: dict[int, _Shape] = {}
        self._nodes = nodes
        self._numbers: dict[tuple[frozenset[_Applied], Closure, bool], int] = {}
        self._todo: list[tuple[int, _Subschemas, Closure, bool]] = []
        self._overlaps: dict[frozenset[str], bool] = {}

    def number(self, applied: Iterable[_Applied], closure: Closure, *, complete: bool = False) -> int:
        """Return the number of a place; `complete` if everything that applies is in it and alternatives are chosen."""
        ordered = tuple(dict.fromkeys(applied))
        key = frozenset(ordered), closure, complete
        if key not in self._numbers:
            if len(self._numbers) >= _MOST_PLACES:
                raise UndecidedError(f"the policy cannot be applied to a document of more than {_MOST_PLACES} places")
            self._numbers[key] = len(self._numbers)
            self._todo.append((self._numbers[key], ordered, closure, complete))
        return self._numbers[key]

    def describe_all(self) -> None:
        """Compute the shape of each numbered place, and of those that they lead to."""
        while self._todo:
            number, applied, closure, complete = self._todo.pop()
            self._nodes.tick()
            self.shapes[number] = self._shape(applied, closure, complete=complete)

    def _shape(self, applied: _Subschemas, closure: Closure, *, complete: bool) -> _Shape:
        """Return the shape of a place; nothing is closed if a reference leads out of the document."""
        here = applied if complete else tuple(_expand(applied))
        if any(entry.node.leads_out for entry in here if isinstance(entry.node.schema, dict)):
            return _Shape()
        choosers = [] if complete else [entry.node for entry in here if entry.always and _alternatives(entry.node)]
        if choosers:
            return _Shape(choices=[self._choice(applied, chooser, closure) for chooser in choosers])
        shape = _Shape()
        self._describe_members(shape, here, closure)
        self._describe_items(shape, here, closure.below(None))
        return shape

    def _choice(self, applied: _Subschemas, chooser: SchemaNode, closure: Closure) -> list[tuple[SchemaNode, int]]:
        """Return the alternatives of one `oneOf`, each with the shape of the place if it holds."""
        base = tuple(_expand(applied, chooser))
        branches = {node: _expand([_Applied(node, always=True)]) for node in _alternatives(chooser)}
        return [(node, self.number((*base, *branch), closure, complete=True)) for node, branch in branches.items()]

    def _describe_members(self, shape: _Shape, here: _Subschemas, closure: Closure) -> None:
        """Describe the members of an object."""
        schemas = [entry.node.schema for entry in here if _has_assertions(entry.node)]
        names = {name for schema in schemas for name in (*schema.get("properties", ()), *_required_names(schema))}
        patterns = {pattern for schema in schemas for pattern in schema.get("patternProperties", ())}
        for name in sorted(names):
            shape.members[name] = self.number(_of_name(here, name), closure.below(name))
        for pattern in sorted(patterns):
            shape.patterns[pattern] = self.number(self._of_pattern(here, pattern), closure.below(None))
        closing = [entry.node.schema for entry in here if entry.closes and _has_assertions(entry.node)]
        listed = any({"properties", "patternProperties"} & schema.keys() for schema in closing)
        shape.closed = closure.here and listed and not any(map(_is_open, schemas))
        if not shape.closed:
            shape.others = self.number(_of_others(here), closure.below(None))

    def _of_pattern(self, here: _Subschemas, pattern: str) -> Iterator[_Applied]:
        """Yield the subschemas that apply, or may apply, to the members whose names match a pattern."""
        for node, always, closes in here:
            if not _has_assertions(node):
                continue
            properties, patterns = node.schema.get("properties", {}), node.schema.get("patternProperties", {})
            met = [(child, False) for name, child in properties.items() if self._may_match(pattern, name)]
            met += [
                (child, other_pattern == pattern)
                for other_pattern, child in patterns.items()
                if self._overlap(pattern, other_pattern)
            ]
            for child, certain in met:
                yield _Applied(node.subschema(child), always and certain, closes and certain)
            if pattern not in patterns:
                yield from _others(node, always=False, closes=closes and not met)

    def _may_match(self, pattern: str, name: str) -> bool:
        """Tell whether a pattern may match a name."""
        self._nodes.tick()
        return _matches_name(pattern, name) is not False

    def _overlap(self, pattern: str, other_pattern: str) -> bool:
        """Tell whether a name may match both patterns; False only if it is certain that none does."""
        if pattern == other_pattern:
            return True
        pair = frozenset([pattern, other_pattern])
        if pair not in self._overlaps:
            self._overlaps[pair] = any(self._share_a_name(pattern, other_pattern, reading) for reading in Reading)
        return self._overlaps[pair]

    def _share_a_name(self, pattern: str, other_pattern: str, reading: Reading) -> bool:
        """Tell whether a name may match both patterns in one reading; this counts as steps."""
        try:
            both = conjunction(pattern_formula(text, holds=True) for text in (pattern, other_pattern))
            parts = both.parts if isinstance(both, All) else (both,)
            atoms = [atom for atom in parts if isinstance(atom, Matches)]
            return not isinstance(string(atoms, [reading], self._nodes.tick), Closed)
        except UnsupportedPatternError:
            return True

    def _describe_items(self, shape: _Shape, here: _Subschemas, closure: Closure) -> None:
        """Describe the items of an array."""
        length = max((len(_prefix(entry.node)) for entry in here if _has_assertions(entry.node)), default=0)
        shape.first = [self.number(_of_item(here, index), closure) for index in range(length)]
        shape.rest_items = self.number(_of_item(here, length), closure)


def _has_assertions(node: SchemaNode) -> bool:
    """Tell whether a subschema has assertions of its own, and is neither a boolean nor only a reference."""
    return isinstance(node.schema, dict) and not node.refers


def _expand(applied: Iterable[_Applied], chooser: SchemaNode | None = None) -> Iterator[_Applied]:
    """Yield these subschemas and all that apply with them, except for the alternatives of `chooser`."""
    todo, visited = list(applied), set[_Applied]()
    while todo:
        entry = todo.pop()
        if entry not in visited:
            visited.add(entry)
            yield entry
            todo += _beside(entry, chooser)


def _beside(applied: _Applied, chooser: SchemaNode | None) -> Iterator[_Applied]:
    """Yield the direct in-place subschemas of one that are not negated."""
    node, schema = applied.node, applied.node.schema
    if isinstance(schema, bool):
        return
    if not node.leads_out:
        yield from (_Applied(target, applied.always, applied.closes) for target in node.references())
    if node.refers:
        return
    yield from (_Applied(node.subschema(child), applied.always, applied.closes) for child in schema.get("allOf", ()))
    some = [*schema.get("anyOf", ()), *(() if node is chooser else schema.get("oneOf", ()))]
    some += [schema[keyword] for keyword in ("if", "then", "else") if keyword in schema and "if" in schema]
    named = [*schema.get("dependentSchemas", {}).values(), *schema.get("dependencies", {}).values()]
    some += [child for child in named if not isinstance(child, list)]
    yield from (_Applied(node.subschema(child), always=False, closes=applied.closes) for child in some)


def _alternatives(node: SchemaNode) -> list[SchemaNode]:
    """Return the nodes of the alternatives of `oneOf`."""
    return [node.subschema(child) for child in node.schema.get("oneOf", ())] if _has_assertions(node) else []


def _required_names(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the names of members that a schema requires, always or beside others."""
    yield from schema.get("required", ())
    for keyword in ("dependencies", "dependentRequired", "dependentSchemas"):
        for name, needs in schema.get(keyword, {}).items():
            yield from (name, *(needs if isinstance(needs, list) else ()))


def _is_open(schema: dict[str, Any]) -> bool:
    """Tell whether a schema describes members of any name."""
    described = any(schema.get(keyword, False) is not False for keyword in _OTHERS)
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    return described or any(isinstance(value, dict) for value in values)


_OTHERS = ("additionalProperties", "unevaluatedProperties")


def _of_name(here: _Subschemas, name: str) -> Iterator[_Applied]:
    """Yield the subschemas that apply to the member of a name."""
    for node, always, closes in here:
        if not _has_assertions(node):
            continue
        properties, patterns = node.schema.get("properties", {}), node.schema.get("patternProperties", {})
        answers = {pattern: answer for pattern in patterns if (answer := _matches_name(pattern, name)) is not False}
        if name in properties:
            yield _Applied(node.subschema(properties[name]), always, closes)
        for pattern, certain in answers.items():
            yield _Applied(node.subschema(patterns[pattern]), always and certain is True, closes)
        if name not in properties and True not in answers.values():
            yield from _others(node, always=always and not answers, closes=closes)


def _of_others(here: _Subschemas) -> Iterator[_Applied]:
    """Yield the subschemas that apply to the members that match no name and no pattern of the place."""
    for node, always, closes in here:
        if _has_assertions(node):
            yield from _others(node, always=always, closes=closes)


def _others(node: SchemaNode, *, always: bool, closes: bool) -> Iterator[_Applied]:
    """Yield the subschemas for members that a schema does not list."""
    if isinstance(node.schema.get("additionalProperties"), dict):
        yield _Applied(node.subschema(node.schema["additionalProperties"]), always, closes)
    if isinstance(node.schema.get("unevaluatedProperties"), dict):
        yield _Applied(node.subschema(node.schema["unevaluatedProperties"]), always=False, closes=closes)


def _prefix(node: SchemaNode) -> list[Any]:
    """Return the schemas of the first items, one for each."""
    keyword = "items" if node.dialect == DRAFT_07 else "prefixItems"
    schemas = node.schema.get(keyword, ())
    return schemas if isinstance(schemas, list) else []


def _of_item(here: _Subschemas, index: int) -> Iterator[_Applied]:
    """Yield the subschemas that apply to the item at an index."""
    for node, always, closes in here:
        if not _has_assertions(node):
            continue
        first = _prefix(node)
        if index < len(first):
            yield _Applied(node.subschema(first[index]), always, closes)
        else:
            tuples = node.dialect == DRAFT_07 and isinstance(node.schema.get("items"), list)
            keyword = "additionalItems" if tuples else "items"
            if keyword in node.schema:
                yield _Applied(node.subschema(node.schema[keyword]), always, closes)
        for keyword in ("contains", "unevaluatedItems"):
            if keyword in node.schema:
                yield _Applied(node.subschema(node.schema[keyword]), always=False, closes=closes)


@lru_cache(maxsize=4096)
def _matches_name(pattern: str, name: str) -> bool | None:
    """Tell whether a pattern matches a name; None if ECMA-262 and Python differ, or if it is unsupported."""
    try:
        answers = {matches(pattern, name, reading) for reading in Reading}
    except UnsupportedPatternError:
        return None
    return answers.pop() if len(answers) == 1 else None


class _Writer:
    """Writes shapes as a JSON Schema, except for those that close nothing."""

    def __init__(self, shapes: dict[int, _Shape], opened: Side) -> None:
        """Take the shapes of the places of a document."""
        self._shapes, self._side = shapes, opened
        self._definitions = "definitions" if opened.dialect == DRAFT_07 else "$defs"
        self._closing = _closing(shapes)
        self._pointers: dict[int, str] | None = None

    def document(self) -> Any:
        """Return the closure; the first shape is that of the whole instance."""
        if 0 not in self._closing:
            return True
        written = {str(number): self._write_shape(self._shapes[number]) for number in sorted(self._closing)}
        root = self._shape(0)
        return {"$schema": self._side.dialect, "$id": _CLOSURE_URI, "allOf": [root], self._definitions: written}

    def _write_shape(self, shape: _Shape) -> dict[str, Any]:
        """Return one shape as a schema."""
        if shape.choices:
            return {
                "allOf": [
                    {"anyOf": [self._alternative(*alternative) for alternative in choice]} for choice in shape.choices
                ]
            }
        others = False if shape.closed else shape.others is None or self._shape(shape.others)
        members = {name: self._shape(number) for name, number in shape.members.items()}
        patterns = {pattern: self._shape(number) for pattern, number in shape.patterns.items()}
        assertions = {"properties": members, "patternProperties": patterns}
        if others is True:  # members without an assertion are left out
            listed = {
                keyword: {name: schema for name, schema in named.items() if schema is not True}
                for keyword, named in assertions.items()
            }
            return {**listed, **self._items(shape)}
        return {**assertions, "additionalProperties": others, **self._items(shape)}

    def _items(self, shape: _Shape) -> dict[str, Any]:
        """Return the keywords of a shape for items."""
        first, rest_schema = (
            [self._shape(number) for number in shape.first],
            shape.rest_items is None or self._shape(shape.rest_items),
        )
        if self._side.dialect != DRAFT_07:
            return {**({"prefixItems": first} if first else {}), "items": rest_schema}
        return {"items": first, "additionalItems": rest_schema} if first else {"items": rest_schema}

    def _alternative(self, node: SchemaNode, number: int) -> dict[str, Any]:
        """Return a schema that asserts an alternative and the members that it declares."""
        return {"allOf": [self._schema_of(node), self._shape(number)]}

    def _shape(self, number: int) -> Any:
        """Return a reference to a shape, or `true` if it closes nothing."""
        return {"$ref": f"#/{self._definitions}/{number}"} if number in self._closing else True

    def _schema_of(self, node: SchemaNode) -> Any:
        """Return a schema equivalent to a node of the document: a copy, or a reference if it has references itself."""
        text = json.dumps(node.schema)
        if not any(f'"{keyword}"' in text for keyword in ("$ref", "$dynamicRef", "$recursiveRef", "$id")):
            return node.schema
        if not node.scope.by_itself:
            raise UndecidedError("the policy cannot be applied to a oneOf below another resource with $dynamicAnchor")
        if self._pointers is None:
            self._pointers = dict(object_pointers(self._side.document))
        if id(node.schema) not in self._pointers:
            raise UndecidedError("the policy cannot be applied to a oneOf whose alternatives lead out of the document")
        return {"$ref": f"{self._side.uri}#{quote(self._pointers[id(node.schema)])}"}


def _closing(shapes: dict[int, _Shape]) -> set[int]:
    """Return the shapes that close an object, themselves or in their parts."""
    users: dict[int, list[int]] = {}
    for number, shape in shapes.items():
        for part in shape.parts:
            users.setdefault(part, []).append(number)
    todo = [number for number, shape in shapes.items() if shape.closed]
    closing: set[int] = set()
    while todo:
        number = todo.pop()
        if number not in closing:
            closing.add(number)
            todo += users.get(number, ())
    return closing
