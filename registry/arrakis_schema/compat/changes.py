"""How two JSON Schemas differ, keyword by keyword: what is there, without an opinion on who breaks.

One function for each kind of keyword, in one table; a keyword that is in no table is an annotation or unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from arrakis_schema.compat.naming import Naming
from arrakis_schema.compat.unfolding import unfold
from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.json_schema.positions import escaped
from arrakis_schema.json_schema.violations import shortened

_FLIPPED = {Effect.WIDENED: Effect.NARROWED, Effect.NARROWED: Effect.WIDENED}
_SUFFIX = {Effect.NARROWED: "tightened", Effect.WIDENED: "loosened"}
_MEMBERS, _NAMES = {"properties", "patternProperties"}, {"dependencies", "dependentRequired"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where both documents stand, and which way the effects go: `negated` inside of `not`, `unclear` inside of `if`.

    `names` are those of the places of either document.
    """

    names: tuple[Naming, Naming]
    old: str = ""
    new: str = ""
    negated: bool = False
    unclear: bool = False

    def below(self, *names: str | int, other: tuple[str | int, ...] = ()) -> Place:
        """Return the place below names; `other` are those of the new document where they differ."""
        return replace(self, old=_joined(self.old, names), new=_joined(self.new, other or names))

    def turned(self, keyword: str) -> Place:
        """Return the place inside a keyword that turns effects round, or makes them unclear."""
        unclear = self.unclear or keyword in {"if", "oneOf", "contains"}
        return replace(self, negated=self.negated != (keyword == "not"), unclear=unclear)

    def change(self, rule: str, effect: Effect, message: str) -> Change:
        """Return a change at this place."""
        if effect is not Effect.ANNOTATION:
            effect = Effect.CHANGED if self.unclear else _FLIPPED.get(effect, effect) if self.negated else effect
        old, new = self.names
        name = new.name(self.new) or old.name(self.old)
        said = f"inside not, {message}" if self.negated else message
        return Change(rule, self.old, self.new, effect, f"{name}: {said}" if name else said)


Compare = Callable[[str, Any, Any, Place], Iterator[Change]]
ABSENT: Any = object()


def changes(old: Any, new: Any) -> Iterator[Change]:
    """Yield the differences of two documents, in the order of their keywords; definitions that are renamed are none."""
    unfolded = unfold(old, new)
    yield from map(unfolded.given, changes_in_place(unfolded.old, unfolded.new))


def changes_in_place(old: Any, new: Any) -> Iterator[Change]:
    """Yield the differences of two documents, place by place."""
    yield from _changes(old, new, Place((Naming(old), Naming(new))))


def _changes(old: Any, new: Any, place: Place) -> Iterator[Change]:
    """Yield the differences of two schemas at a place."""
    if old == new and type(old) is type(new):
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        effect = Effect.NARROWED if new is False or old is True else Effect.WIDENED
        yield place.change("schema-changed", effect, f"{shortened(old)} became {shortened(new)}")
        return
    for keyword in dict.fromkeys((*old, *new)):
        before, after = old.get(keyword, ABSENT), new.get(keyword, ABSENT)
        if before is ABSENT or after is ABSENT or before != after or type(before) is not type(after):
            known = _has_form(keyword, before) and _has_form(keyword, after)
            compare = COMPARE.get(keyword, _annotation) if known else _annotation
            yield from compare(keyword, before, after, place.below(keyword))


def _joined(pointer: str, names: tuple[str | int, ...]) -> str:
    """Return a JSON Pointer with more names."""
    return "".join([pointer, *(f"/{escaped(str(name))}" for name in names)])


def _presence(keyword: str, before: Any, after: Any, place: Place, added: Effect) -> Change | None:
    """Return the change of a keyword that only one side has, where adding it has this effect."""
    if before is ABSENT:
        return place.change(f"{keyword}-added", added, f"{keyword} {shortened(after)} was added")
    if after is ABSENT:
        removed = _FLIPPED.get(added, added)
        return place.change(f"{keyword}-removed", removed, f"{keyword} {shortened(before)} was removed")
    return None


