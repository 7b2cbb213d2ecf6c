"""The schemas inside a document, and what is left of one without its annotations or the keywords of other dialects.

What each keyword does is in the table in `dialects.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from arrakis_schema.json_schema.dialects import (
    ANNOTATIONS,
    DIALECTS,
    DRAFT_04,
    DRAFT_07,
    DRAFT_2019_09,
    DRAFT_2020_12,
    EVERY_KEYWORD,
    KEYWORDS,
    MANY,
    NAMED,
    ONE,
    ONE_OR_MANY,
    REFERENCES,
    Dialect,
    Holds,
    dialect_inside,
    dialect_of,
)
from arrakis_schema.text.json_pointer import escape_token, extend_pointer

_WITHOUT_INTEGERS = (None, "null", "boolean", "number", "string", "array", "object")
_HOLDING = NAMED | MANY | ONE | ONE_OR_MANY
_FOREIGN = {dialect: EVERY_KEYWORD.keys() - keywords for dialect, keywords in KEYWORDS.items()}
_ASSERT_ONLY = frozenset(name for name, rows in EVERY_KEYWORD.items() if not rows[0].declares)


class Node(NamedTuple):
    """One schema inside a document.

    `declares` is False if it only asserts something (below `if`, `not` …) about what is declared elsewhere; `name` is
    set for a property, and `optional` if that property may be left out; `keyword` is the one that holds the schema.
    `dialect` is that of the schema, empty where neither the caller nor the schema names one.
    """

    pointer: str
    schema: Any
    declares: bool
    name: str | None = None
    optional: bool = False
    keyword: str = ""
    dialect: str = ""

    @property
    def types(self) -> frozenset[str]:
        """The types that `type` names; `integer` counts as `number`; empty without `type`."""
        declared = self.schema.get("type") if isinstance(self.schema, dict) else None
        names = [declared] if isinstance(declared, str) else declared if isinstance(declared, list) else []
        return frozenset("number" if name == "integer" else name for name in names if isinstance(name, str))

    def pointer_of(self, *names: str | int) -> str:
        """Return the pointer of a part of the schema."""
        return extend_pointer(self.pointer, *names)


def walk(document: Any, dialect: str = "") -> Iterator[Node]:
    """Yield every schema of a document, the document itself first; values that are not schemas are skipped."""
    todo = [Node("", document, declares=True, dialect=dialect)]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node.schema, dict):
            todo.extend(reversed(list(subschemas(node))))


def schemas_in(document: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of a document that is an object, without its place."""
    todo = [document]
    for schema in todo:  # grows meanwhile
        if isinstance(schema, dict):
            yield schema
            todo += [child for _, _, child in keyed_subschemas(schema)]


