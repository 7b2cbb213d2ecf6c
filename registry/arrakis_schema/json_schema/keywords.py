"""The schemas inside a document, and what is left of one without its annotations or the keywords of other dialects.

What each keyword does is in the table in `dialects.py`.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

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
from arrakis_schema.json_schema.positions import escape_token

_ASSERT_ONLY = frozenset(name for name, rows in EVERY_KEYWORD.items() if not rows[0].declares)


@dataclass(frozen=True, slots=True)
class Node:
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


def essence(document: Any) -> Any:
    """Return a schema without annotations; it accepts the same instances.

    `$id` is removed too if there are no references, because it is only a name then.
    """
    kept = deepcopy(document)
    nodes = [node.schema for node in walk(kept) if isinstance(node.schema, dict)]
    refers = any(not REFERENCES.isdisjoint(schema) for schema in nodes)
    identifier = DIALECTS[dialect_of(document) or DRAFT_07].identifier
    for schema in nodes:
        for keyword in [name for name in schema if name in ANNOTATIONS or name.startswith("x-")]:
            del schema[keyword]
        if not refers:
            schema.pop(identifier, None)
    return kept


def without_foreign_keywords(document: Any, dialect: str) -> Any:
    """Return a schema without the keywords of other dialects, which have no effect in this one.

    `$defs` with schemas stays, because a `$ref` may lead there.
    """
    if not any(_foreign_keywords(node.schema, dialect) for node in walk(document)):
        return document
    kept = deepcopy(document)
    for node in walk(kept):
        for keyword in _foreign_keywords(node.schema, dialect):
            del node.schema[keyword]
    return kept


def _foreign_keywords(schema: Any, dialect: str) -> list[str]:
    """Return the keywords of a schema that only another dialect has."""
    known = KEYWORDS[dialect]
    keywords = [keyword for keyword in schema if keyword not in known] if isinstance(schema, dict) else []
    foreign = [keyword for keyword in keywords if keyword in EVERY_KEYWORD]
    return [keyword for keyword in foreign if keyword != "$defs" or not isinstance(schema[keyword], dict)]


def subschemas(node: Node) -> Iterator[Node]:
    """Yield the direct subschemas of a schema."""
    for keyword, value in node.schema.items():
        pointer, declares = f"{node.pointer}/{escape_token(keyword)}", node.declares and keyword not in _ASSERT_ONLY
        if isinstance(value, list) and (keyword in MANY or keyword in ONE_OR_MANY):
            yield from (
                Node(f"{pointer}/{index}", child, declares, keyword=keyword) for index, child in enumerate(value)
            )
        elif keyword in ONE:
            yield Node(pointer, value, declares, keyword=keyword)
        elif keyword in NAMED and isinstance(value, dict):
            for name, child in value.items():
                if keyword == "dependencies" and isinstance(child, list):
                    continue
                yield _named_subschema(node, keyword, name, child, declares=declares)


def _named_subschema(node: Node, keyword: str, name: str, child: Any, *, declares: bool) -> Node:
    """Return the schema of this name below a keyword."""
    required = node.schema.get("required")
    optional = not (isinstance(required, list) and name in required)
    pointer = f"{node.pointer}/{escape_token(keyword)}/{escape_token(name)}"
    return Node(pointer, child, declares, name if keyword == "properties" else None, optional, keyword)
