"""The schemas inside a document, and what is left of one without its annotations or the keywords of other dialects.

What each keyword does is in the table in `dialects.py`.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from arrakis_schema.json_schema.dialects import (
    ANNOTATIONS,
    DIALECTS,
    DRAFT_07,
    EVERY_KEYWORD,
    KEYWORDS,
    MANY,
    NAMED,
    ONE,
    ONE_OR_MANY,
    REFERENCES,
    dialect_of,
)
from arrakis_schema.text.json_pointer import escape_token

_HOLDING = NAMED | MANY | ONE | ONE_OR_MANY
_ASSERT_ONLY = frozenset(name for name, rows in EVERY_KEYWORD.items() if not rows[0].declares)


class Node(NamedTuple):
    """One schema inside a document.

    `declares` is False if it only asserts something (below `if`, `not` …) about what is declared elsewhere; `name` is
    set for a property, and `optional` if that property may be left out; `keyword` is the one that holds the schema.
    """

    pointer: str
    schema: Any
    declares: bool
    name: str | None = None
    optional: bool = False
    keyword: str = ""

    @property
    def types(self) -> frozenset[str]:
        """The types that `type` names; `integer` counts as `number`; empty without `type`."""
        declared = self.schema.get("type") if isinstance(self.schema, dict) else None
        names = [declared] if isinstance(declared, str) else declared if isinstance(declared, list) else []
        return frozenset("number" if name == "integer" else name for name in names if isinstance(name, str))


def walk(document: Any) -> Iterator[Node]:
    """Yield every schema of a document, the document itself first; values that are not schemas are skipped."""
    todo = [Node("", document, declares=True)]
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
            todo += [child for _, _, child in children(schema)]


def without_annotations(document: Any) -> Any:
    """Return a schema without annotations; it accepts the same instances.

    `$id` is removed too if there are no references, because it is only a name then.
    """
    refers = any(not REFERENCES.isdisjoint(schema) for schema in schemas_in(document))
    names = set() if refers else {DIALECTS[dialect_of(document) or DRAFT_07].identifier}
    dropped = ANNOTATIONS | names
    return _without(document, lambda schema: [name for name in schema if name in dropped or name.startswith("x-")])


def without_foreign_keywords(document: Any, dialect: str) -> Any:
    """Return a schema without the keywords of other dialects, which have no effect in this one.

    `$defs` with schemas stays, because a `$ref` may lead there.
    """
    foreign = EVERY_KEYWORD.keys() - KEYWORDS[dialect]

    def dropped(schema: dict[str, Any]) -> list[str]:
        if foreign.isdisjoint(schema):
            return []
        return [name for name in schema if name in foreign and (name != "$defs" or not isinstance(schema[name], dict))]

    return _without(document, dropped)


def _without(document: Any, dropped: Callable[[dict[str, Any]], list[str]]) -> Any:
    """Return a document without some keywords of each of its schemas; the same document where it has none of them."""
    if not any(map(dropped, schemas_in(document))):
        return document
    kept = deepcopy(document)
    for schema in schemas_in(kept):
        for keyword in dropped(schema):
            del schema[keyword]
    return kept


def subschemas(node: Node) -> Iterator[Node]:
    """Yield the direct subschemas of a schema."""
    required = node.schema.get("required")
    needed = required if isinstance(required, list) else ()
    for keyword, key, child in children(node.schema):
        pointer = f"{node.pointer}/{escape_token(keyword)}"
        declares = node.declares and keyword not in _ASSERT_ONLY
        if isinstance(key, str):
            member = key if keyword == "properties" else None
            yield Node(f"{pointer}/{escape_token(key)}", child, declares, member, key not in needed, keyword)
        else:
            yield Node(pointer if key is None else f"{pointer}/{key}", child, declares, keyword=keyword)


def children(schema: dict[str, Any]) -> Iterator[tuple[str, str | int | None, Any]]:
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
