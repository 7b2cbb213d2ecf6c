"""The meaning of keywords, for each dialect and type of instance.

A keyword that is in no table here has no effect on validity, or another one reads it; a test holds that against the
table of the dialects.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from arrakis_schema.compat.logic import applicators, assertions, unevaluated
from arrakis_schema.compat.logic.connectives import ALWAYS, NEVER, Pair
from arrakis_schema.compat.logic.nodes import SchemaNode
from arrakis_schema.compat.logic.unevaluated import undecided_meaning
from arrakis_schema.json_schema.dialects import DRAFT_04, DRAFT_06, DRAFT_07, DRAFT_2019_09, DRAFT_2020_12, KEYWORDS

Meaning = Callable[[SchemaNode, Any, str], Pair]


def keyword_meanings(node: SchemaNode, instance_type: str) -> Iterator[Pair]:
    """Yield the meaning of each keyword of a schema for instances of a type."""
    if isinstance(node.schema, bool):
        yield ALWAYS if node.schema else NEVER
        return
    if node.refers:
        yield applicators.ref(node, node.schema["$ref"], instance_type)
        return
    meanings = _MEANINGS[node.dialect][instance_type]
    for keyword, value in node.schema.items():
        meaning = meanings.get(keyword)
        if meaning is not None:
            yield meaning(node, value, instance_type)


_GENERAL: dict[str, Meaning] = {
    "type": assertions.type_,
    "enum": assertions.enum,
    "const": assertions.const,
    "allOf": applicators.all_of,
    "anyOf": applicators.any_of,
    "oneOf": applicators.one_of,
    "not": applicators.not_,
    "if": applicators.if_,
    "format": assertions.format_,
}
_MODERN: dict[str, Meaning] = {**_GENERAL, "$ref": applicators.ref}
GENERAL: dict[str, dict[str, Meaning]] = {
    **dict.fromkeys((DRAFT_04, DRAFT_06, DRAFT_07), _GENERAL),
    DRAFT_2019_09: {**_MODERN, "$recursiveRef": applicators.dynamic_ref},
    DRAFT_2020_12: {
        **_MODERN,
        "$dynamicRef": applicators.dynamic_ref,
        "$recursiveRef": undecided_meaning("$recursiveRef"),
    },
}
_NUMBER: dict[str, Meaning] = {
    "minimum": assertions.minimum,
    "maximum": assertions.maximum,
    "exclusiveMinimum": partial(assertions.minimum, exclusive=True),
    "exclusiveMaximum": partial(assertions.maximum, exclusive=True),
    "multipleOf": assertions.multiple_of,
}
_STRING: dict[str, Meaning] = {
    "minLength": assertions.min_size,
    "maxLength": assertions.max_size,
    "pattern": assertions.pattern,
}
_ARRAY: dict[str, Meaning] = {
    "minItems": assertions.min_size,
    "maxItems": assertions.max_size,
    "items": applicators.items,
    "contains": applicators.contains,
    "uniqueItems": assertions.unique_items,
}
_OBJECT: dict[str, Meaning] = {
    "minProperties": assertions.min_size,
    "maxProperties": assertions.max_size,
    "required": assertions.required,
    "properties": applicators.properties,
    "patternProperties": applicators.pattern_properties,
    "additionalProperties": applicators.additional_properties,
    "propertyNames": applicators.property_names,
}
_NO_KEYWORDS: dict[str, Meaning] = {}
_SHARED = {"number": _NUMBER, "string": _STRING, "boolean": _NO_KEYWORDS, "null": _NO_KEYWORDS}
_MODERN_OBJECT: dict[str, Meaning] = {
    **_OBJECT,
    "dependentRequired": applicators.dependent_required,
    "dependentSchemas": applicators.dependent_schemas,
    "dependencies": undecided_meaning("dependencies"),
    "unevaluatedProperties": unevaluated.unevaluated_properties,
}
_OLD: dict[str, dict[str, Meaning]] = {
    **_SHARED,
    "array": {**_ARRAY, "additionalItems": applicators.additional_items},
    "object": {**_OBJECT, "dependencies": applicators.dependencies},
}
SPECIAL: dict[str, dict[str, dict[str, Meaning]]] = {
    DRAFT_04: {
        **_OLD,
        "number": {
            "minimum": assertions.minimum_of_draft_04,
            "maximum": assertions.maximum_of_draft_04,
            "multipleOf": assertions.multiple_of,
        },
    },
    **dict.fromkeys((DRAFT_06, DRAFT_07), _OLD),
    DRAFT_2019_09: {
        **_SHARED,
        "array": {
            **_ARRAY,
            "additionalItems": applicators.additional_items,
            "unevaluatedItems": unevaluated.unevaluated_items,
        },
        "object": _MODERN_OBJECT,
    },
    DRAFT_2020_12: {
        **_SHARED,
        "array": {
            **_ARRAY,
            "prefixItems": applicators.prefix_items,
            "unevaluatedItems": unevaluated.unevaluated_items,
        },
        "object": _MODERN_OBJECT,
    },
}
_MEANINGS = {
    dialect: {
        name: {keyword: meaning for keyword, meaning in {**GENERAL[dialect], **special}.items() if keyword in supported}
        for name, special in SPECIAL[dialect].items()
    }
    for dialect, supported in KEYWORDS.items()
}
READ_BY_ANOTHER = frozenset({"then", "else", "minContains", "maxContains", "exclusiveMinimum", "exclusiveMaximum"})
"""Keywords that one beside them reads: `if`, `contains`, and in draft-04 `minimum` and `maximum`."""
