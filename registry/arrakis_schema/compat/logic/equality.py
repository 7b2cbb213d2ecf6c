"""Equivalence of subschemas: equivalent ones get the same number, whatever their annotations, names and order.

Two subschemas are equal unless a keyword distinguishes them, or the subschemas at a keyword are not equal: the coarsest
partition of the graph of references. Annotations are ignored.
https://en.wikipedia.org/wiki/Partition_refinement
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from arrakis_schema.compat.logic.keywords import GENERAL, SPECIAL
from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.compat.logic.scopes import UnresolvedReferenceError, refuse_other_dialect
from arrakis_schema.compat.logic.values import canonical
from arrakis_schema.json_schema.dialects import DIALECTS, MANY, NAMED, ONE, ONE_OR_MANY, REFERENCES

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from arrakis_schema.compat.logic.scopes import ReferenceScope

Classes = dict[tuple[int, "ReferenceScope"], int]
_SETS = {"enum", "required", "type"}
_IN_ANY_ORDER = {"allOf", "anyOf", "oneOf"}
_WITH_FORMAT = {
    dialect: frozenset(
        [
            *(name for name, keyword in DIALECTS[dialect].keywords.items() if keyword.has_effect),
            *GENERAL[dialect],
            *chain(*SPECIAL[dialect].values()),
        ]
    )
    for dialect in GENERAL
}
_ASSERTING = {True: _WITH_FORMAT, False: {dialect: names - {"format"} for dialect, names in _WITH_FORMAT.items()}}
_APPLYING = REFERENCES | NAMED | MANY | ONE | ONE_OR_MANY


class _Shape(NamedTuple):
    """The keywords of a subschema without its own subschemas, and the positions of those, with whether in any order."""

    words: Hashable
    children: Sequence[tuple[bool, tuple[int, ...]]] = ()


class _Applying(NamedTuple):
    """A keyword that applies subschemas, or the target of a reference; `number` is its place among the keywords.

    If it is `named`, a subschema has an identifier, and so a scope of its own.
    """

    number: int
    keyword: str
    schemas: list[Any]
    named: bool = False
    reference: str | None = None


class _Keywords(NamedTuple):
    """The keywords of a subschema, with the number of subschemas of each, and those that apply any."""

    words: tuple[tuple[str, Hashable, int], ...]
    applying: list[_Applying]
    refers: bool


class KeywordReader:
    """Reads the keywords of subschemas, each once, whatever their references lead to.

    A subschema is known by its identity, and kept.
    """

    def __init__(self, before: Mapping[tuple[int, str, bool], tuple[Any, _Keywords]] | None = None) -> None:
        """Begin with what was read `before`."""
        self._before = before or {}
        self._read: dict[tuple[int, str, bool], tuple[Any, _Keywords]] = {}

    def new_child(self) -> KeywordReader:
        """Return a reader that begins with what this one has read; what it reads itself is soon forgotten."""
        return KeywordReader(self._read)

    def read(self, schema: Any, dialect: str, *, formats: bool) -> _Keywords:
        """Return the keywords of a subschema; raises `UndecidedError` if it is written in another dialect."""
        key = id(schema), dialect, formats
        known = self._read.get(key) or self._before.get(key)
        if known is None:
            refuse_other_dialect(schema, dialect)
            known = self._read[key] = schema, _read_keywords(schema, dialect, formats=formats)
        return known[1]


class Subschema(NamedTuple):
    """A subschema, the scope that its references are resolved in, and its dialect."""

    schema: Any
    scope: ReferenceScope
    dialect: str


def classes_of(
    roots: Iterable[Subschema], tick: Callable[[], None], *, formats: bool, reader: KeywordReader | None = None
) -> Classes:
    """Return the number of each subschema that some documents lead to, by its identity and scope.

    Equal numbers mean equal schemas. `formats` is whether `format` distinguishes schemas; `tick` may raise.
    """
    graph = _Graph(tick, reader or KeywordReader(), formats=formats)
    for root in roots:
        graph.position(*root)
    numbers = _refine(graph.shapes(), tick)
    return {key: numbers[position] for key, position in graph.positions.items()}


def plainly_differ(old: Any, new: Any, dialect: str, reader: KeywordReader, *, formats: bool) -> bool:
    """Return whether two documents of a dialect certainly get different numbers.

    Equal schemas have equal words, and so do the schemas at the same place inside them. False if that is not plain: one
    schema may be a boolean, refer to another, or stand in a list without an order.
    """
    todo = [(old, new)]
    while todo:
        before, after = todo.pop()
        if not (isinstance(before, dict) and isinstance(after, dict)):
            continue
        try:
            was, becomes = (reader.read(schema, dialect, formats=formats) for schema in (before, after))
        except UndecidedError:
            return False
        if was.refers or becomes.refers:
            continue
        if was.words != becomes.words:
            return True
        for part, other_part in zip(was.applying, becomes.applying, strict=True):
            if part.keyword not in _IN_ANY_ORDER:
                todo += zip(part.schemas, other_part.schemas, strict=True)
    return False


class _Graph:
    """The subschemas that documents lead to, each with its position."""

    def __init__(self, tick: Callable[[], None], reader: KeywordReader, *, formats: bool) -> None:
        """Begin without any."""
        self.positions: dict[tuple[int, ReferenceScope], int] = {}
        self._subschemas: list[Subschema] = []
        self._tick, self._reader, self._formats = tick, reader, formats

    def position(self, schema: Any, scope: ReferenceScope, dialect: str) -> int:
        """Return the position of a subschema; a new one is added at the end."""
        key = id(schema), scope
        position = self.positions.get(key)
        if position is None:
            position = self.positions[key] = len(self._subschemas)
            self._subschemas.append(Subschema(schema, scope, dialect))
        return position

    def shapes(self) -> list[_Shape]:
        """Return the shape of each subschema; more subschemas are found on the way."""
        shapes: list[_Shape] = []
        for position, subschema in enumerate(self._subschemas):
            self._tick()
            try:
                shapes.append(self._shape(subschema))
            except UndecidedError:  # an undecided schema is only equal to itself
                shapes.append(_Shape(position))
        return shapes

    def _shape(self, subschema: Subschema) -> _Shape:
        """Return the shape of a subschema."""
        if isinstance(subschema.schema, bool):
            return _Shape(() if subschema.schema else "false")
        words, applying, refers = self._reader.read(subschema.schema, subschema.dialect, formats=self._formats)
        targets: dict[int, tuple[str, Hashable, int]] = {}
        children: list[tuple[bool, tuple[int, ...]]] = []
        for number, keyword, schemas, named, reference in applying:
            if reference is None:
                positions = self._child_positions(subschema, schemas, named=named)
            else:
                word, positions = self._target(subschema, keyword, reference)
                targets[number] = keyword, word, len(positions)
            if positions:
                children.append((keyword in _IN_ANY_ORDER, positions))
        resolved = tuple([targets.get(number, word) for number, word in enumerate(words)]) if refers else words
        return _Shape(resolved, children)

    def _target(self, subschema: Subschema, keyword: str, reference: str) -> tuple[Hashable, tuple[int, ...]]:
        """Return the position of what a reference leads to, or its URI if it leads out of the document."""
        lookup = subschema.scope.lookup if keyword == "$ref" else subschema.scope.lookup_dynamic
        try:
            return None, (self.position(*lookup(reference), subschema.dialect),)
        except UnresolvedReferenceError as error:
            return error.uri, ()

    def _child_positions(self, subschema: Subschema, schemas: list[Any], *, named: bool) -> tuple[int, ...]:
        """Return the positions of some children of a subschema."""
        scope, dialect = subschema.scope, subschema.dialect
        if not named:
            return tuple([self.position(schema, scope, dialect) for schema in schemas])
        return tuple([self.position(schema, scope.below(schema, dialect), dialect) for schema in schemas])


def _read_keywords(schema: dict[str, Any], dialect: str, *, formats: bool) -> _Keywords:
    """Return the keywords of a subschema: without its siblings, up to draft-07 a reference is all there is."""
    alone = DIALECTS[dialect].ref_alone and "$ref" in schema
    words: list[tuple[str, Hashable, int]] = []
    applying: list[_Applying] = []
    for number, keyword in enumerate(["$ref"] if alone else sorted(_ASSERTING[formats][dialect].intersection(schema))):
        if keyword in REFERENCES:
            words.append((keyword, None, 1))
            applying.append(_Applying(number, keyword, [], reference=schema[keyword]))
            continue
        word, schemas = _read_keyword(keyword, schema[keyword])
        words.append((keyword, word, len(schemas)))
        if schemas:
            named = any(isinstance(child, dict) and DIALECTS[dialect].identifier in child for child in schemas)
            applying.append(_Applying(number, keyword, schemas, named=named))
    return _Keywords(tuple(words), applying, any(part.reference is not None for part in applying))


def _read_keyword(keyword: str, value: Any) -> tuple[Hashable, list[Any]]:
    """Return the value of a keyword without subschemas, and its subschemas."""
    if keyword not in _APPLYING:
        if keyword in _SETS:
            return tuple(sorted(map(canonical, value if isinstance(value, list) else [value]))), []
        return canonical(value), []
    if keyword in NAMED and isinstance(value, dict):
        names = sorted(value)
        lists = tuple((name, canonical(sorted(value[name]))) for name in names if isinstance(value[name], list))
        inner = [name for name in names if not isinstance(value[name], list)]
        return (lists, tuple(inner)), [value[name] for name in inner]
    if isinstance(value, list) and (keyword in MANY or keyword in ONE_OR_MANY):
        return "list", value
    return None, [value]


def _refine(shapes: list[_Shape], tick: Callable[[], None]) -> list[int]:
    """Return the class of each shape: first by the words of its keywords, then by the classes of its subschemas too.

    Only users of subschemas that were moved to a new class are looked at again.
    """
    words: dict[Hashable, int] = {}
    numbers = [words.setdefault(shape.words, len(words)) for shape in shapes]
    users: list[list[int]] = [[] for _ in shapes]
    for position, shape in enumerate(shapes):
        for _, children in shape.children:
            for child in children:
                users[child].append(position)
    sizes, changed = Counter(numbers), [position for position, shape in enumerate(shapes) if shape.children]
    while changed:
        tick()
        moved = _split(numbers, sizes, {position: shapes[position] for position in changed})
        changed = list(dict.fromkeys(user for position in moved for user in users[position]))
    return numbers


def _split(numbers: list[int], sizes: Counter[int], changed: dict[int, _Shape]) -> list[int]:
    """Split the classes of the changed shapes by the classes of their subschemas; return what was moved to a new class.

    Shapes that have not changed keep their class; if there are none, some of those that have changed keep it.
    """
    groups: dict[int, dict[Hashable, list[int]]] = {}
    for position, shape in changed.items():
        classes = tuple([_classes(numbers, *part) for part in shape.children])
        groups.setdefault(numbers[position], {}).setdefault(classes, []).append(position)
    moved: list[int] = []
    for number, alike in groups.items():
        lists = list(alike.values())
        for positions in lists if sum(map(len, lists)) < sizes[number] else lists[1:]:
            new = len(sizes)
            for position in positions:
                numbers[position] = new
            sizes[number] -= len(positions)
            sizes[new] = len(positions)
            moved += positions
    return moved


def _classes(numbers: list[int], any_order: bool, children: tuple[int, ...]) -> tuple[int, ...]:  # noqa: FBT001
    """Return the classes of some subschemas, sorted if their order is irrelevant."""
    classes = [numbers[child] for child in children]
    return tuple(sorted(classes) if any_order else classes)
