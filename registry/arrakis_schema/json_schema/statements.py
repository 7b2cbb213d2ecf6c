"""The schemas that apply to one place of a message: through references, `allOf`, alternatives and conditions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from arrakis_schema.json_schema.admission import (
    EVERY_KIND,
    Admission,
    Branch,
    Kinds,
    Place,
    branch,
    kind_of,
    shared_values,
    type_words,
)
from arrakis_schema.json_schema.judge.values import comparable, equality_key
from arrakis_schema.json_schema.violations import expectation
from arrakis_schema.store.members import Bound, Origin
from arrakis_schema.text.json_pointer import extend_pointer

MOST_STATEMENTS = 400
"""How many schemas are read for one place."""
SET: Kinds = EVERY_KIND - {"null"}
"""The types of a value that is not null."""
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
_CLOSING = {
    "no other members": ("object", ("additionalProperties",), "unevaluatedProperties"),
    "no further items": ("array", ("items", "additionalItems"), "unevaluatedItems"),
}
_EVALUATING = {
    "unevaluatedProperties": ("unevaluatedProperties", "additionalProperties"),
    "unevaluatedItems": ("unevaluatedItems", "items", "additionalItems", "contains"),
}
_HIDDEN = ("if",)
"""What may evaluate members that are not in the member tree."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A schema that says something about a place.

    `asserts` is False for schemas in `not` and for conditions; `words_only` is True where validators read nothing of
    the schema but its `$ref`; `outermost` is True where everything that applies to the place is in it.
    """

    place: Place
    asserts: bool = True
    words_only: bool = False
    outermost: bool = False


def statements_of(admission: Admission, places: list[Place], kinds: Kinds) -> list[Statement]:
    """Return the schemas that apply to a place where these do, for a value of one of these types.

    An alternative that accepts no such value is left out; if a single one is left, it always applies.
    """
    traversal = _Traversal(admission, kinds)
    for place in places:
        if not traversal.enter(place, outermost=len(places) == 1):
            break
    return traversal.statements


class _Traversal:
    """A traversal of the schemas of a place."""

    def __init__(self, admission: Admission, kinds: Kinds) -> None:
        self.statements: list[Statement] = []
        self._admission, self._kinds = admission, kinds
        self._visited: set[Place] = set()

    def enter(self, place: Place, *, outermost: bool = False) -> bool:
        """Read a schema and all that applies with it; False when too many were read."""
        todo = [(place, outermost)]
        while todo:
            place, outermost = todo.pop()
            if place in self._visited:
                continue
            if len(self.statements) >= MOST_STATEMENTS:
                return False
            self._visited.add(place)
            words_only = self._admission.ref_is_alone(place)
            self.statements.append(Statement(place, words_only=words_only, outermost=outermost))
            if isinstance(place.schema, dict):
                todo += [(inner, outermost and is_target) for inner, is_target in reversed(list(self._inner(place)))]
        return True

    def _inner(self, place: Place) -> Iterator[tuple[Place, bool]]:
        """Yield the schemas that apply together with one, and whether each is what a reference leads to."""
        admission = self._admission
        yield from ((target, len(place.schema) == 1) for target in admission.targets(place) if target)
        yield from ((part, False) for part in admission.schemas_in_list(place, "allOf"))
        for keyword in ("anyOf", "oneOf"):
            yield from ((part, False) for part in self._alternatives(place, keyword))
        yield from ((case.place, False) for case in self._cases(place))
        if admission.has(place, "not"):
            self._add_unasserted(place.below("not"))

    def _alternatives(self, place: Place, keyword: str) -> list[Place]:
        """Return the alternatives that accept a value of the types; a single one counts as unconditional."""
        parts = self._admission.schemas_in_list(place, keyword)
        fitting = [index for index, part in enumerate(parts) if self._admission.kinds(part) & self._kinds]
        if len(fitting) == 1:
            return [parts[fitting[0]]]
        return [branch(place, keyword, index).place for index in fitting]

    def _cases(self, place: Place) -> Iterator[Branch]:
        """Yield the cases of conditions: `then`, `else`, and what depends on the presence of a member."""
        admission = self._admission
        if admission.has(place, "if"):
            cases = [keyword for keyword in ("then", "else") if admission.has(place, keyword)]
            yield from (branch(place, keyword) for keyword in cases)
            if any(not admission.kinds(place.below(keyword)) & self._kinds for keyword in cases):
                self._add_unasserted(place.below("if"))
        for keyword in ("dependentSchemas", "dependencies"):
            schemas = place.schema.get(keyword) if admission.has(place, keyword) and "object" in self._kinds else None
            for name, schema in schemas.items() if isinstance(schemas, dict) else ():
                if isinstance(schema, dict | bool):
                    yield branch(place, keyword, name)

    def _add_unasserted(self, place: Place) -> None:
        """Add a schema that is evaluated and not asserted, with those that it applies in place."""
        traversal = _Traversal(self._admission, EVERY_KIND)
        traversal.enter(place)
        self.statements += [Statement(statement.place, asserts=False) for statement in traversal.statements]


def keyword_dict(statement: Statement, admission: Admission, keyword: str) -> dict[str, Any]:
    """Return the object that a keyword of a schema holds; an empty one without it."""
    value = _value(admission, statement, keyword)
    return value if isinstance(value, dict) else {}


def keyword_list(statement: Statement, admission: Admission, keyword: str) -> list[Any]:
    """Return the list that a keyword of a schema holds; an empty one without it."""
    value = _value(admission, statement, keyword)
    return value if isinstance(value, list) else []


def kinds_of(admission: Admission, statements: Iterable[Statement]) -> Kinds:
    """Return the types outside of which all these schemas together accept nothing."""
    kinds = EVERY_KIND
    for statement in statements:
        if not statement.words_only:
            kinds &= admission.kinds(statement.place)
    return kinds


def shared_values_of(admission: Admission, statements: list[Statement], kinds: Kinds) -> tuple[Any, ...]:
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
                _keep_tightest(bounds, _bound(statement, keyword, statement.place.schema[keyword]))
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
    origin = Origin(place.document, extend_pointer(place.pointer, keyword))
    return Bound(keyword, value, words or expectation(keyword, value), origin)


def _name_words(schema: Any) -> str:
    """Return what the names of all members must satisfy."""
    if not isinstance(schema, dict):
        return "no members" if schema is False else "names of any form"
    keywords = ("const", "enum", "pattern", "minLength", "maxLength", "format")
    parts = [expectation(keyword, schema[keyword]) for keyword in keywords if keyword in schema]
    return f"names: {' and '.join(parts) or 'checked by a schema of their own'}"


def _keep_tightest(bounds: dict[Any, Bound], bound: Bound | None) -> None:
    """Add an assertion, in place of a weaker one of the same keyword."""
    if bound is None:
        return
    is_limit = bound.keyword in _LOWER | _UPPER
    key = bound.keyword if is_limit else (bound.keyword, equality_key(bound.value))
    previous = bounds.get(key)
    if previous is None or (is_limit and _is_tighter(bound, previous)):
        bounds[key] = bound


def _is_tighter(bound: Bound, previous: Bound) -> bool:
    """Return whether one bound allows less than another one of its keyword."""
    value, least = comparable(bound.value), comparable(previous.value)
    return value > least if bound.keyword in _LOWER else value < least


def closed_words(
    admission: Admission, always: list[Statement], every: list[Statement], kinds: Kinds
) -> tuple[str, ...]:
    """Return in words whether more than is described is forbidden; `every` schema may evaluate members or items."""
    words = []
    for text, (kind, keywords, late) in _CLOSING.items():
        closes = any(_value(admission, s, keyword) is False for s in always for keyword in keywords)
        if not closes and any(_value(admission, s, late) is False for s in always):
            evaluating = [_value(admission, s, keyword) for s in every for keyword in _EVALUATING[late]]
            hidden = [_value(admission, s, keyword) for s in every for keyword in _HIDDEN]
            closes = all(value in {None, False} for value in map(_presence, evaluating))
            closes = closes and hidden.count(None) == len(hidden)
        if kind in kinds and closes:
            words.append(text)
    return tuple(words)


def _presence(value: Any) -> bool | None:
    """Return the value of a keyword that allows nothing or is not there, True for any other."""
    return value if value is None or value is False else True


def _value(admission: Admission, statement: Statement, keyword: str) -> Any:
    """Return the value of a keyword that validators read; None without it."""
    return statement.place.schema[keyword] if admission.has(statement.place, keyword) else None


def first_annotation(statements: list[Statement], keyword: str, is_fit: Callable[[Any], bool]) -> list[Any]:
    """Return in a list what the nearest of these schemas says by an annotation; an empty list where none does."""
    for statement in statements:
        schema = statement.place.schema
        if isinstance(schema, dict) and keyword in schema and is_fit(schema[keyword]):
            return [schema[keyword]]
    return []


def text_of(statements: list[Statement], keyword: str) -> str:
    """Return the text of an annotation; empty where there is none."""
    return str(next(iter(first_annotation(statements, keyword, lambda value: not isinstance(value, dict | list))), ""))


def is_set(statements: list[Statement], keyword: str) -> bool:
    """Return whether one of these schemas sets an annotation to true."""
    return bool(first_annotation(statements, keyword, lambda value: value is True))


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
    """Return the types in words; null is left out where it is not accepted."""
    return type_words(kinds - {"null"} if nullable is False else kinds)


def _objects(statements: Iterable[Statement]) -> list[Statement]:
    """Return the schemas that assert something and are objects."""
    return [
        statement for statement in statements if isinstance(statement.place.schema, dict) and not statement.words_only
    ]
