"""Which JSON types a schema can accept at all, and whether it accepts null: what follows from the keywords alone.

Only keywords that concern null decide whether null is accepted, so that the answer agrees with the validator.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from arrakis_schema.errors import MissingExtraError
from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_07, Dialect
from arrakis_schema.json_schema.judge.values import equality_key
from arrakis_schema.json_schema.links import NO_SCOPE, DynamicScope, dynamic_target, enter, scope_at
from arrakis_schema.json_schema.resolver import DanglingReferenceError, SchemaPlace, Schemas
from arrakis_schema.store.dialects import named_dialect
from arrakis_schema.text.json_pointer import extend_pointer

Kinds = frozenset[str]
PlaceKey = tuple[str, str, DynamicScope]
EVERY_KIND: Kinds = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
_OF_TYPE = {name: frozenset({name}) for name in EVERY_KIND} | {"number": frozenset({"integer", "fraction"})}


@dataclass(frozen=True, slots=True)
class Place:
    """A schema in a document, the alternatives and conditions under which it applies, and the path to it.

    The `scope` is that of the reference by which the document was entered.
    """

    document: str
    pointer: str
    schema: Any = field(compare=False, repr=False)
    branches: "tuple[Branch, ...]" = ()
    scope: DynamicScope = NO_SCOPE

    @property
    def key(self) -> "PlaceKey":
        """What decides on the meaning of the schema: where it stands, and where its dynamic references lead."""
        return self.document, self.pointer, self.scope

    def below(self, *names: str | int) -> "Place":
        """Return the subschema below some names."""
        schema = self.schema
        for name in names:
            schema = schema[name]
        return Place(self.document, extend_pointer(self.pointer, *names), schema, self.branches, self.scope)


@dataclass(frozen=True, slots=True)
class Branch:
    """One case of a schema: the part of `anyOf` or `oneOf` at an index, `then`, `else`, or what a name depends on.

    `pointer` is the location of the case; the schema that has it, its `holder`, is not compared with: that may be in
    cases itself, and each of these in others.
    """

    document: str
    pointer: str
    holder: Place = field(compare=False, repr=False)
    keyword: str
    key: str | int = ""

    @property
    def place(self) -> Place:
        """The schema that applies in this case."""
        place = self.holder.below(*_names(self.keyword, self.key))
        return replace(place, branches=(*self.holder.branches, self))


def branch(holder: Place, keyword: str, key: str | int = "") -> Branch:
    """Return one case of a schema."""
    return Branch(holder.document, extend_pointer(holder.pointer, *_names(keyword, key)), holder, keyword, key)


def _names(keyword: str, key: str | int) -> tuple[str | int, ...]:
    return (keyword,) if keyword in {"then", "else"} else (keyword, key)


@dataclass(slots=True)
class Admission:
    """What the schemas of a set of documents accept; answers are kept for each place."""

    schemas: Schemas
    _dialects: dict[str, Dialect] = field(default_factory=dict)
    _kinds: dict[PlaceKey, Kinds] = field(default_factory=dict)
    _accepts_null: dict[PlaceKey, bool | None] = field(default_factory=dict)

    def root(self, document: str) -> Place:
        """Return the schema of a document as a whole."""
        origin = self.schemas.origin(document)
        return Place(document, "", origin.schema, scope=enter(self.schemas, NO_SCOPE, origin))

    def dialect(self, place: Place) -> Dialect:
        """Return the dialect of a place; one that is not known is read as draft-07."""
        identifiers = self.schemas.identifiers(place.document)
        named = identifiers.dialects[""] if len(identifiers.dialects) == 1 else identifiers.dialect(place.pointer)
        if named not in self._dialects:
            self._dialects[named] = DIALECTS[named_dialect(named) or DRAFT_07]
        return self._dialects[named]

    def ref_is_alone(self, place: Place) -> bool:
        """Return whether a schema has a `$ref` that makes validators ignore the keywords beside it."""
        schema = place.schema
        return isinstance(schema, dict) and "$ref" in schema and self.dialect(place).ref_alone

    def has(self, place: Place, keyword: str) -> bool:
        """Return whether a schema has a keyword that its dialect knows and reads there; a boolean has none."""
        if not isinstance(place.schema, dict) or keyword not in place.schema:
            return False
        if keyword not in self.dialect(place).keywords:
            return False
        return keyword == "$ref" or not self.ref_is_alone(place)

    def targets(self, place: Place) -> list[Place | None]:
        """Return the schemas that the references of a schema lead to, under the same conditions; None for nowhere."""
        references = self.dialect(place).references
        return [self._target(place, keyword) for keyword in references if self.has(place, keyword)]

    def _target(self, place: Place, keyword: str) -> Place | None:
        reference, origin = place.schema[keyword], SchemaPlace(place.document, place.pointer, place.schema)
        if not isinstance(reference, str):
            return None
        scope = scope_at(self.schemas, place.scope, origin)
        try:
            target = (
                self.schemas.lookup(origin, keyword, reference)
                if keyword == "$ref"
                else dynamic_target(self.schemas, origin, keyword, reference, scope)
            )
        except (DanglingReferenceError, MissingExtraError):
            return None
        inner_scope = enter(self.schemas, scope, target)
        return Place(target.document, target.pointer, target.schema, place.branches, inner_scope)

    def schemas_in_list(self, place: Place, keyword: str) -> list[Place]:
        """Return the schemas in the list that a keyword holds."""
        schemas = place.schema.get(keyword) if self.has(place, keyword) else None
        return [place.below(keyword, index) for index in range(len(schemas))] if isinstance(schemas, list) else []

    def kinds(self, place: Place) -> Kinds:
        """Return the types outside of which a schema accepts nothing."""
        key = place.key
        if key not in self._kinds:
            self._kinds[key] = EVERY_KIND  # a schema that applies itself in place adds nothing
            self._kinds[key] = self._read_kinds(place)
        return self._kinds[key]

    def _read_kinds(self, place: Place) -> Kinds:
        if not isinstance(place.schema, dict):
            return frozenset() if place.schema is False else EVERY_KIND
        kinds = types_of(place.schema["type"]) if self.has(place, "type") else EVERY_KIND
        for values in self.values(place):
            kinds &= frozenset(map(kind_of, values))
        for target in self.targets(place):
            kinds &= self.kinds(target) if target else EVERY_KIND
        for part in self.schemas_in_list(place, "allOf"):
            kinds &= self.kinds(part)
        for keyword in ("anyOf", "oneOf"):
            if parts := self.schemas_in_list(place, keyword):
                kinds &= frozenset().union(*map(self.kinds, parts))
        return kinds & self._conditional_kinds(place)

    def _conditional_kinds(self, place: Place) -> Kinds:
        """Return the types that `then` and `else` leave."""
        if not self.has(place, "if"):
            return EVERY_KIND
        cases = [
            self.kinds(place.below(keyword)) if self.has(place, keyword) else EVERY_KIND for keyword in ("then", "else")
        ]
        return cases[0] | cases[1]

    def values(self, place: Place) -> list[list[Any]]:
        """Return the lists of values that `enum` and `const` of a schema allow."""
        lists = [place.schema["enum"]] if self.has(place, "enum") and isinstance(place.schema["enum"], list) else []
        return lists + ([[place.schema["const"]]] if self.has(place, "const") else [])

    def accepts_null(self, place: Place) -> bool | None:
        """Return whether a schema accepts null; None where that is unknown."""
        key = place.key
        if key not in self._accepts_null:
            self._accepts_null[key] = None
            self._accepts_null[key] = self._decide_null(place)
        return self._accepts_null[key]

    def _decide_null(self, place: Place) -> bool | None:
        schema = place.schema
        if not isinstance(schema, dict):
            return schema is not False
        answers: list[bool | None] = [None in values for values in self.values(place)]
        if self.has(place, "type"):
            answers.append("null" in types_of(schema["type"]))
        answers += [self.accepts_null(target) if target else None for target in self.targets(place)]
        answers += map(self.accepts_null, self.schemas_in_list(place, "allOf"))
        if parts := self.schemas_in_list(place, "anyOf"):
            answers.append(_any(map(self.accepts_null, parts)))
        if parts := self.schemas_in_list(place, "oneOf"):
            answers.append(_exactly_one([self.accepts_null(part) for part in parts]))
        if self.has(place, "not"):
            answers.append(_negate(self.accepts_null(place.below("not"))))
        if self.has(place, "if"):
            answers.append(self._decide_conditional_null(place))
        return _all(answers)

    def _decide_conditional_null(self, place: Place) -> bool | None:
        condition = self.accepts_null(place.below("if"))
        cases = {
            holds: self.accepts_null(place.below(keyword)) if self.has(place, keyword) else True
            for keyword, holds in (("then", True), ("else", False))
        }
        if condition is not None:
            return cases[condition]
        return cases[True] if cases[True] is cases[False] else None


def types_of(names: Any) -> Kinds:
    """Return what the value of `type` allows."""
    listed = names if isinstance(names, list) else [names]
    return frozenset().union(*(_OF_TYPE.get(name, frozenset()) for name in listed if isinstance(name, str)))


def kind_of(value: Any) -> str:
    """Return the type of a JSON value; 1.0 is an integer."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "fraction"
        case str():
            return "string"
    return "array" if isinstance(value, list) else "object"


def type_words(kinds: Kinds) -> str:
    """Return the name of the types, null left out, as in `integer or string`."""
    if kinds - {"null"} == EVERY_KIND - {"null"}:
        return "any"
    names = ["string", "boolean", "array", "object"]
    number = "number" if "fraction" in kinds else "integer" if "integer" in kinds else ""
    words = [*([number] if number else []), *(name for name in names if name in kinds)]
    return " or ".join(words) or ("null" if kinds else "nothing")


def shared_values(lists: list[list[Any]]) -> list[Any] | None:
    """Return the values that all lists have, in the order of the first; None without a list."""
    if not lists:
        return None
    shared = {equality_key(value): value for value in lists[0]}
    for values in lists[1:]:
        keys = set(map(equality_key, values))
        shared = {key: value for key, value in shared.items() if key in keys}
    return list(shared.values())


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _any(answers: Any) -> bool | None:
    return _negate(_all([_negate(answer) for answer in answers]))


def _negate(answer: bool | None) -> bool | None:  # noqa: FBT001 - it is what this is about
    return None if answer is None else not answer


def _exactly_one(answers: list[bool | None]) -> bool | None:
    certain = answers.count(True)
    if certain > 1:
        return False
    return None if None in answers else certain == 1
