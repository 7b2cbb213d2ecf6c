"""Documents for jsonschema-rs, of the extra `fast`, if it reads them as the complete validator does.

It never sees a document, but a rewritten one: without annotations and references, with the keywords of one table, with
numbers of 64 bits, and with patterns whose sets of characters are written out. It only confirms that an instance is
valid; all others are left to the other validators, which say why.

It reads a Decimal and a member of an Enum as the JSON value that they stand for. An integer of more than 4,300 digits,
for which Python has no text, is not a number there and violates no bound: a schema that bounds numbers rejects such a
value, and instances are searched for one where a subschema that fails can make an instance valid.
"""

import math
from collections.abc import Callable
from typing import Any

from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_07, DRAFT_2020_12
from arrakis_schema.json_schema.judge.rewriting import BOUNDS, NotCompiledError, SchemaCopy, SchemaPosition
from arrakis_schema.json_schema.judge.values import compares_alike
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.syntax import spell_out_pattern
from arrakis_schema.regex.tree import UnsupportedPatternError

_rust: Any
try:
    import jsonschema_rs as _rust
except ModuleNotFoundError:
    _rust = None

Accepts = Callable[[Any], bool]
NOT_JSON = (ValueError, TypeError, ArithmeticError)
"""What jsonschema-rs raises for a value that JSON does not have, or that nests too deeply: others judge it."""
_LARGEST, _LARGEST_INTEGER = 2**53, 2**63 - 1
_CLASSES = {DRAFT_07: "Draft7Validator", DRAFT_2020_12: "Draft202012Validator"}
_ASSERTED = {
    dialect: {name for name, keyword in DIALECTS[dialect].keywords.items() if keyword.has_effect}
    for dialect in _CLASSES
}
_SIZES = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
)
_ONE = ("not", "if", "then", "else", "contains", "propertyNames", "additionalProperties", "additionalItems")
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "dependentSchemas")
_INVERTING = frozenset({"not", "if", "oneOf", "contains"})
_NUMERIC = BOUNDS | {"multipleOf"}
_NOT_HUGE = {"anyOf": [{"type": "number"}, {"type": ["null", "boolean", "string", "array", "object"]}]}
_EXACT = {"minimum": -_LARGEST, "maximum": _LARGEST}
_WITHOUT_NUMBERS = ("string", "boolean", "null")


def fast_check(document: Any, dialect: str, reading: Reading) -> Accepts | None:
    """Return a function that tells whether an instance is valid, or None if its answers might differ from the judge's.

    It may raise `NOT_JSON`.
    """
    if _rust is None or reading is not Reading.ECMA or dialect not in _CLASSES:
        return None
    writer = _Writer(document, dialect)
    try:
        schema = writer.schema(document, SchemaPosition())
        make = getattr(_rust, _CLASSES[dialect])
        accepts: Accepts = make(schema, validate_formats=False, pattern_options=_rust.RegexOptions()).is_valid
    except (NotCompiledError, RecursionError, ValueError, TypeError, AttributeError):  # or what is not a schema at all
        return None
    return _only_plain_numbers(accepts) if writer.needs_search else accepts


def _only_plain_numbers(accepts: Accepts) -> Accepts:
    """Return a check that raises `ValueError` for an instance with a number that jsonschema-rs may read differently."""

    def check(instance: Any) -> bool:
        todo = [instance]
        while todo:
            value = todo.pop()
            if isinstance(value, dict):
                todo += value.values()
            elif isinstance(value, list | tuple):
                todo += value
            elif isinstance(value, int | float) and not _is_plain(value):
                raise ValueError
        return accepts(instance)

    return check


def _is_plain(number: float) -> bool:
    """Return whether a number is an integer of 64 bits, or one of the doubles that are exact; NaN is neither."""
    return abs(number) <= (_LARGEST_INTEGER if isinstance(number, int) else _LARGEST)


