"""A copy of a document for fastjsonschema and jsonschema-rs, which never see a document that others have written.

A schema is rebuilt from a short list of keywords with harmless values, or else left to the complete validator.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from arrakis_schema.json_schema.dialects import DIALECTS, EVERY_KEYWORD, Role
from arrakis_schema.json_schema.judge.patterns import PatternError, Searcher, searcher
from arrakis_schema.json_schema.judge.values import compares_alike
from arrakis_schema.json_schema.positions import member
from arrakis_schema.json_schema.violations import Violation, violation
from arrakis_schema.regex.characters import Reading
from arrakis_schema.text.json_pointer import unescape_token

_INERT = re.compile(r"[A-Za-z0-9_.:/ -]{0,100}", re.ASCII)
_LARGEST_NUMBER, _MOST_PARTS, _DEEPEST = 1e300, 3000, 16
_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_INDEX = re.compile(r"\[([0-9]+)\]")


class NotCompiledError(Exception):
    """A schema has something that is not compiled: its document is left to the complete validator."""


@dataclass(frozen=True, slots=True)
class SchemaPosition:
    """Where a schema applies: the path in the instance, with None for an index, and the depth of the schema itself.

    `always` is True if it applies to whatever is at that path in any instance.
    """

    path: tuple[str | None, ...] = ()
    depth: int = 0
    always: bool = True

    @property
    def is_too_deep(self) -> bool:
        """Whether the schema is too deep for code that is nested as it is."""
        return self.depth > _DEEPEST

    def below(self, *steps: str | None, always: bool) -> "SchemaPosition":
        """Return the position of a subschema of this one."""
        return SchemaPosition((*self.path, *steps), self.depth + 1, self.always and always)


class SchemaCopy:
    """The schema that fastjsonschema gets instead of a document, without references, and what is checked separately.

    A pattern becomes a `format` with a generated name, whose function is the `searcher` of the pattern. Each schema has
    a number, by which `violation` finds its position and the original. `numeric` is True if NaN would be a number, and
    `arrays` are left out of the copy: their paths, what is asserted of the items, and whether all differ.
    """

    def __init__(self, document: Any, dialect: str, reading: Reading) -> None:
        """Begin with nothing copied."""
        self._document, self._dialect, self.reading, self._parts = document, dialect, reading, 0
        self._originals: list[tuple[SchemaPosition, dict[str, Any]]] = []
        self.searchers: dict[str, Any] = {}
        self.arrays: list[tuple[tuple[str, ...], dict[str, Any], bool]] = []
        self.numeric = False

    def violation(self, error: Any) -> Violation:
        """Return the violation for an error of fastjsonschema."""
        position, schema = self._originals[error.definition["number"]]
        indices = map(int, _INDEX.findall(error.name))
        path = tuple(next(indices) if step is None else step for step in position.path)
        keyword = "pattern" if error.rule == "format" else error.rule
        return violation(path, keyword, schema[keyword], error.value)

    def schema(self, schema: Any, position: SchemaPosition) -> dict[str, Any]:
        """Return the copy of a schema, which is empty if the schema accepts everything."""
        self.count(1, position)
        if schema is True:
            return {}
        if not isinstance(schema, dict) or position.is_too_deep:
            raise NotCompiledError
        assertions = self._assertions(schema, at_root=position.depth == 0)
        if self._add_array(assertions, position):
            assertions = {name: assertions[name] for name in assertions if name not in {"items", "uniqueItems"}}
        types = assertions.get("type", "number" if BOUNDS & assertions.keys() else ())
        self.numeric |= types == "number" or (isinstance(types, list) and "number" in types)
        number = len(self._originals)
        self._originals.append((position, schema))
        copied: dict[str, Any] = {}
        for keyword, value in assertions.items():
            for name, part in COPIERS[keyword](self, value, position):
                copied[name] = copied[name] + part if name in copied else part  # `$ref` and `allOf` both give `allOf`
        return {**copied, "number": number} if copied else {}

    def target(self, reference: Any) -> Any:
        """Return the schema below `definitions` that a reference leads to, in the same resource."""
        parts = unquote(reference).split("/") if isinstance(reference, str) else []
        if len(parts) < 3 or parts[0] != "#" or parts[1] not in {"definitions", "$defs"}:  # noqa: PLR2004
            raise NotCompiledError
        target = self._document
        for part in parts[1:]:
            target = member(target, unescape_token(part), None)
            if not isinstance(target, dict | list | bool):
                raise NotCompiledError
            if isinstance(target, dict) and ("$id" in target or "$schema" in target):
                raise NotCompiledError
        return target

    def count(self, parts: int, position: SchemaPosition) -> None:
        """Count parts of the copy, weighted by their depth, because the generated code repeats them at each level.

        This bounds the size of the code and its work for one value, whatever the references lead to.
        """
        self._parts += parts * (position.depth + 1)
        if self._parts > _MOST_PARTS:
            raise NotCompiledError

    def _assertions(self, schema: dict[str, Any], *, at_root: bool = False) -> dict[str, Any]:
        """Return the keywords of a schema that instances can violate."""
        if DIALECTS[self._dialect].ref_alone and "$ref" in schema:
            return {"$ref": schema["$ref"]}
        left_out = {"$id", "$schema"} if at_root else set[str]()
        assertions = {name: schema[name] for name in schema if name not in left_out and self._is_asserted(name)}
        if not COPIERS.keys() >= assertions.keys():
            raise NotCompiledError
        return assertions

    def _is_asserted(self, name: str) -> bool:
        """Return whether a keyword has an effect on instances, or may have one on references."""
        keyword = DIALECTS[self._dialect].keywords.get(name)
        if keyword is None:
            elsewhere = EVERY_KEYWORD.get(name)
            return name.startswith("$") and not (elsewhere and elsewhere[0].role in {Role.ANNOTATION, Role.DEFINITIONS})
        return keyword.has_effect or keyword.role is Role.IDENTIFIER

    def _add_array(self, assertions: dict[str, Any], position: SchemaPosition) -> bool:
        """Add the checks of an array of strings and return True, if it is one in every instance."""
        items, unique = assertions.get("items"), assertions.get("uniqueItems", False)
        path = tuple(step for step in position.path if step is not None)
        if not (position.always and isinstance(items, dict) and isinstance(unique, bool)):
            return False
        item_assertions = self._assertions(items)
        if item_assertions.get("type") != "string" or item_assertions.keys() - {"type", "pattern", "enum"}:
            return False
        if "enum" in item_assertions:
            _array(item_assertions["enum"])
        if "pattern" in item_assertions:
            _searcher(item_assertions["pattern"], self.reading)
        self.arrays.append((path, item_assertions, unique))
        return True


def _searcher(value: Any, reading: Reading) -> Searcher:
    """Return the function that searches for a pattern."""
    if not isinstance(value, str):
        raise NotCompiledError
    try:
        return searcher(value, reading)
    except PatternError as error:
        raise NotCompiledError from error


def _array(value: Any) -> list[Any]:
    """Return an array that is not empty."""
    if not isinstance(value, list) or not value:
        raise NotCompiledError
    return value


def _text(value: Any) -> str:
    """Return a text that is harmless anywhere in Python code."""
    if not isinstance(value, str) or not _INERT.fullmatch(value):
        raise NotCompiledError
    return value


def _number(value: Any) -> float:
    """Return a number that is finite, has few digits, and is compared with doubles as they are written."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and abs(value) <= _LARGEST_NUMBER and compares_alike(value)):
        raise NotCompiledError
    return cast("float", value)


