"""The table of keywords: what each one does in each dialect, and which dialects have it.

Everything that asks whether a keyword is known, asserts something, or holds schemas asks here. A test holds the table
to the meta-schemas. https://json-schema.org/specification-links
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from arrakis_schema.store.dialects import DIALECTS as _URIS
from arrakis_schema.store.dialects import named_dialect

DRAFT_04, DRAFT_06, DRAFT_07 = _URIS["draft-04"], _URIS["draft-06"], _URIS["draft-07"]
DRAFT_2019_09, DRAFT_2020_12 = _URIS["2019-09"], _URIS["2020-12"]


class Role(Enum):
    """What a keyword does."""

    IDENTIFIER = "names a schema, its dialect or a place in it"
    DEFINITIONS = "keeps schemas for references"
    REFERENCE = "applies the schema that it points to"
    ASSERTION = "is violated by an instance; it may apply schemas to decide"
    APPLICATOR = "applies schemas, and is violated where one of them is"
    MODIFIER = "changes what the keyword beside it asserts"
    ENCODING = "says what a string encodes: an annotation that other validators may assert"
    ANNOTATION = "says something to people or programs, and has no effect on validity"
    RETIRED = "is in the meta-schema and has no effect any more: another keyword has taken its place"


class Holds(Enum):
    """What the value of a keyword holds."""

    NO_SCHEMA = "no schema"
    ONE = "one schema"
    MANY = "an array of schemas"
    ONE_OR_MANY = "one schema, or an array of them"
    NAMED = "an object with a schema, or in `dependencies` an array of names, for each name"


class Target(Enum):
    """What the schemas of a keyword are applied to."""

    NOTHING = "nothing, or what the text encodes"
    INSTANCE = "the instance itself"
    CHILDREN = "the members or items of the instance"
    NAMES = "the names of its members"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword of a dialect.

    `types` are the types of instances that it concerns (`integer` counts as `number`), none if it concerns all. The
    schemas of one that does not declare only assert something about what is declared elsewhere, as below `not`.
    """

    name: str
    role: Role
    holds: Holds = Holds.NO_SCHEMA
    target: Target = Target.NOTHING
    types: frozenset[str] = frozenset()
    declares: bool = True

    @property
    def has_effect(self) -> bool:
        """Whether an instance may be valid with the keyword and not without it, or the other way round."""
        return self.role in {Role.REFERENCE, Role.ASSERTION, Role.APPLICATOR, Role.MODIFIER}


@dataclass(frozen=True, slots=True)
class _Rows:
    """Keywords that do the same in the same dialects, from `since` to `until`."""

    keywords: tuple[Keyword, ...]
    since: str
    until: str


def _rows(  # noqa: PLR0913 - the columns of the table
    names: str,
    role: Role,
    *,
    since: str = DRAFT_04,
    until: str = DRAFT_2020_12,
    holds: Holds = Holds.NO_SCHEMA,
    target: Target = Target.NOTHING,
    types: str = "",
    declares: bool = True,
) -> _Rows:
    """Return the rows of these names."""
    concerned = frozenset(types.split())
    keywords = (Keyword(name, role, holds, target, concerned, declares) for name in names.split())
    return _Rows(tuple(keywords), since, until)


_ID, _ASSERTS, _APPLIES, _TELLS = Role.IDENTIFIER, Role.ASSERTION, Role.APPLICATOR, Role.ANNOTATION
_ONE, _MANY, _NAMED = Holds.ONE, Holds.MANY, Holds.NAMED
_SELF, _CHILDREN = Target.INSTANCE, Target.CHILDREN

