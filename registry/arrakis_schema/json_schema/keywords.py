"""The schemas inside a document, and what is left of one without its annotations or the keywords of other dialects.

What each keyword does is in the table in `dialects.py`.
"""

from collections.abc import Callable, Iterator
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
from arrakis_schema.text.json_pointer import escape_token

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


def without_annotations(document: Any) -> Any:
    """Return a schema without annotations; it accepts the same instances.

    `$id` is removed too if there are no references, because it is only a name then.
    """
    refers = any(not REFERENCES.isdisjoint(node.schema) for node in walk(document) if isinstance(node.schema, dict))
    names = set() if refers else {DIALECTS[dialect_of(document) or DRAFT_07].identifier}
    dropped = ANNOTATIONS | names
    return _without(document, lambda schema: [name for name in schema if name in dropped or name.startswith("x-")])


def without_foreign_keywords(document: Any, dialect: str) -> Any:
    """Return a schema without the keywords of other dialects, which have no effect in this one.

    `$defs` with schemas stays, because a `$ref` may lead there.
    """
    known = KEYWORDS[dialect]

    def foreign(schema: dict[str, Any]) -> list[str]:
        names = [name for name in schema if name in EVERY_KEYWORD and name not in known]
        return [name for name in names if name != "$defs" or not isinstance(schema[name], dict)]

    return _without(document, foreign)


def _without(document: Any, dropped: Callable[[dict[str, Any]], list[str]]) -> Any:
    """Return a document without some keywords of each of its schemas; the same document where it has none of them."""
    if not any(dropped(node.schema) for node in walk(document) if isinstance(node.schema, dict)):
        return document
    kept = deepcopy(document)
    for node in walk(kept):
        for keyword in dropped(node.schema) if isinstance(node.schema, dict) else ():
            del node.schema[keyword]
    return kept


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
