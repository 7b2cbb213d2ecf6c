"""Which members a document declares at a place of an instance, and which members of an instance it does not declare.

A place declares what any subschema that applies to it names, in `properties`, `patternProperties`, `required` and the
like; of the alternatives of a `oneOf` that always applies, only the one that holds counts. It stays open where nothing
lists members, or where a schema describes members of any name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from arrakis_schema.json_schema.dialects import DIALECTS, Role
from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.keywords import describes_any_name, required_names
from arrakis_schema.json_schema.violations import Violation, violation
from arrakis_schema.regex.characters import Reading
from arrakis_schema.text.json_pointer import extend_pointer, names_in

Unknown = str | Mapping[str, str]
Path = tuple[str | int, ...]
UNKNOWN = "unknown"
"""The keyword of a violation by a member that the reader does not know and rejects."""
_OTHERS = ("additionalProperties", "unevaluatedProperties")


class NeedsInstanceError(Exception):
    """What a place declares depends on the instance."""


@dataclass(frozen=True, eq=False)
class Applied:
    """A subschema that applies to a place, always or only to some instances; `surroundings` finds what it refers to."""

    schema: Any
    surroundings: "Surroundings"
    always: bool = True

    def inner(self, schema: Any, *, always: bool = True) -> "Applied":
        """Return a subschema of this one."""
        return Applied(schema, self.surroundings.inside(schema), self.always and always)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What surrounds a subschema: its dialect, the reading of its patterns, and its references.

    `resolve` returns the target of a reference with its surroundings; `enter` returns those inside a subschema with an
    `$id` of its own; `holds` tells whether a subschema accepts a value, and may raise `NeedsInstanceError`.
    """

    dialect: str
    reading: Reading
    resolve: Callable[[str], "tuple[Any, Surroundings]"]
    enter: Callable[[Any], "Surroundings"]
    holds: Callable[[Any, Any], bool]

    def inside(self, schema: Any) -> "Surroundings":
        """Return the surroundings of a subschema."""
        named = isinstance(schema, dict) and ("$id" in schema or "id" in schema)
        return self.enter(schema) if named else self

    def assertions(self, schema: Any) -> dict[str, Any]:
        """Return the keywords of a schema that its dialect has; before 2019-09, `$ref` stands alone."""
        if not isinstance(schema, dict):
            return {}
        if DIALECTS[self.dialect].ref_alone and "$ref" in schema:
            return {"$ref": schema["$ref"]}
        known = DIALECTS[self.dialect].keywords
        return {name: value for name, value in schema.items() if name in known and known[name].role is not Role.RETIRED}


@dataclass(frozen=True)
class Declared:
    """What a place declares: names, patterns of names, and whether it is open to other names."""

    names: frozenset[str]
    patterns: tuple[tuple[str, Reading], ...]
    is_open: bool

    def undeclared_names(self, value: Mapping[str, Any]) -> list[str]:
        """Return the names in an object that are not declared."""
        if self.is_open or value.keys() <= self.names:
            return []
        return [
            name
            for name in value
            if name not in self.names and not any(search(pattern, name, reading) for pattern, reading in self.patterns)
        ]


def declared_at(applied: Iterable[Applied], path: tuple[str, ...]) -> Declared:
    """Return what the place at a path declares in every instance; raises `NeedsInstanceError` if that varies."""
    here = list(_expand(applied))
    if any(entry.always and "oneOf" in entry.surroundings.assertions(entry.schema) for entry in here):
        raise NeedsInstanceError
    return declared_at(_of_name(here, path[0]), path[1:]) if path else _declare_together(here)


def unknown_members(applied: Iterable[Applied], value: Any, unknown: Unknown, path: Path = ()) -> Iterator[Violation]:
    """Yield a violation for each member that is not declared, at the places where the reader rejects those."""
    yield from _find_unknown(list(applied), value, unknown, path, chosen=False)


def undeclared_violation(path: Path, name: str, declared: Declared) -> Violation:
    """Return the violation by a member that is not declared."""
    return violation((*path, name), UNKNOWN, sorted(declared.names), name)


def rejected_places(unknown: Unknown) -> list[tuple[str, ...]] | None:
    """Return the paths of the places where the reader rejects undeclared members; None for all places."""
    if isinstance(unknown, str):
        return None if unknown == "rejected" else []
    pointers = (pointer for pointer, treatment in unknown.items() if treatment == "rejected")
    return list(map(names_in, pointers))


def _find_unknown(
    applied: list[Applied], value: Any, unknown: Unknown, path: Path, *, chosen: bool
) -> Iterator[Violation]:
    """Yield the violations in a value; the alternatives of `oneOf` are `chosen` already, or not."""
    if not isinstance(value, dict | list | tuple):
        return
    here = applied if chosen else list(_expand(applied))
    choosers = [] if chosen else [entry for entry in here if entry.always and _alternatives(entry)]
    for chooser in choosers:
        base = list(_expand(applied, chooser))
        branches = [entry for entry in _alternatives(chooser) if entry.surroundings.holds(entry.schema, value)]
        candidates = ([*base, *_expand([branch])] for branch in branches)
        by_branch = [list(_find_unknown(applied, value, unknown, path, chosen=True)) for applied in candidates]
        yield from min(by_branch, key=len, default=())
    if not choosers:
        yield from _unknown_here(here, value, unknown, path)