_TABLE = (
    _rows("$schema", _ID),
    _rows("id", _ID, until=DRAFT_04),
    _rows("$id", _ID, since=DRAFT_06),
    _rows("$anchor $vocabulary", _ID, since=DRAFT_2019_09),
    _rows("$recursiveAnchor", _ID, since=DRAFT_2019_09, until=DRAFT_2019_09),
    _rows("$dynamicAnchor", _ID, since=DRAFT_2020_12),
    _rows("$ref", Role.REFERENCE),
    _rows("$recursiveRef", Role.REFERENCE, since=DRAFT_2019_09, until=DRAFT_2019_09),
    _rows("$dynamicRef", Role.REFERENCE, since=DRAFT_2020_12),
    _rows("definitions", Role.DEFINITIONS, holds=_NAMED),
    _rows("$defs", Role.DEFINITIONS, since=DRAFT_2019_09, holds=_NAMED),
    _rows("title description default", _TELLS),
    _rows("examples", _TELLS, since=DRAFT_06),
    _rows("$comment readOnly writeOnly", _TELLS, since=DRAFT_07),
    _rows("deprecated", _TELLS, since=DRAFT_2019_09),
    _rows("format", Role.ENCODING),
    _rows("contentMediaType contentEncoding", Role.ENCODING, since=DRAFT_07, types="string"),
    _rows("contentSchema", Role.ENCODING, since=DRAFT_2019_09, holds=_ONE, types="string"),
    _rows("type enum", _ASSERTS),
    _rows("const", _ASSERTS, since=DRAFT_06),
    _rows("multipleOf maximum minimum", _ASSERTS, types="number"),
    _rows("exclusiveMaximum exclusiveMinimum", Role.MODIFIER, until=DRAFT_04, types="number"),
    _rows("exclusiveMaximum exclusiveMinimum", _ASSERTS, since=DRAFT_06, types="number"),
    _rows("maxLength minLength pattern", _ASSERTS, types="string"),
    _rows("allOf", _APPLIES, holds=_MANY, target=_SELF),
    _rows("anyOf oneOf", _ASSERTS, holds=_MANY, target=_SELF, declares=False),
    _rows("not", _ASSERTS, holds=_ONE, target=_SELF, declares=False),
    _rows("if then else", _APPLIES, since=DRAFT_07, holds=_ONE, target=_SELF, declares=False),
    _rows("maxItems minItems uniqueItems", _ASSERTS, types="array"),
    _rows("items", _APPLIES, until=DRAFT_2019_09, holds=Holds.ONE_OR_MANY, target=_CHILDREN, types="array"),
    _rows("additionalItems", _ASSERTS, until=DRAFT_2019_09, holds=_ONE, target=_CHILDREN, types="array"),
    _rows("prefixItems", _APPLIES, since=DRAFT_2020_12, holds=_MANY, target=_CHILDREN, types="array"),
    _rows("items", _ASSERTS, since=DRAFT_2020_12, holds=_ONE, target=_CHILDREN, types="array"),
    _rows("contains", _ASSERTS, since=DRAFT_06, holds=_ONE, target=_CHILDREN, types="array", declares=False),
    _rows("minContains maxContains", _ASSERTS, since=DRAFT_2019_09, types="array"),
    _rows("unevaluatedItems", _ASSERTS, since=DRAFT_2019_09, holds=_ONE, target=_CHILDREN, types="array"),
    _rows("required maxProperties minProperties", _ASSERTS, types="object"),
    _rows("properties patternProperties", _APPLIES, holds=_NAMED, target=_CHILDREN, types="object"),
    _rows("additionalProperties", _ASSERTS, holds=_ONE, target=_CHILDREN, types="object"),
    _rows("propertyNames", _APPLIES, since=DRAFT_06, holds=_ONE, target=Target.NAMES, types="object", declares=False),
    _rows("dependencies", _ASSERTS, until=DRAFT_07, holds=_NAMED, target=_SELF, types="object"),
    _rows("dependentRequired", _ASSERTS, since=DRAFT_2019_09, types="object"),
    _rows("dependentSchemas", _APPLIES, since=DRAFT_2019_09, holds=_NAMED, target=_SELF, types="object"),
    _rows("unevaluatedProperties", _ASSERTS, since=DRAFT_2019_09, holds=_ONE, target=_CHILDREN, types="object"),
    _rows("dependencies", Role.RETIRED, since=DRAFT_2019_09, holds=_NAMED, types="object"),
    _rows("$recursiveRef $recursiveAnchor", Role.RETIRED, since=DRAFT_2020_12),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A dialect: its name, its keywords, and how it differs from the others where keywords meet.

    `identifier` is the keyword for the URI of a schema, `definitions` the one for schemas that are referred to,
    `first_items` the one for the first items of an array and `other_items` the one for those after them. With
    `ref_alone`, `$ref` hides the keywords beside it. `dynamic_reference` depends on the path to it; some dialects have
    none. With `contains_evaluates`, the items that `contains` allows are no unevaluated ones.
    """

    name: str
    uri: str
    keywords: Mapping[str, Keyword]
    identifier: str = "$id"
    definitions: str = "definitions"
    first_items: str = "items"
    other_items: str = "additionalItems"
    dynamic_reference: str = ""
    ref_alone: bool = True
    contains_evaluates: bool = False

    @property
    def references(self) -> tuple[str, ...]:
        """The keywords that refer to a schema."""
        return ("$ref", self.dynamic_reference) if self.dynamic_reference else ("$ref",)

    @property
    def names(self) -> frozenset[str]:
        """The keywords by which a schema can be referred to, or that depend on the path to it."""
        identifiers = {name for name, keyword in self.keywords.items() if keyword.role is Role.IDENTIFIER}
        return frozenset(identifiers - {"$schema", "$vocabulary"})

    def has_effect(self, keyword: str) -> bool:
        """Return whether a keyword may have an effect on what is valid."""
        keyword_row = self.keywords.get(keyword)
        return keyword_row is not None and keyword_row.has_effect

    def keyword_for_others(self, first: Any) -> str:
        """Return the keyword for the items that `first`, the value of `first_items`, does not describe."""
        return self.other_items if isinstance(first, list) else "items"


def _keywords(dialect: str) -> dict[str, Keyword]:
    """Return the keywords of a dialect, by their names."""
    order = list(_URIS.values())
    number = order.index(dialect)
    rows = (row for row in _TABLE if order.index(row.since) <= number <= order.index(row.until))
    return {keyword.name: keyword for row in rows for keyword in row.keywords}


def _dialect(name: str, **differences: Any) -> Dialect:
    """Return the dialect of a name."""
    return Dialect(name, _URIS[name], _keywords(_URIS[name]), **differences)


_REFERS_BESIDE: dict[str, Any] = {"definitions": "$defs", "ref_alone": False}
DIALECTS: dict[str, Dialect] = {
    dialect.uri: dialect
    for dialect in (
        _dialect("draft-04", identifier="id"),
        _dialect("draft-06"),
        _dialect("draft-07"),
        _dialect("2019-09", dynamic_reference="$recursiveRef", **_REFERS_BESIDE),
        _dialect(
            "2020-12",
            dynamic_reference="$dynamicRef",
            first_items="prefixItems",
            other_items="items",
            contains_evaluates=True,
            **_REFERS_BESIDE,
        ),
    )
}
"""Each dialect by its URI, which is how the package names it."""

KEYWORDS: dict[str, frozenset[str]] = {uri: frozenset(dialect.keywords) for uri, dialect in DIALECTS.items()}
"""The names of the keywords of each dialect."""

EVERY_KEYWORD: dict[str, tuple[Keyword, ...]] = {
    name: tuple(dialect.keywords[name] for dialect in DIALECTS.values() if name in dialect.keywords)
    for name in sorted(frozenset[str]().union(*KEYWORDS.values()))
}
"""What a keyword is in each dialect that has it, from the oldest to the newest."""

REFERENCES = frozenset(name for name, rows in EVERY_KEYWORD.items() if rows[0].role is Role.REFERENCE)
ANNOTATIONS = frozenset(name for name, rows in EVERY_KEYWORD.items() if rows[0].role is Role.ANNOTATION)


def _holding(holds: Holds) -> frozenset[str]:
    """Return the keywords whose value holds schemas in such a way in some dialect."""
    return frozenset(name for name, rows in EVERY_KEYWORD.items() if any(row.holds is holds for row in rows))


ONE, MANY, NAMED = _holding(Holds.ONE), _holding(Holds.MANY), _holding(Holds.NAMED)
ONE_OR_MANY = _holding(Holds.ONE_OR_MANY)
IN_PLACE, BELOW = (
    frozenset(name for name, rows in EVERY_KEYWORD.items() if rows[0].target is target)
    for target in (Target.INSTANCE, Target.CHILDREN)
)


def dialect_of(document: Any) -> str | None:
    """Return the dialect that `$schema` names, draft-07 without `$schema`; None for an unknown dialect."""
    named = document.get("$schema", DRAFT_07) if isinstance(document, dict) else DRAFT_07
    return named_dialect(named) if isinstance(named, str) else None


def dialect_inside(schema: Any, dialect: str) -> str:
    """Return the dialect of a subschema of a schema in `dialect`: one with an `$id` may name its own by `$schema`.

    https://json-schema.org/draft/2020-12/json-schema-core#section-8.1.1
    """
    named = schema.get("$schema") if isinstance(schema, dict) else None
    own_dialect = named_dialect(named) if isinstance(named, str) else None
    if own_dialect is None:
        return dialect
    identifier = schema.get(DIALECTS[own_dialect].identifier)
    return own_dialect if isinstance(identifier, str) and not identifier.startswith("#") else dialect


def has_effect(keyword: str, dialect: str) -> bool:
    """Return whether a keyword may have an effect on what is valid in a dialect."""
    return DIALECTS[dialect].has_effect(keyword)
