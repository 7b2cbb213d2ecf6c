"""The complete validator. It is created here alone, and never fetches anything.

It is `jsonschema` with corrections: `patterns` searches patterns, numbers are exact, equality is that of
JSON, and each resource is read in its own dialect. `format` and `content…` are annotations. The words of its errors
are those of the pages.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import islice
from typing import Any

from arrakis_schema.errors import MissingExtraError
from arrakis_schema.json_schema.dialects import DRAFT_04, DRAFT_06, DRAFT_07, DRAFT_2019_09, DRAFT_2020_12
from arrakis_schema.json_schema.judge.steps import count_steps, take_step
from arrakis_schema.json_schema.judge.values import is_finite
from arrakis_schema.json_schema.keywords import has_other_dialects
from arrakis_schema.regex.characters import Reading

try:
    import jsonschema
    from jsonschema.exceptions import ValidationError, best_match
    from referencing import Registry

    from arrakis_schema.json_schema.judge.keyword_checks import BOUNDS_OF_DRAFT_04, CORRECTIONS, Errors, Keyword
    from arrakis_schema.json_schema.judge.meta_schemas import is_plainly_valid
    from arrakis_schema.json_schema.judge.resolution import NOTHING, dialect_at, resolver_in, resolver_of
except ModuleNotFoundError as error:
    raise MissingExtraError(str(error.name), "check") from error

Wrapper = Callable[[str, Keyword], Keyword]

_BASES: dict[str, Any] = {
    DRAFT_04: jsonschema.Draft4Validator,
    DRAFT_06: jsonschema.Draft6Validator,
    DRAFT_07: jsonschema.Draft7Validator,
    DRAFT_2019_09: jsonschema.Draft201909Validator,
    DRAFT_2020_12: jsonschema.Draft202012Validator,
}


def make_validator(
    schema: Any,
    dialect: str,
    wrap: Wrapper | None = None,
    registry: Registry[Any] | None = None,
    reading: Reading = Reading.ECMA,
) -> Any:
    """Return the validator of a document, an object like those of `jsonschema`.

    A `$ref` is looked up in this document and in the `registry`; one that leads elsewhere raises
    `referencing`'s `Unresolvable`. `wrap` takes the name of a keyword and its check, and returns the check to use;
    `reading` is that of patterns.
    """
    validator_class = _class(dialect, wrap, reading, mixed=has_other_dialects(schema, dialect))
    return validator_class(schema, registry=NOTHING, _resolver=resolver_of(schema, dialect, registry))


@cache
def _meta_validator(dialect: str) -> Any:
    """Return the validator of the schemas of a dialect; the meta-schemas come with `jsonschema`."""
    return _class(dialect, None, Reading.ECMA)(_BASES[dialect].META_SCHEMA, registry=NOTHING)


def meta_schema_errors(schema: Any, dialect: str) -> Iterator[Any]:
    """Yield the errors of a schema by its meta-schema; of several alternatives, the one that nearly holds."""
    if is_plainly_valid(schema, dialect):
        return
    for error in _meta_validator(dialect).iter_errors(schema):
        yield closest_error([error])


def errors_of(validator: Any, instance: Any, most: int | None = None) -> list[ValidationError]:
    """Return the errors of an instance, or the first ones; raises `LimitError` if that takes too many steps.

    The result of a reference for a value is cached, so that schemas which refer to each other many times are no slower
    than others; an error that is reached in many ways is not repeated for each of them.
    """
    with count_steps(instance):
        return list(islice(validator.iter_errors(instance), most))


def closest_error(errors: list[Any]) -> Any:
    """Return the most specific error: of the alternatives of a combinator, that of the one that nearly holds."""
    return best_match(errors)


@cache
def _class(dialect: str, wrap: Wrapper | None, reading: Reading, *, mixed: bool = False) -> Any:
    """Return the class of the validators of a dialect; of a `mixed` document, those of each dialect have their own."""
    base = _BASES[dialect]
    corrections = CORRECTIONS | (BOUNDS_OF_DRAFT_04 if dialect == DRAFT_04 else {})
    checks = {**base.VALIDATORS, **{name: check for name, check in corrections.items() if name in base.VALIDATORS}}
    if wrap is not None:
        checks = {name: wrap(name, check) for name, check in checks.items()}
    extend: Any = jsonschema.validators.extend
    types = base.TYPE_CHECKER.redefine_many({"array": _array, "number": _number})
    validator_class = extend(base, checks, type_checker=types)
    validator_class.evolve = _evolve  # the original returns to an uncorrected class wherever a schema names its dialect
    validator_class.dialect, validator_class.reading = dialect, reading
    validator_class.descend = _descend(validator_class.descend)
    validator_class.class_of = partial(_class, wrap=wrap, reading=reading, mixed=True) if mixed else None
    return validator_class


def _descend(descend: Any) -> Any:
    """Return `descend` with the location of a `false` schema, and with the resource that is left in scope."""

    def descend_corrected(  # noqa: PLR0913, PLR0917 - the parameters of jsonschema
        self: Any, instance: Any, schema: Any, path: Any = None, schema_path: Any = None, resolver: Any = None
    ) -> Errors:
        if schema is not False:
            resolver = resolver or resolver_in(self._resolver, schema, self.dialect)
            inner_class = _class_at(self, resolver)
            if inner_class is not type(self):
                evolved = inner_class(schema, registry=self._registry, _resolver=resolver)
                yield from evolved.descend(instance, schema, path, schema_path, resolver)
                return
            yield from descend(self, instance, schema, path, schema_path, resolver=resolver)
            return
        places = {name: [part] for name, part in {"path": path, "schema_path": schema_path}.items() if part is not None}
        error: Any = ValidationError
        yield error(
            "nothing is allowed", validator=None, validator_value=None, instance=instance, schema=schema, **places
        )

    return descend_corrected


def _array(_: Any, instance: Any) -> bool:
    """Return whether a value is an array; a tuple counts, because it has the same JSON text."""
    return isinstance(instance, list | tuple)


def _number(_: Any, instance: Any) -> bool:
    """Return whether a value is a JSON number; NaN and the infinities are none."""
    return isinstance(instance, int | float) and not isinstance(instance, bool) and is_finite(instance)


def _evolve(self: Any, **changes: Any) -> Any:
    """Return the validator of the same class for another schema of the document."""
    take_step()
    schema = changes.get("schema", self.schema)
    resolver = changes.get("_resolver") or resolver_in(self._resolver, schema, self.dialect)
    return _class_at(self, resolver)(schema, registry=self._registry, _resolver=resolver)


def _class_at(validator: Any, resolver: Any) -> Any:
    """Return the class of the validators where a resolver resolves."""
    return type(validator) if validator.class_of is None else validator.class_of(dialect_at(resolver))