def _unknown_here(here: list[Applied], value: Any, unknown: Unknown, path: Path) -> Iterator[Violation]:
    """Yield the violations of one place and of those below it."""
    if not isinstance(value, dict):
        for index, item in enumerate(value):
            yield from _find_unknown(list(_of_item(here, index)), item, unknown, (*path, index), chosen=False)
        return
    declared = _declare_together(here)
    names = declared.undeclared_names(value) if _rejects(unknown, path) else []
    yield from (undeclared_violation(path, name, declared) for name in names)
    for name, member in value.items():
        if name not in names:
            yield from _find_unknown(list(_of_name(here, name)), member, unknown, (*path, name), chosen=False)


def _rejects(unknown: Unknown, path: Path) -> bool:
    """Return whether the reader rejects unknown members of the object at a path."""
    if isinstance(unknown, str):
        return unknown == "rejected"
    return unknown.get(extend_pointer("", *path)) == "rejected"


def _declare_together(here: Iterable[Applied]) -> Declared:
    """Return what these subschemas declare together."""
    schemas = [(entry.surroundings.assertions(entry.schema), entry.surroundings.reading) for entry in here]
    names = {name for schema, _ in schemas for name in (*schema.get("properties", ()), *required_names(schema))}
    patterns = {(pattern, reading) for schema, reading in schemas for pattern in schema.get("patternProperties", ())}
    listed = any(keyword in schema for schema, _ in schemas for keyword in ("properties", "patternProperties"))
    is_open = not listed or any(describes_any_name(schema) for schema, _ in schemas)
    return Declared(frozenset(names), tuple(patterns), is_open)


def _expand(applied: Iterable[Applied], chooser: Applied | None = None) -> Iterator[Applied]:
    """Yield these subschemas and all that apply to the same value, except for the alternatives of `chooser`."""
    todo, visited = list(applied), set[tuple[int, bool]]()
    left_out = None if chooser is None else id(chooser.schema)
    while todo:
        entry = todo.pop()
        key = id(entry.schema), entry.always
        if key not in visited and isinstance(entry.schema, dict):
            visited.add(key)
            yield entry
            todo += _beside(entry, leave_out=id(entry.schema) == left_out)


def _beside(entry: Applied, *, leave_out: bool) -> Iterator[Applied]:
    """Yield the subschemas that one applies to the same value and that are not negated."""
    schema = entry.surroundings.assertions(entry.schema)
    for keyword in ("$ref", "$dynamicRef"):
        if isinstance(schema.get(keyword), str):
            target, surroundings = entry.surroundings.resolve(schema[keyword])
            yield Applied(target, surroundings, entry.always)
    yield from (entry.inner(child) for child in schema.get("allOf", ()))
    some = [*schema.get("anyOf", ()), *(() if leave_out else schema.get("oneOf", ()))]
    some += [schema[keyword] for keyword in ("if", "then", "else") if keyword in schema and "if" in schema]
    named = [*schema.get("dependentSchemas", {}).values(), *schema.get("dependencies", {}).values()]
    some += [child for child in named if not isinstance(child, list)]
    yield from (entry.inner(child, always=False) for child in some)


def _alternatives(entry: Applied) -> list[Applied]:
    """Return the alternatives of `oneOf`."""
    return [entry.inner(child) for child in entry.surroundings.assertions(entry.schema).get("oneOf", ())]


def _of_name(here: Iterable[Applied], name: str) -> Iterator[Applied]:
    """Yield the subschemas that apply to the member of a name."""
    for entry in here:
        schema = entry.surroundings.assertions(entry.schema)
        properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        matching = [patterns[pattern] for pattern in patterns if search(pattern, name, entry.surroundings.reading)]
        declared_schemas = [properties[name]] if name in properties else []
        yield from (entry.inner(child) for child in (*declared_schemas, *matching))
        if not declared_schemas and not matching:
            yield from (
                entry.inner(schema[keyword], always=keyword == _OTHERS[0]) for keyword in _OTHERS if keyword in schema
            )


def _of_item(here: Iterable[Applied], index: int) -> Iterator[Applied]:
    """Yield the subschemas that apply to the item at an index."""
    for entry in here:
        schema = entry.surroundings.assertions(entry.schema)
        tuples = isinstance(schema.get("items"), list)
        first = schema["items"] if tuples else schema.get("prefixItems", [])
        others = "additionalItems" if tuples else "items"
        if index < len(first):
            yield entry.inner(first[index])
        elif others in schema:
            yield entry.inner(schema[others])
        yield from (
            entry.inner(schema[keyword], always=False)
            for keyword in ("contains", "unevaluatedItems")
            if keyword in schema
        )