def _annotation(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    what = "added" if before is ABSENT else "removed" if after is ABSENT else "changed"
    yield place.change(f"annotation-{what}", Effect.ANNOTATION, f"{keyword} was {what}")


def _assertion(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    said = f"{keyword} changed from {shortened(before)} to {shortened(after)}" if after is not ABSENT else ""
    alone = _presence(keyword, before, after, place, Effect.NARROWED)
    yield alone or place.change(f"{keyword}-changed", Effect.CHANGED, said)


def _bound(*, upper: bool) -> Compare:
    """Return the comparison of a bound: a higher one narrows, or widens where it is an `upper` one."""

    def bound(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
        alone = _presence(keyword, before, after, place, Effect.NARROWED)
        if alone is None:
            effect = Effect.WIDENED if (after > before) == upper else Effect.NARROWED
            said = f"{keyword} changed from {shortened(before)} to {shortened(after)}"
            alone = place.change(f"{keyword}-{_SUFFIX[effect]}", effect, said)
        yield alone

    return bound


_LOWER, _UPPER = _bound(upper=False), _bound(upper=True)


def _sets(keyword: str, before: set[str], after: set[str], place: Place) -> Iterator[Change]:
    """Yield the change of a set of allowed things."""
    gone, new = sorted(before - after), sorted(after - before)
    said = [f"no longer {', '.join(gone)}"] if gone else []
    said += [f"also {', '.join(new)}"] if new else []
    if not said:
        yield place.change(f"{keyword}-reordered", Effect.ANNOTATION, f"{keyword} comes in another order")
        return
    effect = Effect.CHANGED if len(said) > 1 else Effect.NARROWED if gone else Effect.WIDENED
    suffix = _SUFFIX.get(effect, "changed")
    yield place.change(f"{keyword}-{suffix}", effect, f"{keyword} takes {' and '.join(said)}")


def _type(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    alone = _presence(keyword, before, after, place, Effect.NARROWED)
    if alone:
        yield alone
        return
    yield from _sets(keyword, _types(before), _types(after), place)


def _types(names: str | list[str]) -> set[str]:
    """Return the types that `type` names; every integer is a number."""
    found = {names} if isinstance(names, str) else set(names)
    return found | ({"integer"} if "number" in found else set())


def _texts(values: list[Any]) -> set[str]:
    """Return the values of `enum` as JSON."""
    return {json.dumps(value, sort_keys=True) for value in values}


def _enum(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    alone = _presence(keyword, before, after, place, Effect.NARROWED)
    if alone:
        yield alone
    else:
        yield from _sets(keyword, _texts(before), _texts(after), place)


def _required(_keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    old, new = ([] if names is ABSENT else names for names in (before, after))
    for name in new:
        if name not in old:
            yield place.change("required-added", Effect.NARROWED, f"{name!r} became required")
    for name in old:
        if name not in new:
            yield place.change("required-removed", Effect.WIDENED, f"{name!r} is no longer required")
    if set(old) == set(new) and before is not ABSENT and after is not ABSENT:
        yield place.change("required-reordered", Effect.ANNOTATION, "required comes in another order")


def _schema(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    place = place.turned(keyword)
    alone = _presence(keyword, before, after, place, Effect.NARROWED)
    if alone:
        yield alone
    else:
        yield from _changes(before, after, place)


def _named_schemas(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    old, new = ({} if schemas is ABSENT else schemas for schemas in (before, after))
    effect = Effect.ANNOTATION if keyword in {"definitions", "$defs"} else None
    for name in dict.fromkeys((*old, *new)):
        inner = place.below(name)
        if name not in old:
            said = "added" if keyword in _MEMBERS else f"{keyword} {name!r} was added"
            yield inner.change(f"{keyword}-added", effect or Effect.NARROWED, said)
        elif name not in new:
            said = "removed" if keyword in _MEMBERS else f"{keyword} {name!r} was removed"
            yield inner.change(f"{keyword}-removed", effect or Effect.WIDENED, said)
        elif keyword in _NAMES and (isinstance(old[name], list) or isinstance(new[name], list)):
            if old[name] != new[name]:
                yield inner.change(f"{keyword}-changed", Effect.CHANGED, f"what depends on {name!r} changed")
        else:
            yield from _changes(old[name], new[name], inner)


def _listed_schemas(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    added = {"anyOf": Effect.WIDENED, "oneOf": Effect.CHANGED}.get(keyword, Effect.NARROWED)
    alone = _presence(keyword, before, after, place, Effect.NARROWED)
    if alone:
        yield alone
        return
    old, new = dict(enumerate(before)), dict(enumerate(after))
    if keyword != "prefixItems":
        _drop_equal(old, new)
    if not old and not new:
        yield place.change(f"{keyword}-reordered", Effect.ANNOTATION, f"{keyword} comes in another order")
    place = place.turned(keyword)
    pairs = list(zip(list(old), list(new), strict=False))
    for one, other in pairs:
        yield from _changes(old.pop(one), new.pop(other), place.below(one, other=(other,)))
    for index, schema in new.items():
        yield place.below(index).change(f"{keyword}-added", added, f"{keyword} has one more: {shortened(schema)}")
    for index, schema in old.items():
        gone = _FLIPPED.get(added, added)
        yield place.below(index).change(f"{keyword}-removed", gone, f"{keyword} has one less: {shortened(schema)}")


def _drop_equal(old: dict[int, Any], new: dict[int, Any]) -> None:
    """Take out what both sides have, wherever it stands."""
    for index, schema in list(old.items()):
        twin = next((other for other, candidate in new.items() if candidate == schema), None)
        if twin is not None:
            del old[index], new[twin]


def _items(keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
    if isinstance(before, list) and isinstance(after, list):
        yield from _listed_schemas("prefixItems", before, after, place)
    elif ABSENT in (before, after) or not (isinstance(before, list) or isinstance(after, list)):
        yield from _schema(keyword, before, after, place)
    else:
        yield place.change("items-changed", Effect.CHANGED, "items turned from one schema into several, or back")


def _has_form(keyword: str, value: Any) -> bool:
    """Tell whether a value is of the form that a keyword takes; others stand where a dialect has no such keyword."""
    return value is ABSENT or isinstance(value, _FORMS.get(COMPARE.get(keyword, _annotation), object))


COMPARE: dict[str, Compare] = {
    "type": _type,
    "enum": _enum,
    "required": _required,
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
