"""Where the references of a document lead, as `declared` asks for it: by the complete validator, or plainly without."""

from typing import Any

from arrakis_schema.json_schema.declared_members import NeedsInstanceError, Origin
from arrakis_schema.json_schema.dialects import DRAFT_07
from arrakis_schema.json_schema.keywords import walk
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.regex import Reading


def plain_origin(document: Any, dialect: str | None, reading: Reading) -> Origin:
    """Return the origin of a document that only refers to its own definitions; anything else needs the validator."""
    names = any("$id" in node.schema for node in walk(document) if node.pointer and isinstance(node.schema, dict))

    def resolve(reference: str) -> tuple[Any, Origin]:
        target = None if names or not reference.startswith(("#/definitions/", "#/$defs/")) else _target(reference)
        if not isinstance(target, dict | bool):
            raise NeedsInstanceError
        return target, origin

    def _target(reference: str) -> Any:
        return None if "%" in reference else value_at(document, reference[1:], None)

    def need(*_: Any) -> Any:
        raise NeedsInstanceError

    origin = Origin(
        dialect or DRAFT_07, reading, resolve, lambda schema: origin if schema is document else need(), need
    )
    return origin


def origin_of(validator: Any, resolver: Any) -> Origin:
    """Return the origin of a schema of the complete validator, with its resolver."""
    from arrakis_schema.json_schema.judge.complete import errors_of, resolver_in  # noqa: PLC0415 - an extra

    def resolve(reference: str) -> tuple[Any, Origin]:
        resolved = resolver.lookup(reference)
        return resolved.contents, origin_of(validator, resolved.resolver)

    def enter(schema: Any) -> Origin:
        return origin_of(validator, resolver_in(resolver, schema, validator.dialect))

    def holds(schema: Any, value: Any) -> bool:
        return not errors_of(validator.evolve(schema=schema, _resolver=resolver), value, 1)

    return Origin(validator.dialect, validator.reading, resolve, enter, holds)
