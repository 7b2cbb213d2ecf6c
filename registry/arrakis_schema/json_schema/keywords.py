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
    DRAFT_04,
    DRAFT_07,
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
from arrakis_schema.text.json_pointer import escape_token

_WITHOUT_INTEGERS = (None, "null", "boolean", "number", "string", "array", "object")
_ASSERT_ONLY = frozenset(name for name, rows in EVERY_KEYWORD.items() if not rows[0].declares)


@dataclass(frozen=True, slots=True)
class Node:
    """One schema inside a document.

    `declares` is False if it only asserts something (below `if`, `not` …) about what is declared elsewhere; `name` is
    set for a property, and `optional` if that property may be left out; `keyword` is the one that holds the schema.
    `dialect` is that of the schema, empty where the one of the document was not told and the schema names none.
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
        return "".join([self.pointer, *(f"/{escape_token(str(name))}" for name in names)])


def walk(document: Any, dialect: str = "") -> Iterator[Node]:
    """Yield every schema of a document, the document itself first; values that are not schemas are skipped."""
    todo = [Node("", document, declares=True, dialect=dialect)]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node.schema, dict):
            todo.extend(reversed(list(subschemas(node))))


def essence(document: Any) -> Any:
    """Return a schema without annotations; it accepts the same instances.

    `$id` is removed too if there are no references and no other dialects, because it is only a name then.
    """
    dialect = dialect_of(document) or DRAFT_07
    nodes = [node for node in walk(document, dialect) if isinstance(node.schema, dict)]
    names_matter = any(node.dialect != dialect or not REFERENCES.isdisjoint(node.schema) for node in nodes)
    dropped = ANNOTATIONS | (set() if names_matter else {DIALECTS[dialect].identifier})
    return _without(document, lambda node: [name for name in node.schema if name in dropped or name.startswith("x-")])


def has_other_dialects(document: Any, dialect: str) -> bool:
    """Tell whether some schema in a document of a dialect is written in another one."""
    return any(node.dialect != dialect for node in walk(document, dialect))


def means_the_same(schema: dict[str, Any], dialect: str, other: str) -> bool:
    """Tell whether a schema, apart from those inside, plainly means the same in another dialect as in its own."""
    own, another = DIALECTS[dialect], DIALECTS[other]
    effective = {name for name in schema if own.has_effect(name) or another.has_effect(name)}
    if own.ref_alone is not another.ref_alone and "$ref" in schema and len(effective) > 1:
        return False
    if DRAFT_04 in {dialect, other} and schema.get("type") not in _WITHOUT_INTEGERS:  # 1.0 is one, or is none
        return False
    if "contains" in schema and {own.name, another.name} == {"2019-09", "2020-12"}:  # one of them evaluates items
        return False
    return all(_means_the_same(name, schema[name], own, another) for name in schema)


def _means_the_same(name: str, value: Any, own: Dialect, another: Dialect) -> bool:
    """Tell whether a keyword with a value means the same in two dialects, or has no effect in both."""
    before, after = own.keywords.get(name), another.keywords.get(name)
    if name == "items":
        return not isinstance(value, list)
    if before == after or name == own.identifier:
        return True
    return not any(known and (known.has_effect or known.holds is not Holds.NO_SCHEMA) for known in (before, after))


def without_foreign_keywords(document: Any, dialect: str) -> Any:
    """Return a schema without the keywords of other dialects, which have no effect in this one.

    `$defs` with schemas stays, because a `$ref` may lead there.
    """

    def foreign(node: Node) -> list[str]:
        names = [name for name in node.schema if name in EVERY_KEYWORD and name not in KEYWORDS[node.dialect]]
        return [name for name in names if name != "$defs" or not isinstance(node.schema[name], dict)]

    return _without(document, foreign, dialect)


def _without(document: Any, dropped: Callable[[Node], list[str]], dialect: str = "") -> Any:
    """Return a document without some keywords of each of its schemas; the same document where it has none of them."""
    if not any(dropped(node) for node in walk(document, dialect) if isinstance(node.schema, dict)):
        return document
    kept = deepcopy(document)
    for node in walk(kept, dialect):
        for keyword in dropped(node) if isinstance(node.schema, dict) else ():
            del node.schema[keyword]
    return kept


def subschemas(node: Node) -> Iterator[Node]:
    """Yield the direct subschemas of a schema."""
    for keyword, value in node.schema.items():
        pointer, declares = f"{node.pointer}/{escape_token(keyword)}", node.declares and keyword not in _ASSERT_ONLY
        if isinstance(value, list) and (keyword in MANY or keyword in ONE_OR_MANY):
            yield from (
                Node(
                    f"{pointer}/{index}", child, declares, keyword=keyword, dialect=dialect_inside(child, node.dialect)
                )
                for index, child in enumerate(value)
            )
        elif keyword in ONE:
            yield Node(pointer, value, declares, keyword=keyword, dialect=dialect_inside(value, node.dialect))
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
    dialect = dialect_inside(child, node.dialect)
    return Node(pointer, child, declares, name if keyword == "properties" else None, optional, keyword, dialect)
