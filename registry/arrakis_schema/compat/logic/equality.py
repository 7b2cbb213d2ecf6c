"""Equivalence of subschemas: equivalent ones get the same number, whatever their annotations, names and order.

Two subschemas are equal unless a keyword distinguishes them, or the subschemas at a keyword are not equal: the coarsest
partition of the graph of references. Annotations are ignored.
https://en.wikipedia.org/wiki/Partition_refinement
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from arrakis_schema.compat.logic.keywords import GENERAL, SPECIAL
from arrakis_schema.compat.logic.nodes import UndecidedError, UnresolvedReferenceError, refuse_other_dialect
from arrakis_schema.compat.logic.values import canonical
from arrakis_schema.json_schema.keywords import DRAFT_07, MANY, NAMED, ONE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from arrakis_schema.compat.logic.nodes import SchemaNode, Scope

Classes = dict[tuple[int, "Scope"], int]
_SETS = {"enum", "required", "type"}
_IN_ANY_ORDER = {"allOf", "anyOf", "oneOf"}
_ASSERTING = {
    dialect: {*GENERAL[dialect], *chain(*SPECIAL[dialect].values()), "then", "else", "minContains", "maxContains"}
    for dialect in GENERAL
}
_REFERENCES = {"$ref", "$dynamicRef"}


class _Part(NamedTuple):
    """One keyword: its value without subschemas, and the positions of its subschemas."""

    keyword: str
    words: Hashable
    children: tuple[int, ...] = ()


class _Subschema(NamedTuple):
    """A subschema, the scope that its references are resolved in, and its dialect."""

    schema: Any
    scope: Scope
    dialect: str


def classes_of(roots: Iterable[SchemaNode], tick: Callable[[], None], *, formats: bool) -> Classes:
    """Return the number of each subschema that some documents lead to, by its identity and scope.

    Equal numbers mean equal schemas. `formats` is whether `format` distinguishes schemas; `tick` may raise.
    """
    graph = _Graph(tick, formats=formats)
    for root in roots:
        graph.position(_Subschema(root.schema, root.scope, root.dialect))
    shapes = graph.shapes()
    numbers = _refine(shapes, tick)
    return {key: numbers[position] for key, position in graph.positions.items()}


class _Graph:
    """The subschemas that documents lead to, each with its position."""

    def __init__(self, tick: Callable[[], None], *, formats: bool) -> None:
        """Begin without any."""
        self.positions: dict[tuple[int, Scope], int] = {}
        self._subschemas: list[_Subschema] = []
        self._tick, self._formats = tick, formats

    def position(self, subschema: _Subschema) -> int:
        """Return the position of a subschema; a new one is added at the end."""
        key = id(subschema.schema), subschema.scope
        if key not in self.positions:
            self.positions[key] = len(self._subschemas)
            self._subschemas.append(subschema)
        return self.positions[key]

    def shapes(self) -> list[list[_Part]]:
        """Return the parts of each subschema; more subschemas are found on the way."""
        parts: list[list[_Part]] = []
        while len(parts) < len(self._subschemas):
            self._tick()
            position, subschema = len(parts), self._subschemas[len(parts)]
            try:
                parts.append(list(self._parts(subschema)))
            except UndecidedError:  # an undecided schema is only equal to itself
                parts.append([_Part("", position)])
        return parts

    def _parts(self, subschema: _Subschema) -> Iterator[_Part]:
        """Yield the part of each keyword of a subschema."""
        schema, dialect = subschema.schema, subschema.dialect
        refuse_other_dialect(schema, dialect)
        if isinstance(schema, bool):
            yield from [] if schema else [_Part("", "false")]
            return
        if dialect == DRAFT_07 and "$ref" in schema:
            yield self._part(subschema, "$ref", schema["$ref"])
            return
        for keyword in sorted(_ASSERTING[dialect] & schema.keys()):
            if keyword != "format" or self._formats:
                yield self._part(subschema, keyword, schema[keyword])

    def _part(self, subschema: _Subschema, keyword: str, value: Any) -> _Part:
        """Return the part of one keyword."""
        if keyword in _REFERENCES:
            lookup = subschema.scope.lookup if keyword == "$ref" else subschema.scope.lookup_dynamic
            try:
                return _Part(keyword, None, (self.position(_Subschema(*lookup(value), subschema.dialect)),))
            except UnresolvedReferenceError as error:
                return _Part(keyword, error.uri)
        if keyword in NAMED and isinstance(value, dict):
            names = sorted(value)
            lists = tuple((name, canonical(sorted(value[name]))) for name in names if isinstance(value[name], list))
            inner = [name for name in names if not isinstance(value[name], list)]
            return _Part(
                keyword, (lists, tuple(inner)), self._child_positions(subschema, [value[name] for name in inner])
            )
        if isinstance(value, list) and (keyword in MANY or keyword == "items"):
            return _Part(keyword, "list", self._child_positions(subschema, value))
        if keyword in ONE or keyword == "items":
            return _Part(keyword, None, self._child_positions(subschema, [value]))
        words = sorted(map(canonical, value)) if keyword in _SETS and isinstance(value, list) else [canonical(value)]
        return _Part(keyword, tuple(words))

    def _child_positions(self, subschema: _Subschema, schemas: list[Any]) -> tuple[int, ...]:
        """Return the positions of some children of a subschema."""
        scopes = [subschema.scope.below(schema, subschema.dialect) for schema in schemas]
        places = (_Subschema(schema, scope, subschema.dialect) for schema, scope in zip(schemas, scopes, strict=True))
        return tuple(map(self.position, places))


def _refine(shapes: list[list[_Part]], tick: Callable[[], None]) -> list[int]:
    """Return the class of each shape: first by the words of its keywords, then by the classes of its subschemas too."""
    words: dict[Hashable, int] = {}
    initial = [_number(words, tuple((*part[:2], len(part.children)) for part in shape)) for shape in shapes]
    inner = [[(part.keyword in _IN_ANY_ORDER, part.children) for part in shape if part.children] for shape in shapes]
    numbers = initial
    count = len(words)
    while True:
        tick()
        keys: dict[Hashable, int] = {}
        numbers = [
            _number(keys, (own_number, *(_classes(numbers, *part) for part in parts)))
            for own_number, parts in zip(initial, inner, strict=True)
        ]
        if len(keys) == count:
            return numbers
        count = len(keys)


def _number(numbers: dict[Hashable, int], key: Hashable) -> int:
    """Return the number of a key; a new key gets the next number."""
    return numbers.setdefault(key, len(numbers))


def _classes(numbers: list[int], any_order: bool, children: tuple[int, ...]) -> tuple[int, ...]:  # noqa: FBT001
    """Return the classes of some subschemas, sorted if their order is irrelevant."""
    classes = [numbers[child] for child in children]
    return tuple(sorted(classes) if any_order else classes)
