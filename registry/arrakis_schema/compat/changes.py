"""The differences between two JSON Schemas, keyword by keyword, without a judgement on which side breaks.

One function for each kind of keyword, in one table; a keyword that is in no table is an annotation or unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from arrakis_schema.compat.unfolding import unfold
from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.json_schema.members import MemberPaths
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.text.json_pointer import extend_pointer

_MEMBERS, _NAMES = {"properties", "patternProperties"}, {"dependencies", "dependentRequired"}


@dataclass(frozen=True, slots=True)
class Location:
    """A location in both documents, and the direction of effects: `negated` inside `not`, `unclear` inside `if`.

    `names` are the member paths of both documents.
    """

    names: tuple[MemberPaths, MemberPaths]
    old: str = ""
    new: str = ""
    negated: bool = False
    unclear: bool = False

    def below(self, *names: str | int, new_names: tuple[str | int, ...] = ()) -> Location:
        """Return the location below some names; `new_names` are those of the new document if they differ."""
        old, new = extend_pointer(self.old, *names), extend_pointer(self.new, *(new_names or names))
        return Location(self.names, old, new, self.negated, self.unclear)

    def enter(self, keyword: str) -> Location:
        """Return the location inside a keyword, which may negate effects or make them unclear."""
        unclear = self.unclear or keyword in {"if", "oneOf", "contains"}
        return replace(self, negated=self.negated != (keyword == "not"), unclear=unclear)

    def change(self, rule: str, effect: Effect, message: str) -> Change:
        """Return a change at this location."""
        if effect is not Effect.ANNOTATION:
            effect = Effect.CHANGED if self.unclear else effect.opposite if self.negated else effect
        old, new = self.names
        name = new.path_of(self.new) or old.path_of(self.old)
        text = f"inside `not`, {message}" if self.negated else message
        return Change(rule, self.old, self.new, effect, f"{name}: {text}" if name else text)


Compare = Callable[[str, Any, Any, Location], Iterator[Change]]
ABSENT: Any = object()


def changes(old: Any, new: Any) -> Iterator[Change]:
    """Yield the differences of two documents in the order of their keywords; a renamed definition is none."""
    unfolded = unfold(old, new)
    differences = changes_in_place(unfolded.old, unfolded.new)
    yield from map(unfolded.restore, differences) if unfolded.has_moves else differences


def changes_in_place(old: Any, new: Any) -> Iterator[Change]:
    """Yield the differences of two documents, location by location."""
    yield from _changes(old, new, Location((MemberPaths(old), MemberPaths(new))))


def _changes(old: Any, new: Any, location: Location) -> Iterator[Change]:
    """Yield the differences of two schemas at a location."""
    if old == new and type(old) is type(new):
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        effect = Effect.NARROWED if new is False or old is True else Effect.WIDENED
        yield location.change(
            "schema-changed", effect, f"the schema changed from {short_json(old)} to {short_json(new)}"
        )
        return
    for keyword in dict.fromkeys((*old, *new)):
        before, after = old.get(keyword, ABSENT), new.get(keyword, ABSENT)
        if before is ABSENT or after is ABSENT or before != after or type(before) is not type(after):
            comparable = _has_form(keyword, before) and _has_form(keyword, after)
            compare = COMPARE.get(keyword, _annotation) if comparable else _annotation
            yield from compare(keyword, before, after, location.below(keyword))


def _presence(keyword: str, before: Any, after: Any, location: Location, added: Effect) -> Change | None:
    """Return the change of a keyword that only one side has; `added` is the effect of adding it."""
    if before is ABSENT:
        return location.change(f"{keyword}-added", added, f"`{keyword}` {short_json(after)} was added")
    if after is ABSENT:
        removed = added.opposite
        return location.change(f"{keyword}-removed", removed, f"`{keyword}` {short_json(before)} was removed")
    return None


def _reordering(keyword: str, location: Location) -> Change:
    """Return the change of a list that has the same entries in another order."""
    return location.change(
        f"{keyword}-reordered", Effect.ANNOTATION, f"`{keyword}` has the same entries in another order"
    )


def _annotation(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    verb = "added" if before is ABSENT else "removed" if after is ABSENT else "changed"
    yield location.change(f"annotation-{verb}", Effect.ANNOTATION, f"`{keyword}` was {verb}")


def _assertion(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    message = f"`{keyword}` changed from {short_json(before)} to {short_json(after)}" if after is not ABSENT else ""
    alone = _presence(keyword, before, after, location, Effect.NARROWED)
    yield alone or location.change(f"{keyword}-changed", Effect.CHANGED, message)


def _bound(*, upper: bool) -> Compare:
    """Return the comparison of a bound: a higher one narrows, or widens if it is an `upper` bound."""

    def bound(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
        if isinstance(before, bool) or isinstance(after, bool):
            yield from _modifier(keyword, before, after, location)
            return
        alone = _presence(keyword, before, after, location, Effect.NARROWED)
        if alone is None:
            effect = Effect.WIDENED if (after > before) == upper else Effect.NARROWED
            message = f"`{keyword}` changed from {short_json(before)} to {short_json(after)}"
            alone = location.change(f"{keyword}-{effect.word}", effect, message)
        yield alone

    return bound


def _modifier(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    """Yield the change of a boolean of draft-04, which makes a bound exclusive; a number is like another keyword."""
    if ABSENT not in (before, after) and type(before) is type(after):
        effect = Effect.NARROWED if after else Effect.WIDENED
        message = f"`{keyword}` changed from {short_json(before)} to {short_json(after)}"
        yield location.change(f"{keyword}-{effect.word}", effect, message)
        return
    for old, new in ((before, ABSENT), (ABSENT, after)):
        added = Effect.ANNOTATION if old is False or new is False else Effect.NARROWED
        if old is not new and (change := _presence(keyword, old, new, location, added)) is not None:
            yield change


_LOWER, _UPPER = _bound(upper=False), _bound(upper=True)


def _compare_sets(keyword: str, before: set[str], after: set[str], location: Location) -> Iterator[Change]:
    """Yield the change of a set of allowed types or values."""
    gone, new = sorted(before - after), sorted(after - before)
    parts = [f"no longer accepts {', '.join(gone)}"] if gone else []
    parts += [f"now {'' if gone else 'also '}accepts {', '.join(new)}"] if new else []
    if not parts:
        yield _reordering(keyword, location)
        return
    effect = Effect.CHANGED if len(parts) > 1 else Effect.NARROWED if gone else Effect.WIDENED
    yield location.change(f"{keyword}-{effect.word}", effect, f"`{keyword}` {' and '.join(parts)}")


def _type(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    alone = _presence(keyword, before, after, location, Effect.NARROWED)
    if alone:
        yield alone
        return
    yield from _compare_sets(keyword, _types(before), _types(after), location)


def _types(names: str | list[str]) -> set[str]:
    """Return the types that `type` names; every integer is a number."""
    types = {names} if isinstance(names, str) else set(names)
    return types | ({"integer"} if "number" in types else set())


def _json_texts(values: list[Any]) -> set[str]:
    """Return the values of `enum` as JSON."""
    return {json.dumps(value, sort_keys=True) for value in values}


def _enum(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    alone = _presence(keyword, before, after, location, Effect.NARROWED)
    if alone:
        yield alone
    else:
        yield from _compare_sets(keyword, _json_texts(before), _json_texts(after), location)


def _required_names(_keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    old, new = ([] if names is ABSENT else names for names in (before, after))
    for name in new:
        if name not in old:
            yield location.change("required-added", Effect.NARROWED, f"{name!r} is now required")
    for name in old:
        if name not in new:
            yield location.change("required-removed", Effect.WIDENED, f"{name!r} is no longer required")
    if set(old) == set(new) and before is not ABSENT and after is not ABSENT:
        yield _reordering("required", location)


def _schema(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    location = location.enter(keyword)
    alone = _presence(keyword, before, after, location, Effect.NARROWED)
    if alone:
        yield alone
    else:
        yield from _changes(before, after, location)


def _named_schemas(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    old, new = ({} if schemas is ABSENT else schemas for schemas in (before, after))
    effect = Effect.ANNOTATION if keyword in {"definitions", "$defs"} else None
    for name in dict.fromkeys((*old, *new)):
        inner = location.below(name)
        if name not in old:
            message = "added" if keyword in _MEMBERS else f"`{keyword}` {name!r} was added"
            yield inner.change(f"{keyword}-added", effect or Effect.NARROWED, message)
        elif name not in new:
            message = "removed" if keyword in _MEMBERS else f"`{keyword}` {name!r} was removed"
            yield inner.change(f"{keyword}-removed", effect or Effect.WIDENED, message)
        elif keyword in _NAMES and (isinstance(old[name], list) or isinstance(new[name], list)):
            if old[name] != new[name]:
                yield inner.change(f"{keyword}-changed", Effect.CHANGED, f"`{keyword}` of {name!r} changed")
        else:
            yield from _changes(old[name], new[name], inner)


def _listed_schemas(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    added = {"anyOf": Effect.WIDENED, "oneOf": Effect.CHANGED}.get(keyword, Effect.NARROWED)
    if before is ABSENT or after is ABSENT:
        verb, schemas = ("added", after) if before is ABSENT else ("removed", before)
        effect = Effect.NARROWED if before is ABSENT else Effect.WIDENED
        message = f"`{keyword}` with {len(schemas)} schema{'s' if len(schemas) != 1 else ''} was {verb}"
        yield location.change(f"{keyword}-{verb}", effect, message)
        return
    old, new = dict(enumerate(before)), dict(enumerate(after))
    if keyword != "prefixItems":
        _drop_equal(old, new)
    if not old and not new:
        yield _reordering(keyword, location)
    location = location.enter(keyword)
    pairs = list(zip(list(old), list(new), strict=False))
    for old_index, new_index in pairs:
        yield from _changes(old.pop(old_index), new.pop(new_index), location.below(old_index, new_names=(new_index,)))
    for index, schema in new.items():
        yield location.below(index).change(f"{keyword}-added", added, f"`{keyword}` now also has {short_json(schema)}")
    for index, schema in old.items():
        gone = added.opposite
        yield location.below(index).change(
            f"{keyword}-removed", gone, f"`{keyword}` no longer has {short_json(schema)}"
        )


def _drop_equal(old: dict[int, Any], new: dict[int, Any]) -> None:
    """Remove the schemas that both sides have, at any index."""
    for index, schema in list(old.items()):
        twin = next((position for position, candidate in new.items() if candidate == schema), None)
        if twin is not None:
            del old[index], new[twin]


def _items(keyword: str, before: Any, after: Any, location: Location) -> Iterator[Change]:
    if isinstance(before, list) and isinstance(after, list):
        yield from _listed_schemas("prefixItems", before, after, location)
    elif ABSENT in (before, after) or not (isinstance(before, list) or isinstance(after, list)):
        yield from _schema(keyword, before, after, location)
    else:
        single, several = "one schema for all items", "one schema for each item"
        was, now = (several, single) if isinstance(before, list) else (single, several)
        yield location.change("items-changed", Effect.CHANGED, f"`items` changed from {was} to {now}")


def _has_form(keyword: str, value: Any) -> bool:
    """Return whether a value has the form that a keyword requires; other forms occur if a dialect lacks the keyword."""
    return value is ABSENT or isinstance(value, _FORMS.get(COMPARE.get(keyword, _annotation), object))


COMPARE: dict[str, Compare] = {
    "type": _type,
    "enum": _enum,
    "required": _required_names,
    **dict.fromkeys(("const", "pattern", "multipleOf", "uniqueItems", "$ref", "$dynamicRef"), _assertion),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"), _LOWER),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"), _UPPER),
    **dict.fromkeys(("not", "if", "then", "else", "contains", "propertyNames", "additionalItems"), _schema),
    **dict.fromkeys(("additionalProperties", "unevaluatedItems", "unevaluatedProperties"), _schema),
    "items": _items,
    **dict.fromkeys(("properties", "patternProperties", "dependencies", "dependentSchemas"), _named_schemas),
    **dict.fromkeys(("dependentRequired", "definitions", "$defs"), _named_schemas),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _listed_schemas),
}
_FORMS: dict[Compare, type | tuple[type, ...]] = {
    _named_schemas: dict,
    _listed_schemas: list,
    _LOWER: (int, float),
    _UPPER: (int, float),
}
