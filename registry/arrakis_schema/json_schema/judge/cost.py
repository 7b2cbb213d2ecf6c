"""Schemas whose validation takes exponential time: 2^40 checks of one value, or twice as many at each level.

Two kinds are recognised: references that reach the same schema many times, and a schema that leads to itself in two
ways through one member. Everything else is still bounded by `steps`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.judge.references import ReferenceGraph, SchemaProblem
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.graphs import components

_MOST_AT_ONE_PLACE = 10_000
_HUGE = 10**12
_MOST_WORK = 200_000
_Child = tuple[str, Any]
_REMEDY = "refer to it only once"


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