def _with_dialects(document: Any, dialect: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every schema of a document in a dialect that is an object, with its own dialect."""
    todo = [(document, dialect)]
    for schema, own_dialect in todo:  # grows meanwhile
        if isinstance(schema, dict):
            yield schema, own_dialect
            todo += [(child, dialect_inside(child, own_dialect)) for _, _, child in keyed_subschemas(schema)]


def without_annotations(document: Any) -> Any:
    """Return a schema without annotations; it accepts the same instances.

    `$id` is removed too if there are no references and no other dialects, because it is only a name then.
    """
    dialect = dialect_of(document) or DRAFT_07
    schemas = list(_with_dialects(document, dialect))
    names_matter = any(own_dialect != dialect or not REFERENCES.isdisjoint(schema) for schema, own_dialect in schemas)
    annotations = ANNOTATIONS | (set() if names_matter else {DIALECTS[dialect].identifier})
    return _without(
        document,
        dialect,
        lambda schema, _: [name for name in schema if name in annotations or name.startswith("x-")],
    )


def has_other_dialects(document: Any, dialect: str) -> bool:
    """Return whether some schema in a document of a dialect is written in another one."""
    return any("$schema" in schema and dialect_inside(schema, dialect) != dialect for schema in schemas_in(document))


def means_the_same(schema: dict[str, Any], dialect: str, other_dialect: str) -> bool:
    """Return whether a schema, apart from those inside, plainly means the same in another dialect as in its own."""
    own_dialect, another = DIALECTS[dialect], DIALECTS[other_dialect]
    effective = {name for name in schema if own_dialect.has_effect(name) or another.has_effect(name)}
    if own_dialect.ref_alone is not another.ref_alone and "$ref" in schema and len(effective) > 1:
        return False
    if DRAFT_04 in {dialect, other_dialect} and schema.get("type") not in _WITHOUT_INTEGERS:  # 1.0 is one, or is none
        return False
    if "contains" in schema and {dialect, other_dialect} == {DRAFT_2019_09, DRAFT_2020_12}:  # one evaluates items
        return False
    return all(_means_the_same(name, schema[name], own_dialect, another) for name in schema)


def _means_the_same(name: str, value: Any, own_dialect: Dialect, another: Dialect) -> bool:
    """Return whether a keyword with a value means the same in two dialects, or has no effect in both."""
    before, after = own_dialect.keywords.get(name), another.keywords.get(name)
    if name == "items":
        return not isinstance(value, list)
    if before == after or name == own_dialect.identifier:
        return True
    return not any(known and (known.has_effect or known.holds is not Holds.NO_SCHEMA) for known in (before, after))


def without_foreign_keywords(document: Any, dialect: str) -> Any:
    """Return a schema without the keywords of other dialects, which have no effect in this one.

    `$defs` with schemas stays, because a `$ref` may lead there.
    """

    def keywords_to_drop(schema: dict[str, Any], own_dialect: str) -> list[str]:
        foreign = _FOREIGN[own_dialect]
        if foreign.isdisjoint(schema):
            return []
        return [name for name in schema if name in foreign and (name != "$defs" or not isinstance(schema[name], dict))]

    return _without(document, dialect, keywords_to_drop)


def _without(document: Any, dialect: str, keywords_to_drop: Callable[[dict[str, Any], str], list[str]]) -> Any:
    """Return a document without some keywords of each of its schemas; the document itself if there are none of them."""
    if not any(keywords_to_drop(schema, own_dialect) for schema, own_dialect in _with_dialects(document, dialect)):
        return document
    kept = deepcopy(document)
    for schema, own_dialect in _with_dialects(kept, dialect):
        for keyword in keywords_to_drop(schema, own_dialect):
            del schema[keyword]
    return kept


def subschemas(node: Node) -> Iterator[Node]:
    """Yield the direct subschemas of a schema."""
    required = node.schema.get("required")
    needed = required if isinstance(required, list) else ()
    for keyword, key, child in keyed_subschemas(node.schema):
        pointer = f"{node.pointer}/{escape_token(keyword)}"
        declares, dialect = node.declares and keyword not in _ASSERT_ONLY, dialect_inside(child, node.dialect)
        if isinstance(key, str):
            member = key if keyword == "properties" else None
            yield Node(f"{pointer}/{escape_token(key)}", child, declares, member, key not in needed, keyword, dialect)
        else:
            yield Node(
                pointer if key is None else f"{pointer}/{key}", child, declares, keyword=keyword, dialect=dialect
            )


def keyed_subschemas(schema: dict[str, Any]) -> Iterator[tuple[str, str | int | None, Any]]:
    """Yield the direct subschemas of a schema, each with its keyword, and the name or index below that, if any."""
    for keyword, value in schema.items():
        if keyword not in _HOLDING:
            continue
        if isinstance(value, list) and (keyword in MANY or keyword in ONE_OR_MANY):
            for index, child in enumerate(value):
                yield keyword, index, child
        elif keyword in ONE:
            yield keyword, None, value
        elif keyword in NAMED and isinstance(value, dict):
            for name, child in value.items():
                if keyword != "dependencies" or not isinstance(child, list):
                    yield keyword, name, child


def required_names(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of members that a schema requires, always or beside others."""
    yield from schema.get("required", ())
    for keyword in ("dependencies", "dependentRequired", "dependentSchemas"):
        for name, needs in schema.get(keyword, {}).items():
            yield from (name, *(needs if isinstance(needs, list) else ()))


def describes_any_name(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema describes members of any name."""
    described = any(
        schema.get(keyword, False) is not False for keyword in ("additionalProperties", "unevaluatedProperties")
    )
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    return described or any(isinstance(value, dict) for value in values)