def _size(value: Any) -> int:
    """Return a bound of a length."""
    if not isinstance(value, int) or _number(value) < 0:
        raise NotCompiledError
    return value


def _scalar(value: Any) -> Any:
    """Return a value without members or items."""
    if isinstance(value, str):
        return _text(value)
    return value if value is None or isinstance(value, bool) else _number(value)


def _names(value: Any) -> list[str]:
    """Return texts that all differ."""
    if not isinstance(value, list) or len({_text(name) for name in value}) < len(value):
        raise NotCompiledError
    return value


def _types(value: Any) -> list[str]:
    """Return the names of types."""
    names = [value] if isinstance(value, str) else _names(_array(value))
    if not _TYPES.issuperset(names):
        raise NotCompiledError
    return names


Pairs = list[tuple[str, Any]]
Copier = Callable[[SchemaCopy, Any, SchemaPosition], Pairs]


def plain_copier(keyword: str, check_value: Callable[[Any], Any]) -> Copier:
    """Return the copier of a keyword whose value is not a schema."""
    return lambda _copy, value, _position: [(keyword, check_value(value))]


def schema_copier(keyword: str) -> Copier:
    """Return the copier of a keyword with a schema for the same value."""
    return lambda copy, value, position: [(keyword, copy.schema(value, position.below(always=False)))]


