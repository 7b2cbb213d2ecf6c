"""The meta-schemas as tables of keywords, which accept nearly every valid schema in a fraction of the time.

A schema that they reject is checked again by the complete validator, which says why. They are built from the
meta-schemas that come with `jsonschema`, never from untrusted text.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urljoin

from jsonschema_specifications import REGISTRY

from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_04, REFERENCES
from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.judge.values import equality_key

_DEEPEST = 400  # no validator follows schemas that nest deeper
Check = Callable[[Any, list[Any]], bool]
"""Tells whether a value is right, apart from the schemas in it, which are added to the list."""
Needs = Mapping[str, list[str]]
"""The keywords that have to stand beside another one."""


def is_plainly_valid(schema: Any, dialect: str) -> bool:
    """Return whether the meta-schema of a dialect accepts a schema; False if it does not, or if that is unknown."""
    return is_valid_schema(schema, _checks(dialect), REGISTRY.contents(dialect).get("dependencies", {}))


@cache
def _checks(dialect: str) -> Mapping[str, Check]:
    """Return the check of each keyword of a dialect; formats are annotations."""
    main: Any = REGISTRY.contents(dialect)
    if DIALECTS[dialect].dynamic_reference:
        return keyword_checks(_merge_vocabularies(dialect, main))
    return keyword_checks(_translate_draft_04(main) if dialect == DRAFT_04 else main)


def _translate_draft_04(schema: Any) -> Any:
    """Return the meta-schema of draft-04 rewritten for draft-07, where 1.0 is an integer and a boolean is a schema."""
    if not isinstance(schema, dict):
        return [_translate_draft_04(item) for item in schema] if isinstance(schema, list) else schema
    translated = {name: _translate_draft_04(value) for name, value in schema.items()}
    if schema.get("exclusiveMinimum") is True:
        translated["exclusiveMinimum"] = translated.pop("minimum")
    if schema.get("type") == "integer":
        translated["type"] = "integer of draft-04"
    return {"allOf": [schema, {"type": "object"}]} if schema.get("$ref") == "#" else translated


def _merge_vocabularies(dialect: str, main: Any) -> Any:
    """Return a meta-schema rewritten for draft-07, with its vocabularies merged into one schema."""
    parts = [main, *(REGISTRY.contents(urljoin(dialect, vocabulary["$ref"])) for vocabulary in main["allOf"])]
    properties = {
        name: _redirect_references(schema) for part in parts for name, schema in part.get("properties", {}).items()
    }
    definitions = {
        name: _redirect_references(schema) for part in parts for name, schema in part.get("$defs", {}).items()
    }
    return {"type": main["type"], "properties": properties, "$defs": definitions}


def _redirect_references(schema: Any) -> Any:
    """Return a part of a vocabulary with its references redirected to the merged schema."""
    if isinstance(schema, list):
        return [_redirect_references(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _redirect_references(value) for name, value in schema.items() if name not in REFERENCES}
    if len(kept) == len(schema):
        return kept
    target = f"#{schema['$ref'].partition('#')[2]}" if "$ref" in schema else "#"
    return {**kept, "allOf": [{"$ref": target}]}  # draft-07 ignores the siblings of `$ref`


def keyword_checks(meta_schema: Any) -> Mapping[str, Check]:
    """Return the check of each keyword that a meta-schema, written in draft-07, restricts."""
    return {
        name: check
        for name, schema in meta_schema["properties"].items()
        if (check := _check_of(schema, meta_schema)) is not None
    }


def is_valid_schema(schema: Any, checks: Mapping[str, Check], needs: Needs) -> bool:
    """Return whether the values of all keywords of a schema and its subschemas are right; False if too deep."""
    level = [schema]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for subschema in level:
            is_right = isinstance(subschema, dict) and _is_right(subschema, checks, needs, below)
            if not (is_right or isinstance(subschema, bool)):
                return False
        if not below:
            return True
        level = below
    return False


def _is_right(schema: dict[str, Any], checks: Mapping[str, Check], needs: Needs, below: list[Any]) -> bool:
    """Return whether the values of the keywords of a schema are right; its subschemas are added to `below`."""
    if needs and not all(schema.keys() >= {*needs[keyword]} for keyword in needs.keys() & schema.keys()):
        return False
    for keyword, value in schema.items():
        check = checks.get(keyword)
        if check is not None and not check(value, below):
            return False
    return True


def _check_of(schema: Any, meta_schema: Any) -> Check | None:
    """Return the check of a schema inside a meta-schema; None if it accepts everything."""
    if schema is True:
        return None
    parts = [_KEYWORDS[name](value, meta_schema) for name, value in schema.items() if name not in _ANNOTATIONS]
    checks = [check for check in parts if check is not None]
    return _join(checks)


def _join(checks: list[Check]) -> Check | None:
    """Return one check for all of these; None for none."""
    if len(checks) <= 1:
        return checks[0] if checks else None
    return lambda value, todo: all(check(value, todo) for check in checks)


def _type(names: str | list[str], _: Any) -> Check:
    if isinstance(names, str):
        return _TYPES[names]
    tests = [_TYPES[name] for name in names]
    return lambda value, todo: any(test(value, todo) for test in tests)


def _ref(reference: str, meta_schema: Any) -> Check | None:
    target = meta_schema
    for name in filter(None, reference[1:].split("/")):
        target = target[name]
    return _take_subschema if target is meta_schema else _check_of(target, meta_schema)


def _take_subschema(value: Any, todo: list[Any]) -> bool:
    """Leave a subschema for later, if it is one."""
    if isinstance(value, (dict, bool)):
        todo.append(value)
        return True
    return False


def _all_of(schemas: list[Any], meta_schema: Any) -> Check | None:
    return _join([check for schema in schemas if (check := _check_of(schema, meta_schema)) is not None])


def _any_of(schemas: list[Any], meta_schema: Any) -> Check:
    """Return the check of alternatives for different types: at most one is right, apart from the schemas in it."""
    checks = [_check_of(schema, meta_schema) or _accept for schema in schemas]
    return lambda value, todo: any(check(value, todo) for check in checks)


def _accept(_value: Any, _todo: list[Any]) -> bool:
    return True


def _items(schema: Any, meta_schema: Any) -> Check | None:
    check = _check_of(schema, meta_schema)
    if check is None:
        return None
    return lambda value, todo: not isinstance(value, list) or all(check(item, todo) for item in value)


def _additional_properties(schema: Any, meta_schema: Any) -> Check | None:
    check = _check_of(schema, meta_schema)
    if check is None:
        return None
    return lambda value, todo: not isinstance(value, dict) or all(check(member, todo) for member in value.values())


def _property_names(schema: Any, meta_schema: Any) -> Check | None:
    check = _check_of(schema, meta_schema)
    if check is None:
        return None
    return lambda value, todo: not isinstance(value, dict) or all(check(name, todo) for name in value)


def _min_items(size: int, _: Any) -> Check:
    return lambda value, _: not isinstance(value, list) or len(value) >= size


def _unique_items(_value: bool, _: Any) -> Check:  # noqa: FBT001 - a keyword's value
    return lambda value, _: not isinstance(value, list) or len(set(map(equality_key, value))) == len(value)


def _enum(values: list[str], _: Any) -> Check:
    keys = frozenset(values)
    return lambda value, _: isinstance(value, str) and value in keys


def _pattern(pattern: str, _: Any) -> Check:
    return lambda value, _: not isinstance(value, str) or search(pattern, value)


def _minimum(bound: int, _: Any) -> Check:
    return lambda value, _: not _is_number(value) or value >= bound


def _exclusive_minimum(bound: int, _: Any) -> Check:
    return lambda value, _: not _is_number(value) or value > bound


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Check] = {
    "object": lambda value, _: isinstance(value, dict),
    "array": lambda value, _: isinstance(value, list),
    "string": lambda value, _: isinstance(value, str),
    "boolean": lambda value, _: isinstance(value, bool),
    "number": lambda value, _: _is_number(value),
    "integer": lambda value, _: _is_number(value) and value % 1 == 0,
    "integer of draft-04": lambda value, _: isinstance(value, int) and not isinstance(value, bool),
}
_KEYWORDS: dict[str, Callable[[Any, Any], Check | None]] = {
    "type": _type,
    "$ref": _ref,
    "allOf": _all_of,
    "anyOf": _any_of,
    "items": _items,
    "additionalProperties": _additional_properties,
    "propertyNames": _property_names,
    "minItems": _min_items,
    "uniqueItems": _unique_items,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _minimum,
    "exclusiveMinimum": _exclusive_minimum,
}
_ANNOTATIONS = {"$comment", "default", "deprecated", "description", "format", "title", "readOnly", "writeOnly"}
