"""A JSON Schema compiled to functions: the fast judge, for documents that it reads as the complete validator does.

The functions are closures, one for each keyword; no code is made from what a schema says. A document with a keyword
that is in no table here, and is no annotation, is not compiled.
"""

from collections.abc import Callable
from itertools import repeat
from operator import contains
from typing import Any
from urllib.parse import unquote

from arrakis_schema.dialect.keywords import DRAFT_07, DRAFT_2020_12
from arrakis_schema.dialect.positions import member, unescaped
from arrakis_schema.validation.compiled import applicators, assertions
from arrakis_schema.validation.compiled.nodes import (
    ARRAYS,
    KINDS,
    NUMBERS,
    Check,
    Failure,
    Keyword,
    Node,
    NotCompiledError,
    ask,
    joined,
)
from arrakis_schema.validation.patterns import literal, searcher
from arrakis_schema.validation.steps import counted

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": ARRAYS,
    "string": (str,),
    "number": NUMBERS,
    "integer": NUMBERS,
    "boolean": (bool,),
    "null": (type(None),),
}
_ANY: dict[str, Keyword] = {
    "enum": assertions.enum,
    "const": assertions.const,
    "$ref": applicators.ref,
    "allOf": applicators.all_of,
    "anyOf": applicators.any_of,
    "oneOf": applicators.one_of,
    "not": applicators.not_,
    "if": applicators.if_,
}
_NUMBER: dict[str, Keyword] = {
    "minimum": assertions.minimum,
    "maximum": assertions.maximum,
    "exclusiveMinimum": assertions.exclusive_minimum,
    "exclusiveMaximum": assertions.exclusive_maximum,
    "multipleOf": assertions.multiple_of,
}
_STRING: dict[str, Keyword] = {
    "minLength": assertions.least("minLength"),
    "maxLength": assertions.most("maxLength"),
    "pattern": assertions.pattern,
}
_ARRAY: dict[str, Keyword] = {
    "minItems": assertions.least("minItems"),
    "maxItems": assertions.most("maxItems"),
    "uniqueItems": assertions.unique_items,
}
_OBJECT: dict[str, Keyword] = {
    "required": assertions.required,
    "minProperties": assertions.least("minProperties"),
    "maxProperties": assertions.most("maxProperties"),
    "properties": applicators.properties,
    "patternProperties": applicators.pattern_properties,
    "additionalProperties": applicators.additional_properties,
    "propertyNames": applicators.property_names,
}
_ARRAYS: dict[str, dict[str, Keyword]] = {
    DRAFT_07: {"items": applicators.items, "contains": applicators.contains},
    DRAFT_2020_12: {
        "prefixItems": applicators.prefix_items,
        "items": applicators.items_after,
        "contains": applicators.contains_counted,
    },
}
_OBJECTS: dict[str, dict[str, Keyword]] = {
    DRAFT_07: {"dependencies": applicators.dependencies},
    DRAFT_2020_12: {
        "dependentRequired": assertions.dependent_required,
        "dependentSchemas": applicators.dependent_schemas,
    },
}
COMPILED: dict[str, list[tuple[tuple[type, ...], dict[str, Keyword]]]] = {
    dialect: [
        (KINDS, _ANY),
        (NUMBERS, _NUMBER),
        ((str,), _STRING),
        (ARRAYS, {**_ARRAY, **_ARRAYS[dialect]}),
        ((dict,), {**_OBJECT, **_OBJECTS[dialect]}),
    ]
    for dialect in (DRAFT_07, DRAFT_2020_12)
}
"""The keywords of each dialect, by the Python types of the instances that they say something of."""
NOT_COMPILED = frozenset(
    [
        *("$id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor"),
        *("$vocabulary", "unevaluatedItems", "unevaluatedProperties"),
    ]
)
"""What leaves a document to the complete validator; `$id` and `$schema` at its root only name it."""


def compile_schema(document: Any, dialect: str) -> Check | None:
    """Return the function that returns the first `Failure` of an instance, or None; None where it is not compiled."""
    compiler = _Compiler(document, dialect)
    try:
        node = compiler.node(document)
    except (NotCompiledError, RecursionError):
        return None

    def check(instance: Any) -> Failure | None:
        with counted(instance):
            return ask(node, instance)

    return check if compiler.has_references else lambda instance: ask(node, instance)