def _has_number(value: Any) -> bool:
    """Return whether there is a number in a JSON value."""
    if isinstance(value, dict | list):
        return any(map(_has_number, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Writer:
    """Rewrites the schemas of one document; raises `NotCompiledError` for what may be read differently.

    `needs_search` is True where a number that jsonschema-rs refuses can make an instance valid, or where numbers are
    compared with each other.
    """

    def __init__(self, document: Any, dialect: str) -> None:
        self.needs_search, self._inverting = False, 0
        self._dialect, self._copy = dialect, SchemaCopy(document, dialect, Reading.ECMA)
        self._asserted = _ASSERTED[dialect]

    def schema(self, schema: Any, position: SchemaPosition) -> Any:
        """Return a schema for jsonschema-rs."""
        self._copy.count(1, position)
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict) or position.is_too_deep:
            raise NotCompiledError
        if self._dialect == DRAFT_07 and "$ref" in schema:
            schema = {"$ref": schema["$ref"]}
        written: dict[str, Any] = {}
        for keyword, value in schema.items():
            if keyword in self._asserted:
                self._write(written, keyword, value, position)
            elif keyword in {"$id", "$schema"} and position.depth:
                raise NotCompiledError
        if not _NUMERIC.isdisjoint(written):
            self._reject_huge(written)
        self.needs_search |= self._inverting > 0 and self._depends_on_numbers(written)
        self.needs_search |= written.get("uniqueItems", False) and not _has_no_numbers(written.get("items"))
        return written

    def _reject_huge(self, written: dict[str, Any]) -> None:
        """Let a schema refuse integers of too many digits, and doubles that are divided in another way."""
        if "multipleOf" in written and not self._inverting:
            written.setdefault("allOf", []).append(_EXACT)
        if written.get("type") == "integer":
            written.update({"type": "number", "multipleOf": written.get("multipleOf", 1)})
        elif written.get("type") != "number":
            written.setdefault("allOf", []).append(_NOT_HUGE)

    @staticmethod
    def _depends_on_numbers(written: dict[str, Any]) -> bool:
        """Return whether a schema can refuse a number for its value."""
        if "number" in written.get("type", ()) or not _NUMERIC.isdisjoint(written):
            return True
        return _has_number(written.get("enum", [written.get("const")]))

    def _write(self, written: dict[str, Any], keyword: str, value: Any, position: SchemaPosition) -> None:
        """Write one keyword."""
        self._inverting += keyword in _INVERTING
        self._write_value(written, keyword, value, position)
        self._inverting -= keyword in _INVERTING

    def _write_value(self, written: dict[str, Any], keyword: str, value: Any, position: SchemaPosition) -> None:
        inner = position.below(always=False)
        if keyword == "$ref":
            written.setdefault("allOf", []).append(self.schema(self._copy.target(value), inner))
        elif keyword in _ONE or (keyword == "items" and not isinstance(value, list)):
            written[keyword] = self.schema(value, inner)
        elif keyword in _MANY or keyword == "items":
            written.setdefault(keyword, []).extend(self.schema(child, inner) for child in value)
        elif keyword in _NAMED:
            written[keyword] = {name: self.schema(child, inner) for name, child in value.items()}
        elif keyword == "dependencies" and self._dialect == DRAFT_07:
            written[keyword] = {
                name: child if isinstance(child, list) else self.schema(child, inner) for name, child in value.items()
            }
        elif keyword == "patternProperties":
            patterns = {_pattern(name): self.schema(child, inner) for name, child in value.items()}
            if len(patterns) < len(value):
                raise NotCompiledError
            written[keyword] = patterns
        else:
            written[keyword] = _PLAIN.get(keyword, _unknown)(value)


def _has_no_numbers(items: Any) -> bool:
    """Return whether the items of an array are neither numbers nor values that hold some."""
    return isinstance(items, dict) and items.get("type") in _WITHOUT_NUMBERS


def _unknown(_: Any) -> Any:
    raise NotCompiledError


def _same(value: Any) -> Any:
    return value


def _pattern(pattern: str) -> str:
    """Return a pattern without look-around and backreferences, with every set of characters written out."""
    try:
        return spell_out_pattern(pattern)
    except UnsupportedPatternError as error:
        raise NotCompiledError from error


def _number(value: Any) -> float:
    """Return an integer of 64 bits, or a number that a double holds exactly, as it holds its neighbours.

    jsonschema-rs compares an integer with what a double holds, and not with what that is written as.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not compares_alike(value):
        raise NotCompiledError
    if not abs(value) <= (_LARGEST_INTEGER if isinstance(value, int) else _LARGEST):
        raise NotCompiledError
    return value


def _exclusive_bound(value: Any) -> float:
    """Return a number that doubles hold exactly, whatever jsonschema-rs takes a larger one for."""
    if abs(_number(value)) > _LARGEST:
        raise NotCompiledError
    return _number(value)


def _divisor(value: Any) -> int:
    """Return a whole divisor."""
    if not isinstance(value, int) or not 0 < _number(value) <= _LARGEST:
        raise NotCompiledError
    return value


def _size(value: Any) -> int:
    """Return a bound of a length."""
    if not float(_number(value)).is_integer():
        raise NotCompiledError
    return int(value)


def _value(value: Any) -> Any:
    """Return a value whose numbers are as exact as `_number` asks."""
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {name: _value(member) for name, member in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise NotCompiledError
    return value if value is None or isinstance(value, str | bool) else _number(value)


_PLAIN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("type", "required", "dependentRequired", "uniqueItems"), _same),
    **dict.fromkeys(("const", "enum"), _value),
    **dict.fromkeys(BOUNDS, _number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _exclusive_bound),
    **dict.fromkeys(_SIZES, _size),
    "multipleOf": _divisor,
    "pattern": _pattern,
}