def schemas_copier(keyword: str) -> Copier:
    """Return the copier of a keyword with several schemas for the same value."""

    def copy_schemas(copy: SchemaCopy, value: Any, position: SchemaPosition) -> Pairs:
        inner = position.below(always=keyword == "allOf")
        return [(keyword, [copy.schema(schema, inner) for schema in _array(value)])]

    return copy_schemas


def _ref(copy: SchemaCopy, value: Any, position: SchemaPosition) -> Pairs:
    return [("allOf", [copy.schema(copy.target(value), position.below(always=True))])]


def _enum(copy: SchemaCopy, value: Any, position: SchemaPosition) -> Pairs:
    copy.count(len(_array(value)), position)
    return [("enum", [_scalar(member) for member in value])]


def _pattern(copy: SchemaCopy, value: Any, _: SchemaPosition) -> Pairs:
    name = f"pattern{len(copy.searchers)}"
    copy.searchers[name] = _searcher(value, copy.reading)
    return [("format", name)]


def _items(copy: SchemaCopy, value: Any, position: SchemaPosition) -> Pairs:
    schema = copy.schema(value, position.below(None, always=False))
    return [("items", schema)] if schema else []


def _unique_items(_: SchemaCopy, value: Any, __: SchemaPosition) -> Pairs:
    if value is not False:  # other values are compared in another way
        raise NotCompiledError
    return []


def _required(copy: SchemaCopy, value: Any, position: SchemaPosition) -> Pairs:
    copy.count(len(_names(value)), position)
    return [("required", value)] if value else []


def _properties(copy: SchemaCopy, value: Any, position: SchemaPosition) -> Pairs:
    if not isinstance(value, dict):
        raise NotCompiledError
    copies = {_text(name): copy.schema(schema, position.below(name, always=True)) for name, schema in value.items()}
    return [("properties", copies)] if copies else []


def _additional_properties(_: SchemaCopy, value: Any, __: SchemaPosition) -> Pairs:
    if not isinstance(value, bool):
        raise NotCompiledError
    return [] if value else [("additionalProperties", False)]


COPIERS: dict[str, Copier] = {
    "type": plain_copier("type", _types),
    "enum": _enum,
    "const": plain_copier("const", _scalar),
    **{name: plain_copier(name, _number) for name in BOUNDS},
    **{name: plain_copier(name, _size) for name in ("minLength", "maxLength", "minItems", "maxItems")},
    **{name: plain_copier(name, _size) for name in ("minProperties", "maxProperties")},
    "pattern": _pattern,
    "items": _items,
    "uniqueItems": _unique_items,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional_properties,
    "$ref": _ref,
    **{name: schemas_copier(name) for name in ("allOf", "anyOf", "oneOf")},
    **{name: schema_copier(name) for name in ("not", "if", "then", "else")},
}
"""The keywords that are compiled; one without effect in the dialect is ignored unless it begins with `$`."""