class _Compiler:
    """One document while it is compiled; each of its schemas is compiled once."""

    def __init__(self, document: Any, dialect: str) -> None:
        """Begin with nothing compiled."""
        self._document, self._dialect = document, dialect
        self._nodes: dict[int, Node] = {}
        self.has_references = False

    def node(self, schema: Any) -> Node:
        """Return a schema of the document, compiled; one that is inside itself is returned while it is unfinished."""
        if isinstance(schema, bool):
            return _filled(Node(), {}, None if schema else _failing("false", None))
        if not isinstance(schema, dict):
            raise NotCompiledError
        if id(schema) not in self._nodes:
            node = self._nodes[id(schema)] = Node()
            self._compile(node, schema)
        return self._nodes[id(schema)]

    def target(self, reference: Any) -> Node:
        """Return what a reference leads to, which must be a JSON Pointer into this document."""
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            raise NotCompiledError
        self.has_references = True
        schema = self._document
        for part in unquote(reference).split("/")[1:]:
            schema = member(schema, unescaped(part))
            if isinstance(schema, dict) and "$id" in schema:
                raise NotCompiledError
        return self.node(schema)

    def _compile(self, node: Node, schema: dict[str, Any]) -> None:
        """Compile the keywords of a schema into its node."""
        if self._dialect == DRAFT_07 and "$ref" in schema:
            schema = {"$ref": schema["$ref"]}  # draft-07 ignores what stands beside it
        elif not NOT_COMPILED.isdisjoint(schema.keys() - ({"$id", "$schema"} if schema is self._document else ())):
            raise NotCompiledError
        checks: dict[tuple[type, ...], list[Check]] = {}
        for kinds, table in COMPILED[self._dialect]:
            made = [table[keyword](self, value, schema) for keyword, value in schema.items() if keyword in table]
            checks[kinds] = [check for check in made if check is not None]
        by_type = {kind: [one for kinds in checks if kind in kinds for one in checks[kinds]] for kind in KINDS}
        _filled(node, {kind: joined(some) for kind, some in by_type.items()}, joined(checks[KINDS]))
        if "type" in schema:
            _restrict(node, schema["type"])
        node.sweep = _sweep(schema, self._dialect)


def _filled(node: Node, checks: dict[type, Check | None], otherwise: Check | None) -> Node:
    """Put the checks of each type into a node, and the one for all others."""
    node.update(checks or dict.fromkeys(KINDS, otherwise))
    node.otherwise = otherwise
    return node


def _restrict(node: Node, types: Any) -> None:
    """Have a node fail for all but these types."""
    names = types if isinstance(types, list) else [types]
    if not names or not all(isinstance(name, str) and name in _TYPES for name in names):
        raise NotCompiledError
    wrong = _failing("type", types)
    allowed = {kind for name in names for kind in _TYPES[name]}
    node.update(dict.fromkeys(set(KINDS) - allowed, wrong))
    node.otherwise = wrong
    if "integer" in names and "number" not in names:
        further = [] if (check := node[float]) is None else [check]
        node[float] = joined([lambda number: None if number.is_integer() else wrong(number), *further])


def _failing(keyword: str, value: Any) -> Check:
    """Return the check that fails."""
    return lambda instance: Failure((), keyword, value, instance)


def _sweep(schema: dict[str, Any], dialect: str) -> Callable[[Any], bool] | None:
    """Return what tells of an array at once that this schema accepts all its items; only for arrays of strings.

    A Describe of a thousand channels spends its time there, and the sweep runs in C.
    """
    asserted = {keyword for _, table in COMPILED[dialect] for keyword in schema if keyword in table}
    if schema.get("type") != "string":
        return None
    if not asserted:
        return _all_text
    if asserted == {"pattern"}:
        return _pattern_sweep(schema["pattern"])
    if asserted == {"enum"}:
        members = frozenset(member for member in schema["enum"] if isinstance(member, str))
        return lambda values: _all_text(values) and members.issuperset(values)
    return None


def _all_text(values: Any) -> bool:
    """Tell whether all values are text."""
    return set(map(type, values)) <= {str}


def _pattern_sweep(pattern: str) -> Callable[[Any], bool]:
    """Return the sweep of a pattern; one without special characters is looked for as it is, three times as fast."""
    if (text := literal(pattern)) is not None:
        return lambda values: _all_text(values) and all(map(contains, values, repeat(text)))
    find = searcher(pattern)
    return lambda values: _all_text(values) and all(map(find, values))
