"""What the schemas of one place say together: types, bounds, values and words, each with its origin."""

from collections.abc import Callable, Iterable
from typing import Any

from arrakis_schema.json_schema.admission import (
    EVERY,
    Admission,
    Kinds,
    kind_of,
    pointer_below,
    shared_values,
    type_words,
)
from arrakis_schema.json_schema.judge.values import equality_key
from arrakis_schema.json_schema.statements import Statement
from arrakis_schema.json_schema.violations import expectation
from arrakis_schema.store.members import Bound, Origin

_NUMBER: Kinds = frozenset({"integer", "fraction"})
_STRING, _ARRAY, _OBJECT = frozenset({"string"}), frozenset({"array"}), frozenset({"object"})
_LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
_BOUNDS: dict[str, Kinds] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"), _NUMBER),
    **dict.fromkeys(("minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"), _STRING),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), _ARRAY),
    **dict.fromkeys(("minProperties", "maxProperties", "propertyNames"), _OBJECT),
}
_WORDS = {"contentEncoding": "encoded in {}", "contentMediaType": "holds {}"}


def kinds_of(admission: Admission, statements: Iterable[Statement]) -> Kinds:
    """Return the types outside of which all these schemas together accept nothing."""
    kinds = EVERY
    for statement in statements:
        if not statement.words_only:
            kinds &= admission.kinds(statement.place)
    return kinds


def values_of(admission: Admission, statements: list[Statement], kinds: Kinds) -> tuple[Any, ...]:
    """Return the values that all `enum` and `const` of these schemas allow, without null."""
    lists = [values for statement in _objects(statements) for values in admission.values(statement.place)]
    shared = shared_values(lists) or []
    return tuple(value for value in shared if value is not None and kind_of(value) in kinds)


def bounds_of(admission: Admission, statements: list[Statement], kinds: Kinds) -> tuple[Bound, ...]:
    """Return the assertions that hold for values of these types: of two lower or upper bounds the tighter one."""
    bounds: dict[Any, Bound] = {}
    for statement in _objects(statements):
        for keyword, applies in _BOUNDS.items():
            if admission.has(statement.place, keyword) and applies & kinds:
                _keep(bounds, _bound(statement, keyword, statement.place.schema[keyword]))
    return tuple(sorted(bounds.values(), key=lambda bound: list(_BOUNDS).index(bound.keyword)))


def _bound(statement: Statement, keyword: str, value: Any) -> Bound | None:
    """Return one assertion; None for what asserts nothing."""
    place = statement.place
    if isinstance(value, bool) and keyword.startswith("exclusive"):  # of draft-04: it sharpens the bound beside it
        return None
    if keyword == "uniqueItems" and value is not True:
        return None
    beside = place.schema.get(f"exclusive{keyword.capitalize()}")
    if keyword in {"minimum", "maximum"} and beside is True:
        keyword = f"exclusive{keyword.capitalize()}"
    if keyword in _LOWER | _UPPER and (isinstance(value, bool) or not isinstance(value, int | float)):
        return None
    words = _name_words(value) if keyword == "propertyNames" else _WORDS.get(keyword, "").format(value)
    origin = Origin(place.document, pointer_below(place.pointer, keyword))
    return Bound(keyword, value, words or expectation(keyword, value), origin)


def _name_words(schema: Any) -> str:
    """Return what the names of all members are held to."""
    if not isinstance(schema, dict):
        return "no members" if schema is False else "names of any form"
    keywords = ("const", "enum", "pattern", "minLength", "maxLength", "format")
    parts = [expectation(keyword, schema[keyword]) for keyword in keywords if keyword in schema]
    return f"names: {' and '.join(parts) or 'held to a schema of their own'}"


def _keep(bounds: dict[Any, Bound], bound: Bound | None) -> None:
    """Add an assertion to those that are known, in the place of a weaker one."""
    if bound is None:
        return
    one_counts = bound.keyword in _LOWER | _UPPER
    key = bound.keyword if one_counts else (bound.keyword, equality_key(bound.value))
    known = bounds.get(key)
    if known is None or (one_counts and _is_tighter(bound, known)):
        bounds[key] = bound


def _is_tighter(bound: Bound, known: Bound) -> bool:
    """Tell whether one bound allows less than another one of its keyword."""
    return bool(bound.value > known.value if bound.keyword in _LOWER else bound.value < known.value)


_CLOSING = {
    "no other members": ("object", ("additionalProperties",), "unevaluatedProperties"),
    "no further items": ("array", ("items", "additionalItems"), "unevaluatedItems"),
}
_EVALUATING = {
    "unevaluatedProperties": ("unevaluatedProperties", "additionalProperties"),
    "unevaluatedItems": ("unevaluatedItems", "items", "additionalItems", "contains"),
}
_HIDDEN = ("if",)
"""What may describe members that `unevaluatedProperties` leaves alone, and that are no members of the tree."""


def closed_words(
    admission: Admission, always: list[Statement], every: list[Statement], kinds: Kinds
) -> tuple[str, ...]:
    """Return what more is not allowed than is described; `every` schema may evaluate what is more."""
    words = []
    for text, (kind, keywords, late) in _CLOSING.items():
        closes = any(_value(admission, s, keyword) is False for s in always for keyword in keywords)
        if not closes and any(_value(admission, s, late) is False for s in always):
            rest = [_value(admission, s, keyword) for s in every for keyword in _EVALUATING[late]]
            hidden = [_value(admission, s, keyword) for s in every for keyword in _HIDDEN]
            closes = all(value in {None, False} for value in map(_bare, rest)) and hidden.count(None) == len(hidden)
        if kind in kinds and closes:
            words.append(text)
    return tuple(words)


def _bare(value: Any) -> bool | None:
    """Return the value of a keyword that allows nothing or is not there, True for any other."""
    return value if value is None or value is False else True


def _value(admission: Admission, statement: Statement, keyword: str) -> Any:
    """Return the value of a keyword that validators read; None without it."""
    schema = statement.place.schema
    return schema[keyword] if isinstance(schema, dict) and admission.has(statement.place, keyword) else None


def nearest(statements: list[Statement], keyword: str, is_fit: Callable[[Any], bool]) -> list[Any]:
    """Return in a list what the nearest of these schemas says by an annotation; an empty list where none does."""
    for statement in statements:
        schema = statement.place.schema
        if isinstance(schema, dict) and keyword in schema and is_fit(schema[keyword]):
            return [schema[keyword]]
    return []


def text_of(statements: list[Statement], keyword: str) -> str:
    """Return the text of an annotation; empty where there is none."""
    return str(next(iter(nearest(statements, keyword, lambda value: not isinstance(value, dict | list))), ""))


def is_set(statements: list[Statement], keyword: str) -> bool:
    """Tell whether one of these schemas sets an annotation to true."""
    return bool(nearest(statements, keyword, lambda value: value is True))


def origins_of(statements: list[Statement]) -> tuple[Origin, ...]:
    """Return the schemas that say something, each with its keywords."""
    return tuple(
        Origin(
            statement.place.document,
            statement.place.pointer,
            tuple(statement.place.schema) if isinstance(statement.place.schema, dict) else (),
        )
        for statement in statements
    )


def words_of_types(kinds: Kinds, *, nullable: bool | None) -> str:
    """Return the types in words; null is left out where it is told apart or not allowed."""
    return type_words(kinds - {"null"} if nullable is False else kinds)


def _objects(statements: Iterable[Statement]) -> list[Statement]:
    """Return the schemas that assert something and are objects."""
    return [
        statement for statement in statements if isinstance(statement.place.schema, dict) and not statement.words_only
    ]
