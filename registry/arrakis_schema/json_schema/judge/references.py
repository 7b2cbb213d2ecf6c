"""Where the references of a document, or of a bundle, lead, and which of them make validation take exponential time.

They lead to schemas of the document itself, as nothing is fetched. Two kinds are too costly: references that reach the
same schema many times, and a schema that leads to itself in two ways through one member. Everything else is still
bounded by `steps`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from referencing.exceptions import InvalidAnchor, NoSuchAnchor, PointerToNowhere, Unresolvable

from arrakis_schema.json_schema.dialects import BELOW, DIALECTS, IN_PLACE, KEYWORDS
from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.judge.resolution import dialect_at, resolver_in, resolver_of
from arrakis_schema.json_schema.keywords import Node, has_other_dialects, subschemas
from arrakis_schema.json_schema.resolver import MOST_HINTS, definition_pointers, nearest_name
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.graphs import components

_TARGET_MISSING = (PointerToNowhere, NoSuchAnchor, InvalidAnchor)
UNRESOLVABLE = (Unresolvable, ValueError, LookupError, TypeError, AttributeError)
"""What `referencing` raises for a reference that leads nowhere."""
_MOST_AT_ONE_PLACE = 10_000
_HUGE = 10**12
_MOST_WORK = 200_000
_Child = tuple[str, Any]
_REMEDY = "refer to it only once"


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """What is wrong with a schema, and where: `location` is a JSON Pointer."""

    location: str
    text: str


@dataclass
class ReferenceGraph:
    """The references of a document: those that do not lead to one of its schemas, and those that form loops.

    `targets` are the schemas that references lead to, with a pointer to each; the others are keyed by the identity of a
    schema: its location, the schema itself, and the schemas that it applies to the same instance and to its children.
    `reading` is that of patterns.
    """

    document: Any
    dialect: str
    unresolved: list[SchemaProblem] = field(default_factory=list)
    targets: list[tuple[str, Any, Any]] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)
    schemas: dict[int, dict[str, Any]] = field(default_factory=dict)
    in_place: dict[int, list[Any]] = field(default_factory=dict)
    below: dict[int, list[Any]] = field(default_factory=dict)
    reading: Reading = Reading.ECMA

    @cached_property
    def is_mixed(self) -> bool:
        """Whether some schema of the document is written in another dialect."""
        return has_other_dialects(self.document, self.dialect)

    def dialect_of(self, resolver: Any) -> str:
        """Return the dialect of the schemas whose references a resolver resolves."""
        return dialect_at(resolver) if self.is_mixed else self.dialect

    def add(self, pointer: str, schema: Any, resolver: Any) -> None:
        """Add a schema and all its subschemas; `resolver` is that of the schema itself."""
        todo = [(Node(pointer, schema, declares=True, dialect=self.dialect_of(resolver)), resolver)]
        while todo:
            node, resolver = todo.pop()
            if not isinstance(node.schema, dict) or id(node.schema) in self.places:
                continue
            inner = [child for child in subschemas(node) if child.keyword in KEYWORDS[node.dialect]]
            alone = DIALECTS[node.dialect].ref_alone and "$ref" in node.schema
            self.places[id(node.schema)] = node.pointer
            self.schemas[id(node.schema)] = {} if alone else node.schema
            self.below[id(node.schema)] = [] if alone else [child.schema for child in inner if child.keyword in BELOW]
            self.in_place[id(node.schema)] = [
                *([] if alone else [child.schema for child in inner if child.keyword in IN_PLACE]),
                *self._targets_of(node, resolver),
            ]
            todo += [(child, resolver_in(resolver, child.schema, node.dialect)) for child in reversed(inner)]

    def _targets_of(self, node: Node, resolver: Any) -> Iterator[Any]:
        """Yield the schemas that the references of a schema lead to."""
        for keyword in DIALECTS[node.dialect].references:
            reference, pointer = node.schema.get(keyword), f"{node.pointer}/{keyword}"
            if not isinstance(reference, str):
                continue
            try:
                resolved = resolver.lookup(reference)
            except UNRESOLVABLE as error:
                self.unresolved.append(SchemaProblem(pointer, self._problem_text(keyword, reference, error)))
                continue
            if isinstance(resolved.contents, dict | bool):
                self.targets.append((pointer, resolved.contents, resolved.resolver))
                yield resolved.contents
            else:
                self.unresolved.append(SchemaProblem(pointer, f"{keyword} {short_json(reference)} points to no schema"))

    def _problem_text(self, keyword: str, reference: str, error: Exception) -> str:
        """Return what is wrong with a reference that leads nowhere, and what to do."""
        if isinstance(error, _TARGET_MISSING) or reference.startswith("#"):
            candidates = definition_pointers(self.document) if len(self.unresolved) < MOST_HINTS else ()
            hint = "".join(f"; did you mean {near}?" for near in nearest_name(unquote(reference), candidates))
            return f"{keyword} {short_json(reference)} points to nothing in this document{hint}"
        definitions = DIALECTS[self.dialect].definitions
        return (
            f"{keyword} {short_json(reference)} leads out of this document, and nothing is fetched: "
            f'copy the schema to "{definitions}" and refer to it as "#/{definitions}/NAME"'
        )

    def loops(self) -> Iterator[SchemaProblem]:
        """Yield the schemas that refer to themselves for the same instance: no validator terminates there."""
        done: set[int] = set()
        for start in self.places:
            path: dict[int, None] = {}
            todo = [(start, False)]
            while todo:
                schema, left = todo.pop()
                if left:
                    done.add(path.popitem()[0])
                elif schema in path:
                    yield SchemaProblem(
                        self.places[schema], "the references lead back here without descending into the instance"
                    )
                elif schema in self.in_place and schema not in done:
                    path[schema] = None
                    todo.append((schema, True))
                    todo += [(id(inner), False) for inner in reversed(self.in_place[schema])]


def follow_references(document: Any, dialect: str) -> ReferenceGraph:
    """Follow the references of a document that its meta-schema accepts; `targets` are left for the caller to check."""
    references = ReferenceGraph(document, dialect)
    references.add("", document, resolver_of(document, dialect))
    return references


def cost_problems(references: ReferenceGraph) -> Iterator[SchemaProblem]:
    """Yield the schemas that are checked too often; for a document whose references are sound."""
    inner = {
        schema: [id(target) for target in targets if id(target) in references.schemas]
        for schema, targets in references.in_place.items()
    }
    order = _inner_first(inner)
    yield from _repetition_problems(references, inner, order)
    yield from _doubling_problems(references, inner, order)


def _inner_first(inner: Mapping[int, list[int]]) -> list[int]:
    """Return the schemas, each after those that it applies in place."""
    order: dict[int, None] = {}
    for root in inner:
        todo = [(root, False)]
        while todo:
            schema, left = todo.pop()
            if left:
                order.setdefault(schema)
            elif schema not in order:
                todo.append((schema, True))
                todo += [(target, False) for target in inner[schema]]
    return list(order)


def _repetition_problems(
    references: ReferenceGraph, inner: Mapping[int, list[int]], order: list[int]
) -> Iterator[SchemaProblem]:
    """Yield the schemas that apply others in place so often that no validator terminates in reasonable time."""
    most = _MOST_AT_ONE_PLACE + 4 * len(inner)
    totals: dict[int, int] = {}
    for schema in order:
        totals[schema] = min(_HUGE, 1 + sum(totals[target] for target in inner[schema]))
        if totals[schema] > most and all(totals[target] <= most for target in inner[schema]):
            text = f"the references from here check one value more than {most:,} times; {_REMEDY}"
            yield SchemaProblem(references.places[schema], text)


def _doubling_problems(
    references: ReferenceGraph, inner: Mapping[int, list[int]], order: list[int]
) -> Iterator[SchemaProblem]:
    """Yield the schemas that lead back to themselves in two ways through one member: each level doubles the work."""
    below = {schema: [id(schema) for schema in references.below[schema] if id(schema) in inner] for schema in inner}
    graph = {schema: [*inner[schema], *below[schema]] for schema in inner}
    loops = [loop for loop in components(graph) if any(loop.values())]
    if not loops:
        return
    applied = _count_applications(inner, order)
    for loop in loops:
        for schema in sorted(loop, key=lambda schema: references.places[schema]):
            at = next(
                (
                    child
                    for child in _members_and_items(references, applied[schema])
                    if _applied_twice(references, applied, schema, child) & loop.keys()
                ),
                None,
            )
            if at is not None:
                where = "an item" if at[0] == "item" else f"the member {at[1]}"
                text = f"{where} leads back here in two ways, so each level doubles the checks; {_REMEDY}"
                yield SchemaProblem(references.places[schema], text)
                break


def _count_applications(inner: Mapping[int, list[int]], order: list[int]) -> dict[int, Counter[int]]:
    """Return how often each schema applies others to its own value; the work for this is bounded."""
    applied: dict[int, Counter[int]] = {}
    work = 0
    for schema in order:
        counts = Counter([schema])
        for target in inner[schema]:
            work += len(applied[target])
            if work < _MOST_WORK:
                counts.update(applied[target])
        applied[schema] = Counter({schema: min(count, 2) for schema, count in counts.items()})
    return applied


def _members_and_items(references: ReferenceGraph, applied: Counter[int]) -> dict[_Child, None]:
    """Return the members and the items that some schemas have subschemas for."""
    names = (name for schema in applied for name in references.schemas[schema].get("properties", ()))
    return dict.fromkeys([*(("member", name) for name in names), ("item", None)])


def _applied_twice(
    references: ReferenceGraph, applied: dict[int, Counter[int]], schema: int, child: _Child
) -> set[int]:
    """Return the schemas that one applies at least twice to a member or an item."""
    counts: Counter[int] = Counter()
    for applying, times in applied[schema].items():
        for target in _schemas_for(references.schemas[applying], child, references.reading):
            for inner, count in applied.get(id(target), Counter()).items():
                counts[inner] += times * count
    return {inner for inner, count in counts.items() if count > 1}


def _schemas_for(schema: Mapping[str, Any], child: _Child, reading: Reading) -> list[Any]:
    """Return the schemas that one applies to a member, or to the items after those of a tuple."""
    kind, name = child
    if kind == "item":
        items = schema.get("items")
        keywords = ["contains"] if isinstance(items, list) else ["items", "contains"]
        keywords += ["additionalItems"] if isinstance(items, list) else []
        return [schema[keyword] for keyword in keywords if keyword in schema]
    declared = schema.get("properties", {})
    schemas = [declared[name]] if name in declared else []
    schemas += [
        subschema
        for pattern, subschema in schema.get("patternProperties", {}).items()
        if search(pattern, name, reading)
    ]
    return schemas or [schema[keyword] for keyword in ("additionalProperties",) if keyword in schema]
