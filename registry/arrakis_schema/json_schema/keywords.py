"""The keywords of the two dialects, and which of them hold subschemas.

https://json-schema.org/draft-07/draft-handrews-json-schema-validation-01 and
https://json-schema.org/draft/2020-12/json-schema-core
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from arrakis_schema.json_schema.positions import escape_token

DRAFT_07 = "http://json-schema.org/draft-07/schema"
DRAFT_2020_12 = "https://json-schema.org/draft/2020-12/schema"

_SHARED = [
    *("$schema", "$id", "$ref", "$comment", "title", "description", "default", "examples", "readOnly", "writeOnly"),
    *("type", "enum", "const", "format", "contentMediaType", "contentEncoding", "definitions", "dependencies"),
    *("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern"),
    *("items", "contains", "maxItems", "minItems", "uniqueItems", "required", "maxProperties", "minProperties"),
    *("properties", "patternProperties", "additionalProperties", "propertyNames"),
    *("if", "then", "else", "allOf", "anyOf", "oneOf", "not"),
]
KEYWORDS: dict[str, frozenset[str]] = {
    DRAFT_07: frozenset([*_SHARED, "additionalItems"]),
    DRAFT_2020_12: frozenset(
        [
            *_SHARED,
            *("$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary", "$defs"),
            *("prefixItems", "minContains", "maxContains", "dependentRequired", "dependentSchemas", "deprecated"),
            *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
        ]
    ),
}
_ALL = frozenset().union(*KEYWORDS.values())
ONE = ["additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "not", "propertyNames"]
ONE += ["then", "unevaluatedItems", "unevaluatedProperties"]
MANY = ["allOf", "anyOf", "oneOf", "prefixItems"]
NAMED = ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"]
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_WORDS = {"$comment", "title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated"}
_ASSERT_ONLY = {"if", "then", "else", "not", "contains", "propertyNames", "anyOf", "oneOf"}

KINDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"), frozenset({"number"})
    ),
    **dict.fromkeys(
        ("maxLength", "minLength", "pattern", "contentMediaType", "contentEncoding"), frozenset({"string"})
    ),
    **dict.fromkeys(
        ("items", "additionalItems", "prefixItems", "contains", "maxItems", "minItems"), frozenset({"array"})
    ),
    **dict.fromkeys(("uniqueItems", "minContains", "maxContains", "unevaluatedItems"), frozenset({"array"})),
    **dict.fromkeys(
        ("properties", "patternProperties", "additionalProperties", "propertyNames"), frozenset({"object"})
    ),
    **dict.fromkeys(("required", "maxProperties", "minProperties", "dependencies"), frozenset({"object"})),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "unevaluatedProperties"), frozenset({"object"})),
}


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


def dialect_of(document: Any) -> str | None:
    """Return the dialect that `$schema` names, draft-07 without `$schema`; None for an unknown dialect."""
    named = document.get("$schema", DRAFT_07) if isinstance(document, dict) else DRAFT_07
    plain = named.removesuffix("#") if isinstance(named, str) else ""
    return plain if plain in KEYWORDS else None


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
    refers = any(keyword in schema for schema in nodes for keyword in _REFERENCES)
    for schema in nodes:
        for keyword in [name for name in schema if name in _WORDS or name.startswith("x-")]:
            del schema[keyword]
        if not refers:
            schema.pop("$id", None)
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
    keywords = (
        [keyword for keyword in schema if keyword in _ALL - KEYWORDS[dialect]] if isinstance(schema, dict) else []
    )
    return [keyword for keyword in keywords if keyword != "$defs" or not isinstance(schema[keyword], dict)]


def subschemas(node: Node) -> Iterator[Node]:
    """Yield the direct subschemas of a schema."""
    for keyword, value in node.schema.items():
        pointer, declares = f"{node.pointer}/{escape_token(keyword)}", node.declares and keyword not in _ASSERT_ONLY
        if keyword in ONE or (keyword == "items" and not isinstance(value, list)):
            yield Node(pointer, value, declares, keyword=keyword)
        elif (keyword in MANY or keyword == "items") and isinstance(value, list):
            yield from (
                Node(f"{pointer}/{index}", child, declares, keyword=keyword) for index, child in enumerate(value)
            )
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
