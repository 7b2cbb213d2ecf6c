"""The places of an instance, each with all subschemas that apply to it, and which members are declared there.

A place declares what any of its subschemas names, in `properties`, `patternProperties`, `required` and the like. It
stays open if none lists members, or if one describes members of any name. Of the alternatives of a `oneOf`, only the
one that holds counts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from arrakis_schema.compat.closure import Shape
from arrakis_schema.compat.logic.assertions import pattern_formula
from arrakis_schema.compat.logic.connectives import conjunction
from arrakis_schema.compat.logic.evaluation import matches
from arrakis_schema.compat.logic.formulas import All, Matches
from arrakis_schema.compat.logic.results import Closed, UndecidedError
from arrakis_schema.compat.solve.string import string
from arrakis_schema.json_schema.dialects import DIALECTS
from arrakis_schema.json_schema.keywords import describes_any_name, required_names
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.tree import UnsupportedPatternError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from arrakis_schema.compat.closure import Closure
    from arrakis_schema.compat.logic.nodes import Nodes, SchemaNode

_MOST_PLACES = 5_000
_DIGITS = 12


class AppliedSchema(NamedTuple):
    """A subschema that applies to a place: always, or only to some instances.

    If it `closes` nothing, the members that it declares are allowed, but it closes no object: it applies to some of
    the names of a pattern, and objects under the others may be open.
    """

    node: SchemaNode
    always: bool
    closes: bool = True


_Subschemas = tuple[AppliedSchema, ...]


class Places:
    """The places of the instances of a document, numbered, and the shape of each."""

    def __init__(self, nodes: Nodes) -> None:
        """Begin without any."""
        self.shapes: dict[int, Shape] = {}
        self._nodes = nodes
        self._numbers: dict[tuple[frozenset[AppliedSchema], Closure, bool], int] = {}
        self._todo: list[tuple[int, _Subschemas, Closure, bool]] = []
        self._overlaps: dict[frozenset[str], bool] = {}

    def number(self, applied: Iterable[AppliedSchema], closure: Closure, *, complete: bool = False) -> int:
        """Return the number of a place; `complete` if everything that applies is in it and alternatives are chosen."""
        ordered = tuple(dict.fromkeys(applied))
        key = frozenset(ordered), closure, complete
        if key not in self._numbers:
            if len(self._numbers) >= _MOST_PLACES:
                raise _too_many_places()
            self._numbers[key] = len(self._numbers)
            self._todo.append((self._numbers[key], ordered, closure, complete))
        return self._numbers[key]

    def describe_all(self) -> None:
        """Compute the shape of each numbered place, and of those that they lead to."""
        while self._todo:
            number, applied, closure, complete = self._todo.pop()
            self._nodes.tick()
            self.shapes[number] = self._shape(applied, closure, complete=complete)

    def _shape(self, applied: _Subschemas, closure: Closure, *, complete: bool) -> Shape:
        """Return the shape of a place; nothing is closed if a reference leads out of the document."""
        here = applied if complete else tuple(_expand(applied))
        if any(entry.node.leads_out for entry in here if isinstance(entry.node.schema, dict)):
            return Shape()
        choosers = [] if complete else [entry.node for entry in here if entry.always and _alternatives(entry.node)]
        if choosers:
            return Shape(choices=[self._choice(applied, chooser, closure) for chooser in choosers])
        shape = Shape()
        self._describe_members(shape, here, closure)
        self._describe_items(shape, here, closure)
        return shape

    def _choice(self, applied: _Subschemas, chooser: SchemaNode, closure: Closure) -> list[tuple[SchemaNode, int]]:
        """Return the alternatives of one `oneOf`, each with the shape of the place if it holds."""
        base = tuple(_expand(applied, chooser))
        branches = {node: _expand([AppliedSchema(node, always=True)]) for node in _alternatives(chooser)}
        return [(node, self.number((*base, *branch), closure, complete=True)) for node, branch in branches.items()]

    def _describe_members(self, shape: Shape, here: _Subschemas, closure: Closure) -> None:
        """Describe the members of an object."""
        schemas = [entry.node.schema for entry in here if _has_assertions(entry.node)]
        names = {name for schema in schemas for name in (*schema.get("properties", ()), *required_names(schema))}
        patterns = {pattern for schema in schemas for pattern in schema.get("patternProperties", ())}
        names |= {name for name in closure.names - names if any(True for _ in _of_name(here, name))}
        for name in sorted(names):
            shape.members[name] = self.number(_of_name(here, name), closure.below(name))
        for pattern in sorted(patterns):
            shape.patterns[pattern] = self.number(self._of_pattern(here, pattern), closure.below(None))
        closing = [entry.node.schema for entry in here if entry.closes and _has_assertions(entry.node)]
        listed = any({"properties", "patternProperties"} & schema.keys() for schema in closing)
        shape.closed = closure.here and listed and not any(map(describes_any_name, schemas))
        if not shape.closed:
            shape.others = self.number(_of_others(here), closure.below(None))

    def _of_pattern(self, here: _Subschemas, pattern: str) -> Iterator[AppliedSchema]:
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
                yield AppliedSchema(node.subschema(child), always and certain, closes and certain)
            if pattern not in patterns:
                yield from _others(node, always=False, closes=closes and not met)

    def _may_match(self, pattern: str, name: str) -> bool:
        """Return whether a pattern may match a name."""
        self._nodes.tick()
        return _matches_name(pattern, name) is not False

    def _overlap(self, pattern: str, other_pattern: str) -> bool:
        """Return whether a name may match both patterns; False only if it is certain that none does."""
        if pattern == other_pattern:
            return True
        pair = frozenset([pattern, other_pattern])
        if pair not in self._overlaps:
            self._overlaps[pair] = any(self._share_a_name(pattern, other_pattern, reading) for reading in Reading)
        return self._overlaps[pair]

    def _share_a_name(self, pattern: str, other_pattern: str, reading: Reading) -> bool:
        """Return whether a name may match both patterns in one reading; this counts as steps."""
        try:
            both = conjunction(pattern_formula(text, holds=True) for text in (pattern, other_pattern))
            parts = both.parts if isinstance(both, All) else (both,)
            atoms = [atom for atom in parts if isinstance(atom, Matches)]
            return not isinstance(string(atoms, [reading], self._nodes.tick), Closed)
        except UnsupportedPatternError:
            return True

    def _describe_items(self, shape: Shape, here: _Subschemas, closure: Closure) -> None:
        """Describe the items of an array."""
        lengths = [len(_prefix(entry.node)) for entry in here if _has_assertions(entry.node)]
        indices = [name for name in closure.names if name.isdecimal() and name.isascii()]
        lengths += [int(name[:_DIGITS]) + 1 for name in indices]  # more digits are too many places, too
        length = max(lengths, default=0)
        if length > _MOST_PLACES:
            raise _too_many_places()
        shape.first = [self.number(_of_item(here, index), closure.below(str(index))) for index in range(length)]
        shape.rest_items = self.number(_of_item(here, length), closure.below(None))


def _too_many_places() -> UndecidedError:
    """Return the error that a document has more places than are described."""
    return UndecidedError(f"the policy cannot be applied to a document of more than {_MOST_PLACES} places")


def _has_assertions(node: SchemaNode) -> bool:
    """Return whether a subschema has assertions of its own, and is neither a boolean nor only a reference."""
    return isinstance(node.schema, dict) and not node.refers


def _expand(applied: Iterable[AppliedSchema], chooser: SchemaNode | None = None) -> Iterator[AppliedSchema]:
    """Yield these subschemas and all that apply with them, except for the alternatives of `chooser`."""
    todo, visited = list(applied), set[AppliedSchema]()
    while todo:
        entry = todo.pop()
        if entry not in visited:
            visited.add(entry)
            yield entry
            todo += _beside(entry, chooser)


def _beside(applied: AppliedSchema, chooser: SchemaNode | None) -> Iterator[AppliedSchema]:
    """Yield the direct in-place subschemas of one that are not negated."""
    node, schema = applied.node, applied.node.schema
    if isinstance(schema, bool):
        return
    if not node.leads_out:
        yield from (AppliedSchema(target, applied.always, applied.closes) for target in node.references())
    if node.refers:
        return
    yield from (
        AppliedSchema(node.subschema(child), applied.always, applied.closes) for child in schema.get("allOf", ())
    )
    some = [*schema.get("anyOf", ()), *(() if node is chooser else schema.get("oneOf", ()))]
    some += [schema[keyword] for keyword in ("if", "then", "else") if keyword in schema and "if" in schema]
    named = [*schema.get("dependentSchemas", {}).values(), *schema.get("dependencies", {}).values()]
    some += [child for child in named if not isinstance(child, list)]
    yield from (AppliedSchema(node.subschema(child), always=False, closes=applied.closes) for child in some)


def _alternatives(node: SchemaNode) -> list[SchemaNode]:
    """Return the nodes of the alternatives of `oneOf`."""
    return [node.subschema(child) for child in node.schema.get("oneOf", ())] if _has_assertions(node) else []


def _of_name(here: _Subschemas, name: str) -> Iterator[AppliedSchema]:
    """Yield the subschemas that apply to the member of a name."""
    for node, always, closes in here:
        if not _has_assertions(node):
            continue
        properties, patterns = node.schema.get("properties", {}), node.schema.get("patternProperties", {})
        answers = {pattern: answer for pattern in patterns if (answer := _matches_name(pattern, name)) is not False}
        if name in properties:
            yield AppliedSchema(node.subschema(properties[name]), always, closes)
        for pattern, certain in answers.items():
            yield AppliedSchema(node.subschema(patterns[pattern]), always and certain is True, closes)
        if name not in properties and True not in answers.values():
            yield from _others(node, always=always and not answers, closes=closes)


def _of_others(here: _Subschemas) -> Iterator[AppliedSchema]:
    """Yield the subschemas that apply to the members that match no name and no pattern of the place."""
    for node, always, closes in here:
        if _has_assertions(node):
            yield from _others(node, always=always, closes=closes)


def _others(node: SchemaNode, *, always: bool, closes: bool) -> Iterator[AppliedSchema]:
    """Yield the subschemas for members that a schema does not list."""
    if isinstance(node.schema.get("additionalProperties"), dict):
        yield AppliedSchema(node.subschema(node.schema["additionalProperties"]), always, closes)
    if isinstance(node.schema.get("unevaluatedProperties"), dict):
        yield AppliedSchema(node.subschema(node.schema["unevaluatedProperties"]), always=False, closes=closes)


def _prefix(node: SchemaNode) -> list[Any]:
    """Return the schemas of the first items, one for each."""
    schemas = node.schema.get(DIALECTS[node.dialect].first_items, ())
    return schemas if isinstance(schemas, list) else []


def _of_item(here: _Subschemas, index: int) -> Iterator[AppliedSchema]:
    """Yield the subschemas that apply to the item at an index."""
    for node, always, closes in here:
        if not _has_assertions(node):
            continue
        first = _prefix(node)
        if index < len(first):
            yield AppliedSchema(node.subschema(first[index]), always, closes)
        else:
            dialect = DIALECTS[node.dialect]
            keyword = dialect.keyword_for_others(node.schema.get(dialect.first_items))
            if keyword in node.schema:
                yield AppliedSchema(node.subschema(node.schema[keyword]), always, closes)
        for keyword in ("contains", "unevaluatedItems"):
            if keyword in node.schema:
                yield AppliedSchema(node.subschema(node.schema[keyword]), always=False, closes=closes)


@lru_cache(maxsize=4096)
def _matches_name(pattern: str, name: str) -> bool | None:
    """Return whether a pattern matches a name; None if ECMA-262 and Python differ, or if it is unsupported."""
    try:
        answers = {matches(pattern, name, reading) for reading in Reading}
    except UnsupportedPatternError:
        return None
    return answers.pop() if len(answers) == 1 else None
